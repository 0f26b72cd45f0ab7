"""Many rows at once: the same rows, rules and types as one by one."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.core.bulk import insert_many
from mediation_admin.imports.enums import Verdict
from mediation_admin.imports.models import ImportBatch, ImportRow
from tests.people import acting, admin_a


@pytest.fixture
def batch(app, working_as):
    actor, scope = acting(app, admin_a)
    with working_as(actor, scope) as session:
        made = ImportBatch(court_id=actor.court_id, subject="x", file_name="台账.xlsx", file_size=1, sha256=bytes(32))
        session.add(made)
        session.flush()
        yield session, made


def row(batch: ImportBatch, number: int, **values):
    return {
        "batch_id": batch.id,
        "court_id": batch.court_id,
        "row_no": number,
        "verdict": Verdict.NEW,
        "label": "甲\t乙\n丙\\",
        "marks": ["gap", "@手机", 'a"b,c'],
        "notes": "13800000000",
        "trace": {"ids": [1, 2]},
        "before": None,
        **values,
    }


def stored(session: Session, batch: ImportBatch) -> list[ImportRow]:
    return list(session.scalars(select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.row_no)))


def test_every_type_comes_back_as_it_went_in(batch):
    session, made = batch
    insert_many(session(), ImportRow.__table__, [row(made, 1), row(made, 2, label="")])
    first, second = stored(session, made)
    assert (first.verdict, first.label, first.marks) == (Verdict.NEW, "甲\t乙\n丙\\", ["gap", "@手机", 'a"b,c'])
    assert (first.notes, first.trace, first.before, first.kept_because) == ("13800000000", {"ids": [1, 2]}, None, "")
    assert second.label == ""


def test_encrypted_columns_are_encrypted(batch):
    session, made = batch
    insert_many(session(), ImportRow.__table__, [row(made, 1)])
    raw = session.connection().exec_driver_sql("select notes from import_row").scalar()
    assert b"13800000000" not in bytes(raw)


def test_constraints_hold_and_nothing_stays_of_a_refused_lot(batch):
    session, made = batch
    session.commit()
    with pytest.raises(Exception, match="ck_import_row_row_no_positive"):
        insert_many(session(), ImportRow.__table__, [row(made, 1), row(made, 0)])
    session.rollback()
    assert stored(session, made) == []


def test_it_can_be_used_again_in_one_transaction(batch):
    session, made = batch
    insert_many(session(), ImportRow.__table__, [row(made, 1)])
    insert_many(session(), ImportRow.__table__, [row(made, 2)])
    insert_many(session(), ImportRow.__table__, [])
    assert [one.row_no for one in stored(session, made)] == [1, 2]


def test_a_rollback_takes_all_of_it_back(batch):
    session, made = batch
    session.commit()
    insert_many(session(), ImportRow.__table__, [row(made, 1)])
    session.rollback()
    assert stored(session, made) == []
