"""The user's own workbook with its faulty cells marked, made from the kept file and the kept remarks."""

import os
from collections.abc import Iterator
from pathlib import Path

from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.imports import queries, source, store
from mediation_admin.imports.enums import Level
from mediation_admin.imports.marking import Fault, mark_workbook
from mediation_admin.imports.models import ImportBatch
from mediation_admin.imports.operations.intake import Progress, stored_name
from mediation_admin.imports.operations.judging import notes_of
from mediation_admin.imports.reading import open_workbook_safely
from mediation_admin.imports.subjects import subject

# Up to here the workbook is marked while the person waits; beyond, a job does it.
AT_ONCE_UP_TO = 3_000
_WORDS = {Level.FAULT: "", Level.WARNING: "提示：", Level.GAP: "待补："}


def marked_workbook(*, batch_id: int) -> bytes:
    """The marked workbook. Refuses a batch whose file was cleared away."""
    batch = fetch(db.session(), ImportBatch, batch_id)
    with store.opened(stored_name(batch)) as path, store.scratch() as target:
        _mark(batch, path, target)
        return target.read_bytes()


def kept_marked_workbook(*, batch_id: int) -> bytes:
    """The marked workbook that a job has put away. Refuses when there is none."""
    batch = fetch(db.session(), ImportBatch, batch_id)
    if batch.marked_name is None:
        raise RuleBroken("标注好的工作簿还没有生成，请先点“生成标注工作簿”。")
    return b"".join(store.pieces(batch.marked_name))


def keep_marked_workbook(
    *, actor: Actor, batch_id: int, progress: Progress = lambda done, total, message: None
) -> ImportBatch:
    """Make the marked workbook of a large batch and put it away, encrypted, for download."""
    progress(0, None, "正在标注工作簿")
    batch = fetch(db.session(), ImportBatch, batch_id)
    with store.opened(stored_name(batch)) as path, store.scratch() as target:
        _mark(batch, path, target)
        with target.open("rb") as made:
            kept = store.keep(made, os.stat(target).st_size + 1)
    if kept is None:
        raise RuleBroken("标注好的工作簿没有存下来，请重试。")
    if batch.marked_name:
        store.remove(batch.marked_name)
    batch.marked_name = kept.name
    db.session.flush()
    return batch


def _mark(batch: ImportBatch, path: Path, target: Path) -> None:
    with open_workbook_safely(path, limits=source.LIMITS, spool_in=source.spool_folder()) as workbook:
        first = batch.heading_row or 1
        heads = {batch.sheet: range(first, first + (batch.heading_rows or 1))}
        mark_workbook(path, target, _faults(batch), heading_rows=heads, workbook=workbook)


def _faults(batch: ImportBatch) -> Iterator[Fault]:
    catalogue = subject(batch.subject).catalogue()
    columns: dict[str, int | None] = {}
    # Gaps alone are no reason to colour every second cell; they are listed on the page and on the records.
    statement = queries.rows(batch.id, levels=[Level.FAULT, Level.WARNING]).execution_options(yield_per=1000)
    for row in db.session.scalars(statement):
        row_no, notes = row.row_no, notes_of(row)
        db.session.expunge(row)
        for note in notes:
            if note.level is Level.GAP:
                continue
            if note.field not in columns:
                columns[note.field] = source.column_of(catalogue, batch.mapping, note.field)
            yield Fault(batch.sheet, row_no, columns[note.field], _WORDS[note.level] + note.message)
