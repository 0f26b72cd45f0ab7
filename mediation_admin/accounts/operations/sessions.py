"""Signing in and out, choosing the role to work in, ending sessions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from mediation_admin.accounts import password_rules, passwords, queries, rules
from mediation_admin.accounts.enums import SessionEnd
from mediation_admin.accounts.models import Account, LoginSession
from mediation_admin.accounts.operations import ending
from mediation_admin.accounts.queries import HeldRole
from mediation_admin.accounts.tokens import new_token, token_hash
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.crypto import mask_phone, normalise_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor

_accounts, _sessions = Account.__table__, LoginSession.__table__

# One sentence for an unknown phone, a wrong password, a locked account and one without a password.
REFUSED = f"手机号或密码不正确。连续输错 {rules.MAX_FAILURES} 次，账号会锁定 {rules.BACK_OFF.seconds // 60} 分钟，锁定期间密码正确也不能登录。"
SWITCHED_OFF = "账号已停用，请联系本院管理员或平台客服。"


class SignInRefused(RuleBroken):
    """Nobody is let in. What the refusal left behind (a count, a line of audit) is flushed and is to be committed."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that succeeded: the token for the cookie, and what the next page depends on."""

    token: str
    session_id: int
    account_id: int
    must_change_password: bool
    roles: list[HeldRole]
    grant_id: int | None


def sign_in(*, phone: str, password: str, address: str = "", device: str = "", request_id: str = "") -> SignedIn:
    """Start a session for phone and password. With one role that role is in use; with several none is yet.

    Raises SignInRefused, in the same words and after the same work for an unknown phone as for a wrong password; only
    who knows the right password is told that the account is switched off.
    """
    session = db.session()
    account = queries.account_of_phone(session, phone, lock=True)
    moment = clock.now()  # after the wait for the row: tries at once are judged one after the other
    fits = passwords.is_right(account.password_hash if account else None, password_rules.normalise_password(password))
    if account is None:
        _refuse(phone, None, "没有这个账号", address, request_id)
    if rules.is_locked(account.locked_until, moment):
        _refuse(phone, account, "账号锁定中", address, request_id)
    if not fits:
        count, until = rules.after_failure(account.failed_count, account.locked_until, moment)
        _set(account.id, failed_count=count, locked_until=until)
        why = "尚未设置密码" if account.password_hash is None else "密码不正确"
        _refuse(phone, account, f"{why}，账号锁定" if until else why, address, request_id)
    if account.disabled_at is not None:
        _refuse(phone, account, "账号已停用", address, request_id, words=SWITCHED_OFF)
    return _start(account, password, moment, address, device, request_id)


def _start(account: Account, password: str, moment: datetime, address: str, device: str, request_id: str) -> SignedIn:
    session = db.session()
    values = {"failed_count": 0, "locked_until": None, "last_signed_in_at": moment}
    if passwords.is_outdated(account.password_hash):
        values["password_hash"] = passwords.hash_password(password_rules.normalise_password(password))
    _set(account.id, **values)
    roles = queries.roles_held(session, account.id)
    only = roles[0] if len(roles) == 1 else None
    token = new_token()
    started = LoginSession(
        account_id=account.id,
        token_hash=token_hash(token),
        grant_id=only.grant_id if only else None,
        created_at=moment,
        seen_at=moment,
        address=address,
        device=device,
    )
    session.add(started)
    session.flush()
    ending.end_oldest_sessions(session, account.id, rules.MAX_SESSIONS)
    actor = Actor(
        account.id,
        account.name,
        only.role if only else "",
        only.court_id if only else None,
        address=address,
        request_id=request_id,
    )
    record(
        session,
        "account:session:started",
        f"{account.name}登录（{device or '未知设备'}）",
        object_type="account",
        object_id=account.id,
        actor=actor,
    )
    return SignedIn(token, started.id, account.id, account.must_change_password, roles, only.grant_id if only else None)


def _refuse(phone: str, account: Account | None, why: str, address: str, request_id: str, words: str = REFUSED) -> None:
    digits = normalise_phone(phone)
    # What is no phone may be a password typed into the wrong box: it is not kept.
    shown = mask_phone(digits) if digits.isdigit() and len(digits) == 11 else "（不是手机号）"
    courts = {held.court_id for held in queries.roles_held(db.session(), account.id)} if account else set()
    actor = Actor(
        account.id if account else None,
        account.name if account else "未登录",
        "",
        courts.pop() if len(courts) == 1 else None,
        address=address,
        request_id=request_id,
    )
    record(
        db.session(),
        "account:sign_in:refused",
        f"登录失败：{shown}，{why}",
        object_type="account" if account else "",
        object_id=account.id if account else None,
        actor=actor,
    )
    raise SignInRefused(words)


def _set(account_id: int, **values: object) -> None:
    # Bookkeeping of sign-ins has its own lines in the audit; the change of the row would only repeat them.
    db.session().execute(update(_accounts).where(_accounts.c.id == account_id).values(**values))


def choose_role(*, actor: Actor, session_id: int, grant_id: int) -> HeldRole:
    """Work in another of one's roles from now on. Refused (NotFound): a role of somebody else or taken back."""
    session = db.session()
    chosen = next((held for held in queries.roles_held(session, actor.account_id) if held.grant_id == grant_id), None)
    if chosen is None:
        raise NotFound(f"grant {grant_id}")
    session.execute(
        update(_sessions)
        .where(_sessions.c.id == session_id, _sessions.c.account_id == actor.account_id)
        .values(grant_id=grant_id)
    )
    record(
        session,
        "account:role:chosen",
        f"{actor.name}以“{chosen.label}”的角色工作",
        object_type="account",
        object_id=actor.account_id,
        court_id=chosen.court_id,
        actor=actor,
    )
    return chosen


def sign_out(*, actor: Actor, session_id: int) -> None:
    """End the session in use."""
    _end(actor, session_id, SessionEnd.SIGNED_OUT, "退出登录")


def end_session(*, actor: Actor, session_id: int) -> None:
    """End one of one's own sessions. Refused (NotFound): another's, or one that has ended."""
    _end(actor, session_id, SessionEnd.ENDED_BY_OWNER, "结束了自己在另一处的登录")


def _end(actor: Actor, session_id: int, how: SessionEnd, words: str) -> None:
    session = db.session()
    ended = session.execute(
        update(_sessions)
        .where(_sessions.c.id == session_id, _sessions.c.account_id == actor.account_id, _sessions.c.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_how=how)
    ).rowcount
    if not ended:
        raise NotFound(f"session {session_id}")
    _record_end(actor, words)


def end_other_sessions(*, actor: Actor, keep_session: int) -> int:
    """End all of one's own sessions but this one; returns how many."""
    count = ending.end_sessions(db.session(), actor.account_id, SessionEnd.ENDED_BY_OWNER, but=keep_session)
    _record_end(actor, f"结束了自己的其他 {count} 处登录")
    return count


def end_expired(*, session_id: int, how: SessionEnd) -> None:
    """Note that a session has timed out; the person did nothing, so the audit keeps silent."""
    db.session().execute(
        update(_sessions)
        .where(_sessions.c.id == session_id, _sessions.c.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_how=how)
    )


def renew_token(*, session_id: int) -> str:
    """A new token for a session whose owner has just proven himself again; the old one is worth nothing (S18)."""
    token = new_token()
    db.session().execute(update(_sessions).where(_sessions.c.id == session_id).values(token_hash=token_hash(token)))
    return token


def touch(*, session_id: int, moment: datetime) -> None:
    """Note that the person is still there; only once a minute, however many requests come at once."""
    db.session().execute(
        update(_sessions)
        .where(_sessions.c.id == session_id, _sessions.c.seen_at < moment - rules.SEEN_EVERY)
        .values(seen_at=moment)
    )


def _record_end(actor: Actor, words: str) -> None:
    record(
        db.session(),
        "account:session:ended",
        f"{actor.name}{words}",
        object_type="account",
        object_id=actor.account_id,
        actor=actor,
    )
