"""The whole way in one go, for the command line and for tests: no queue, a report that can be written as JSON."""

from pathlib import Path
from typing import Any

from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.imports import queries, rules, source
from mediation_admin.imports.enums import BatchStatus, Verdict
from mediation_admin.imports.models import ImportBatch, ImportRow
from mediation_admin.imports.operations.intake import inspect, layout_of, map_columns, start
from mediation_admin.imports.operations.judging import check, notes_of
from mediation_admin.imports.operations.undoing import undo
from mediation_admin.imports.operations.writing import write
from mediation_admin.imports.reading import column_letter
from mediation_admin.imports.subjects import subject

Report = dict[str, Any]


def precheck_file(*, subject_code: str, path: Path, actor: Actor, court_id: int, most: int = 1000) -> Report:
    """Read and pre-check a workbook with the mapping the engine proposes (or remembers). Flushes.

    Raises RuleBroken when the file cannot be read or a required column is missing. ``most`` faulty and warned rows are
    told in the report.
    """
    with path.open("rb") as stream:
        batch = start(actor=actor, court_id=court_id, subject_code=subject_code, stream=stream, file_name=path.name)
    inspect(actor=actor, batch_id=batch.id)
    layout = layout_of(batch)
    if layout.missing:
        raise RuleBroken(" ".join(layout.problems), field="mapping")
    map_columns(actor=actor, batch_id=batch.id, mapping={int(i): name for i, name in batch.mapping.items()})
    check(actor=actor, batch_id=batch.id)
    return report(batch.id, most=most)


def commit_batch(*, actor: Actor, batch_id: int) -> Report:
    """Write a pre-checked batch. Flushes; the caller commits. With nothing to write it says so and writes nothing."""
    batch = fetch(db.session(), ImportBatch, batch_id, with_for_update=True)
    if batch.status is BatchStatus.CHECKED and batch.rows_to_write == 0:
        return report(batch_id)
    rules.check_may_write(batch.status, batch.rows_to_write)
    write(actor=actor, batch_id=batch_id)
    return report(batch_id)


def undo_batch(*, actor: Actor, batch_id: int) -> Report:
    """Take a written batch back. Flushes; the caller commits."""
    batch = fetch(db.session(), ImportBatch, batch_id, with_for_update=True)
    rules.check_may_undo(batch.status)
    undo(actor=actor, batch_id=batch_id)
    return report(batch_id)


def report(batch_id: int, *, most: int = 1000) -> Report:
    """What is known of a batch, as plain JSON: numbers, mapping, and the remarks cell by cell."""
    batch = fetch(db.session(), ImportBatch, batch_id)
    what = subject(batch.subject)
    catalogue = what.catalogue()
    layout = layout_of(batch) if batch.layout else None
    headings = {column.index: column for column in layout.columns} if layout else {}
    remarks: list[dict[str, Any]] = []
    told = db.session.scalars(queries.rows(batch.id).where(ImportRow.notes.is_not(None)).limit(most)).all()
    for row in told:
        for note in notes_of(row):
            column = source.column_of(catalogue, batch.mapping, note.field)
            remarks.append(
                {
                    "row": row.row_no,
                    "cell": f"{column_letter(column)}{row.row_no}" if column is not None else None,
                    "field": note.field,
                    "label": source.label_of(catalogue, note.field),
                    "level": note.level.value,
                    "message": note.message,
                }
            )
    kept = db.session.scalars(queries.kept_rows(batch.id).limit(most)).all()
    return {
        "batch": batch.id,
        "subject": batch.subject,
        "status": batch.status.value,
        "file": batch.file_name,
        "sheet": batch.sheet,
        "heading_row": batch.heading_row,
        "columns": [
            {
                "column": column.letter,
                "heading": column.heading,
                "field": batch.mapping.get(str(column.index)),
                "label": source.label_of(catalogue, batch.mapping[str(column.index)])
                if str(column.index) in batch.mapping
                else None,
            }
            for column in headings.values()
        ],
        "rows": batch.judged_rows,
        "counts": {
            Verdict.NEW.value: batch.new_rows,
            Verdict.CHANGED.value: batch.changed_rows,
            Verdict.UNCHANGED.value: batch.unchanged_rows,
            Verdict.FAULTY.value: batch.faulty_rows,
        },
        "gaps": batch.gap_rows,
        "warned": batch.warned_rows,
        "skipped": batch.summary.get("skipped", {}),
        "remarks": remarks,
        "kept": [{"row": row.row_no, "label": row.label, "reason": row.kept_because} for row in kept],
        "kept_rows": batch.kept_rows,
        "unchanged_file": batch.status is BatchStatus.CHECKED and batch.rows_to_write == 0 and batch.faulty_rows == 0,
    }
