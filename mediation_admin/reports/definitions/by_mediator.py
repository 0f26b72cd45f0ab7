"""按调解员查询: one line per mediator, and one for the cases nobody has yet."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation_admin.cases.models import Case
from mediation_admin.reports.definition import Answer, Question, Report
from mediation_admin.reports.definitions.grouped import NOBODY, answer_with, by_column, counted
from mediation_admin.reports.figures import FIGURES
from mediation_admin.rosters.models import Mediator, Membership, Organisation


def answer(session: Session, report: Report, question: Question) -> Answer:
    """Lines by name in pinyin order; the unassigned cases come last."""
    groups = counted(session, report, question, Case.mediator_id)
    ids = [key for key in groups if key is not None]
    names = {
        row.id: row
        for row in session.execute(select(Mediator.id, Mediator.name, Mediator.pinyin).where(Mediator.id.in_(ids)))
    }
    organisations = dict(
        session.execute(
            select(Membership.mediator_id, func.string_agg(Organisation.name, "、"))
            .join(Organisation, Organisation.id == Membership.organisation_id)
            .where(Membership.mediator_id.in_(ids), Membership.ended_at.is_(None))
            .group_by(Membership.mediator_id)
        ).all()
    )
    lines = []
    for key in sorted(ids, key=lambda i: (names[i].pinyin if i in names else "", i)):
        label = names[key].name if key in names else "（已不在本院名册）"
        lines.append((str(key), label, (organisations.get(key, ""),), groups[key]))
    if None in groups:
        lines.append((NOBODY, "未指派", ("",), groups[None]))
    return answer_with(report, question, lines)


REPORT = Report(
    code="by-mediator",
    title="按调解员查询",
    row_title="调解员",
    note_titles=("所属组织",),
    row_condition=by_column(Case.mediator_id),
    answer=answer,
    figures=FIGURES,
)
