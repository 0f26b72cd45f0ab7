"""The words of the hand-off ledger."""

from mediation_admin.core.enums import LabelledEnum


class TargetSystem(LabelledEnum):
    """The system at the other end."""

    INNER = "inner", "内网办案系统"
    MINISTRY = "ministry", "总对总部委平台"


class Direction(LabelledEnum):
    """Which way a hand-off goes."""

    OUT = "out", "发出"
    IN = "in", "收到"


class HandOffKind(LabelledEnum):
    """What is handed over (the seeds' pushes between platform, inner network and ministries)."""

    CASE_IN = "case_in", "内网案件推送"
    MINISTRY_ASSIGNMENT = "ministry_assignment", "总对总指派"
    MINISTRY_RESULT = "ministry_result", "总对总结果回传"
    CONFIRMATION = "confirmation", "司法确认移送"
    JUDGMENT = "judgment", "调解书申请移送"
    FILING = "filing", "在线立案移送"


class HandOffState(LabelledEnum):
    """How far a hand-off is. Only exchange.operations writes it."""

    WAITING = "waiting", "待发送", "info"
    SENDING = "sending", "发送中", "info"
    ACCEPTED = "accepted", "对方已接收", "plain"
    ANSWERED = "answered", "已回复", "good"
    FAILED = "failed", "失败待重试", "warn"
    STUCK = "stuck", "已停住", "bad"
    CANCELLED = "cancelled", "已放弃", "mute"


class HandOffStep(LabelledEnum):
    """One thing that happened to a hand-off."""

    OPENED = "opened", "登记", "info"
    ACCEPTED = "accepted", "对方接收", "plain"
    ANSWERED = "answered", "收到回复", "good"
    FAILED = "failed", "发送失败", "warn"
    INTERRUPTED = "interrupted", "发送中断", "warn"
    STUCK = "stuck", "停止自动重试", "bad"
    RETRIED = "retried", "人工重试", "info"
    CANCELLED = "cancelled", "放弃移送", "mute"


INBOUND = (HandOffKind.CASE_IN, HandOffKind.MINISTRY_RESULT)
MINISTRY_KINDS = (HandOffKind.MINISTRY_ASSIGNMENT, HandOffKind.MINISTRY_RESULT)
# A person may send these again, or give them up.
OPEN_TO_HELP = (HandOffState.WAITING, HandOffState.FAILED, HandOffState.STUCK)
# Nothing more will happen by itself, and nobody has what was to be handed over.
NEEDS_HELP = (HandOffState.STUCK, HandOffState.FAILED)
