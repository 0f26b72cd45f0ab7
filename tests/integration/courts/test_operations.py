"""Loading and importing courts; numbers without gaps."""

import threading
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation_admin.audit.models import AuditEntry
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken, ScopeMissing
from mediation_admin.core.scope import Actor, Scope, enter, leave
from mediation_admin.courts.enums import CourtKind, CourtLevel, SuccessRateDenominator
from mediation_admin.courts.models import CaseNumberCounter, Court
from mediation_admin.courts.operations import (
    IMPORT_SOURCE,
    Imported,
    import_courts,
    load_courts,
    next_case_number,
    observe_case_number,
    observe_case_numbers,
    take_case_numbers,
)
from mediation_admin.courts.queries import court_by_code
from mediation_admin.courts.rules import judge_courts
from mediation_admin.reference import case_numbers
from mediation_admin.reference.models import ReferenceVersion
from tests.integration.courts.conftest import SYSTEM

KIND = "诉前调"


@pytest.fixture
def wancheng(session: Session) -> Court:
    return court_by_code(session, "豫1302")


def _rows(*rows: dict[str, str]) -> list:
    found = judge_courts(rows, {"豫13": "", "豫": ""})
    assert found.faults == []
    return found.rows


def test_courts_are_loaded_with_parents_settings_and_pinyin(session: Session, wancheng: Court) -> None:
    assert session.scalar(select(func.count()).select_from(Court)) == 3547
    assert wancheng.parent.code == "豫13"
    assert wancheng.parent.parent.parent.code == "最高法"
    assert (wancheng.level, wancheng.kind, wancheng.province) == (CourtLevel.BASIC, CourtKind.ORDINARY, "河南省")
    assert wancheng.short_initials == "wcqfy"
    assert wancheng.regime_changes_on == date(2025, 1, 1)
    assert wancheng.refuse_assignment_without_phone is False
    assert wancheng.success_rate_denominator is SuccessRateDenominator.CLOSED
    assert wancheng.verified


def test_a_second_load_does_nothing_and_a_new_file_keeps_settings_and_imports(
    session: Session, wancheng: Court
) -> None:
    assert load_courts(session) == 0
    wancheng.refuse_assignment_without_phone = True
    wancheng.short_name = "改过"
    corrected = court_by_code(session, "豫1303")
    corrected.name, corrected.source = "某某人民法院", IMPORT_SOURCE
    session.get(ReferenceVersion, "court").digest = "another"
    session.flush()
    assert load_courts(session) == 3547
    session.expire_all()
    assert wancheng.refuse_assignment_without_phone is True
    assert wancheng.short_name == "宛城区法院"
    assert corrected.name == "某某人民法院"
    assert corrected.parent.code == "豫13"


def test_an_import_adds_corrects_and_leaves_what_is_equal(session: Session) -> None:
    rows = _rows(
        {"code": "豫1391", "name": "南阳高新技术产业开发区人民法院", "kind": "开发区法院"},
        {"code": "豫1303", "name": "南阳市卧龙区人民法院"},
    )
    assert import_courts(actor=SYSTEM, rows=rows) == Imported(added=1, changed=1, unchanged=0)
    added = court_by_code(session, "豫1391")
    assert (added.kind, added.parent.code, added.source) == (CourtKind.DEVELOPMENT_ZONE, "豫13", IMPORT_SOURCE)
    assert added.verified
    assert import_courts(actor=SYSTEM, rows=rows) == Imported(added=0, changed=0, unchanged=2)
    sentences = session.scalars(select(AuditEntry.sentence).where(AuditEntry.object_type == "court")).all()
    assert len(sentences) >= 2


def test_an_import_may_bring_parent_and_child_in_any_order(session: Session) -> None:
    rows = _rows(
        {"code": "豫8801", "name": "某某区人民法院", "parent_code": "豫88"},
        {"code": "豫88", "name": "某某市中级人民法院"},
    )
    assert import_courts(actor=SYSTEM, rows=rows).added == 2
    assert court_by_code(session, "豫8801").parent.parent.code == "豫"


def test_an_import_refuses_a_circle(session: Session) -> None:
    rows = _rows({"code": "豫13", "name": "河南省南阳市中级人民法院", "parent_code": "豫1391"}, {"code": "豫1391", "name": "某某人民法院", "parent_code": "豫13"})  # fmt: skip
    with pytest.raises(RuleBroken, match="绕回到了自己"):
        import_courts(actor=SYSTEM, rows=rows)


def test_only_who_may_import_courts_can(session: Session) -> None:
    with pytest.raises(NotFound):
        import_courts(actor=Actor(1, "书记员", "clerk", 1), rows=[])


def test_numbers_run_per_court_type_and_year(session: Session, wancheng: Court) -> None:
    other = court_by_code(session, "闽0213")
    given = [
        str(next_case_number(session, court, kind, year))
        for court, kind, year in [
            (wancheng, KIND, 2022),
            (wancheng, KIND, 2022),
            (wancheng, KIND, 2023),
            (wancheng, "诉前调书", 2022),
            (other, KIND, 2022),
            (wancheng, KIND, 2022),
        ]
    ]
    assert given == [
        "（2022）豫1302诉前调1号",
        "（2022）豫1302诉前调2号",
        "（2023）豫1302诉前调1号",
        "（2022）豫1302诉前调书1号",
        "（2022）闽0213诉前调1号",
        "（2022）豫1302诉前调3号",
    ]


def test_many_numbers_are_taken_at_once(session: Session, wancheng: Court) -> None:
    assert [n.serial for n in take_case_numbers(session, wancheng, KIND, 2022, 3)] == [1, 2, 3]
    assert [n.serial for n in take_case_numbers(session, wancheng, KIND, 2022, 2)] == [4, 5]
    with pytest.raises(ValueError, match="at least one"):
        take_case_numbers(session, wancheng, KIND, 2022, 0)


def test_a_rolled_back_number_is_given_again(session: Session, wancheng: Court) -> None:
    session.commit()
    assert next_case_number(session, wancheng, KIND, 2022).serial == 1
    session.rollback()
    assert next_case_number(session, wancheng, KIND, 2022).serial == 1


def test_the_counter_goes_on_above_the_highest_number_a_ledger_brought(session: Session, wancheng: Court) -> None:
    observe_case_number(session, wancheng, case_numbers.parse("（2022）豫1302诉前调108号"))
    observe_case_number(session, wancheng, case_numbers.parse("（2022）豫1302诉前调7号"))
    assert next_case_number(session, wancheng, KIND, 2022).serial == 109


def test_numbers_of_other_courts_and_special_trials_do_not_count(session: Session, wancheng: Court) -> None:
    texts = (
        "（2022）豫1303诉前调500号",
        "（2022）豫1302知诉前调400号",
        "（2021）豫1302诉前调300号",
        "（2022）豫1302民初200号",
    )
    observe_case_numbers(session, wancheng, map(case_numbers.parse, texts))
    assert next_case_number(session, wancheng, KIND, 2022).serial == 1
    assert next_case_number(session, wancheng, KIND, 2021).serial == 301


def test_a_number_that_could_not_be_read_back_is_not_given(session: Session, wancheng: Court) -> None:
    with pytest.raises(RuleBroken, match="类型代字"):
        next_case_number(session, wancheng, "知诉前", 2022)


def test_a_clerk_gets_no_number_of_another_court(session: Session, wancheng: Court) -> None:
    own = wancheng.id
    session.commit()
    leave(db.session())
    enter(db.session(), Actor(1, "书记员", "clerk", own), Scope.of([own]))
    other = court_by_code(session, "闽0213")
    assert next_case_number(session, court_by_code(session, "豫1302"), KIND, 2022).serial == 1
    with pytest.raises(NotFound):
        next_case_number(session, other, KIND, 2022)
    with pytest.raises(NotFound):
        observe_case_number(session, other, case_numbers.parse("（2022）闽0213诉前调1号"))


def test_without_a_scope_there_is_no_number(session: Session, wancheng: Court) -> None:
    leave(db.session())
    with pytest.raises(ScopeMissing):
        next_case_number(session, wancheng, KIND, 2022)


def test_clerks_at_the_same_time_get_every_number_once(app: Flask, session: Session, wancheng: Court) -> None:
    court_id = wancheng.id
    session.commit()
    given: list[int] = []
    together = threading.Barrier(4)

    def take() -> None:
        with app.app_context():
            enter(db.session(), SYSTEM, Scope.everything("tests"))
            together.wait()
            for _ in range(10):
                number = next_case_number(db.session(), db.session.get(Court, court_id), KIND, 2024)
                db.session.commit()
                given.append(number.serial)
            db.session.remove()

    clerks = [threading.Thread(target=take) for _ in range(4)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    assert sorted(given) == list(range(1, 41))
    assert session.scalar(select(CaseNumberCounter.last_number).where(CaseNumberCounter.year == 2024)) == 40
