"""The two workbooks of the demonstration court, read from end to end and compared with what is known about them."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from mediation_admin.backfill.columns import CASE_COLUMNS
from mediation_admin.backfill.result_words import MEANINGS
from mediation_admin.cases.enums import SUCCESSES
from mediation_admin.imports.reading import find_table, judge_rows, open_workbook_safely, propose_mapping
from mediation_admin.rosters.columns import MEDIATOR_COLUMNS

ROOT = Path(__file__).parents[3]
DATA = ROOT / "mediation_admin" / "demo" / "data"
TRUTH = json.loads((ROOT / "tests" / "data" / "宛城区_2022上半年_truth.json").read_text(encoding="utf-8"))


class Ledger:
    def __init__(self, path, catalogue):
        with open_workbook_safely(path) as workbook:
            self.sheets = {sheet.name: sheet for sheet in workbook.sheets}
            self.table = find_table(workbook, catalogue.vocabulary)
            self.mapping = propose_mapping(self.table, catalogue)
            self.rows = list(judge_rows(self.table, self.mapping, catalogue))


@pytest.fixture(scope="module")
def ledger():
    return Ledger(DATA / "宛城区_工商联_诉前委派台账_2022上半年.xlsx", CASE_COLUMNS)


@pytest.fixture(scope="module")
def roster():
    return Ledger(DATA / "宛城区_特邀调解员名册.xlsx", MEDIATOR_COLUMNS)


def test_the_layout_is_understood(ledger):
    assert ledger.table.sheet.name == "台账"
    assert list(ledger.table.heading_rows) == [3, 4]
    assert ledger.table.title == "诉前委派调解案件台账（2022年1—6月）"
    assert ledger.table.facts == {"填报单位": "市工商联商会人民调解委员会", "单位": "件、元"}
    assert {other.name: other.reason for other in ledger.table.others} == {
        "Sheet3": "隐藏的工作表",
        "说明": "没有找到表头",
    }


def test_every_column_is_mapped_without_a_question(ledger):
    assert ledger.mapping.columns() == {
        1: "case_no",
        2: "registered_on",
        3: "cause",
        4: "applicant_names",
        5: "applicant_phones",
        6: "respondent_names",
        7: "respondent_phones",
        8: "respondent_id_numbers",
        9: "amount",
        10: "organisation",
        11: "mediator",
        12: "accepted_on",
        13: "ended_on",
        14: "days",
        15: "result",
        16: "remark",
    }
    assert ledger.mapping.problems == ()


def test_108_records_and_the_total_row_is_none_of_them(ledger):
    assert len(ledger.rows) == TRUTH["rows"] == 108
    assert [(skipped.number, skipped.reason) for skipped in ledger.table.skipped] == [
        (45, "空行"),
        (86, "空行"),
        (115, "合计行"),
    ]
    assert ledger.rows[0].number == 5
    assert ledger.rows[-1].number == 114


def test_no_cell_is_faulty_and_nothing_needs_a_warning(ledger):
    assert [(row.number, fault.message) for row in ledger.rows for fault in row.faults] == []
    assert [(row.number, warning.message) for row in ledger.rows for warning in row.warnings] == []


def test_results_and_success_are_those_published(ledger):
    closed = [row for row in ledger.rows if "ended_on" in row.values]
    results = Counter(MEANINGS[row.values["result"]][0] for row in closed)
    assert len(closed) == TRUTH["closed"] == 83
    assert sum(results[success] for success in SUCCESSES) == TRUTH["succeeded"] == 67
    assert results[SUCCESSES[1]] == TRUTH["settled_withdrawn"] == 15
    still_open = [row for row in ledger.rows if "ended_on" not in row.values]
    assert {MEANINGS[row.values["result"]] for row in still_open if "result" in row.values} == {(None, None)}


def test_figures_of_each_mediator(ledger):
    rows = Counter(row.values.get("mediator", "未指派") for row in ledger.rows)
    closed = Counter(row.values["mediator"] for row in ledger.rows if "ended_on" in row.values)
    succeeded = Counter(
        row.values["mediator"]
        for row in ledger.rows
        if "ended_on" in row.values and MEANINGS[row.values["result"]][0] in SUCCESSES
    )
    assert {name: {"rows": rows[name], "closed": closed[name], "succeeded": succeeded[name]} for name in rows} == TRUTH[
        "by_mediator"
    ]
    assert rows["未指派"] == 9


def test_missing_phones(ledger):
    assert sum("applicant_phones" not in row.values for row in ledger.rows) == TRUTH["missing_applicant_phone"] == 8


def test_days_by_the_dates_and_by_the_recomputed_formulas(ledger):
    by_dates = sum(
        (row.values["ended_on"] - row.values["accepted_on"]).days for row in ledger.rows if "ended_on" in row.values
    )
    assert by_dates == TRUTH["days_sum"] == 1467
    assert sum(row.values.get("days", 0) for row in ledger.rows) == 1467
    assert ledger.sheets["台账"].recomputed == 109
    assert ledger.sheets["台账"].uncomputed == 0


def test_the_sum_of_amounts(ledger):
    """19 cells are written in 万元 with four decimals, that is to the yuan: the sum in the workbook is 0.76 yuan off the truth, which knew the cents."""
    total = sum(row.values["amount"] for row in ledger.rows)
    assert total == Decimal("30899805.65")
    assert abs(total - Decimal(str(TRUTH["amount_sum"]))) <= 19 * Decimal("0.5")
    assert all(row.values["amount"] > 0 for row in ledger.rows)


def test_parties_are_told_apart(ledger):
    counts = Counter(len(row.values["applicant_names"]) for row in ledger.rows)
    assert set(counts) == {1, 2}
    names = [
        one.name for row in ledger.rows for side in ("applicant_names", "respondent_names") for one in row.values[side]
    ]
    assert all(2 <= len(name) <= 3 or name.endswith("有限公司") for name in names)
    assert [one.name for one in ledger.rows[0].values["respondent_names"]] == ["彭娟", "谢远浩"]
    assert {one.kind for row in ledger.rows for one in row.values["applicant_names"] if one.name.endswith("公司")} == {
        "legal"
    }


def test_case_numbers_are_official(ledger):
    assert [row.values["case_no"] for row in ledger.rows] == [f"（2022）豫1302诉前调{n}号" for n in range(1, 109)]


def test_the_roster(roster):
    assert len(roster.rows) == 11
    assert [row for row in roster.rows if row.faults or row.warnings] == []
    assert roster.mapping.columns() == {
        1: "name",
        2: "sex",
        3: "birth_month",
        4: "phone",
        5: "identities",
        6: "work_unit",
        7: "organisations",
        8: "specialities",
        9: "education",
        10: "term_start",
        11: "term_end",
        12: "certificate_no",
    }
    assert {row.values["name"] for row in roster.rows} == set(TRUTH["by_mediator"]) - {"未指派"}
    first = roster.rows[0].values
    assert first["birth_month"].isoformat() == "1966-07-01"
    assert first["identities"] == ["industry"]
    assert first["specialities"] == ["合同纠纷", "民间借贷"]
    assert roster.rows[4].values["identities"] == ["deputy", "lawyer"]
