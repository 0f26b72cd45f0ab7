"""Office hours, whom support may help, what multi-party video needs."""

from datetime import datetime, timedelta

import pytest

from mediation_admin.cases.enums import CaseState
from mediation_admin.core.clock import SHANGHAI
from mediation_admin.core.errors import RuleBroken
from mediation_admin.permissions import EXCLUSIVE_ROLES, Role
from mediation_admin.reference.workdays import Calendar, DayException
from mediation_admin.support import rules

# 2026-03-12 is a Thursday; the Monday after is taken off here.
CALENDAR = Calendar([DayException.from_text("2026-03-16", is_workday=False, name="某节")])
TWO = timedelta(hours=2)


def _at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-03-12 09:30", "2026-03-12 11:30"),
        ("2026-03-12 11:00", "2026-03-12 14:30"),
        ("2026-03-12 12:30", "2026-03-12 15:30"),
        ("2026-03-12 07:00", "2026-03-12 11:00"),
        ("2026-03-12 17:00", "2026-03-13 10:30"),
        ("2026-03-12 23:59", "2026-03-13 11:00"),
        ("2026-03-13 17:30", "2026-03-17 11:00"),
        ("2026-03-14 10:00", "2026-03-17 11:00"),
        ("2026-03-12 10:00", "2026-03-12 12:00"),
    ],
)
def test_a_review_is_due_after_two_office_hours(asked, due):
    assert rules.due_in_office_hours(_at(asked), TWO, CALENDAR) == _at(due)


def test_the_time_left_is_said_in_words():
    due = _at("2026-03-12 11:30")
    assert rules.time_left(due, _at("2026-03-12 10:10")) == ("剩 1 小时 20 分", "plain")
    assert rules.time_left(due, _at("2026-03-12 11:05")) == ("剩 25 分", "warn")
    assert rules.time_left(due, _at("2026-03-12 12:30")) == ("超 1 小时 0 分", "bad")
    assert rules.time_left(due, _at("2026-03-14 12:30")) == ("超 2 天 1 小时", "bad")


@pytest.mark.parametrize("role", EXCLUSIVE_ROLES)
def test_support_alone_does_not_touch_the_three_administrators(role):
    assert role.label in (rules.why_not_help(is_self=False, roles=[Role.CLERK, role]) or "")


def test_support_helps_everybody_else_but_not_itself():
    others = [role for role in Role if role not in EXCLUSIVE_ROLES]
    assert rules.why_not_help(is_self=False, roles=others) is None
    assert "自己" in (rules.why_not_help(is_self=True, roles=[Role.SUPPORT]) or "")


def test_searches_have_an_end():
    rules.check_searches(rules.SEARCHES_AN_HOUR - 1)
    with pytest.raises(RuleBroken, match="100"):
        rules.check_searches(rules.SEARCHES_AN_HOUR)


@pytest.mark.parametrize("reason", ["", " \n ", "长" * 201])
def test_a_reason_is_asked_for(reason):
    with pytest.raises(RuleBroken) as refused:
        rules.check_reason(reason)
    assert refused.value.field == "reason"


def _video(**values):
    held = {"state": CaseState.MEDIATING, "deleted": False, "gaps_of_case": (), "parties": 2, **values}
    return rules.why_no_video(**held)


def test_r20_video_needs_all_data_of_the_parties():
    assert _video() is None
    words, repair = _video(gaps_of_case=["respondent_phone", "facts"])
    assert "被申请人手机号待补" in words
    assert "纠纷概况" not in words
    assert repair == "edit#applicants"
    assert _video(parties=1)[1] == "edit#applicants"


@pytest.mark.parametrize("state", CaseState)
def test_video_serves_a_mediation_that_is_not_over(state):
    assert (_video(state=state) is None) == (state in rules.VIDEO_STATES)


def test_one_request_at_a_time_and_none_for_a_deleted_case():
    assert "正在审批" in _video(waiting=True)[0]
    assert "回收站" in _video(deleted=True)[0]


@pytest.mark.parametrize("count", [None, 1, 21])
def test_the_number_of_people_fits_the_room(count):
    with pytest.raises(RuleBroken) as refused:
        rules.check_party_count(count, 2)
    assert refused.value.field == "party_count"
