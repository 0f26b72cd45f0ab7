"""按调解员查询: one line per mediator, and one for the cases nobody has yet."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation_admin.assignment.models import Assignment
from mediation_admin.cases.models import Case
from mediation_admin.reports.definition import Counts, Lines, Report
from mediation_admin.reports.figures import FIGURES
from mediation_admin.rosters.models import Mediator, Membership, Organisation


def lines(session: Session, keys: set[Any]) -> Lines:
    """Mediators by name in pinyin order, with their organisations."""
    names = {
        row.id: row
        for row in session.execute(select(Mediator.id, Mediator.name, Mediator.pinyin).where(Mediator.id.in_(keys)))
    }
    organisations = dict(
        session.execute(
            select(Membership.mediator_id, func.string_agg(Organisation.name, "、"))
            .join(Organisation, Organisation.id == Membership.organisation_id)
            .where(Membership.mediator_id.in_(keys), Membership.ended_at.is_(None))
            .group_by(Membership.mediator_id)
        ).all()
    )
    ordered = sorted(keys, key=lambda key: (names[key].pinyin if key in names else "~", key))
    gone = "（已不在本院名册）"
    return [(key, names[key].name if key in names else gone, (organisations.get(key, ""),)) for key in ordered]


REPORT = Report(
    code="by-mediator",
    title="按调解员查询",
    row_title="调解员",
    note_titles=("所属组织",),
    groups={Counts.CASES: Case.mediator_id, Counts.ASSIGNMENTS: Assignment.mediator_id},
    lines=lines,
    nobody="未指派",
    figures=FIGURES,
    remarks=("案件按现任调解员计；不予接受、3 日未接收按当时被指派的调解员计。",),
)
