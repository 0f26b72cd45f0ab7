"""Whom support may help, how long a review may take, what a video request needs. Pure; moments are arguments."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from mediation_admin.accounts.rules import ONLY_ON_THE_SERVER
from mediation_admin.cases.enums import CaseState, Gap
from mediation_admin.cases.rules.gaps import PARTY_GAPS
from mediation_admin.core.errors import RuleBroken
from mediation_admin.permissions import EXCLUSIVE_ROLES, Role
from mediation_admin.reference.workdays import Calendar

SEARCHES_AN_HOUR = 100  # bars.md: account search 100/h (GOV.UK Notify)
# Office hours in which reviews are worked on, as the guide tells people (Asia/Shanghai).
OFFICE_HOURS = ((time(9, 0), time(12, 0)), (time(13, 30), time(17, 30)))
REVIEW_WITHIN = timedelta(hours=2)  # S1: two hours on working days
REVIEW_LEASE = timedelta(minutes=15)
PHOTOS_KEPT = timedelta(days=30)  # after the decision, for questions and complaints (S34)
MOST_PARTIES = 20
LONGEST_REASON = 200
VIDEO_STATES = (CaseState.TO_ASSIGN, CaseState.TO_ACCEPT, CaseState.MEDIATING)
"""Multi-party video serves a mediation that is coming or going on."""


# -- helping people -------------------------------------------------------------------------------------------------


def check_reason(reason: str) -> str:
    """The reason as it is kept. Refused: an empty one, one that is too long."""
    text = " ".join(reason.split())
    if not text:
        raise RuleBroken("请写明理由，会记入审计并告知本人。", field="reason")
    if len(text) > LONGEST_REASON:
        raise RuleBroken(f"理由最多 {LONGEST_REASON} 个字。", field="reason")
    return text


def why_not_help(*, is_self: bool, roles: Iterable[Role]) -> str | None:
    """Why support may not act on an account at all; None where it may.

    The three administrators watch over everybody else, so one person's word is not enough to change how they get in.
    """
    if is_self:
        return "不能办理自己的账号，请由另一位客服办理。"
    role = next((one for one in roles if one in EXCLUSIVE_ROLES), None)
    if role is not None:
        return (
            f"该用户是{role.label}，客服一人不能办理。请运维人员在服务器上执行 flask accounts reset-link（忘记密码）"
            "或 flask accounts end-sessions（结束登录），须有第二人在场复核。"
        )
    return None


def why_not_reset_factor(*, is_self: bool, roles: Iterable[Role], has_factor: bool) -> str | None:
    """Why support may not take the second factor off an account; None where it may."""
    held = list(roles)
    role = next((one for one in held if one in EXCLUSIVE_ROLES), None)
    if role is not None and not is_self:
        return f"该用户是{role.label}，{ONLY_ON_THE_SERVER}"
    return why_not_help(is_self=is_self, roles=held) or (
        None if has_factor else "该用户没有启用二次验证（动态口令），不需要重置。"
    )


def check_searches(done_in_the_hour: int) -> None:
    """Refuse more searches than anybody needs to help people."""
    if done_in_the_hour >= SEARCHES_AN_HOUR:
        raise RuleBroken(
            f"一小时内最多查找 {SEARCHES_AN_HOUR} 次，现在已达上限。请稍后再查；确需继续请联系系统管理员。"
        )


# -- reviews --------------------------------------------------------------------------------------------------------


def due_in_office_hours(asked_at: datetime, within: timedelta, calendar: Calendar) -> datetime:
    """When a span of office hours is over. ``asked_at`` is local (Asia/Shanghai); nights, lunch and days of rest do not
    count, so what comes in on Friday evening is due on Monday morning."""
    moment, left = asked_at, within
    while True:
        if calendar.is_workday(moment.date()):
            for opens, closes in OFFICE_HOURS:
                begins = max(moment, moment.replace(hour=opens.hour, minute=opens.minute, second=0, microsecond=0))
                ends = moment.replace(hour=closes.hour, minute=closes.minute, second=0, microsecond=0)
                if begins >= ends:
                    continue
                if begins + left <= ends:
                    return begins + left
                left -= ends - begins
                moment = ends
        moment = (moment + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def time_left(due_at: datetime, moment: datetime) -> tuple[str, str]:
    """The words and the tone of a due moment: ("剩 1 小时 20 分", "warn")."""
    seconds = int((due_at - moment).total_seconds())
    word, tone = ("剩", "warn" if seconds < 3600 else "plain") if seconds >= 0 else ("超", "bad")
    minutes = abs(seconds) // 60
    days, minutes = divmod(minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{word} {days} 天 {hours} 小时", tone
    return (f"{word} {hours} 小时 {minutes} 分" if hours else f"{word} {minutes} 分"), tone


# -- multi-party video ----------------------------------------------------------------------------------------------


def why_no_video(
    *, state: CaseState, deleted: bool, gaps_of_case: Iterable[str], parties: int, waiting: bool = False
) -> tuple[str, str | None] | None:
    """Why multi-party video cannot be asked for (R20), with where that is mended; None when it can."""
    if deleted:
        return "案件在回收站中，请先恢复案件。", None
    if state not in VIDEO_STATES:
        return f"案件状态为“{state.label}”，只有调解尚未结束的案件可以申请多路视频。", None
    gaps = [Gap(gap).label for gap in gaps_of_case if gap in PARTY_GAPS]
    if gaps:
        return f"申请多路视频前须先填齐所有当事人信息：{'、'.join(gaps)}。", "edit#applicants"
    if parties < 2:
        return "多路视频至少需要两方当事人，请先补充当事人。", "edit#applicants"
    if waiting:
        return "本案的多路视频申请正在审批，请等待结果。", None
    return None


def check_party_count(count: int | None, parties: int) -> int:
    """How many people join the video besides the mediator. Refused: fewer than the parties, or more than a room holds."""
    if count is None or not parties <= count <= MOST_PARTIES:
        raise RuleBroken(f"参加人数应在 {parties} 到 {MOST_PARTIES} 之间（不含调解员）。", field="party_count")
    return count
