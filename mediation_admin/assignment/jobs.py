"""Bulk assignment and its undoing as background jobs; the request row is the job itself."""

from typing import Any

from mediation_admin.assignment import operations
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.jobs import JobRun, job_kind
from mediation_admin.permissions import Permission

BULK, UNDO = "assignment.bulk", "assignment.undo"
# Of the left-out cases so many are named; the number says how many there are.
NAMED = 500


@job_kind(BULK)
def run_bulk(run: JobRun) -> dict[str, Any]:
    """Params: case_ids, mediator_id (None = best candidate each), reason."""
    _still_allowed(run)
    run.progress(0, len(run.params["case_ids"]), "正在指派")
    plan = operations.assign_many(
        actor=run.actor,
        case_ids=run.params["case_ids"],
        mediator_id=run.params.get("mediator_id"),
        reason=run.params.get("reason", ""),
        bulk_job_id=run.job_id,
        progress=lambda done, total: run.progress(done, total, f"已处理 {done:,} / {total:,} 件"),
    )
    return {
        "assigned": len(plan.assigned),
        "per_mediator": plan.per_mediator(),
        "refused": [[p.case_id, p.case_no, p.refusal, p.repair] for p in plan.refused[:NAMED]],
        "refused_count": len(plan.refused),
    }


@job_kind(UNDO)
def run_undo(run: JobRun) -> dict[str, Any]:
    """Params: bulk_job_id."""
    _still_allowed(run)
    back, kept = operations.undo_bulk(
        actor=run.actor,
        bulk_job_id=run.params["bulk_job_id"],
        progress=lambda done, total: run.progress(done, total, f"已撤回 {done:,} / {total:,} 件"),
    )
    return {
        "undone": back,
        "kept": [[p.case_id, p.case_no, p.refusal] for p in kept[:NAMED]],
        "kept_count": len(kept),
    }


def _still_allowed(run: JobRun) -> None:
    if not run.actor.may(Permission.CASE_ASSIGN):
        raise RuleBroken("您当前的角色不能指派案件，没有案件被改动。")
