"""flask accounts …: what operators do on the server, where no account exists yet or two people would be needed."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext

from mediation_admin.accounts import operations, queries
from mediation_admin.accounts.actors import OPERATOR
from mediation_admin.accounts.importing import MEMBERS
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Scope, enter
from mediation_admin.courts.queries import court_by_code
from mediation_admin.imports.cli import import_command, undo_command
from mediation_admin.permissions import COURT_ROLES, Role


@click.group("accounts")
def accounts() -> None:
    """People and how they get in, and the keys that guard what is known of them."""


@contextmanager
def _at_work() -> Iterator[None]:
    enter(db.session(), OPERATOR, Scope.everything("an operator's command on the server"))
    try:
        yield
        db.session.commit()
    except RuleBroken as broken:
        db.session.rollback()
        raise click.ClickException(broken.message) from broken


@accounts.command("setup-link")
@click.option("--base-url", default="http://127.0.0.1:8000", help="Where the platform answers.")
@with_appcontext
def setup_link(base_url: str) -> None:
    """Print the one-time link that makes the first system administrator of an empty platform."""
    with _at_work():
        token = operations.create_setup_link(actor=OPERATOR)
    click.echo("初始化链接（24 小时内有效，只能使用一次，用于设置第一位系统管理员）：")
    click.echo(_address(base_url, token))


@accounts.command("create")
@click.option("--name", required=True)
@click.option("--phone", required=True)
@click.option("--role", "role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--court", "court_code", help="代字 of the court, for court roles: 豫1302.")
@click.option("--base-url", default="http://127.0.0.1:8000", help="Where the platform answers.")
@with_appcontext
def create(name: str, phone: str, role: str, court_code: str | None, base_url: str) -> None:
    """Add a person with a role (or the role to a person who is there); prints an invitation for a new one."""
    with _at_work():
        court_id = _court_id(court_code) if Role(role) in COURT_ROLES or court_code else None
        held = queries.account_of_phone(db.session(), phone)
        if held is None:
            made = operations.create_account(actor=OPERATOR, name=name, phone=phone, roles=[(Role(role), court_id)])
            token = operations.create_invitation(actor=OPERATOR, account_id=made.id)
            click.echo(f"已新增用户 {made.name}（{Role(role).label}）。邀请链接（2 天内有效，只能使用一次）：")
            click.echo(_address(base_url, token))
        else:
            operations.grant_role(actor=OPERATOR, account=held, role=Role(role), court_id=court_id)
            click.echo(f"已为 {held.name} 增加角色 {Role(role).label}。")


@accounts.command("reset-link")
@click.option("--phone", required=True)
@click.option("--base-url", default="http://127.0.0.1:8000", help="Where the platform answers.")
@with_appcontext
def reset_link(phone: str, base_url: str) -> None:
    """Print a one-time link by which a person sets a new password."""
    with _at_work():
        account = queries.account_of_phone(db.session(), phone)
        if account is None:
            raise RuleBroken("没有这个手机号的账号。")
        token = operations.create_reset_link(actor=OPERATOR, account_id=account.id)
    click.echo("重置链接（1 小时内有效，只能使用一次）：")
    click.echo(_address(base_url, token))


@accounts.command("end-sessions")
@click.option("--everybody", is_flag=True, required=True, help="Said out loud, because it is everybody.")
@click.option("--because", required=True, help="Why; it stands in the audit.")
@with_appcontext
def end_sessions(everybody: bool, because: str) -> None:
    """Sign everybody out at once: after a restore, after a break-in."""
    with _at_work():
        ended = operations.sign_everybody_out(actor=OPERATOR, because=because)
    click.echo(f"已结束 {ended} 个登录，所有人须重新登录；未使用的重置链接已作废。")


accounts.add_command(import_command(MEMBERS.code, "Bring in a court's people from a workbook (xlsx, xls, csv)."))
accounts.add_command(undo_command(MEMBERS.code))


@accounts.command("reset-factor")
@click.option("--phone", required=True)
@click.option("--reason", required=True, help="How the person was recognised; it goes into the audit.")
@with_appcontext
def reset_factor(phone: str, reason: str) -> None:
    """Take the second factor off an account whose owner has lost it, when nobody is left who could do so at a screen."""
    with _at_work():
        account = queries.account_of_phone(db.session(), phone)
        if account is None:
            raise RuleBroken("没有这个手机号的账号。")
        operations.reset_second_factor(actor=OPERATOR, account_id=account.id, reason=reason)
    click.echo(f"已重置 {account.name} 的二次验证，其登录已全部结束；管理员下次登录时重新设置。")


def _court_id(code: str | None) -> int:
    if not code:
        raise RuleBroken("请用 --court 给出法院代字，如 --court 豫1302。")
    found = court_by_code(db.session(), code)
    if found is None:
        raise RuleBroken(f"没有代字为“{code}”的法院，请核对。")
    return found.id


def _address(base_url: str, token: str) -> str:
    # Outside a request there is no host to ask; the path is the one that sign_in.link answers.
    return f"{base_url.rstrip('/')}/sign-in/link/{token}"
