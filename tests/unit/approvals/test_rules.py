"""Who may decide a request, and until when."""

from datetime import UTC, datetime, timedelta

import pytest

from mediation_admin.approvals import rules
from mediation_admin.approvals.enums import ApprovalState
from mediation_admin.core.errors import RuleBroken

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_s31_the_asker_and_the_person_concerned_cannot_decide_and_a_third_can() -> None:
    asked = {"asked_by": 1, "about_id": 2, "deciders": "另一位管理员"}
    with pytest.raises(RuleBroken, match="申请人不能审批自己的申请，可由另一位管理员"):
        rules.check_is_another(account_id=1, **asked)
    with pytest.raises(RuleBroken, match="与您本人有关"):
        rules.check_is_another(account_id=2, **asked)
    with pytest.raises(RuleBroken, match="本人登录"):
        rules.check_is_another(account_id=None, **asked)
    assert rules.check_is_another(account_id=3, **asked) is None


def test_a_request_that_waited_a_week_has_expired_and_a_decided_one_never_does() -> None:
    until = NOON + rules.LASTS
    assert rules.state_at(ApprovalState.WAITING, until, until - timedelta(seconds=1)) is ApprovalState.WAITING
    assert rules.state_at(ApprovalState.WAITING, until, until) is ApprovalState.EXPIRED
    assert rules.state_at(ApprovalState.APPROVED, until, until + timedelta(days=9)) is ApprovalState.APPROVED


@pytest.mark.parametrize("state", [state for state in ApprovalState if state is not ApprovalState.WAITING])
def test_what_is_over_is_not_decided_again_and_says_why(state: ApprovalState) -> None:
    with pytest.raises(RuleBroken, match="。"):
        rules.check_waits(state)
    assert rules.check_waits(ApprovalState.WAITING) is None


@pytest.mark.parametrize("reason", ["", "  ", "长" * (rules.LONGEST_REASON + 1)])
def test_a_reason_is_given_and_is_no_novel(reason: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        rules.check_reason(reason)
    assert refused.value.field == "reason"
    assert rules.check_reason(" 人手不足 ") == "人手不足"
