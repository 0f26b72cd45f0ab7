"""The security policy, when an account backs off, when a session is over, who may give which role. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mediation_admin.accounts.enums import AccountState, PasswordProfile, SessionEnd
from mediation_admin.core.errors import RuleBroken
from mediation_admin.permissions import COURT_ROLES, EXCLUSIVE_ROLES, Role

MAX_FAILURES = 5
BACK_OFF = timedelta(minutes=15)

MAX_SESSIONS = 5
SEEN_EVERY = timedelta(seconds=60)
IDLE_RANGE = range(10, 481)
ABSOLUTE_RANGE = range(1, 25)
# A clock that was set back must not keep a session alive until it has caught up.
CLOCK_SLACK = timedelta(minutes=5)

SETUP_LASTS = timedelta(hours=24)
INVITATION_LASTS = timedelta(days=2)
RESET_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """The platform's security policy; as it is until the security administrator sets another (S8, S19)."""

    profile: PasswordProfile = PasswordProfile.DENGBAO
    idle_minutes: int = 30
    absolute_hours: int = 12

    @property
    def idle(self) -> timedelta:
        """How long a session lasts without a sign of life."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def absolute(self) -> timedelta:
        """How long a session lasts at all."""
        return timedelta(hours=self.absolute_hours)


def check_policy(policy: Policy) -> None:
    """Refuse limits outside of 10 to 480 idle minutes (S19) and 1 to 24 hours. Raises RuleBroken for the field."""
    if policy.idle_minutes not in IDLE_RANGE:
        raise RuleBroken(f"无操作退出时间须在 {IDLE_RANGE[0]} 到 {IDLE_RANGE[-1]} 分钟之间。", field="idle_minutes")
    if policy.absolute_hours not in ABSOLUTE_RANGE:
        raise RuleBroken(
            f"最长登录时间须在 {ABSOLUTE_RANGE[0]} 到 {ABSOLUTE_RANGE[-1]} 小时之间。", field="absolute_hours"
        )


# -- failed sign-ins ------------------------------------------------------------------------------------------------


def is_locked(locked_until: datetime | None, moment: datetime) -> bool:
    """Whether the account is backing off. A lock that ends later than any can was set by a clock that ran ahead."""
    return locked_until is not None and moment < locked_until <= moment + BACK_OFF


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
    *,
    disabled_at: datetime | None,
    locked_until: datetime | None,
    has_password: bool,
    moment: datetime,
    is_expired: bool = False,
) -> AccountState:
    """How an account stands."""
    if disabled_at is not None:
        return AccountState.DISABLED
    if not has_password:
        return AccountState.INVITED
    if is_locked(locked_until, moment):
        return AccountState.LOCKED
    return AccountState.EXPIRED if is_expired else AccountState.ACTIVE


# -- sessions -------------------------------------------------------------------------------------------------------


def session_end(
    *, created_at: datetime, seen_at: datetime, moment: datetime, idle: timedelta, absolute: timedelta
) -> SessionEnd | None:
    """Why a session is over by now; None while it lasts. One from the future ends too: the clock was set back."""
    if moment - created_at >= absolute or created_at - moment > CLOCK_SLACK:
        return SessionEnd.TOO_OLD
    return SessionEnd.IDLE if moment - seen_at >= idle else None


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
