"""Reads of the reference data: catalogues for pure code, and the short lists that forms offer."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from mediation_admin.reference.causes import Alias, Cause, CauseBook
from mediation_admin.reference.models import (
    CalendarDay,
    CaseNumberType,
    CauseAlias,
    CauseOfAction,
    DisputeType,
    Division,
    Ministry,
    ReferenceVersion,
    Sourced,
)
from mediation_admin.reference.names import NameBook, Named
from mediation_admin.reference.workdays import Calendar, DayException

EDITION = "2025"
MOST_FOUND = 20
# The book last built in this process, with what it was built from: building takes 15 ms, asking whether it changed 1.
_book: tuple[tuple[object, ...], CauseBook] | None = None


def holding_on(model: type[Sourced], day: date) -> ColumnElement[bool]:
    """The condition that a row is in force on ``day``."""
    return or_(model.valid_from.is_(None), model.valid_from <= day) & or_(
        model.valid_to.is_(None), model.valid_to >= day
    )


def calendar(session: Session) -> Calendar:
    """The working-day calendar with what administrators entered."""
    rows = session.execute(select(CalendarDay.day, CalendarDay.is_workday, CalendarDay.name, CalendarDay.published))
    return Calendar(DayException(*row) for row in rows)


def cause_book(session: Session) -> CauseBook:
    """Causes of the edition in force with all aliases; built anew only when they changed."""
    global _book
    loaded = select(func.string_agg(ReferenceVersion.digest, "")).where(
        ReferenceVersion.table.in_(["cause_of_action", "cause_alias"])
    )
    key = tuple(session.execute(select(loaded.scalar_subquery(), func.count(), func.max(CauseAlias.id))).one())
    if _book is None or _book[0] != key:
        _book = key, _build_cause_book(session)
    return _book[1]


def _build_cause_book(session: Session) -> CauseBook:
    causes = select(
        CauseOfAction.code,
        CauseOfAction.name,
        CauseOfAction.level,
        CauseOfAction.parent_code,
        CauseOfAction.dispute_type_code,
    ).where(CauseOfAction.edition == EDITION)
    aliases = select(CauseAlias.alias, CauseAlias.cause_code, CauseAlias.kind)
    return CauseBook(
        (Cause(*row) for row in session.execute(causes.order_by(CauseOfAction.position))),
        (Alias(*row) for row in session.execute(aliases.order_by(CauseAlias.id))),
    )


def dispute_types(session: Session, day: date) -> Sequence[DisputeType]:
    """The dispute types in force, in their order."""
    statement = select(DisputeType).where(holding_on(DisputeType, day)).order_by(DisputeType.position)
    return session.scalars(statement).all()


def ministries(session: Session, day: date, *, partners_only: bool = True) -> Sequence[Ministry]:
    """The bodies of 总对总 in force, in their order; by default those that have organisations on the platform."""
    statement = select(Ministry).where(holding_on(Ministry, day)).order_by(Ministry.position)
    return session.scalars(statement.where(Ministry.partner) if partners_only else statement).all()


def dispute_type_names(session: Session) -> NameBook:
    """Dispute types as ledgers write them."""
    rows = session.execute(
        select(DisputeType.code, DisputeType.name, DisputeType.other_names).order_by(DisputeType.position)
    )
    return NameBook(Named(code, (name, *others)) for code, name, others in rows)


def ministry_names(session: Session) -> NameBook:
    """Ministries as ledgers write them, the abolished ones too."""
    rows = session.execute(
        select(Ministry.code, Ministry.short_name, Ministry.name, Ministry.other_names).order_by(Ministry.position)
    )
    return NameBook(Named(code, (short, name, *others)) for code, short, name, others in rows)


def case_number_types(session: Session, day: date) -> Sequence[CaseNumberType]:
    """The type codes that may be given on ``day``."""
    statement = select(CaseNumberType).where(holding_on(CaseNumberType, day)).order_by(CaseNumberType.id)
    return session.scalars(statement).all()


def division_by_code(session: Session, code: str, day: date | None = None) -> Division | None:
    """The division of a code: as it was on ``day`` (a birth date), else its present or last name."""
    statement = select(Division).where(Division.code == code)
    if day is not None:
        statement = statement.where(holding_on(Division, day))
    return session.scalars(statement.order_by(Division.valid_to.desc().nulls_first()).limit(1)).first()


def divisions_below(session: Session, parent_code: str | None) -> Sequence[Division]:
    """The present divisions right below one; provinces for None."""
    above = Division.parent_code.is_(None) if parent_code is None else Division.parent_code == parent_code
    return session.scalars(select(Division).where(above, Division.valid_to.is_(None)).order_by(Division.code)).all()


def search_divisions(session: Session, text: str, limit: int = MOST_FOUND) -> Sequence[Division]:
    """Present divisions whose name begins with ``text``, the higher first; or whose code does."""
    typed = text.strip()
    if not typed:
        return []
    statement = (
        select(Division)
        .where(
            Division.valid_to.is_(None),
            or_(Division.name.startswith(typed, autoescape=True), Division.code.startswith(typed, autoescape=True)),
        )
        .order_by(func.length(Division.code), Division.code)
        .limit(limit)
    )
    return session.scalars(statement).all()
