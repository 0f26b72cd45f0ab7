"""When a hand-off is tried again, and what a person may do with it in which state."""

from datetime import timedelta

import pytest

from mediation_admin.core.errors import RuleBroken
from mediation_admin.exchange import rules
from mediation_admin.exchange.enums import OPEN_TO_HELP, Direction, HandOffKind, HandOffState, TargetSystem


def test_the_pauses_grow_and_end():
    pauses = [rules.pause_after(n) for n in range(1, rules.MOST_FAILURES)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=1)
    assert rules.pause_after(rules.MOST_FAILURES) is None
    assert rules.pause_after(rules.MOST_FAILURES + 5) is None


@pytest.mark.parametrize("state", HandOffState)
def test_what_a_person_may_do_is_said_for_every_state(state):
    may = state in OPEN_TO_HELP
    assert (rules.why_not_retry(state, Direction.OUT) is None) == may
    assert (rules.why_not_cancel(state) is None) == may
    assert rules.why_not_retry(state, Direction.IN) is not None


@pytest.mark.parametrize("reason", ["", "   ", "长" * 201])
def test_a_reason_is_asked_for(reason):
    with pytest.raises(RuleBroken) as refused:
        rules.check_reason(reason)
    assert refused.value.field == "reason"


def test_every_kind_has_a_direction_and_an_other_end():
    ministries = {kind for kind in HandOffKind if rules.target_of(kind) is TargetSystem.MINISTRY}
    inbound = {kind for kind in HandOffKind if rules.direction_of(kind) is Direction.IN}
    assert ministries == {HandOffKind.MINISTRY_ASSIGNMENT, HandOffKind.MINISTRY_RESULT}
    assert inbound == {HandOffKind.CASE_IN, HandOffKind.MINISTRY_RESULT}
