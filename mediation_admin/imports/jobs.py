"""The background work of imports: an id in, an operation called; core.jobs commits work and job together."""

from typing import Any

from mediation_admin.core.db import db
from mediation_admin.core.jobs import JobRun, job_kind, on_failure
from mediation_admin.core.scope import Actor, Scope, enter
from mediation_admin.imports import operations
from mediation_admin.imports.operations.steps import CHECK, INSPECT, MARK, UNDO, WRITE

# What the person's list of jobs calls them.
LABELS = {
    INSPECT: "读取导入文件",
    CHECK: "导入预检",
    WRITE: "导入写入",
    UNDO: "撤销导入",
    MARK: "生成标注工作簿",
}


@job_kind(INSPECT)
def inspect(run: JobRun) -> dict[str, Any]:
    """Read the workbook and propose its mapping."""
    batch = operations.inspect(actor=run.actor, batch_id=run.params["batch_id"], progress=run.progress)
    return {"batch_id": batch.id}


@job_kind(CHECK)
def check(run: JobRun) -> dict[str, Any]:
    """Pre-check the rows."""
    batch = operations.check(actor=run.actor, batch_id=run.params["batch_id"], progress=run.progress)
    return {"batch_id": batch.id}


@job_kind(WRITE)
def write(run: JobRun) -> dict[str, Any]:
    """Write the batch."""
    batch = operations.write(actor=run.actor, batch_id=run.params["batch_id"], progress=run.progress)
    return {"batch_id": batch.id}


@job_kind(UNDO)
def undo(run: JobRun) -> dict[str, Any]:
    """Take the batch back."""
    batch = operations.undo(actor=run.actor, batch_id=run.params["batch_id"], progress=run.progress)
    return {"batch_id": batch.id}


@job_kind(MARK)
def mark(run: JobRun) -> dict[str, Any]:
    """Mark the faulty cells of a large workbook."""
    batch = operations.keep_marked_workbook(actor=run.actor, batch_id=run.params["batch_id"], progress=run.progress)
    return {"batch_id": batch.id}


@on_failure(INSPECT)
@on_failure(CHECK)
@on_failure(WRITE)
@on_failure(UNDO)
def failed(job_id: int, sentence: str) -> None:
    """Put the batch back to where it can be tried again."""
    operations.step_failed(job_id=job_id, sentence=sentence)


def clear_files() -> int:
    """Every night: delete the workbooks of batches that nobody has touched for a month."""
    enter(db.session(), Actor(None, "系统", "system", None), Scope.everything("old workbooks of every court are cleared"))
    cleared = operations.sweep_files()
    db.session.commit()
    return cleared
