"""Reads of the hand-off ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from mediation_admin.courts.models import Court
from mediation_admin.exchange import rules
from mediation_admin.exchange.enums import NEEDS_HELP, HandOffState
from mediation_admin.exchange.models import HandOff, HandOffEvent


def hand_offs_shown() -> Select[Any]:
    """The columns of the ledger's list, newest first by its orders."""
    return select(
        HandOff.id,
        HandOff.kind,
        HandOff.direction,
        HandOff.reference,
        HandOff.target,
        HandOff.target_name,
        HandOff.state,
        HandOff.tries,
        HandOff.last_tried_at,
        HandOff.next_try_at,
        HandOff.external_no,
        HandOff.reply,
        HandOff.error,
        HandOff.created_at,
        Court.short_name.label("court_name"),
    ).join(Court, Court.id == HandOff.court_id)


def of_case(session: Session, case_id: int) -> Sequence[HandOff]:
    """The hand-offs of a case, the latest first."""
    return session.scalars(select(HandOff).where(HandOff.case_id == case_id).order_by(HandOff.id.desc())).all()


def events_of(session: Session, hand_off_id: int) -> Sequence[HandOffEvent]:
    """What happened to a hand-off, the latest first."""
    statement = select(HandOffEvent).where(HandOffEvent.hand_off_id == hand_off_id).order_by(HandOffEvent.id.desc())
    return session.scalars(statement).all()


def needs_help() -> ColumnElement[bool]:
    """SQL: what stopped, or failed and will be tried again."""
    return HandOff.state.in_(NEEDS_HELP)


def stuck() -> ColumnElement[bool]:
    """SQL: what nobody will try again by itself."""
    return HandOff.state == HandOffState.STUCK


def unanswered(moment: datetime) -> ColumnElement[bool]:
    """SQL: taken by the other end long ago, and nothing has come back."""
    return and_(HandOff.state == HandOffState.ACCEPTED, HandOff.accepted_at < moment - rules.ANSWER_EXPECTED_WITHIN)


def stuck_count(session: Session) -> int:
    """How many wait for a person."""
    return session.scalar(select(func.count(HandOff.id)).where(stuck())) or 0


def by_ids(session: Session, ids: Sequence[int]) -> list[HandOff]:
    """These hand-offs, through the fence, in their order."""
    return list(session.scalars(select(HandOff).where(HandOff.id.in_(ids)).order_by(HandOff.id)))
