"""Workbooks brought in and taken back from the command line; each importable subject joins the two commands it needs."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy import func, select

from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.courts.operator import enter_court
from mediation_admin.imports import operations, store
from mediation_admin.imports.models import ImportBatch
from mediation_admin.imports.subjects import subject

# What a script reads: 0 all well, 1 refused with a sentence, 2 read, but rows are faulty (click itself ends a wrongly
# typed command with 2 as well, before anything is read).
FAULTY_ROWS = 2
# Remarks told on the terminal; --json and the web page tell them all.
MOST_TOLD = 200


def import_command(subject_code: str, words: str) -> click.Command:
    """``import FILE --court CODE [--commit] [--json]`` for one subject; ``words`` say in the help what is imported."""

    @click.command("import", help=f"{words} Only checks the file unless told to --commit.")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
    @click.option("--court", required=True, help="Code of the court, e.g. 豫1302.")
    @click.option("--commit", is_flag=True, help="Write the rows that are not faulty; without it nothing is kept.")
    @click.option("--json", "as_json", is_flag=True, help="Tell the result as JSON.")
    def command(file: Path, court: str, commit: bool, as_json: bool) -> None:
        actor, found = enter_court(court)
        report = bring_in(subject_code, file, actor, found.id, commit=commit)
        click.echo(json.dumps(report, ensure_ascii=False, indent=2) if as_json else told(report))
        if report["counts"]["faulty"]:
            sys.exit(FAULTY_ROWS)

    return command


def undo_command(subject_code: str) -> click.Command:
    """``undo BATCH --court CODE [--json]`` for one subject."""

    @click.command("undo", help="Take back what a batch wrote; rows worked on since stay and are named.")
    @click.argument("batch", type=click.IntRange(min=1))
    @click.option("--court", required=True, help="Code of the court, e.g. 豫1302.")
    @click.option("--json", "as_json", is_flag=True, help="Tell the result as JSON.")
    def command(batch: int, court: str, as_json: bool) -> None:
        actor, _ = enter_court(court)
        try:
            if fetch(db.session(), ImportBatch, batch).subject != subject_code:
                raise NotFound
            report = operations.undo_batch(actor=actor, batch_id=batch)
            db.session.commit()
        except NotFound:
            raise click.ClickException(f"本院没有编号为 {batch} 的{subject(subject_code).title}导入批次。") from None
        except RuleBroken as broken:
            raise click.ClickException(broken.message) from None
        click.echo(json.dumps(report, ensure_ascii=False, indent=2) if as_json else told_undone(report))

    return command


def bring_in(subject_code: str, file: Path, actor: Actor, court_id: int, *, commit: bool) -> dict[str, Any]:
    """Pre-check a workbook and, with ``commit``, write its rows in the same transaction; the report as plain JSON.

    Unless rows were written nothing is left: neither the batch nor the kept copy of the file. Raises ClickException
    with the sentence of a refusal.
    """
    try:
        report = operations.precheck_file(subject_code=subject_code, path=file, actor=actor, court_id=court_id)
        if commit and report["counts"]["new"] + report["counts"]["changed"]:
            report = operations.commit_batch(actor=actor, batch_id=report["batch"])
            db.session.commit()
            return report | {"written": True}
    except RuleBroken as broken:
        _leave_nothing(court_id)
        raise click.ClickException(broken.message) from None
    _leave_nothing(court_id)
    # The number went with the batch.
    return report | {"written": False, "batch": None}


def _leave_nothing(court_id: int) -> None:
    """Roll back, and delete the kept copies of the workbooks this transaction brought."""
    session = db.session()
    # created_at is the transaction's own moment, so these are the batches of this very transaction.
    own = select(ImportBatch.stored_name).where(
        ImportBatch.court_id == court_id, ImportBatch.created_at == func.now(), ImportBatch.written_at.is_(None)
    )
    names = [name for name in session.scalars(own) if name]
    session.rollback()
    for name in names:
        store.remove(name)


def told(report: dict[str, Any]) -> str:
    """The report in a few lines for the terminal: where the table was found, the numbers, the remarks cell by cell."""
    counts = report["counts"]
    lines = [
        f"{report['file']}，工作表“{report['sheet']}”，表头在第 {report['heading_row']} 行，共 {report['rows']} 行",
        f"新增 {counts['new']}，更新 {counts['changed']}，无变化 {counts['unchanged']}，错误 {counts['faulty']}；"
        f"待补 {report['gaps']} 行，提示 {report['warned']} 行",
    ]
    levels = {"fault": "错误", "warning": "提示", "gap": "待补"}
    for remark in report["remarks"][:MOST_TOLD]:
        where = remark["cell"] or f"第 {remark['row']} 行"
        lines.append(f"  {levels[remark['level']]} {where} {remark['label']}：{remark['message']}")
    if len(report["remarks"]) > MOST_TOLD:
        lines.append(f"  ……另有 {len(report['remarks']) - MOST_TOLD} 处，请用 --json 查看")
    if report["written"]:
        lines.append(f"已写入，批次号 {report['batch']}")
    elif counts["new"] + counts["changed"]:
        lines.append("这是预检，没有写入任何数据；确认后请加 --commit 再运行一次")
    else:
        lines.append("没有要写入的行")
    return "\n".join(lines)


def told_undone(report: dict[str, Any]) -> str:
    """What an undo did, in a few lines."""
    written = report["counts"]["new"] + report["counts"]["changed"]
    lines = [f"批次 {report['batch']} 已撤销：撤回 {written - report['kept_rows']} 行，保留 {report['kept_rows']} 行"]
    lines += [f"  保留 第 {row['row']} 行 {row['label']}：{row['reason']}" for row in report["kept"]]
    return "\n".join(lines)
