"""What the platform does to cases by itself, in the night of a working day: take back, end, announce."""

import logging
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Text, and_, cast, exists, or_, select

from mediation_admin.cases import queries
from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.models import Case, CaseEvent
from mediation_admin.cases.operations.looking import LEDGER_MOVES
from mediation_admin.cases.operations.moving import SYSTEM, move_many
from mediation_admin.cases.rules.deadlines import NOTICE_DAYS
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Scope, enter, scope_of
from mediation_admin.reference.queries import calendar

log = logging.getLogger(__name__)

CHUNK = 200
ANNOUNCED = "announce_deadline"


def overnight() -> int:
    """Everything of the night, each step for itself; returns how many cases were touched. Nothing on a day of rest."""
    _enter()
    today = clock.today()
    if not calendar(db.session).is_workday(today):
        return 0
    return sum(step(today) for step in (recall_unanswered, end_unchosen, expire_overdue, announce_deadlines))


def recall_unanswered(today: date) -> int:
    """T7, T7b: cases nobody accepted within three working days go back."""
    late = queries.response_overdue(today)
    court_cases = _all(and_(late, Case.chosen_by_party.is_(False)), "recall", today)
    chosen = or_(Case.mediator_id.is_not(None), Case.organisation_id.is_not(None))
    return court_cases + _all(and_(late, Case.chosen_by_party, chosen), "recall_application", today)


def end_unchosen(today: date) -> int:
    """T7c: applications whose party chose nobody within three working days end."""
    nobody = and_(Case.chosen_by_party, Case.mediator_id.is_(None), Case.organisation_id.is_(None))
    return _all(and_(queries.response_overdue(today), nobody), "expire_application", today)


def expire_overdue(today: date) -> int:
    """T12c: mediations whose time passed without extension end, the suspended and the merely recorded ones aside."""
    lived_on = exists().where(CaseEvent.case_id == Case.id, CaseEvent.move.not_in(LEDGER_MOVES))
    return _all(
        and_(
            Case.state == CaseState.MEDIATING,
            Case.due_on < today,
            Case.suspended.is_(False),
            or_(Case.backfilled.is_(False), lived_on),
        ),
        "expire",
        today,
    )


def announce_deadlines(today: date) -> int:
    """T12c: three days before its end a mediation says so in its timeline, once for each deadline."""
    _enter()
    said = exists().where(
        CaseEvent.case_id == Case.id,
        CaseEvent.move == ANNOUNCED,
        CaseEvent.data["due_on"].astext == cast(Case.due_on, Text),
    )
    soon = select(Case.id, Case.court_id, Case.due_on, Case.state).where(
        queries.visible(),
        Case.state == CaseState.MEDIATING,
        Case.due_on.between(today, today + timedelta(days=NOTICE_DAYS)),
        ~said,
    )
    rows = db.session.execute(soon).all()
    db.session.add_all(
        CaseEvent(
            court_id=row.court_id,
            case_id=row.id,
            actor_name=SYSTEM.name,
            move=ANNOUNCED,
            from_state=row.state.value,
            to_state=row.state.value,
            title=f"调解期限将于 {row.due_on} 届满",
            detail="届满前请结案，或经全部当事人同意后延长；届满后的下一个工作日自动终止。",
            data={"due_on": row.due_on.isoformat()},
        )
        for row in rows
    )
    db.session.commit()
    return len(rows)


def _all(condition: ColumnElement[bool], name: str, today: date) -> int:
    """Make the move on every case the condition finds, a chunk a transaction. One that is refused is logged and left."""
    _enter()
    done, last = 0, 0
    while True:
        ids = db.session.scalars(
            select(Case.id).where(queries.visible(), condition, Case.id > last).order_by(Case.id).limit(CHUNK)
        ).all()
        if not ids:
            return done
        last = ids[-1]
        for outcome in move_many(actor=SYSTEM, case_ids=ids, move=name, today=today):
            if outcome.refusal is not None:
                log.warning("case %s: %s refused: %s", outcome.case_id, name, outcome.refusal.message)
            else:
                done += 1
        db.session.commit()


def _enter() -> None:
    if scope_of(db.session()) is None:
        enter(db.session(), SYSTEM, Scope.everything("the nightly moves concern every court"))

