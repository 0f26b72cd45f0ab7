"""批量指派 on the lists of cases: who would get which case, and the job that gives them out."""

from typing import Any

from wtforms import TextAreaField

from mediation_admin.assignment import jobs as kinds
from mediation_admin.assignment import operations
from mediation_admin.assignment.admin.pages import case_link
from mediation_admin.cases.admin import detail_url, repair_url
from mediation_admin.cases.admin.filters import mediator_name
from mediation_admin.cases.admin.lists import add_bulk_action
from mediation_admin.core import jobs
from mediation_admin.core.admin import BulkAction, ListScreen, Outcome, Refused, Rehearsal, Selection, current_actor
from mediation_admin.core.db import db
from mediation_admin.core.forms import Form, Length, LookupField, Optional
from mediation_admin.permissions import Permission

MOST_CASES = 10_000
SHOWN = 20


class BulkForm(Form):
    """To whom, and why; both may stay empty."""

    mediator_id = LookupField(
        "全部指派给",
        [Optional()],
        endpoint="/mediators/lookup",
        describe=mediator_name,
        description="不选时逐件指派给各自得分最高的调解员，边指派边计在手件数。",
    )
    reason = TextAreaField(
        "指派理由",
        [Optional(), Length(max=500)],
        render_kw={"rows": 2},
        description="不填时逐件记录推荐名次和依据。",
    )


def rehearse_assign(_screen: ListScreen, selection: Selection, form: BulkForm | None) -> Rehearsal:
    """Who would get which case; nothing is changed."""
    plan = operations.rehearse(
        actor=current_actor(),
        case_ids=selection.find_ids(db.session, limit=MOST_CASES),
        mediator_id=_whole(form.mediator_id.data) if form else None,
    )
    assigned, per_mediator = plan.assigned, plan.per_mediator()
    effect = f"将把 {len(assigned):,} 件案件指派给 {len(per_mediator)} 位调解员。"
    return Rehearsal(
        count=len(assigned),
        effect=effect if assigned else "没有可以指派的案件。",
        headings=("案件", "调解员", "得分"),
        rows=[(case_link(p.case_id, p.case_no), p.mediator, f"{p.points:g}") for p in assigned[:SHOWN]],
        groups=_groups(per_mediator),
        refused=[
            Refused(p.case_no, p.refusal, repair_url(p.case_id, p.repair) or detail_url(p.case_id))
            for p in plan.refused[:SHOWN]
        ],
        refused_count=len(plan.refused),
    )


def _groups(per_mediator: list[tuple[str, int]], most: int = 11) -> list[tuple[str, int]]:
    rest = per_mediator[most:]
    return per_mediator[:most] + ([(f"其余 {len(rest)} 位", sum(count for _, count in rest))] if rest else [])


def _whole(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isdigit() else None


def run_assign(_screen: ListScreen, selection: Selection, form: BulkForm, key: str) -> Outcome:
    """Ask the background for what was rehearsed; the same confirmation sent twice starts one job."""
    ids = selection.find_ids(db.session, limit=MOST_CASES)
    job = jobs.ask(
        db.session(),
        kind=kinds.BULK,
        params={"case_ids": ids, "mediator_id": form.mediator_id.data, "reason": form.reason.data or ""},
        actor=current_actor(),
        once=key,
    )
    return Outcome(f"已开始批量指派 {len(ids):,} 件案件", progress_url=f"/jobs/{job.id}/")


add_bulk_action(
    BulkAction("assign", "批量指派", Permission.CASE_ASSIGN, form=BulkForm, max_rows=MOST_CASES),
    rehearse=rehearse_assign,
    run=run_assign,
)
