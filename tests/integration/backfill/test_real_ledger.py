"""The court's real ledger, from the file to the figures that were published."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, select

from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.models import Case
from mediation_admin.imports import operations as imports
from mediation_admin.reports import queries as reports
from mediation_admin.reports.definition import Question
from tests.integration.backfill.conftest import LEDGER, bring_in

TRUTH = json.loads((Path(__file__).parents[2] / "data" / "宛城区_2022上半年_truth.json").read_text())
HALF_YEAR = Question(date(2022, 1, 1), date(2022, 6, 30), today=date(2026, 3, 2))


def test_the_precheck_finds_every_case_new_and_names_the_gaps(wancheng, admin, court):
    report = imports.precheck_file(subject_code="cases", path=LEDGER, actor=admin, court_id=court.id)
    assert report["counts"] == {"new": TRUTH["rows"], "changed": 0, "unchanged": 0, "faulty": 0}
    missing = {one["row"] for one in report["remarks"] if one["field"] == "applicant_phones"}
    assert len(missing) == TRUTH["missing_applicant_phone"]


def test_nothing_is_written_before_the_confirmation(wancheng, admin, court):
    imports.precheck_file(subject_code="cases", path=LEDGER, actor=admin, court_id=court.id)
    assert wancheng.scalar(select(func.count(Case.id))) == 0


def test_the_figures_are_those_that_were_published(wancheng, admin, court):
    bring_in(wancheng, admin, court.id, "cases", LEDGER)
    answer = reports.ask(wancheng, reports.report_of("by-mediator"), HALF_YEAR)
    total = answer.total.figures
    assert total["received"] == TRUTH["rows"]
    assert total["closed"] == TRUTH["closed"]
    assert total["succeeded"] == TRUTH["succeeded"]
    assert total["settled_withdrawn"] == TRUTH["settled_withdrawn"]
    assert total["days"] == TRUTH["days_sum"]
    # The truth adds up the amounts before 19 of them were written in 万元 with four places, which rounds to the yuan.
    assert total["amount"] == Decimal("30899805.65")
    assert abs(total["amount"] - Decimal(str(TRUTH["amount_sum"]))) <= 19 * Decimal("0.5")
    assert total["success_rate"] == Decimal(str(TRUTH["success_rate"]))
    by_mediator = {
        line.label: {
            "rows": line.figures["received"],
            "closed": line.figures["closed"],
            "succeeded": line.figures["succeeded"],
        }
        for line in answer.lines
    }
    assert by_mediator == TRUTH["by_mediator"]


def test_by_organisation_there_is_one_line_with_the_same_sums(wancheng, admin, court):
    bring_in(wancheng, admin, court.id, "cases", LEDGER)
    answer = reports.ask(wancheng, reports.report_of("by-organisation"), HALF_YEAR)
    assert [(line.label, line.figures["received"]) for line in answer.lines] == [
        ("市工商联商会人民调解委员会", TRUTH["rows"])
    ]


def test_the_open_cases_without_a_mediator_await_one(wancheng, admin, court):
    bring_in(wancheng, admin, court.id, "cases", LEDGER)
    states = dict(wancheng.execute(select(Case.state, func.count(Case.id)).group_by(Case.state)).all())
    nobody = TRUTH["by_mediator"]["未指派"]["rows"]
    assert states[CaseState.TO_ASSIGN] == nobody
    assert states[CaseState.MEDIATING] == TRUTH["rows"] - TRUTH["closed"] - nobody
    assert states[CaseState.CLOSED] == TRUTH["succeeded"]
    assert states[CaseState.TERMINATED] == TRUTH["closed"] - TRUTH["succeeded"]


def test_importing_the_same_file_again_changes_nothing(wancheng, admin, court):
    bring_in(wancheng, admin, court.id, "cases", LEDGER)
    again = imports.precheck_file(subject_code="cases", path=LEDGER, actor=admin, court_id=court.id)
    assert again["counts"] == {"new": 0, "changed": 0, "unchanged": TRUTH["rows"], "faulty": 0}


def test_a_batch_can_be_undone_and_brought_in_again(wancheng, admin, court):
    checked, _ = bring_in(wancheng, admin, court.id, "cases", LEDGER)
    imports.undo_batch(actor=admin, batch_id=checked["batch"])
    wancheng.commit()
    assert wancheng.scalar(select(func.count(Case.id))) == 0
    bring_in(wancheng, admin, court.id, "cases", LEDGER)
    assert wancheng.scalar(select(func.count(Case.id))) == TRUTH["rows"]
