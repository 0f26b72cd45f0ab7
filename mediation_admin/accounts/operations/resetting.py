"""A new password for who has forgotten his: a code by SMS. Nothing here tells a stranger which numbers have accounts."""

import hmac
import secrets

from sqlalchemy import text, update

from mediation_admin.accounts import queries, rules
from mediation_admin.accounts.enums import SessionEnd
from mediation_admin.accounts.models import Account, ResetRequest
from mediation_admin.accounts.operations import ending, telling
from mediation_admin.accounts.operations.passwords import set_password
from mediation_admin.accounts.tokens import new_token, token_hash
from mediation_admin.audit.recording import record
from mediation_admin.core import clock, jobs
from mediation_admin.core.crypto import fingerprint, mask_phone, normalise_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor
from mediation_admin.notices import operations as notices
from mediation_admin.notices.templates import Template

SEND_CODE = "accounts:reset_code"
_requests = ResetRequest.__table__
_GONE = "验证码不正确或已过期。请核对短信中最新的 6 位数字；仍然不对，请重新获取。"


class ResetRefused(RuleBroken):
    """The code was not right. What the refusal left behind (a count, a line of audit) is flushed and to be committed."""


def ask_for_reset(*, phone: str, address: str = "", request_id: str = "") -> str:
    """Ask for a code by SMS; returns the token that the asking browser keeps.

    The same work for known and unknown numbers: whether there is somebody to send it to is found out by the job.
    Refused for both alike: a second request within a minute, a sixth within 24 hours (S16).
    """
    session, moment = db.session(), clock.now()
    index = queries.index_in_use(session, phone)
    # Two requests for one number at the same moment: the second is counted after the first.
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": int.from_bytes(index[:8], signed=True)})
    rules.check_may_ask_for_reset(queries.reset_requests_since(session, index, moment - rules.RESET_WITHIN), moment)
    token = new_token()
    asked = ResetRequest(
        phone_index=index, token_hash=token_hash(token), created_at=moment, expires_at=moment + rules.CODE_LASTS
    )
    session.add(asked)
    session.flush()
    actor = Actor(None, "未登录", "operator", None, address=address, request_id=request_id)
    jobs.ask(session, kind=SEND_CODE, params={"request": asked.id}, actor=actor)
    record(session, "account:reset:asked", f"申请找回密码：{mask_phone(normalise_phone(phone))}", actor=actor)
    session.flush()
    return token


def send_reset_code(*, request_id: int) -> bool:
    """Make the code and send it, if the number has an account that is in use; says whether it did."""
    session = db.session()
    asked = queries.reset_request(session, request_id)
    account = queries.account_of_index(session, asked.phone_index)
    if account is None or account.disabled_at is not None or clock.now() >= asked.expires_at:
        return False
    code = f"{secrets.randbelow(1_000_000):06d}"
    try:
        notices.send(
            actor=Actor(None, "找回密码", "system", None),
            template=Template.RESET_CODE,
            phone=account.phone,
            facts={"code": code},
            court_id=telling.court_of(account),
        )
    except RuleBroken:
        return False  # this number has had its share of messages
    asked.code_hash = _code_hash(asked.id, code)
    session.flush()
    return True


def use_reset_code(*, token: str, code: str, password: str, address: str = "") -> Account:
    """Set a new password by the code: it works once, for ten minutes, and five wrong ones are the end of it (S15).

    All sessions and links end, a lock is lifted, the person is told; a second factor stays on. Raises ResetRefused
    (field ``code``), the same for a wrong, used or old code and for a number nobody has. Refused besides: a password
    against the rules (field ``new_password``); the code is not used up by it.
    """
    session, moment = db.session(), clock.now()
    asked = queries.open_reset_request(session, token_hash(token), moment)
    if asked is None or asked.failed_count >= rules.MAX_FAILURES:
        raise ResetRefused(_GONE, field="code")
    expected = asked.code_hash or _code_hash(asked.id, "none was sent")
    if not hmac.compare_digest(expected, _code_hash(asked.id, code)):
        asked.failed_count += 1
        _record(None, "account:reset:refused", "找回密码：验证码不正确", address)
        session.flush()
        raise ResetRefused(_GONE, field="code")
    account = queries.account_of_index(session, asked.phone_index, lock=True)
    if account is None or account.disabled_at is not None:
        raise ResetRefused(_GONE, field="code")
    set_password(account, password)
    # Every code that is still on its way to this number is worth nothing any more.
    session.execute(
        update(_requests)
        .where(_requests.c.phone_index == asked.phone_index, _requests.c.used_at.is_(None))
        .values(used_at=moment)
    )
    ending.end_sessions(session, account.id, SessionEnd.CREDENTIAL_CHANGED)
    ending.revoke_links(session, account.id)
    session.flush()
    telling.tell_of_change(_owner(account, address), account, "密码")
    _record(account, "account:password:reset", f"{account.name}通过短信验证码重新设置了密码，其登录已全部结束", address)
    return account


def _code_hash(request_id: int, code: str) -> bytes:
    return fingerprint("reset code", f"{request_id}:{code}")


def _owner(account: Account, address: str) -> Actor:
    return Actor(account.id, account.name, "", telling.court_of(account), address=address)


def _record(account: Account | None, tag: str, sentence: str, address: str) -> None:
    record(
        db.session(),
        tag,
        sentence,
        object_type="account" if account else "",
        object_id=account.id if account else None,
        actor=_owner(account, address) if account else Actor(None, "未登录", "", None, address=address),
    )
