"""`flask reports show`: the same figures at the terminal."""

import csv
import io
import json
from datetime import date

import pytest

from mediation_admin.core.db import db
from mediation_admin.reports.catalogue import REPORTS

MARCH = ("--from", "2024-03-01", "--to", "2024-03-31")


@pytest.fixture
def show(app, statistics):
    """Runs the command for court A, with two closed cases there."""
    statistics.ended(statistics.first, date(2024, 3, 13), date(2024, 3, 20))
    statistics.ended(statistics.second, date(2024, 3, 13), date(2024, 3, 20), success=False)
    statistics.session.commit()

    def run(*words: str):
        with app.app_context():
            try:
                return app.test_cli_runner().invoke(
                    args=["reports", "show", *words, "--court", "豫1302"], catch_exceptions=False
                )
            finally:
                db.session.remove()

    return run


@pytest.mark.parametrize("code", sorted(REPORTS))
def test_csv_has_the_screens_columns_and_the_sums_last(show, code):
    lines = list(csv.reader(io.StringIO(show(code, *MARCH).output)))
    report = REPORTS[code]
    titles = [f"{f.group}：{f.title}" if f.group else f.title for f in report.shown]
    assert lines[0] == [report.row_title, *report.note_titles, *titles]
    assert lines[-1][0] == "合计"
    assert lines[-1][lines[0].index("已结")] == "2"


def test_json_has_every_figure_with_both_halves_of_the_rates(show):
    told = json.loads(show("by-mediator", *MARCH, "--format", "json").output)
    assert (told["from"], told["to"], told["court"]) == ("2024-03-01", "2024-03-31", "豫1302")
    assert [row["row"] for row in told["rows"]] == ["安某", "钱某"]
    assert told["total"]["success_rate"] == 0.5
    assert {f.key for f in REPORTS["by-mediator"].figures} <= set(told["total"])


def test_what_cannot_be_asked_is_refused_with_a_sentence(show):
    refused = show("by-mediator", "--from", "三月")
    assert refused.exit_code == 1
    assert "不是日期" in refused.output


def test_s27_a_name_that_looks_like_a_formula_is_harmless_in_the_csv_of_the_command(show, statistics):
    statistics.first.name = '=HYPERLINK("x")'
    statistics.session.commit()
    names = [line[0] for line in csv.reader(io.StringIO(show("by-mediator", *MARCH).output))]
    assert '\'=HYPERLINK("x")' in names
