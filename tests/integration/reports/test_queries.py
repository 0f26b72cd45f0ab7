"""What each figure counts, on cases that can be counted by hand."""

from datetime import date
from decimal import Decimal

import pytest

from mediation_admin.assignment import operations as assignment
from mediation_admin.cases.operations import moving
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.courts.enums import SuccessRateDenominator
from mediation_admin.reports import queries
from mediation_admin.reports.definition import Question
from tests.factories import cases
from tests.integration.reports.conftest import MARCH

D = date


def test_success_failure_days_and_rate_of_one_mediator(statistics):
    statistics.ended(statistics.first, D(2024, 3, 13), D(2024, 3, 20))
    statistics.ended(statistics.first, D(2024, 3, 13), D(2024, 3, 26))
    statistics.ended(statistics.first, D(2024, 3, 14), D(2024, 3, 15), success=False)
    statistics.assigned(statistics.first)
    f = statistics.line("钱某").figures
    assert (f["received"], f["closed"], f["succeeded"], f["failed"], f["open_at_end"]) == (4, 3, 2, 1, 1)
    assert (f["days"], f["mean_days"]) == (7 + 13 + 1, Decimal("7.00"))
    assert f["success_rate"] == Decimal("0.6667")
    assert f["closed_in_30_rate"] == 1


def test_both_days_of_a_period_are_counted(statistics):
    statistics.ended(statistics.first, D(2024, 3, 13), D(2024, 3, 31))
    statistics.ended(statistics.first, D(2024, 3, 13), D(2024, 4, 1))
    assert statistics.line("钱某").figures["closed"] == 1
    april = Question(D(2024, 4, 1), D(2024, 4, 30), today=D(2024, 4, 30))
    f = statistics.line("钱某", question=april).figures
    assert (f["carried_over"], f["received"], f["closed"]) == (1, 0, 1)
    one_day = Question(D(2024, 4, 1), D(2024, 4, 1), today=D(2024, 4, 30))
    assert statistics.line("钱某", question=one_day).figures["closed"] == 1


def test_whoever_declined_has_the_refusal_though_the_case_is_another_ones_now(statistics):
    case = statistics.assigned(statistics.first)
    statistics.move(case, "decline", ground="unfit")
    assignment.assign_mediator(
        actor=statistics.actor, case_id=case.id, mediator_id=statistics.second.id, today=cases.TODAY
    )
    # The end of an assignment is the moment it happened, which in a test is now.
    now = Question(D(2024, 1, 1), D(2026, 12, 31), today=D(2026, 12, 31))
    f, g = (statistics.line(name, question=now).figures for name in ("钱某", "安某"))
    assert (f["declined"], f["in_hand"]) == (1, 0)
    assert (g["declined"], g["in_hand"]) == (0, 1)


def test_an_assignment_nobody_answered_in_three_working_days_is_counted_once(statistics):
    statistics.assigned(statistics.first, D(2024, 3, 12))  # due on the 15th, never answered
    late = statistics.assigned(statistics.first, D(2024, 3, 12))
    statistics.move(late, "accept", D(2024, 3, 18), no_conflict=True)
    in_time = statistics.assigned(statistics.first, D(2024, 3, 12))
    statistics.move(in_time, "accept", D(2024, 3, 15), no_conflict=True)
    f = statistics.line("钱某").figures
    assert (f["timed_out"], f["answerable"], f["accepted_in_time"]) == (2, 3, 1)
    assert f["in_time_rate"] == Decimal("0.3333")


def test_an_assignment_that_may_still_be_answered_counts_for_nothing_yet(statistics):
    statistics.assigned(statistics.first, D(2024, 3, 12))
    soon = Question(D(2024, 3, 1), D(2024, 3, 31), today=D(2024, 3, 15))
    f = statistics.line("钱某", question=soon).figures
    assert (f["timed_out"], f["answerable"], f["in_time_rate"]) == (0, 0, None)


def test_an_assignment_taken_back_by_the_court_is_nobodys_delay(statistics):
    case = statistics.assigned(statistics.first, D(2024, 3, 12))
    assignment.withdraw(actor=statistics.actor, case_id=case.id, reason="指派有误", today=D(2024, 3, 13))
    total = statistics.ask().total.figures
    assert total["answerable"] == 0


def test_late_are_those_closed_after_their_time_and_those_open_past_it(statistics):
    statistics.ended(statistics.first, D(2024, 3, 12), D(2024, 4, 12))  # due on 11 April
    statistics.ended(statistics.first, D(2024, 3, 12), D(2024, 4, 11))
    still_open = statistics.assigned(statistics.first)
    statistics.move(still_open, "accept", D(2024, 3, 12), no_conflict=True)
    april = Question(D(2024, 4, 1), D(2024, 4, 30), today=D(2024, 5, 2))
    f = statistics.line("钱某", question=april).figures
    assert (f["closed_late"], f["overdue"], f["late"], f["closed_or_overdue"]) == (1, 1, 2, 3)
    assert f["late_rate"] == Decimal("0.6667")


def test_mediators_stand_in_pinyin_order_and_the_unassigned_last(statistics):
    statistics.assigned(statistics.first)
    statistics.assigned(statistics.second)
    cases.a_case(statistics.actor)
    assert [line.label for line in statistics.ask().lines] == ["安某", "钱某", "未指派"]


def test_by_ministry_and_by_dispute_type_have_their_own_lines(statistics):
    cases.a_case(statistics.actor, ministry_code="acfic")
    cases.a_case(statistics.actor, cause_code="122", dispute_type_code=None)
    ministries = {line.label: line.figures["received"] for line in statistics.ask("by-ministry").lines}
    assert ministries == {"全国工商联": 1, "无部委": 1}
    types = {line.label: line.figures["received"] for line in statistics.ask("by-dispute-type").lines}
    assert sum(types.values()) == 2
    assert "民间借贷" in types


def test_a_code_the_reference_data_no_longer_know_keeps_its_line(statistics):
    case = cases.a_case(statistics.actor)
    case.ministry_code = "gone"
    statistics.session.flush()
    answer = statistics.ask("by-ministry")
    assert [(line.label, line.figures["received"]) for line in answer.lines] == [("gone", 1)]
    assert answer.total.figures["received"] == 1


def test_drafts_deleted_and_returned_cases_are_in_no_figure(statistics):
    cases.a_case(statistics.actor, submit=False)
    deleted = cases.a_case(statistics.actor)
    statistics.move(deleted, "delete", reason="误录")
    assert statistics.ask().total.figures["in_hand"] == 0


def test_the_courts_own_setting_decides_the_denominator(statistics):
    court = moving.court_of(statistics.actor.court_id)
    question = queries.read_question(
        statistics.session, {"from": "2024-03-01", "to": "2024-03-31"}, court.id, D(2024, 4, 30)
    )
    assert not question.by_received
    court.success_rate_denominator = SuccessRateDenominator.RECEIVED
    statistics.session.flush()
    question = queries.read_question(statistics.session, {}, court.id, D(2024, 4, 30))
    assert question.by_received
    assert (question.start, question.end) == (D(2024, 1, 1), D(2024, 4, 30))


@pytest.mark.parametrize("asked", [{"from": "三月"}, {"from": "2024-03-02", "to": "2024-03-01"}])
def test_a_period_that_is_none_is_refused(statistics, asked):
    with pytest.raises(RuleBroken):
        queries.read_question(statistics.session, asked, None, D(2024, 4, 30))


@pytest.mark.parametrize(
    ("report", "figure", "row"),
    [("by-weather", "closed", "all"), ("by-mediator", "rain", "all"), ("by-mediator", "closed", "somebody")],
)
def test_a_figure_there_is_not_does_not_exist(report, figure, row):
    with pytest.raises(NotFound):
        queries.behind(report, figure, row, MARCH)


def test_rows_for_files_hold_what_the_screen_shows_and_halves_only_when_asked(statistics):
    statistics.assigned(statistics.first)
    report = queries.report_of("by-mediator")
    answer = statistics.ask()
    shown = queries.as_rows(report, answer)
    whole = queries.as_rows(report, answer, halves=True)
    assert [row["row"] for row in shown] == ["钱某", "合计"]
    assert set(whole[0]) - set(shown[0]) == {figure.key for figure in report.figures if not figure.shown}
