"""The second factor: switched on by its owner, asked for at sign-in, reset by others only after a proof."""

from sqlalchemy import delete, insert, update

from mediation_admin.accounts import factors, passwords, queries, rules
from mediation_admin.accounts.enums import SessionEnd
from mediation_admin.accounts.models import Account, LoginSession, RecoveryCode, SecondFactor
from mediation_admin.accounts.operations import ending, telling
from mediation_admin.accounts.password_rules import normalise_password
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch

_sessions, _codes = LoginSession.__table__, RecoveryCode.__table__

WRONG_CODE = "验证码不正确或已用过。请输入验证器上现在显示的 6 位数字，或一个没有用过的恢复码。"


def begin_enrolment(*, actor: Actor) -> str:
    """The secret to be put into an authenticator; it counts only once a code of it has been shown. Asked again before
    that, it is the same one: the page may be loaded twice."""
    session = db.session()
    row = queries.second_factor(session, actor.account_id, lock=True)
    if row is None:
        row = SecondFactor(account_id=actor.account_id)
        session.add(row)
    if row.pending_secret is None:
        row.pending_secret = factors.new_secret()
    session.flush()
    return row.pending_secret


def confirm_enrolment(*, actor: Actor, session_id: int, code: str) -> list[str]:
    """Switch the second factor on by a first code; returns the recovery codes, which are shown this once.

    An earlier authenticator and its recovery codes stop working, all other sessions end, the person is told. Refused:
    a wrong code (field ``code``); an enrolment that was not begun.
    """
    session, moment = db.session(), clock.now()
    row = queries.second_factor(session, actor.account_id, lock=True)
    if row is None or row.pending_secret is None:
        raise RuleBroken("请重新打开“设置二次验证”页面，再扫码绑定。")
    step = factors.matching_step(row.pending_secret, code, moment, None)
    if step is None:
        raise RuleBroken("验证码不正确。请核对手机时间是否准确，再输入验证器上现在显示的 6 位数字。", field="code")
    row.secret, row.pending_secret = row.pending_secret, None
    row.confirmed_at, row.last_step = moment, step
    session.flush()
    codes = _renew_codes(actor.account_id)
    _note_proof(session_id, with_factor=True)
    ending.end_sessions(session, actor.account_id, SessionEnd.CREDENTIAL_CHANGED, but=session_id)
    _record(actor, "account:factor:enrolled", f"{actor.name}启用了二次验证，其他登录已结束")
    telling.tell_of_change(actor, queries.own_account(session, actor.account_id), "二次验证")
    return codes


def pass_second_factor(*, actor: Actor, session_id: int, code: str) -> int | None:
    """Let a session in by an authenticator's code or a recovery code. Returns how many recovery codes are left if one
    was used up, else None. Refused: a wrong or used code (field ``code``)."""
    left = _check_code(actor, code)
    _note_proof(session_id, with_factor=True)
    return left


def prove_again(*, actor: Actor, session_id: int, secret: str) -> None:
    """Confirm who is there before a sensitive act (S21): by a code where a second factor is on, else by the password.
    Refused: a wrong one (field ``secret``)."""
    session = db.session()
    if queries.has_factor(session, actor.account_id):
        try:
            _check_code(actor, secret)
        except RuleBroken as broken:
            raise RuleBroken(broken.message, field="secret") from None
        _note_proof(session_id, with_factor=True)
        return
    account = queries.own_account(session, actor.account_id)
    if not passwords.is_right(account.password_hash, normalise_password(secret)):
        _record(actor, "account:proof:refused", f"{actor.name}确认身份失败：密码不正确")
        raise RuleBroken("密码不正确，请重新输入。", field="secret")
    _note_proof(session_id, with_factor=False)


def _check_code(actor: Actor, code: str) -> int | None:
    session, moment = db.session(), clock.now()
    row = queries.second_factor(session, actor.account_id, lock=True)
    if row is not None and row.secret is not None:
        if factors.is_time_code(code):
            step = factors.matching_step(row.secret, code, moment, row.last_step)
            if step is not None:
                row.last_step = step
                session.flush()
                return None
        elif _use_up(actor, code):
            return queries.count_recovery_codes(session, actor.account_id)
    _record(actor, "account:factor:refused", f"{actor.name}二次验证失败")
    raise RuleBroken(WRONG_CODE, field="code")


def _use_up(actor: Actor, code: str) -> bool:
    used = db.session().execute(
        update(_codes)
        .where(
            _codes.c.account_id == actor.account_id,
            _codes.c.code_hash.in_(factors.recovery_hashes(actor.account_id, code)),
            _codes.c.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    if used.rowcount:
        _record(actor, "account:recovery_code:used", f"{actor.name}使用了一个恢复码")
    return bool(used.rowcount)


def renew_recovery_codes(*, actor: Actor) -> list[str]:
    """Ten new recovery codes, shown this once; the earlier ones stop working. Refused: without a second factor."""
    session = db.session()
    if not queries.has_factor(session, actor.account_id):
        raise RuleBroken("请先启用二次验证。")
    codes = _renew_codes(actor.account_id)
    _record(actor, "account:recovery_code:renewed", f"{actor.name}重新生成了恢复码，原有恢复码作废")
    telling.tell_of_change(actor, queries.own_account(session, actor.account_id), "二次验证恢复码")
    return codes


def switch_factor_off(*, actor: Actor, session_id: int) -> None:
    """The owner does without a second factor from now on; other sessions end. Refused: while he holds a role that
    requires one (S17); where none is on."""
    session = db.session()
    held = queries.roles_held(session, actor.account_id)
    rules.check_may_do_without_factor([one.role for one in held])
    if not queries.has_factor(session, actor.account_id):
        raise RuleBroken("二次验证没有启用。")
    _remove(actor.account_id)
    session.execute(update(_sessions).where(_sessions.c.id == session_id).values(factor_at=None))
    ending.end_sessions(session, actor.account_id, SessionEnd.CREDENTIAL_CHANGED, but=session_id)
    _record(actor, "account:factor:switched_off", f"{actor.name}停用了二次验证，其他登录已结束")
    telling.tell_of_change(actor, queries.own_account(session, actor.account_id), "二次验证")


def reset_second_factor(*, actor: Actor, account_id: int, reason: str) -> Account:
    """Take the second factor off an account whose owner has lost the phone and every recovery code: for the support
    desk and administrators, after a proof they have recorded. All sessions end; an administrator sets up a new one at
    the next sign-in. The person is told.

    Refused: without a reason (field ``reason``); whatever ``check_reset`` refuses; an account outside the actor's scope
    (NotFound).
    """
    session = db.session()
    account = fetch(session, Account, account_id, with_for_update=True)
    reason = reason.strip()
    if not reason:
        raise RuleBroken("请填写重置原因，例如核验身份的方式。", field="reason")
    check_reset(actor=actor, account_id=account.id)
    _remove(account.id)
    ending.end_sessions(session, account.id, SessionEnd.CREDENTIAL_CHANGED)
    record(
        session,
        "account:factor:reset",
        f"重置了{account.name}的二次验证，其登录已全部结束。原因：{reason}",
        object_type="account",
        object_id=account.id,
        actor=actor,
    )
    telling.tell_of_change(actor, account, "二次验证")
    return account


def check_reset(*, actor: Actor, account_id: int) -> None:
    """Refused: one's own account; an account without a second factor; for a court, one of the platform's three
    administrators and somebody with roles elsewhere."""
    session = db.session()
    if account_id == actor.account_id:
        raise RuleBroken("不能重置自己的二次验证。手机在身边时，请在“我的账号”中更换验证器。")
    if actor.court_id is not None:
        rules.check_court_may_reset_factor(
            administrator=next(iter(queries.exclusive_roles_held(session, account_id)), None),
            elsewhere=queries.works_outside(session, account_id, actor.court_id),
        )
    if not queries.has_factor(session, account_id):
        raise RuleBroken("该用户没有启用二次验证，不需要重置。")


def _remove(account_id: int) -> None:
    session = db.session()
    session.execute(delete(_codes).where(_codes.c.account_id == account_id))
    factor = SecondFactor.__table__
    session.execute(delete(factor).where(factor.c.account_id == account_id))


def _renew_codes(account_id: int) -> list[str]:
    session, moment = db.session(), clock.now()
    session.execute(delete(_codes).where(_codes.c.account_id == account_id))
    made = factors.new_recovery_codes()
    session.execute(
        insert(_codes),
        [
            {"account_id": account_id, "code_hash": factors.recovery_hash(account_id, code), "created_at": moment}
            for code in made
        ],
    )
    return made


def _note_proof(session_id: int, *, with_factor: bool) -> None:
    moment = clock.now()
    values = {"proven_at": moment, **({"factor_at": moment} if with_factor else {})}
    db.session().execute(update(_sessions).where(_sessions.c.id == session_id).values(**values))


def _record(actor: Actor, tag: str, sentence: str) -> None:
    record(db.session(), tag, sentence, object_type="account", object_id=actor.account_id, actor=actor)
