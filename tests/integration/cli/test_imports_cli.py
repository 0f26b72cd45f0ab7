"""Operators bring in rosters and ledgers, check them first, and take them back."""

import json
from pathlib import Path

import openpyxl
from sqlalchemy import text

from mediation_admin.cases.models import Case
from mediation_admin.core.db import db
from mediation_admin.imports.models import ImportBatch, RememberedMapping
from mediation_admin.rosters.models import MediatorListing
from tests.integration.cli.conftest import COURT, LEDGER, ROSTER, TRUTH


def kept_files(app) -> list[Path]:
    folder = Path(app.config["DATA_DIR"]) / "imports"
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def a_ledger(path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["登记日期", "案由", "申请人", "被申请人", "结案日期", "调解结果"])
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_without_commit_a_workbook_is_only_checked_and_nothing_at_all_is_left(flask, count, app):
    flask("rosters", "import", ROSTER, *COURT, "--commit")
    before = kept_files(app)
    checked = flask("backfill", "import", LEDGER, *COURT)
    assert checked.exit_code == 0, checked.output
    assert "新增 108，更新 0，无变化 0，错误 0" in checked.output
    assert "这是预检，没有写入任何数据" in checked.output
    assert count(Case) == 0
    assert count(ImportBatch) == 1  # the roster's
    assert count(RememberedMapping) == 1
    assert kept_files(app) == before


def test_the_real_workbooks_come_in_and_give_the_published_figures(flask, count):
    roster = flask("rosters", "import", ROSTER, *COURT, "--commit")
    assert roster.exit_code == 0, roster.output
    assert "已写入，批次号" in roster.output
    assert count(MediatorListing) > 10
    ledger = json.loads(flask("backfill", "import", LEDGER, *COURT, "--commit", "--json").output)
    assert ledger["written"] is True
    assert ledger["counts"] == {"new": TRUTH["rows"], "changed": 0, "unchanged": 0, "faulty": 0}
    assert count(Case) == TRUTH["rows"]
    shown = flask(
        "reports", "show", "by-mediator", *COURT, "--from", "2022-01-01", "--to", "2022-06-30", "--format", "json"
    )
    total = json.loads(shown.output)["total"]
    assert [total[key] for key in ("received", "closed", "succeeded")] == [108, 83, 67]
    assert total["success_rate"] == 0.8072


def test_the_same_ledger_twice_writes_nothing_the_second_time(flask, count):
    flask("rosters", "import", ROSTER, *COURT, "--commit")
    flask("backfill", "import", LEDGER, *COURT, "--commit")
    again = flask("backfill", "import", LEDGER, *COURT, "--commit")
    assert again.exit_code == 0
    assert "无变化 108" in again.output
    assert "没有要写入的行" in again.output
    assert count(ImportBatch) == 2


def test_a_batch_is_taken_back_by_its_number(flask, count):
    flask("rosters", "import", ROSTER, *COURT, "--commit")
    batch = json.loads(flask("backfill", "import", LEDGER, *COURT, "--commit", "--json").output)["batch"]
    undone = flask("backfill", "undo", batch, *COURT)
    assert undone.exit_code == 0, undone.output
    assert f"批次 {batch} 已撤销：撤回 108 行，保留 0 行" in undone.output
    assert count(Case) == 0
    again = flask("backfill", "undo", batch, *COURT)
    assert again.exit_code == 1


def test_a_roster_can_be_taken_back_too(flask, count):
    batch = json.loads(flask("rosters", "import", ROSTER, *COURT, "--commit", "--json").output)["batch"]
    undone = flask("rosters", "undo", batch, *COURT)
    assert undone.exit_code == 0, undone.output
    assert "保留 0 行" in undone.output
    assert count(MediatorListing) == 0


def test_a_batch_of_another_court_or_another_kind_is_not_there(flask):
    batch = json.loads(flask("rosters", "import", ROSTER, *COURT, "--commit", "--json").output)["batch"]
    for words in (("rosters", "undo", batch, "--court", "闽0213"), ("backfill", "undo", batch, *COURT)):
        refused = flask(*words)
        assert refused.exit_code == 1
        assert f"编号为 {batch}" in refused.output


def test_faulty_cells_are_named_by_their_address_and_good_rows_come_in(flask, count, tmp_path):
    file = a_ledger(
        tmp_path / "台账.xlsx",
        ("2022-03-01", "民间借贷纠纷", "甲某某", "乙某某", "2022-03-20", "调解成功"),
        ("2022-13-45", "民间借贷纠纷", "丙某某", "丁某某", None, None),
    )
    result = flask("backfill", "import", file, *COURT, "--commit")
    assert result.exit_code == 2
    assert "错误 A3 登记日期：" in result.output
    assert "新增 1，更新 0，无变化 0，错误 1" in result.output
    assert count(Case) == 1
    told = json.loads(flask("backfill", "import", file, *COURT, "--json").output)
    assert [r["cell"] for r in told["remarks"] if r["level"] == "fault"] == ["A3"]


def test_what_cannot_be_read_is_refused_with_a_sentence_and_leaves_nothing(flask, count, app, tmp_path):
    before = kept_files(app)
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    without_columns = tmp_path / "缺列.csv"
    without_columns.write_text("登记日期,案由\n2022-03-01,民间借贷纠纷\n", encoding="gb18030")
    for file in (broken, without_columns):
        refused = flask("backfill", "import", file, *COURT, "--commit")
        assert refused.exit_code == 1, refused.output
        assert "Traceback" not in refused.output
    assert "申请人" in refused.output
    assert count(ImportBatch) == 0
    assert kept_files(app) == before


def test_an_unknown_court_is_refused(flask):
    refused = flask("rosters", "import", ROSTER, "--court", "豫9999")
    assert refused.exit_code == 1
    assert "没有代字为“豫9999”的法院" in refused.output


def test_a_batch_written_at_the_terminal_is_in_the_audit_under_the_operators_name(flask, app):
    flask("rosters", "import", ROSTER, *COURT, "--commit")
    with app.app_context():
        found = db.session.execute(
            text("select actor_name, sentence from audit_entry where tag = 'import:batch:written'")
        ).all()
    assert len(found) == 1
    assert found[0].actor_name.startswith("运维命令")
