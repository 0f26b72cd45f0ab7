"""How an assignment learns what became of its case: one follower, in the transaction of the move."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import select

from mediation_admin.assignment.enums import AssignmentEnd
from mediation_admin.assignment.models import Assignment
from mediation_admin.assignment.operations.picking import OWN, assignment_for
from mediation_admin.cases import operations as cases
from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.models import Case, CaseEvent
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor

# Moves that end an assignment without the mediator finishing the case.
ENDS = {
    "decline": AssignmentEnd.DECLINED,
    "decline_application": AssignmentEnd.DECLINED,
    "recall": AssignmentEnd.TIMED_OUT,
    "recall_application": AssignmentEnd.TIMED_OUT,
    "withdraw_assignment": AssignmentEnd.WITHDRAWN,
    "return_application": AssignmentEnd.RETURNED,
    "change_mediator": AssignmentEnd.CHANGED,
}
# Moves that name who is asked to mediate.
BEGINS = ("assign", "assign_ministry", "apply", "choose_again", "change_mediator")
FINISHES = ("all_signed", "close_on_paper", "close_refused", "settle", "terminate", "expire", "expire_application")
_AT_HAND = "assignments at hand"
_OVER = (CaseState.CLOSED, CaseState.TERMINATED)


@cases.follow(*ENDS, *(name for name in BEGINS if name not in ENDS), *FINISHES, "accept", "name_mediator", "resume")
def keep_assignment_in_step(case: Case, event: CaseEvent, actor: Actor) -> None:
    """End, accept, renew or begin the active assignment as the case moved."""
    if event.move in ("assign", "assign_ministry") and OWN in event.data:
        return
    active = _active(case.id)
    if active is not None and event.move in ENDS:
        _end(active, AssignmentEnd.UNDONE if event.data.get("undo_of") else ENDS[event.move], event)
        if active.organisation_stays and case.organisation_id is None:
            # The organisation was on the case before this mediator was, and is not taken back with the mediator.
            case.organisation_id = active.organisation_id
    elif active is not None and case.state in _OVER:
        _end(active, AssignmentEnd.CASE_ENDED, event)
    elif active is not None and event.move == "accept":
        active.accepted_on = case.accepted_on
    elif active is not None and event.move == "name_mediator":
        active.mediator_id = case.mediator_id
    if event.data.get("undo_of"):
        return  # many at once: the bulk operation flushes
    db.session.flush()
    if OWN in event.data:
        return
    someone = case.mediator_id is not None or case.organisation_id is not None
    if event.move in BEGINS and someone and case.state is CaseState.TO_ACCEPT:
        _begin(case, actor, event.detail or event.title, case.assigned_on or clock.today())
    elif event.move == "resume" and someone and _active(case.id) is None:
        going_on = _begin(case, actor, event.detail or event.title, case.accepted_on or clock.today())
        # Nobody is asked again, so nothing waits for an answer: it goes on from the day it was first accepted.
        going_on.accepted_on, going_on.response_due_on = going_on.assigned_on, None
    db.session.flush()


@contextmanager
def assignments_at_hand(rows: Iterable[Assignment]) -> Iterator[None]:
    """While many cases move at once: their active assignments, locked and read together instead of one by one."""
    held = db.session().info
    held[_AT_HAND] = {row.case_id: row for row in rows}
    try:
        yield
    finally:
        del held[_AT_HAND]


def _active(case_id: int) -> Assignment | None:
    at_hand = db.session().info.get(_AT_HAND, {})
    if case_id in at_hand:
        return at_hand[case_id]
    return db.session.scalar(
        select(Assignment).where(Assignment.case_id == case_id, Assignment.ended_at.is_(None)).with_for_update()
    )


def _end(assignment: Assignment, kind: AssignmentEnd, event: CaseEvent) -> None:
    assignment.ended_at = clock.now()
    assignment.end_kind = kind
    assignment.end_reason = event.detail or event.title


def _begin(case: Case, actor: Actor, reason: str, day: date) -> Assignment:
    made = assignment_for(case, actor, reason, day)
    db.session.add(made)
    return made
