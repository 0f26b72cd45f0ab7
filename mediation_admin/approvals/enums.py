"""The words of approvals: how a request stands, and whose it is to whoever looks."""

from mediation_admin.core.enums import LabelledEnum


class ApprovalState(LabelledEnum):
    """How a request stands."""

    WAITING = "waiting", "待审批", "warn"
    APPROVED = "approved", "已批准", "good"
    REFUSED = "refused", "已拒绝", "bad"
    WITHDRAWN = "withdrawn", "已撤回", "mute"
    EXPIRED = "expired", "已过期", "mute"


class Whose(LabelledEnum):
    """What the requests of the list are to whoever looks at it."""

    TO_DECIDE = "to_decide", "待我审批"
    ASKED = "asked", "我提交的"
    DECIDED = "decided", "我审批的"
