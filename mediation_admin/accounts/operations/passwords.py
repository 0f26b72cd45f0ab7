"""Setting and changing a password. Only its owner ever types one; operators hand out random ones that must be changed."""

from sqlalchemy import delete, select

from mediation_admin.accounts import password_rules, passwords, queries
from mediation_admin.accounts.enums import PasswordProfile, SessionEnd
from mediation_admin.accounts.models import Account, FormerPassword
from mediation_admin.accounts.operations import ending, telling
from mediation_admin.accounts.tokens import random_password
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor

_former = FormerPassword.__table__


def change_password(*, actor: Actor, current: str, new: str, keep_session: int | None = None) -> Account:
    """The owner's change of password; ends all other sessions and open links.

    Refused: a wrong current password (field ``current_password``; S12) and whatever the password rules refuse (field
    ``new_password``).
    """
    session = db.session()
    account = queries.own_account(session, actor.account_id)
    if not passwords.is_right(account.password_hash, password_rules.normalise_password(current)):
        raise RuleBroken("现在的密码不正确，请重新输入。", field="current_password")
    set_password(account, new)
    ending.end_sessions(session, account.id, SessionEnd.CREDENTIAL_CHANGED, but=keep_session)
    ending.revoke_links(session, account.id)
    telling.tell_of_change(actor, account, "密码")
    record(
        session,
        "account:password:changed",
        f"{account.name}修改了自己的密码，其他登录已结束",
        object_type="account",
        object_id=account.id,
        actor=actor,
    )
    session.flush()
    return account


def set_initial_password(*, actor: Actor, account: Account, password: str | None = None) -> str:
    """Give an account a password that must be changed at the first sign-in; returns it. Only for the platform's own
    commands (demo people): a person never sets another's password (S6)."""
    if actor.account_id is not None:
        raise RuleBroken("不能为他人设置密码，请发送重置链接。")
    account = queries.own_account(db.session(), account.id)
    password = password or random_password()
    _put(account, password_rules.normalise_password(password), must_change=True)
    ending.end_sessions(db.session(), account.id, SessionEnd.CREDENTIAL_CHANGED)
    db.session().flush()
    return password


def set_password(account: Account, new: str) -> None:
    """Check a password its owner chose and put it in place. Raises RuleBroken for the field ``new_password``."""
    session = db.session()
    new = password_rules.normalise_password(new)
    asked = queries.requirements_of(session, account)
    password_rules.check_new_password(
        new,
        asked=asked,
        phone=account.phone,
        name=account.name,
        context=queries.names_of_courts(session, account.id),
        is_current=account.password_hash is not None and passwords.is_right(account.password_hash, new),
    )
    former = queries.former_passwords(session, account.id, asked.history) if asked.history else ()
    password_rules.check_not_used_before(any(passwords.is_right(held, new) for held in former), asked)
    _put(account, new, must_change=False)


def _put(account: Account, password: str, *, must_change: bool) -> None:
    session, moment = db.session(), clock.now()
    if account.password_hash is not None:
        session.add(FormerPassword(account_id=account.id, password_hash=account.password_hash, given_up_at=moment))
        session.flush()
        _forget_older(account.id)
    account.password_hash = passwords.hash_password(password)
    account.must_change_password = must_change
    account.password_changed_at = moment
    account.failed_count, account.locked_until = 0, None


def _forget_older(account_id: int) -> None:
    # Kept under either profile, so that a change of profile finds a history.
    most = password_rules.requirements(PasswordProfile.DENGBAO).history
    kept = select(_former.c.id).where(_former.c.account_id == account_id).order_by(_former.c.id.desc()).limit(most)
    db.session().execute(delete(_former).where(_former.c.account_id == account_id, _former.c.id.not_in(kept)))
