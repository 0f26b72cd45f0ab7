"""What a password must be, when an account backs off, when a session is over, who may give which role. Pure."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from mediation_admin.accounts.common_passwords import is_common
from mediation_admin.accounts.enums import AccountState, SessionEnd
from mediation_admin.core.errors import RuleBroken
from mediation_admin.permissions import COURT_ROLES, EXCLUSIVE_ROLES, Role

# 等保三级 sets no numbers; these are the ones its assessors expect (GB/T 22239-2019 8.1.4.1).
SHORTEST = 10
LONGEST = 256  # far above the 64 that must be accepted; only keeps a novel from being hashed
CLASSES_WANTED = 3
FRAGMENT = 3
LEFT_WITHOUT_CONTEXT = 6

MAX_FAILURES = 5
BACK_OFF = timedelta(minutes=15)

MAX_SESSIONS = 5
SEEN_EVERY = timedelta(seconds=60)
IDLE_RANGE = range(10, 481)

SETUP_LASTS = timedelta(hours=24)
INVITATION_LASTS = timedelta(days=2)
RESET_LASTS = timedelta(hours=1)


# -- passwords ------------------------------------------------------------------------------------------------------


def normalise_password(text: str) -> str:
    """The password as it is hashed: an IME's full-width letters count as the plain ones; nothing is cut off."""
    return unicodedata.normalize("NFKC", text)


def check_new_password(
    password: str, *, phone: str, name: str = "", context: Iterable[str] = (), is_current: bool = False
) -> None:
    """Refuse a password that is too easy to guess; ``password`` is normalised already.

    ``context`` are words everybody would try here (the court's name and its pinyin); ``is_current`` says that it is
    the password in use. Raises RuleBroken for the field ``new_password`` with everything that is to be mended.
    """
    wishes = list(_wishes(password, phone, name, context, is_current))
    if wishes:
        raise RuleBroken("；".join(wishes) + "。", field="new_password")


def _wishes(password: str, phone: str, name: str, context: Iterable[str], is_current: bool) -> Iterable[str]:
    if len(password) < SHORTEST:
        yield f"密码至少 {SHORTEST} 位，现在是 {len(password)} 位"
    if len(password) > LONGEST:
        yield f"密码最多 {LONGEST} 位"
    if classes_in(password) < CLASSES_WANTED:
        yield "请至少包含大写字母、小写字母、数字、符号中的三种"
    fragment = account_fragment(password, phone)
    if fragment:
        yield f"请去掉与手机号相同的“{fragment}”"
    if len(name) > 1 and name.casefold() in password.casefold():
        yield "请去掉自己的姓名"
    if is_common(password):
        yield "这个密码太常见，容易被猜中，请换一个"
    word = _context_word(password, context)
    if word:
        yield f"“{word}”容易被猜中，请去掉它，或在它之外再加 {LEFT_WITHOUT_CONTEXT} 位以上"
    if is_current:
        yield "新密码不能与现在的密码相同"


def classes_in(password: str) -> int:
    """How many of the four classes are there: capitals, small letters, digits, everything else."""
    return sum(
        (
            any("A" <= c <= "Z" for c in password),
            any("a" <= c <= "z" for c in password),
            any("0" <= c <= "9" for c in password),
            any(not (c.isascii() and c.isalnum()) for c in password),
        )
    )


def account_fragment(password: str, account: str) -> str:
    """The first piece of three characters that password and account (the phone) share; "" for none."""
    pieces = (account[start : start + FRAGMENT] for start in range(len(account) - FRAGMENT + 1))
    return next((piece for piece in pieces if piece in password), "")


def _context_word(password: str, context: Iterable[str]) -> str:
    folded = password.casefold()
    for word in context:
        known = len(word) >= FRAGMENT and word.casefold() in folded
        if known and len(folded.replace(word.casefold(), "")) < LEFT_WITHOUT_CONTEXT:
            return word
    return ""


# -- failed sign-ins ------------------------------------------------------------------------------------------------


def is_locked(locked_until: datetime | None, moment: datetime) -> bool:
    """Whether the account is backing off."""
    return locked_until is not None and moment < locked_until


def after_failure(failed_count: int, locked_until: datetime | None, moment: datetime) -> tuple[int, datetime | None]:
    """(failures in a row, locked until) after one more wrong password.

    Tries while the account is locked change nothing: a stranger cannot keep its owner out for longer than one
    back-off (ASVS 6.1.1). A back-off that is over starts the count anew.
    """
    if is_locked(locked_until, moment):
        return failed_count, locked_until
    count = (0 if locked_until is not None else failed_count) + 1
    return (count, moment + BACK_OFF) if count >= MAX_FAILURES else (count, None)


def state_of(
    *, disabled_at: datetime | None, locked_until: datetime | None, has_password: bool, moment: datetime
) -> AccountState:
    """How an account stands."""
    if disabled_at is not None:
        return AccountState.DISABLED
    if not has_password:
        return AccountState.INVITED
    return AccountState.LOCKED if is_locked(locked_until, moment) else AccountState.ACTIVE


# -- sessions -------------------------------------------------------------------------------------------------------


def session_end(
    *, created_at: datetime, seen_at: datetime, moment: datetime, idle: timedelta, absolute: timedelta
) -> SessionEnd | None:
    """Why a session is over by now; None while it lasts."""
    if moment - created_at >= absolute:
        return SessionEnd.TOO_OLD
    return SessionEnd.IDLE if moment - seen_at >= idle else None


def check_idle_minutes(minutes: int) -> int:
    """The idle limit as set; only 10 to 480 minutes are allowed (S19). Raises ValueError."""
    if minutes not in IDLE_RANGE:
        raise ValueError(f"IDLE_MINUTES must lie between {IDLE_RANGE[0]} and {IDLE_RANGE[-1]}, not {minutes}")
    return minutes


# -- roles ----------------------------------------------------------------------------------------------------------


def check_role_has_its_court(role: Role, court_id: int | None) -> None:
    """A court role needs its court; a platform role has none."""
    if role in COURT_ROLES and court_id is None:
        raise RuleBroken(f"请选择“{role.label}”所在的法院。", field="court_id")
    if role not in COURT_ROLES and court_id is not None:
        raise RuleBroken(f"“{role.label}”是平台角色，不属于某个法院，请清空法院。", field="court_id")


def check_administrators_stay_apart(role: Role, held: Iterable[Role]) -> None:
    """System, security and audit administrator exclude each other (等保三级, S3)."""
    if role not in EXCLUSIVE_ROLES:
        return
    other = next((one for one in held if one in EXCLUSIVE_ROLES), None)
    if other is role:
        raise RuleBroken(f"该用户已经是{role.label}。", field="role")
    if other is not None:
        raise RuleBroken(
            f"该用户是{other.label}，不能同时担任{role.label}：系统、安全、审计三员必须由不同的人担任。请另选一人，或先收回{other.label}。",
            field="role",
        )


def check_may_grant(*, by_operator: bool, role: Role) -> None:
    """Whether a role may be given by one person at a screen.

    The three administrators take two people (S31); until that exists they are appointed on the server, by whoever
    may run the platform's commands. An empty platform's set-up link is the one exception.
    """
    if role in EXCLUSIVE_ROLES and not by_operator:
        raise RuleBroken(
            f"授予{role.label}需要两人办理，不能在页面上由一人完成。请运维人员在服务器上执行 flask accounts create 办理。",
            field="role",
        )
