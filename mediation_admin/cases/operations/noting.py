"""Something on a case's timeline that is no move of its life: what a higher subject did about it."""

from sqlalchemy import insert

from mediation_admin.cases.models import CaseEvent
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor

_events = CaseEvent.__table__


def note_on_timeline(*, actor: Actor, case_id: int, court_id: int, what: str, title: str, detail: str = "") -> None:
    """Add a line to the timeline of a case that the caller has fetched, or whose request he has.

    It is added past the fence: whoever works for the platform (support deciding what a court asked) may answer on the
    case without seeing it.
    """
    db.session().execute(
        insert(_events).values(
            court_id=court_id,
            case_id=case_id,
            at=clock.now(),
            actor_id=actor.account_id,
            actor_name=actor.name,
            move=what,
            title=title,
            detail=detail,
        )
    )
