"""Loading the shipped reference data."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation_admin.reference import queries
from mediation_admin.reference.enums import AliasKind
from mediation_admin.reference.models import (
    CalendarDay,
    CaseNumberType,
    CauseAlias,
    CauseOfAction,
    DisputeType,
    Division,
    Ministry,
    ReferenceVersion,
)
from mediation_admin.reference.operations import load_reference


def _count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model))


def test_every_file_is_loaded(db_session: Session) -> None:
    load_reference(db_session)
    assert _count(db_session, Division) == 7715 + 38749
    assert _count(db_session, CauseOfAction) == 1055
    assert _count(db_session, DisputeType) == 29
    assert _count(db_session, Ministry) == 21
    assert _count(db_session, CaseNumberType) == 32
    assert _count(db_session, CalendarDay) == 557
    assert _count(db_session, ReferenceVersion) >= 7


def test_a_second_load_does_nothing(db_session: Session, count_sql) -> None:
    load_reference(db_session)
    with count_sql() as statements:
        assert load_reference(db_session) == {}
    assert len(statements) == 7
    assert all(statement.startswith("SELECT") for statement in statements)


def test_a_changed_file_is_loaded_again_over_the_old_rows(db_session: Session) -> None:
    load_reference(db_session)
    for version in db_session.scalars(select(ReferenceVersion)):
        version.digest = "another"
    db_session.scalars(select(DisputeType).where(DisputeType.code == "traffic")).one().name = "旧名"
    db_session.flush()
    db_session.expire_all()
    assert load_reference(db_session)["dispute_type"] == 29
    assert _count(db_session, DisputeType) == 29
    assert _count(db_session, Division) == 7715 + 38749
    assert db_session.scalar(select(DisputeType.name).where(DisputeType.code == "traffic")) == "交通事故"


def test_what_administrators_added_stays(db_session: Session) -> None:
    load_reference(db_session)
    db_session.add(CauseAlias(alias="老赖", cause_code="108.3", kind=AliasKind.SHORT, source="管理员"))
    db_session.add(CalendarDay(day=date(2027, 2, 8), is_workday=False, name="春节", source="管理员"))
    for version in db_session.scalars(select(ReferenceVersion)):
        version.digest = "another"
    db_session.flush()
    load_reference(db_session)
    assert queries.cause_book(db_session).resolve("老赖").code == "108.3"
    assert not queries.calendar(db_session).is_workday(date(2027, 2, 8))


def test_rows_that_nobody_compared_say_so(db_session: Session) -> None:
    load_reference(db_session)
    verified = dict(db_session.execute(select(CaseNumberType.code, CaseNumberType.verified)).all())
    assert verified["民初"]
    assert not verified["诉前调"]
    assert not db_session.scalar(select(func.bool_or(CauseOfAction.verified)))
