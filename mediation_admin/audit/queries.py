"""Reading the audit: who looked at a thing, what somebody did last, what the last verification found."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from mediation_admin.audit.enums import AuditKind
from mediation_admin.audit.models import AuditCheck, AuditDay, AuditEntry, AuditSeal

MOST_LOOKERS = 200
MOST_REVEALS = 50
_LOOKS = (AuditKind.LOOK, AuditKind.REVEAL)


def lookers(session: Session, table: str, ident: int) -> Sequence[Row[Any]]:
    """Who looked at a row: person, role, how often, first and last time, how often whole numbers; the latest first."""
    last = func.max(AuditEntry.at).label("last")
    statement = (
        select(
            AuditEntry.actor_id,
            AuditEntry.actor_name,
            AuditEntry.role,
            func.count().filter(AuditEntry.kind == AuditKind.LOOK).label("looks"),
            func.count().filter(AuditEntry.kind == AuditKind.REVEAL).label("reveals"),
            func.min(AuditEntry.at).label("first"),
            last,
        )
        .where(AuditEntry.object_type == table, AuditEntry.object_id == ident, AuditEntry.kind.in_(_LOOKS))
        .group_by(AuditEntry.actor_id, AuditEntry.actor_name, AuditEntry.role)
        .order_by(last.desc())
        .limit(MOST_LOOKERS)
    )
    return session.execute(statement).all()


def reveals(session: Session, table: str, ident: int) -> Sequence[AuditEntry]:
    """The looks at whole numbers of a row, latest first."""
    statement = (
        select(AuditEntry)
        .where(
            AuditEntry.object_type == table,
            AuditEntry.object_id == ident,
            AuditEntry.kind == AuditKind.REVEAL,
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(MOST_REVEALS)
    )
    return session.scalars(statement).all()


def deeds(session: Session, account_id: int, limit: int = 10) -> Sequence[AuditEntry]:
    """What somebody did last."""
    statement = (
        select(AuditEntry)
        .where(AuditEntry.actor_id == account_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(limit)
    )
    return session.scalars(statement).all()


def last_check(session: Session) -> AuditCheck | None:
    """The latest verification."""
    return session.scalars(select(AuditCheck).order_by(AuditCheck.id.desc()).limit(1)).one_or_none()


def day_of(session: Session, entry_id: int) -> Row[Any] | None:
    """The link of an entry: its day and hash, and the head of that day once it is over."""
    statement = (
        select(AuditSeal.day, AuditSeal.sealed_at, AuditSeal.hash, AuditDay.head)
        .outerjoin(AuditDay, AuditDay.day == AuditSeal.day)
        .where(AuditSeal.entry_id == entry_id)
    )
    return session.execute(statement).one_or_none()
