"""Reads of the import batches: lists, rows with their remarks, what a court remembers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from mediation_admin.imports.enums import BatchStatus, Level, Verdict
from mediation_admin.imports.models import ImportBatch, ImportRow, RememberedMapping, RememberedWord

ROWS_A_PAGE = 50


def batches(subject: str) -> Select[tuple[ImportBatch]]:
    """The batches of one kind, newest first."""
    return select(ImportBatch).where(ImportBatch.subject == subject).order_by(ImportBatch.id.desc())


def same_file_written(session: Session, batch: ImportBatch) -> ImportBatch | None:
    """The latest batch of the court that wrote exactly this file before."""
    return session.scalars(
        select(ImportBatch)
        .where(
            ImportBatch.court_id == batch.court_id,
            ImportBatch.subject == batch.subject,
            ImportBatch.sha256 == batch.sha256,
            ImportBatch.status == BatchStatus.COMMITTED,
            ImportBatch.id != batch.id,
        )
        .order_by(ImportBatch.id.desc())
        .limit(1)
    ).first()


def rows(
    batch_id: int,
    *,
    verdicts: Sequence[Verdict] = (),
    levels: Sequence[Level] = (),
    field: str = "",
    after: int = 0,
) -> Select[tuple[ImportRow]]:
    """Rows of a batch in the workbook's order; ``field`` narrows to rows with a remark on it, ``after`` is a row number."""
    statement = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.row_no > after)
    if verdicts:
        statement = statement.where(ImportRow.verdict.in_(verdicts))
    if levels:
        statement = statement.where(ImportRow.marks.overlap([level.value for level in levels]))
    if field:
        statement = statement.where(ImportRow.marks.contains([f"@{field}"]))
    return statement.order_by(ImportRow.row_no)


def count_rows(session: Session, statement: Select[Any]) -> int:
    """How many rows a ``rows`` statement has."""
    return session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0


def written_rows(batch_id: int, *, below: int | None = None) -> Select[tuple[ImportRow]]:
    """Rows that were written, last first (the order of undoing)."""
    statement = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.target_id.is_not(None))
    if below is not None:
        statement = statement.where(ImportRow.row_no < below)
    return statement.order_by(ImportRow.row_no.desc())


def kept_rows(batch_id: int) -> Select[tuple[ImportRow]]:
    """Rows that stayed when the batch was undone, each with its reason."""
    statement = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.kept_because != "")
    return statement.order_by(ImportRow.row_no)


def remembered_mapping(session: Session, court_id: int, subject: str, signature: str) -> dict[str, Any] | None:
    """The columns as the court mapped this layout the last time."""
    return session.scalar(
        select(RememberedMapping.mapping).where(
            RememberedMapping.court_id == court_id,
            RememberedMapping.subject == subject,
            RememberedMapping.signature == signature,
        )
    )


def remembered_words(session: Session, court_id: int, subject: str) -> dict[str, dict[str, str]]:
    """field → word → value, as people of the court explained their ledgers' words."""
    found: dict[str, dict[str, str]] = {}
    for field, word, value in session.execute(
        select(RememberedWord.field, RememberedWord.word, RememberedWord.value).where(
            RememberedWord.court_id == court_id, RememberedWord.subject == subject
        )
    ):
        found.setdefault(field, {})[word] = value
    return found


def stale_files(before: datetime) -> Select[tuple[ImportBatch]]:
    """Batches that still keep a file and have not been touched since."""
    return select(ImportBatch).where(ImportBatch.stored_name.is_not(None), ImportBatch.updated_at < before)
