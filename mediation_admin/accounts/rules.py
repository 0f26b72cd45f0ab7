"""The security policy, when an account backs off, when a session is over, who may give which role. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mediation_admin.accounts.enums import AccountState, GrantState, PasswordProfile, SessionEnd
from mediation_admin.core.errors import RuleBroken
from mediation_admin.permissions import ADMINISTRATOR_ROLES, COURT_ROLES, EXCLUSIVE_ROLES, Role

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
ONLY_ON_THE_SERVER = (
    "动态口令只能由运维人员在服务器上执行 flask accounts reset-factor 重置，须有第二人在场复核。"
    "还有恢复码的，本人用恢复码登录即可。"
)
"""For the three administrators: they watch over everybody else, so nobody at a desk changes how they get in."""


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
    """Whether the account is backing off. A lock that ends later than any can was set by a clock that ran ahead; the
    slack is for tries at the same moment, of which the later one is judged first."""
    return locked_until is not None and moment < locked_until <= moment + BACK_OFF + CLOCK_SLACK


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


CODE_LASTS = timedelta(minutes=10)
RESET_WITHIN = timedelta(hours=24)
RESETS_A_DAY = 5
RESET_PAUSE = timedelta(seconds=60)
FRESH = timedelta(minutes=30)


def is_fresh(proven_at: datetime, moment: datetime) -> bool:
    """Whether the person has proved to be there lately enough for a sensitive act (S21)."""
    return -CLOCK_SLACK <= moment - proven_at < FRESH


def check_may_ask_for_reset(asked_at: Iterable[datetime], moment: datetime) -> None:
    """Refuse another code: more than five within 24 hours, or two within a minute (S16). ``asked_at``: the requests of
    this number in that time. Known and unknown numbers are counted alike. Raises RuleBroken for the field ``phone``."""
    earlier = sorted(asked_at)
    if len(earlier) >= RESETS_A_DAY:
        raise RuleBroken(
            f"这个手机号 24 小时内已申请 {RESETS_A_DAY} 次，请明天再试，或联系本院管理员、平台客服。", field="phone"
        )
    if earlier and timedelta(0) <= moment - earlier[-1] < RESET_PAUSE:
        raise RuleBroken("刚刚申请过，请等一分钟再重新获取。", field="phone")


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


def check_may_do_without_factor(held: Iterable[Role]) -> None:
    """Refuse to switch the second factor off for who holds an administrator role (等保三级, S17)."""
    role = next((one for one in held if one in ADMINISTRATOR_ROLES), None)
    if role is not None:
        raise RuleBroken(f"您是{role.label}，必须使用二次验证，不能停用。更换手机请用“更换验证器”。")


def takes_two_people(*, role: Role, of_court: bool, by_operator: bool) -> bool:
    """Whether giving a role takes an asker and a decider (S31, 等保三级).

    A court's administrators give the court's own roles, except the administrator's. Whoever works for the platform
    proposes every role, for the security administrator decides who gets one. Operators at the server are the
    exception: without them an empty platform would stay empty.
    """
    alone = of_court and role in COURT_ROLES and role not in ADMINISTRATOR_ROLES
    return not by_operator and not alone


def check_may_grant(*, role: Role, of_court: bool, by_operator: bool, approved: bool) -> None:
    """A role that takes two people is given only by an approved request."""
    if not approved and takes_two_people(role=role, of_court=of_court, by_operator=by_operator):
        raise RuleBroken(f"授予{role.label}需要两人办理：请提交申请，经审批后生效。", field="role")


def check_decider_exists(*, role: Role, security_admins: int, court_admins: int) -> None:
    """A request nobody could decide is refused, with what to do instead.

    ``security_admins`` and ``court_admins`` count the others who could decide it now.
    """
    if security_admins or (role in COURT_ROLES and court_admins):
        return
    raise RuleBroken(
        f"授予{role.label}需要两人办理，而平台现在没有可以审批的安全管理员。"
        "请运维人员在服务器上执行 flask accounts create --role security_admin 先设一位。",
        field="role",
    )


def check_somebody_remains(role: Role, *, others: int) -> None:
    """The last active administrator cannot be removed, switched off or demoted, by whomever of the same house."""
    if not others:
        where = "本院" if role in COURT_ROLES else "平台"
        raise RuleBroken(
            f"这是{where}最后一位可用的{role.label}，不能收回、停用或调离，否则{where}将无人管理。"
            f"请先增加另一位{role.label}（本人已设置密码），再办理。"
        )


STAND_IN_LONGEST = timedelta(days=366)
# A role given until a day ends at the midnight after it; this brings back the day.
LAST_MOMENT = timedelta(seconds=1)


def check_period(
    start: date | None, end: date | None, *, today: date, stands_in: bool = False, colleague_until: date | None = None
) -> None:
    """The days a role is given for, both counted. A stand-in (代理) has an end, at most a year away, and none later
    than the end of the role he stands in for."""
    if stands_in and end is None:
        raise RuleBroken("代理必须有结束日期，请填写。", field="valid_until")
    if end is None:
        return
    if end < today:
        raise RuleBroken(f"结束日期不能早于今天（{today}）。", field="valid_until")
    if start is not None and end < start:
        raise RuleBroken("结束日期不能早于开始日期。", field="valid_until")
    if stands_in and end - max(start or today, today) > STAND_IN_LONGEST:
        raise RuleBroken("代理最长一年，请改近结束日期；到期后可以再办。", field="valid_until")
    if colleague_until is not None and end > colleague_until:
        raise RuleBroken(f"被代理人的角色到 {colleague_until} 为止，代理不能晚于这一天。", field="valid_until")


def grant_state(
    *, valid_from: datetime | None, valid_until: datetime | None, revoked_at: datetime | None, moment: datetime
) -> GrantState:
    """How a role that was given stands at a moment."""
    if revoked_at is not None:
        return GrantState.REVOKED
    if valid_until is not None and valid_until <= moment:
        return GrantState.OVER
    return GrantState.TO_COME if valid_from is not None and valid_from > moment else GrantState.IN_FORCE


# -- phones ---------------------------------------------------------------------------------------------------------


def check_court_may_change_phone(*, elsewhere: bool, administrator: bool) -> None:
    """Whoever changes a phone holds the way in: a court does so for its own people only, and for no administrator."""
    if administrator:
        raise RuleBroken("管理员的手机号由平台客服核实后更改，本院不能自行更改。请联系平台客服。", field="phone")
    if elsewhere:
        raise RuleBroken("该用户还有本院以外的角色，手机号由平台客服核实后更改。请联系平台客服。", field="phone")


def check_court_may_reset_factor(*, administrator: Role | None, elsewhere: bool) -> None:
    """A court takes the second factor off its own people only: one who also works elsewhere would be let in there too.
    ``administrator`` is which of the platform's three administrators the person is."""
    if administrator is not None:
        raise RuleBroken(f"该用户是{administrator.label}，{ONLY_ON_THE_SERVER}")
    if elsewhere:
        raise RuleBroken("该用户还有本院以外的角色，动态口令由平台客服核实后重置。请联系平台客服。")


def check_phone_reason(reason: str) -> str:
    """Why a phone is changed, as it is kept."""
    said = reason.strip()
    if not said:
        raise RuleBroken("请写明更换手机号的原因。", field="reason")
    return said
