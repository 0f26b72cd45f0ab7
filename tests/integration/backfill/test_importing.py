"""Ledgers against what is already there: again, changed, repeated, numbered, undone."""

from datetime import date

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from mediation_admin.cases import operations as cases
from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.models import Case
from mediation_admin.core.scope import Actor, Scope
from mediation_admin.courts.models import Court
from mediation_admin.imports import operations as imports
from mediation_admin.permissions import permissions_of
from tests.integration.backfill.conftest import bring_in

HEADINGS = ["案号", "登记日期", "案由", "申请人姓名", "申请人电话", "被申请人姓名", "标的额", "调解员", "受理日期", "结案日期", "调解结果"]
FIRST = ["（2022）豫1302诉前调1号", "2022-01-04", "民间借贷纠纷", "甲某某", "19900000001", "乙某某", 100, "于丽", "2022-01-05", "2022-01-20", "调解成功"]
SECOND = ["（2022）豫1302诉前调2号", "2022-01-05", "离婚纠纷", "丙某某", "19900000003", "丁某某", 200, None, None, None, None]


@pytest.fixture
def ledger(tmp_path):
    """Makes a workbook of rows."""

    def make(*rows, name="ledger.xlsx"):
        book = Workbook()
        book.active.append(HEADINGS)
        for row in rows:
            book.active.append(row)
        path = tmp_path / name
        book.save(path)
        return path

    return make


def changed(row, **values):
    """A row with other values under some headings."""
    named = dict(zip(HEADINGS, row, strict=True)) | values
    return list(named.values())


def counts(report) -> tuple[int, int, int, int]:
    """new, changed, unchanged, faulty."""
    c = report["counts"]
    return c["new"], c["changed"], c["unchanged"], c["faulty"]


def check(admin, court, path):
    return imports.precheck_file(subject_code="cases", path=path, actor=admin, court_id=court.id)


def test_a_changed_row_changes_its_case_and_undoing_puts_it_back(wancheng, admin, court, ledger):
    bring_in(wancheng, admin, court.id, "cases", ledger(FIRST, SECOND))
    again = ledger(changed(FIRST, 标的额=150), SECOND, name="again.xlsx")
    checked, _ = bring_in(wancheng, admin, court.id, "cases", again)
    assert counts(checked) == (0, 1, 1, 0)
    case = wancheng.scalar(select(Case).where(Case.case_no == FIRST[0]))
    assert case.amount == 150
    imports.undo_batch(actor=admin, batch_id=checked["batch"])
    wancheng.commit()
    wancheng.refresh(case)
    assert case.amount == 100
    assert counts(check(admin, court, ledger(FIRST, SECOND))) == (0, 0, 2, 0)


def test_dates_moved_past_each_other_with_other_parties_can_be_brought_in_and_taken_back(
    wancheng, admin, court, ledger
):
    two = changed(FIRST, 申请人姓名="甲某某、庚某某")
    bring_in(wancheng, admin, court.id, "cases", ledger(two))
    later = changed(FIRST, 登记日期="2022-03-01", 受理日期="2022-03-02", 结案日期="2022-03-20")
    checked, _ = bring_in(wancheng, admin, court.id, "cases", ledger(later, name="later.xlsx"))
    assert counts(checked) == (0, 1, 0, 0)
    case = wancheng.scalar(select(Case).where(Case.case_no == FIRST[0]))
    assert (case.registered_on, case.applicants) == (date(2022, 3, 1), "甲某某")
    report = imports.undo_batch(actor=admin, batch_id=checked["batch"])
    assert report["kept"] == []
    wancheng.commit()
    wancheng.refresh(case)
    assert (case.registered_on, case.accepted_on, case.applicants) == (
        date(2022, 1, 4),
        date(2022, 1, 5),
        "甲某某、庚某某",
    )


def test_a_case_that_has_lived_on_is_not_overwritten(wancheng, admin, court, ledger):
    bring_in(wancheng, admin, court.id, "cases", ledger(SECOND))
    case = wancheng.scalar(select(Case).where(Case.case_no == SECOND[0]))
    cases.move(actor=admin, case_id=case.id, move="delete", reason="录错")
    wancheng.commit()
    report = check(admin, court, ledger(changed(SECOND, 标的额=999), name="b.xlsx"))
    assert counts(report) == (0, 0, 0, 1)
    assert any("已有办理或修改" in remark["message"] for remark in report["remarks"])


def test_the_same_case_twice_in_a_file_is_written_once(wancheng, admin, court, ledger):
    report = check(admin, court, ledger(FIRST, FIRST, changed(FIRST, 标的额=1)))
    assert counts(report) == (1, 0, 1, 1)


def test_rows_without_numbers_go_on_after_the_highest(wancheng, admin, court, ledger):
    unnumbered = changed(SECOND, 案号=None)
    bring_in(wancheng, admin, court.id, "cases", ledger(changed(FIRST, 案号="（2022）豫1302诉前调40号"), unnumbered))
    numbers = set(wancheng.scalars(select(Case.case_no)))
    assert numbers == {"（2022）豫1302诉前调40号", "（2022）豫1302诉前调41号"}
    assert counts(check(admin, court, ledger(unnumbered, name="again.xlsx"))) == (0, 0, 1, 0)


def test_a_number_that_would_meet_one_given_out_before_it_is_a_fault(wancheng, admin, court, ledger):
    report = check(admin, court, ledger(changed(SECOND, 案号=None), FIRST))
    assert counts(report) == (1, 0, 0, 1)
    assert "移到表格最后" in report["remarks"][-1]["message"]


def test_a_number_of_a_case_on_the_platform_is_refused(wancheng, admin, court, ledger, working_as, db_session):
    other_court = db_session.scalar(select(Court).where(Court.code == "豫1303"))
    other = Actor(None, "乙某", "court_admin", other_court.id, permissions_of("court_admin"))
    bring_in(wancheng, admin, court.id, "cases", ledger(FIRST))
    with working_as(other, Scope.of([other_court.id])):
        report = imports.precheck_file(
            subject_code="cases", path=ledger(FIRST, name="other.xlsx"), actor=other, court_id=other_court.id
        )
    assert counts(report) == (0, 0, 0, 1)


def test_faulty_rows_stay_out_and_the_others_come_in(wancheng, admin, court, ledger):
    bad = changed(FIRST, 案号="（2022）豫1302诉前调3号", 结案日期="2021-12-31")
    checked, done = bring_in(wancheng, admin, court.id, "cases", ledger(FIRST, bad, SECOND))
    assert counts(checked) == (2, 0, 0, 1)
    assert done["status"] == "committed"
    assert wancheng.scalar(select(func.count(Case.id))) == 2


def test_undoing_keeps_what_has_been_worked_on_and_says_so(wancheng, admin, court, ledger):
    checked, _ = bring_in(wancheng, admin, court.id, "cases", ledger(FIRST, SECOND))
    case = wancheng.scalar(select(Case).where(Case.case_no == SECOND[0]))
    cases.move(actor=admin, case_id=case.id, move="delete", reason="录错")
    wancheng.commit()
    report = imports.undo_batch(actor=admin, batch_id=checked["batch"])
    wancheng.commit()
    assert [one["label"] for one in report["kept"]] == [SECOND[0]]
    assert list(wancheng.scalars(select(Case.case_no))) == [SECOND[0]]


def test_the_state_follows_from_the_row(wancheng, admin, court, ledger):
    mediating = changed(FIRST, 案号="（2022）豫1302诉前调3号", 结案日期=None, 调解结果="调解中")
    failed = changed(FIRST, 案号="（2022）豫1302诉前调4号", 调解结果="调解不成")
    bring_in(wancheng, admin, court.id, "cases", ledger(FIRST, SECOND, mediating, failed))
    states = dict(wancheng.execute(select(Case.case_serial, Case.state)).all())
    assert states == {
        1: CaseState.CLOSED,
        2: CaseState.TO_ASSIGN,
        3: CaseState.MEDIATING,
        4: CaseState.TERMINATED,
    }
    assert set(wancheng.scalars(select(Case.registered_on))) == {date(2022, 1, 4), date(2022, 1, 5)}
