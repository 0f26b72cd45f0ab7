"""When a hand-off is tried again, when it stops, and what a person may do with it. Pure."""

from datetime import timedelta

from mediation_admin.core.errors import RuleBroken
from mediation_admin.exchange.enums import (
    INBOUND,
    MINISTRY_KINDS,
    OPEN_TO_HELP,
    Direction,
    HandOffKind,
    HandOffState,
    TargetSystem,
)

# The pause after each failure in a row; after the last one the hand-off stops and waits for a person.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
)
MOST_FAILURES = len(PAUSES) + 1
LEASE = timedelta(minutes=5)
ANSWER_EXPECTED_WITHIN = timedelta(days=3)

NO_SENDER = "这类移送的发送程序还没有接入，接入后会自动发送；现在不用重复登记。"


def direction_of(kind: HandOffKind) -> Direction:
    """Which way a kind of hand-off goes."""
    return Direction.IN if kind in INBOUND else Direction.OUT


def target_of(kind: HandOffKind) -> TargetSystem:
    """The system at the other end of a kind of hand-off."""
    return TargetSystem.MINISTRY if kind in MINISTRY_KINDS else TargetSystem.INNER


def pause_after(failures: int) -> timedelta | None:
    """How long to wait after so many failures in a row; None when it is not tried again by itself."""
    return PAUSES[failures - 1] if failures < MOST_FAILURES else None


def check_reason(reason: str) -> str:
    """The reason as it is kept. Refused: an empty one, one of more than 200 characters."""
    text = reason.strip()
    if not text:
        raise RuleBroken("请写明理由，会记入移送记录和审计。", field="reason")
    if len(text) > 200:
        raise RuleBroken("理由最多 200 个字。", field="reason")
    return text


def why_not_retry(state: HandOffState, direction: Direction) -> str | None:
    """Why a hand-off cannot be sent again now; None when it can."""
    if direction is Direction.IN:
        return "这是对方发来的，不能由本平台重发。请对方重新推送。"
    if state in OPEN_TO_HELP:
        return None
    return {
        HandOffState.SENDING: "正在发送，请稍候刷新。发送进程中断的，5 分钟后自动转为失败。",
        HandOffState.ACCEPTED: "对方已经接收，正在等待回复，不能重发。长时间没有回复的，请联系对方核查。",
        HandOffState.ANSWERED: "对方已经回复，不需要重发。",
        HandOffState.CANCELLED: "已经放弃移送。确实需要移送的，请在案件上重新办理。",
    }[state]


def why_not_cancel(state: HandOffState) -> str | None:
    """Why a hand-off cannot be given up now; None when it can."""
    if state in OPEN_TO_HELP:
        return None
    return {
        HandOffState.SENDING: "正在发送，请稍候刷新再办理。",
        HandOffState.ACCEPTED: "对方已经接收，不能放弃。需要撤回的，请联系对方办理。",
        HandOffState.ANSWERED: "对方已经回复，不能放弃。",
        HandOffState.CANCELLED: "已经放弃移送。",
    }[state]
