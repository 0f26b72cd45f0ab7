"""One-time links: the set-up of an empty platform, invitations, resets. The token is returned once and never stored."""

from sqlalchemy import text

from mediation_admin.accounts import queries, rules
from mediation_admin.accounts.enums import LinkPurpose, SessionEnd
from mediation_admin.accounts.models import Account, OneTimeLink
from mediation_admin.accounts.operations import ending, people, telling
from mediation_admin.accounts.operations.passwords import set_password
from mediation_admin.accounts.tokens import new_link_token, token_hash
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.permissions import Role

_LASTS = {
    LinkPurpose.SETUP: rules.SETUP_LASTS,
    LinkPurpose.INVITE: rules.INVITATION_LASTS,
    LinkPurpose.RESET: rules.RESET_LASTS,
}
_GONE = "这个链接已失效：它只能使用一次，过期或重新发送后也不能再用。请联系发送的人重新发送。"
_FULL = "平台已经有用户，不能再用初始化链接。请用已有账号登录。"
_SETUP_LOCK = 7_260_002


def create_setup_link(*, actor: Actor) -> str:
    """The link that makes the first system administrator; returns its token. Earlier ones stop working.

    Refused: on a platform that has people. This is the one exception to the rule that administrator roles take two.
    """
    session = db.session()
    if not queries.platform_is_empty(session):
        raise RuleBroken(_FULL)
    return _create(LinkPurpose.SETUP, None, actor)


def create_invitation(*, actor: Actor, account_id: int) -> str:
    """The link by which a new person sets the first password; returns its token. Earlier ones stop working.

    Refused: for who has a password already or is switched off.
    """
    account = fetch(db.session(), Account, account_id)
    if account.disabled_at is not None:
        raise RuleBroken("账号已停用，请先启用再发送邀请。")
    if account.password_hash is not None:
        raise RuleBroken("该用户已经设置过密码，不需要邀请。忘记密码请发送重置链接。")
    return _create(LinkPurpose.INVITE, account, actor)


def create_reset_link(*, actor: Actor, account_id: int) -> str:
    """The link by which a person sets a new password after losing it; returns its token. Sessions stay until it is
    used. Refused: for who is switched off."""
    account = fetch(db.session(), Account, account_id)
    if account.disabled_at is not None:
        raise RuleBroken("账号已停用，请先启用再发送重置链接。")
    return _create(LinkPurpose.RESET, account, actor)


def _create(purpose: LinkPurpose, account: Account | None, actor: Actor) -> str:
    session = db.session()
    account_id = account.id if account else None
    ending.revoke_links(session, account_id, purpose)
    token, moment = new_link_token(), clock.now()
    link = OneTimeLink(
        purpose=purpose,
        account_id=account_id,
        token_hash=token_hash(token),
        created_at=moment,
        created_by=actor.account_id,
        expires_at=moment + _LASTS[purpose],
    )
    session.add(link)
    session.flush()
    for_whom = f"（{account.name}）" if account else ""
    record(
        session,
        "account:link:created",
        f"生成了{purpose.label}的一次性链接{for_whom}",
        object_type="account",
        object_id=account_id,
        actor=actor,
    )
    return token


def link_behind(token: str, *, lock: bool = False) -> OneTimeLink:
    """The link that a token opens. Raises RuleBroken, the same for unknown, used, old and taken back."""
    link = queries.open_link(db.session(), token_hash(token), clock.now(), lock=lock)
    if link is None:
        raise RuleBroken(_GONE)
    return link


def use_link(*, token: str, password: str, address: str = "") -> Account:
    """Set a password by an invitation or a reset; the link is spent, and every session of before ends.

    Refused: a link that does not work (any more), an account switched off meanwhile, a password against the rules.
    """
    session = db.session()
    link = link_behind(token, lock=True)
    if link.account_id is None:
        raise RuleBroken(_GONE)
    account = queries.own_account(session, link.account_id)
    if account.disabled_at is not None:
        raise RuleBroken("账号已停用，请联系本院管理员。")
    set_password(account, password)
    link.used_at = clock.now()
    ending.end_sessions(session, account.id, SessionEnd.CREDENTIAL_CHANGED)
    session.flush()
    if link.purpose is LinkPurpose.RESET:
        telling.tell_of_change(_owner(account, address), account, "密码")
    _record_use(account, link.purpose, address)
    return account


def set_up_platform(*, token: str, name: str, phone: str, password: str, address: str = "") -> Account:
    """Make the first system administrator by the set-up link. Refused: as ``use_link``; on a platform with people."""
    session = db.session()
    # Two holders of two links at the same moment: the second finds the platform no longer empty.
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _SETUP_LOCK})
    link = link_behind(token, lock=True)
    if link.purpose is not LinkPurpose.SETUP:
        raise RuleBroken(_GONE)
    if not queries.platform_is_empty(session):
        raise RuleBroken(_FULL)
    operator = Actor(None, "初始化链接", "setup", None, address=address)
    account = people.create_account(actor=operator, name=name, phone=phone, roles=[(Role.SYSTEM_ADMIN, None)])
    set_password(account, password)
    link.used_at = clock.now()
    session.flush()
    _record_use(account, link.purpose, address)
    return account


def _owner(account: Account, address: str) -> Actor:
    return Actor(account.id, account.name, "", None, address=address)


def _record_use(account: Account, purpose: LinkPurpose, address: str) -> None:
    record(
        db.session(),
        "account:link:used",
        f"{account.name}通过{purpose.label}链接设置了密码",
        object_type="account",
        object_id=account.id,
        actor=_owner(account, address),
    )
