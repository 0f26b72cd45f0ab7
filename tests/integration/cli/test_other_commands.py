"""Reports, exports, the audit and invented cases from the terminal."""

import csv
import io
import json

import openpyxl
import pytest
from sqlalchemy import text

from mediation_admin.cases.models import Case
from mediation_admin.core.db import db
from tests.integration.cli.conftest import COURT, LEDGER, ROSTER, TRUTH

HALF_YEAR = ("--from", "2022-01-01", "--to", "2022-06-30")


@pytest.fixture
def wancheng(flask):
    """The court with its roster and ledger."""
    assert flask("rosters", "import", ROSTER, *COURT, "--commit").exit_code == 0
    assert flask("backfill", "import", LEDGER, *COURT, "--commit").exit_code == 0


def test_a_report_as_csv_has_a_heading_a_line_per_mediator_and_the_sums_last(flask, wancheng):
    shown = flask("reports", "show", "by-mediator", *COURT, *HALF_YEAR, "--format", "csv")
    assert shown.exit_code == 0, shown.output
    lines = list(csv.reader(io.StringIO(shown.output)))
    assert len(lines) == 1 + len(TRUTH["by_mediator"]) + 1
    assert {len(line) for line in lines} == {len(lines[0])}
    assert "合计" in lines[-1][0]


def test_a_report_that_does_not_exist_is_refused_with_those_that_do(flask):
    refused = flask("reports", "show", "by-weather", *COURT)
    assert refused.exit_code == 2
    assert "by-mediator" in refused.output


def test_a_period_that_ends_before_it_begins_is_refused(flask):
    refused = flask("reports", "show", "by-mediator", *COURT, "--from", "2022-06-30", "--to", "2022-01-01")
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output


def test_cases_are_exported_to_a_workbook_that_reads_back(flask, wancheng, tmp_path):
    out = tmp_path / "案件.xlsx"
    done = flask("exports", "run", "cases", *COURT, "--out", out)
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["rows"] == TRUTH["rows"]
    sheet = openpyxl.load_workbook(out).worksheets[0]
    numbers = [cell.value for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("（2022）豫1302")]
    assert len(numbers) >= TRUTH["rows"]


def test_conditions_narrow_an_export_as_they_do_the_list(flask, wancheng, tmp_path):
    out = tmp_path / "待指派.csv"
    done = flask("exports", "run", "cases", *COURT, "--out", out, "--where", "state=to_assign")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["rows"] == 9


def test_a_report_is_exported_with_the_figures_of_the_report(flask, wancheng, tmp_path):
    out = tmp_path / "统计.xlsx"
    words = ("--where", "from=2022-01-01", "--where", "to=2022-06-30")
    done = flask("exports", "run", "report:by-mediator", *COURT, "--out", out, *words)
    assert done.exit_code == 0, done.output
    values = [[cell.value for cell in row] for row in openpyxl.load_workbook(out).worksheets[0].iter_rows()]
    sums = next(row for row in values if row[0] == "合计")
    assert {108, 83, 67} <= {value for value in sums if isinstance(value, int)}
    assert any(isinstance(value, float) and abs(value - 0.8072) < 0.0001 for value in sums)


def test_an_unknown_list_or_file_name_is_refused(flask, tmp_path):
    for source, name in (("weather", "x.xlsx"), ("cases", "x.pdf")):
        refused = flask("exports", "run", source, *COURT, "--out", tmp_path / name)
        assert refused.exit_code == 1
        assert refused.output.startswith("Error: ")
        assert not (tmp_path / name).exists()


def test_the_audit_is_whole_until_somebody_alters_it(flask, wancheng, app):
    assert flask("audit", "verify").exit_code == 0
    assert flask("audit", "seal").exit_code == 0
    assert "审计完整" in flask("audit", "verify").output
    with app.app_context():
        # An intruder with the rights of the database's owner; the triggers stop everybody else.
        db.session.execute(text("alter table audit_entry disable trigger user"))
        db.session.execute(
            text("update audit_entry set sentence = '什么也没有发生' where id = (select max(id) from audit_entry)")
        )
        db.session.execute(text("alter table audit_entry enable trigger user"))
        db.session.commit()
        broken_id = db.session.scalar(text("select max(id) from audit_entry"))
    broken = flask("audit", "verify")
    assert broken.exit_code == 1
    assert f"审计记录 {broken_id} 有问题" in broken.output


def test_invented_cases_are_seeded_in_the_number_asked_for(flask, count):
    seeded = flask("seed", "cases", "--count", "300", "--courts", "3")
    assert seeded.exit_code == 0, seeded.output
    assert "300 件" in seeded.output
    assert count(Case) == 300
