"""The undo: takes back what a batch wrote, except rows that have been worked on since; those are named."""

import json
from collections.abc import Iterator

from sqlalchemy import bindparam, update

from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.imports import queries
from mediation_admin.imports.enums import BatchStatus
from mediation_admin.imports.models import ImportBatch, ImportRow
from mediation_admin.imports.operations.intake import Progress, told
from mediation_admin.imports.operations.judging import run_of
from mediation_admin.imports.operations.writing import lock_writers
from mediation_admin.imports.subjects import CHUNK, WrittenRow, subject


def undo(*, actor: Actor, batch_id: int, progress: Progress = lambda done, total, message: None) -> ImportBatch:
    """Take the batch back, last row first. The caller commits.

    Rows the subject refuses to take back stay, each with the reason; the batch says how many.
    """
    batch = fetch(db.session(), ImportBatch, batch_id)
    what = subject(batch.subject)
    lock_writers(batch.court_id, what)
    batch = fetch(db.session(), ImportBatch, batch_id, with_for_update=True)
    if batch.status is BatchStatus.UNDONE:
        return batch
    run = run_of(batch, actor)
    what.begin(run)
    kept, done, total = 0, 0, batch.rows_to_write
    for chunk in _chunks(batch):
        answers = what.undo(run, chunk)
        reasons = [{"row": row.number, "why": why} for row, why in zip(chunk, answers, strict=True) if why is not None]
        if reasons:
            _keep_reasons(batch, reasons)
        kept += len(reasons)
        done += len(chunk)
        progress(done, total, f"已撤销 {done - kept:,} 行")
    batch.status, batch.note, batch.kept_rows = BatchStatus.UNDONE, "", kept
    batch.undone_at, batch.undone_by_name = clock.now(), actor.name
    db.session.flush()
    told(batch, "undone", f"撤销导入{what.title}（批次 {batch.id}）：撤回 {done - kept} 行，保留 {kept} 行")
    return batch


def _chunks(batch: ImportBatch) -> Iterator[list[WrittenRow]]:
    below: int | None = None
    while True:
        rows = db.session.scalars(queries.written_rows(batch.id, below=below).limit(CHUNK)).all()
        if not rows:
            return
        below = rows[-1].row_no
        yield [
            WrittenRow(
                number=row.row_no,
                verdict=row.verdict,
                target_id=row.target_id,
                trace=row.trace or {},
                before=json.loads(row.before) if row.before else None,
            )
            for row in rows
        ]
        for row in rows:
            db.session.expunge(row)


def _keep_reasons(batch: ImportBatch, reasons: list[dict[str, object]]) -> None:
    table = ImportRow.__table__
    db.session.execute(
        update(table)
        .where(table.c.batch_id == batch.id, table.c.row_no == bindparam("row"))
        .values(kept_because=bindparam("why")),
        reasons,
    )
