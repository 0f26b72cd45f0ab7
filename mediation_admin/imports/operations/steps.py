"""Asking for the work to be done in the background, and what becomes of the batch when it fails."""

from sqlalchemy import select

from mediation_admin.core import jobs
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.imports import rules
from mediation_admin.imports.enums import BatchStatus
from mediation_admin.imports.models import ImportBatch

INSPECT, CHECK, WRITE, UNDO = "imports.inspect", "imports.check", "imports.write", "imports.undo"
MARK = "imports.mark"

# When a step fails or is cancelled the batch is again what it was before: nothing was written.
_BACK = {
    BatchStatus.UPLOADED: BatchStatus.FAILED,
    BatchStatus.CHECKING: BatchStatus.MAPPING,
    BatchStatus.COMMITTING: BatchStatus.CHECKED,
    BatchStatus.UNDOING: BatchStatus.COMMITTED,
}


def ask_inspection(*, actor: Actor, batch_id: int) -> ImportBatch:
    """Have the workbook read."""
    return _ask(actor, batch_id, INSPECT, BatchStatus.UPLOADED)


def ask_check(*, actor: Actor, batch_id: int) -> ImportBatch:
    """Have the rows pre-checked. Refuses a batch that is busy or was written."""
    batch = _locked(batch_id)
    rules.check_may_map(batch.status)
    return _ask(actor, batch_id, CHECK, BatchStatus.CHECKING)


def ask_write(*, actor: Actor, batch_id: int) -> ImportBatch:
    """确认写入. Refuses a batch that was not pre-checked or has nothing to write."""
    batch = _locked(batch_id)
    rules.check_may_write(batch.status, batch.rows_to_write)
    return _ask(actor, batch_id, WRITE, BatchStatus.COMMITTING)


def ask_undo(*, actor: Actor, batch_id: int) -> ImportBatch:
    """撤销. Refuses a batch that wrote nothing."""
    batch = _locked(batch_id)
    rules.check_may_undo(batch.status)
    return _ask(actor, batch_id, UNDO, BatchStatus.UNDOING)


def ask_marking(*, actor: Actor, batch_id: int) -> ImportBatch:
    """Have the workbook of a large batch marked."""
    batch = _locked(batch_id)
    job = jobs.ask(db.session(), kind=MARK, params={"batch_id": batch.id}, actor=actor)
    batch.mark_job_id = job.id
    db.session.flush()
    return batch


def step_failed(*, job_id: int, sentence: str) -> None:
    """Put the batch of a failed or cancelled job back to where it can be tried again, with the sentence to show."""
    batch = db.session.scalar(select(ImportBatch).where(ImportBatch.job_id == job_id))
    if batch is None or batch.status not in _BACK:
        return
    batch.status, batch.note = _BACK[batch.status], sentence
    if batch.status is BatchStatus.CHECKED:
        batch.note = f"{sentence}（没有写入任何数据）"
    db.session.flush()


def _ask(actor: Actor, batch_id: int, kind: str, status: BatchStatus) -> ImportBatch:
    batch = fetch(db.session(), ImportBatch, batch_id, with_for_update=True)
    job = jobs.ask(db.session(), kind=kind, params={"batch_id": batch.id}, actor=actor)
    batch.job_id, batch.status, batch.note = job.id, status, ""
    db.session.flush()
    return batch


def _locked(batch_id: int) -> ImportBatch:
    # A job at work holds the row for as long as it takes: say so instead of waiting for it.
    rules.check_not_busy(fetch(db.session(), ImportBatch, batch_id).status)
    return fetch(db.session(), ImportBatch, batch_id, with_for_update=True)
