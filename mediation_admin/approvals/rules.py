"""Who may decide a request, and until when. Pure."""

from datetime import datetime, timedelta

from mediation_admin.approvals.enums import ApprovalState
from mediation_admin.core.errors import RuleBroken

# A request nobody looked at for a week is asked anew: what it would do may have become wrong.
LASTS = timedelta(days=7)
LONGEST_REASON = 500

_OVER = {
    ApprovalState.APPROVED: "这项申请已经批准，无需再办。",
    ApprovalState.REFUSED: "这项申请已被拒绝；确有需要请重新申请。",
    ApprovalState.WITHDRAWN: "这项申请已由申请人撤回。",
    ApprovalState.EXPIRED: "这项申请已过期，请申请人重新提交。",
}


def state_at(state: ApprovalState, expires_at: datetime, moment: datetime) -> ApprovalState:
    """How a request stands at a moment: one that waited too long has expired, whether or not anybody wrote it down."""
    return ApprovalState.EXPIRED if state is ApprovalState.WAITING and expires_at <= moment else state


def check_waits(state: ApprovalState) -> None:
    """Only a waiting request can be decided or withdrawn."""
    if state is not ApprovalState.WAITING:
        raise RuleBroken(_OVER[state])


def check_is_another(*, account_id: int | None, asked_by: int, about_id: int | None, deciders: str) -> None:
    """Two people: neither the asker nor the person concerned decides. ``deciders`` says who can."""
    if account_id is None:
        raise RuleBroken(f"审批须由有权限的人员本人登录后办理：{deciders}。")
    if account_id == asked_by:
        raise RuleBroken(f"申请人不能审批自己的申请，可由{deciders}审批。")
    if account_id == about_id:
        raise RuleBroken(f"这项申请与您本人有关，可由{deciders}审批。")


def check_reason(reason: str) -> str:
    """The reason as it is kept: given, and not a novel."""
    said = reason.strip()
    if not said:
        raise RuleBroken("请写明理由，审批人据此决定。", field="reason")
    if len(said) > LONGEST_REASON:
        raise RuleBroken(f"理由最多 {LONGEST_REASON} 字，现在是 {len(said)} 字。", field="reason")
    return said
