"""Reads of the outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text
from sqlalchemy.orm import Session

from mediation_admin.core.crypto import blind_index, blind_indexes, normalise_phone
from mediation_admin.core.scope import unfenced
from mediation_admin.courts.models import Court
from mediation_admin.notices.enums import MAY_HAVE_ARRIVED, MessageState
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.notices.templates import Template


def phone_index(phone: str) -> bytes | None:
    """The blind index of a number as typed, to be stored."""
    return blind_index("phone", normalise_phone(phone))


def hold_number(session: Session, index: bytes) -> None:
    """Let only one transaction at a time count and add messages of a number."""
    key = int.from_bytes(index[:8], signed=True)
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": key})


def messages_since(session: Session, phone: str, since: datetime) -> Sequence[tuple[Template, datetime]]:
    """(template, moment) of what was asked to be sent to a number, in whatever court's name. What was left out
    because of a limit does not count."""
    left_out = and_(OutgoingMessage.state == MessageState.GIVEN_UP, OutgoingMessage.tries == 0)
    statement = select(OutgoingMessage.template, OutgoingMessage.created_at).where(
        has_phone(phone), OutgoingMessage.created_at > since, ~left_out
    )
    rows = session.execute(unfenced(statement, "a number's limit counts the messages of every court"))
    return [(template, created_at) for template, created_at in rows]


def due(session: Session, before: datetime, most: int) -> Sequence[int]:
    """The ids of messages whose next step was due before a moment, the longest waiting first."""
    statement = (
        select(OutgoingMessage.id)
        .where(OutgoingMessage.due_at.is_not(None), OutgoingMessage.due_at < before)
        .order_by(OutgoingMessage.due_at)
        .limit(most)
    )
    return session.scalars(statement).all()


def claimable(session: Session, message_id: int, moment: datetime) -> OutgoingMessage | None:
    """The row, locked, if its next step is due and nobody else is taking it."""
    statement = (
        select(OutgoingMessage)
        .where(OutgoingMessage.id == message_id, OutgoingMessage.due_at <= moment)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one_or_none()


def locked(session: Session, message_id: int) -> OutgoingMessage:
    """The row, locked."""
    statement = (
        select(OutgoingMessage)
        .where(OutgoingMessage.id == message_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one()


def to_erase(session: Session, moment: datetime, most: int) -> Sequence[int]:
    """The ids of messages whose full text is not needed any more."""
    statement = (
        select(OutgoingMessage.id)
        .where(OutgoingMessage.text.is_not(None), OutgoingMessage.erase_at <= moment)
        .order_by(OutgoingMessage.erase_at)
        .limit(most)
    )
    return session.scalars(statement).all()


def by_check_code(session: Session, check_code: str) -> OutgoingMessage | None:
    """The message behind a check code, if it may have reached a phone. Anybody may ask."""
    statement = select(OutgoingMessage).where(
        OutgoingMessage.check_code == check_code, OutgoingMessage.state.in_(MAY_HAVE_ARRIVED)
    )
    return session.scalar(unfenced(statement, "whoever holds the message may have it verified"))


# -- the screen -----------------------------------------------------------------------------------------------------


def messages_shown() -> Select[Any]:
    """The rows of the list."""
    return select(
        OutgoingMessage.id,
        OutgoingMessage.created_at,
        Court.name.label("court"),
        OutgoingMessage.template,
        OutgoingMessage.phone,
        OutgoingMessage.state,
        OutgoingMessage.tries,
        OutgoingMessage.last_error,
        OutgoingMessage.sent_at,
        OutgoingMessage.delivered_at,
        OutgoingMessage.requester_name,
    ).outerjoin(Court, Court.id == OutgoingMessage.court_id)


def has_phone(phone: str) -> ColumnElement[bool]:
    """Messages to exactly this number."""
    return OutgoingMessage.phone_index.in_(blind_indexes("phone", normalise_phone(phone)))


def vendor_figures(session: Session, since: datetime) -> Any:
    """How the vendor has been doing: the last success, and how many wait or went wrong since a moment."""
    wrong = OutgoingMessage.state.in_((MessageState.FAILED, MessageState.GIVEN_UP))
    return session.execute(
        select(
            func.max(OutgoingMessage.sent_at).label("last_sent"),
            func.count()
            .filter(OutgoingMessage.state == MessageState.WAITING, OutgoingMessage.tries > 0)
            .label("again"),
            func.count()
            .filter(or_(OutgoingMessage.state == MessageState.SENDING, OutgoingMessage.state == MessageState.WAITING))
            .label("waiting"),
            func.count().filter(wrong).label("wrong"),
        ).where(OutgoingMessage.created_at > since)
    ).one()
