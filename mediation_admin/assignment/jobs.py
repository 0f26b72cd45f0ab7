"""Bulk assignment and its undoing as background jobs; the request row is the job itself."""

from typing import Any

from mediation_admin.assignment import operations
from mediation_admin.core.jobs import JobRun, job_kind

BULK, UNDO = "assignment.bulk", "assignment.undo"


@job_kind(BULK)
def run_bulk(run: JobRun) -> dict[str, Any]:
    """Params: case_ids, mediator_id (None = best candidate each), reason."""
    plan = operations.assign_many(
        actor=run.actor,
        case_ids=run.params["case_ids"],
        mediator_id=run.params.get("mediator_id"),
        reason=run.params.get("reason", ""),
        bulk_job_id=run.job_id,
        progress=lambda done, total: run.progress(done, total, f"已处理 {done} / {total} 件"),
    )
    return {
        "assigned": len(plan.assigned),
        "per_mediator": plan.per_mediator(),
        "refused": [[p.case_id, p.case_no, p.refusal] for p in plan.refused[:500]],
        "refused_count": len(plan.refused),
    }


@job_kind(UNDO)
def run_undo(run: JobRun) -> dict[str, Any]:
    """Params: bulk_job_id."""
    back, kept = operations.undo_bulk(
        actor=run.actor,
        bulk_job_id=run.params["bulk_job_id"],
        progress=lambda done, total: run.progress(done, total, f"已处理 {done} / {total} 件"),
    )
    return {"undone": back, "kept": [[p.case_id, p.case_no, p.refusal] for p in kept[:500]]}
