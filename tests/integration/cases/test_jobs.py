"""The night: what the platform does to cases by itself."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from mediation_admin.cases import jobs, operations
from mediation_admin.cases.enums import CaseKind, CaseState, EndReason, Result
from mediation_admin.cases.models import CaseEvent
from mediation_admin.core import clock
from tests.factories import cases
from tests.factories.cases import TODAY

LAST_DAY = date(2024, 3, 15)  # the third working day after a Tuesday


@pytest.fixture
def night(office, app, monkeypatch):
    """Runs a step of the night in a context of its own."""

    def run(step, today):
        office.session.commit()
        with app.app_context():
            done = step(today)
        office.session.expire_all()
        return done

    return run


def test_a_case_nobody_accepted_goes_back_on_the_day_after_the_last(office, night):
    case = cases.a_case_in("to_accept", office.actor, office.mediator.id)
    assert night(jobs.recall_unanswered, LAST_DAY) == 0
    assert night(jobs.recall_unanswered, LAST_DAY + timedelta(days=1)) == 1
    assert (case.state, case.mediator_id) == (CaseState.TO_ASSIGN, None)
    event = office.session.scalars(select(CaseEvent).where(CaseEvent.move == "recall")).one()
    assert (event.actor_name, event.on_behalf_of, event.title) == ("系统", "", "逾期收回")


def test_an_application_goes_back_to_its_party_and_ends_when_nobody_is_chosen(office, night):
    case = cases.a_case(office.actor, submit=False, kind=CaseKind.INTERNET)
    operations.move(actor=office.actor, case_id=case.id, move="apply", mediator_id=office.mediator.id, today=TODAY)
    first = LAST_DAY + timedelta(days=3)
    assert night(jobs.recall_unanswered, first) == 1
    assert (case.state, case.mediator_id, case.response_due_on) == (CaseState.TO_ACCEPT, None, date(2024, 3, 21))
    assert night(jobs.recall_unanswered, first) == 0
    assert night(jobs.end_unchosen, date(2024, 3, 22)) == 1
    assert (case.state, case.result, case.end_reason) == (
        CaseState.TERMINATED,
        Result.PROCEDURAL,
        EndReason.EXPIRED,
    )


def test_a_mediation_past_its_time_ends_as_expired(office, night):
    case = cases.a_case_in("mediating", office.actor, office.mediator.id)
    assert night(jobs.expire_overdue, case.due_on) == 0
    assert night(jobs.expire_overdue, case.due_on + timedelta(days=1)) == 1
    assert (case.state, case.end_reason) == (CaseState.TERMINATED, EndReason.EXPIRED)


def test_a_suspended_mediation_waits_for_the_court(office, night):
    case = cases.a_case_in("mediating", office.actor, office.mediator.id)
    operations.move(actor=office.actor, case_id=case.id, move="suspend", reason="可疑", today=TODAY)
    assert night(jobs.expire_overdue, case.due_on + timedelta(days=30)) == 0


def test_an_open_case_of_an_old_ledger_is_not_ended_by_the_clock(office, night):
    row = cases.a_backfilled_row(mediator_id=office.mediator.id, ended_on=None, result=None)
    case = operations.open_backfilled_case(actor=office.actor, court_id=office.court_id, row=row, today=TODAY)
    assert case.due_on < TODAY
    assert night(jobs.expire_overdue, TODAY) == 0
    operations.move(actor=office.actor, case_id=case.id, move="extend", days=5, consent=True, today=TODAY)
    assert night(jobs.expire_overdue, TODAY) == 1


def test_the_end_is_announced_three_days_before_and_once(office, night):
    case = cases.a_case_in("mediating", office.actor, office.mediator.id)
    assert night(jobs.announce_deadlines, case.due_on - timedelta(days=4)) == 0
    assert night(jobs.announce_deadlines, case.due_on - timedelta(days=3)) == 1
    assert night(jobs.announce_deadlines, case.due_on - timedelta(days=2)) == 0
    operations.move(actor=office.actor, case_id=case.id, move="extend", days=10, consent=True, today=TODAY)
    assert night(jobs.announce_deadlines, case.due_on) == 1


def test_nothing_happens_on_a_day_of_rest(office, night, monkeypatch):
    case = cases.a_case_in("to_accept", office.actor, office.mediator.id)
    monkeypatch.setattr(clock, "today", lambda: date(2024, 3, 17))  # a Sunday
    assert night(lambda today: jobs.overnight(), None) == 0
    assert case.state is CaseState.TO_ACCEPT
    monkeypatch.setattr(clock, "today", lambda: date(2024, 3, 18))
    assert night(lambda today: jobs.overnight(), None) == 1


def test_deleted_cases_are_left_alone(office, night):
    case = cases.a_case_in("mediating", office.actor, office.mediator.id)
    operations.move(actor=office.actor, case_id=case.id, move="delete", reason="重复", today=TODAY)
    assert night(jobs.expire_overdue, case.due_on + timedelta(days=30)) == 0
    assert night(jobs.announce_deadlines, case.due_on) == 0
