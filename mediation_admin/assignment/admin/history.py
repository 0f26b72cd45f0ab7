"""What the page of a case shows of its assignments: who had it when, why, and who else could have had it."""

from typing import Any

from markupsafe import Markup, escape

from mediation_admin.assignment import queries
from mediation_admin.assignment.enums import Exclusion
from mediation_admin.assignment.models import Assignment
from mediation_admin.cases.models import Case
from mediation_admin.core import clock
from mediation_admin.core.admin import Card, tag_of
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor

SHOWN_OFFERED, SHOWN_EXCLUDED = 10, 20


def history_panel(_actor: Actor, case: Case) -> list[Card]:
    """The assignments a case has had, newest first, each with the ranking it was chosen from."""
    rows = queries.assignments_of(db.session(), case.id)
    if not rows:
        return []
    return [Card(Markup("").join(_item(row) for row in rows), title="指派", anchor="assignments")]


def _item(row: Assignment) -> Markup:
    return Markup(
        '<article class="assignment"><div class="row"><strong>{who}</strong>{state}'
        '<span class="quiet num">{when:%Y-%m-%d %H:%M}</span></div><p>{reason}</p>{end}{ranking}</article>'
    ).format(
        who=_who(row),
        state=tag_of(row.end_kind) if row.end_kind else Markup('<span class="tag tag-info">现任</span>'),
        when=clock.local(row.assigned_at),
        reason=row.reason,
        end=_end(row),
        ranking=_ranking(row.ranking, row.mediator_id),
    )


def _who(row: Assignment) -> str:
    names = [one.name for one in (row.mediator, row.organisation) if one is not None]
    return " · ".join(names) or "（已不在本院名册）"


def _end(row: Assignment) -> Markup | str:
    parts = []
    if row.accepted_on:
        late = row.response_due_on is not None and row.accepted_on > row.response_due_on
        parts.append(f"{row.accepted_on} 受理{'（超过三个工作日）' if late else ''}")
    elif row.end_kind is None and row.response_due_on:
        parts.append(f"请在 {row.response_due_on} 前受理")
    if row.ended_at:
        parts.append(f"{clock.local(row.ended_at):%Y-%m-%d %H:%M} 结束：{row.end_reason or row.end_kind.label}")
    return Markup('<p class="quiet">{}</p>').format("；".join(parts)) if parts else ""


def _ranking(kept: dict[str, Any], chosen: int | None) -> Markup | str:
    offered, excluded = kept.get("offered", []), kept.get("excluded", [])
    if not offered and not excluded:
        return ""
    places = "".join(
        f'<tr{" class=on" if one["id"] == chosen else ""}><td class="num">{place}</td><td>{escape(one["name"])}</td>'
        f'<td class="num">{one["total"]:g}</td><td>{escape("；".join(p["why"] for p in one["points"]))}</td></tr>'
        for place, one in enumerate(offered[:SHOWN_OFFERED], start=1)
    )
    out = "".join(
        f"<li><strong>{escape(one['name'])}</strong>：{escape(Exclusion(one['rule']).label)}（{escape(one['why'])}）</li>"
        for one in excluded[:SHOWN_EXCLUDED]
    )
    table = (
        '<div class="scroll" tabindex="0" role="region" aria-label="当时的候选排序"><table class="grid"><thead><tr>'
        '<th scope="col" class="num">名次</th><th scope="col">调解员</th><th scope="col" class="num">得分</th>'
        f'<th scope="col">依据</th></tr></thead><tbody>{places}</tbody></table></div>'
        if places
        else ""
    )
    left_out = f"<p>当时未列入候选：</p><ul>{out}</ul>" if out else ""
    return Markup(  # noqa: S704 - every value above is escaped
        f'<details><summary class="linklike">为什么是他：当时的候选排序</summary>{table}{left_out}</details>'
    )
