"""按调解组织查询: one line per mediation organisation, and one for the cases no organisation has."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.cases.models import Case
from mediation_admin.reports.definition import Answer, Question, Report
from mediation_admin.reports.definitions.grouped import NOBODY, answer_with, by_column, counted
from mediation_admin.reports.figures import FIGURES
from mediation_admin.rosters.models import Organisation


def answer(session: Session, report: Report, question: Question) -> Answer:
    """Lines by name in pinyin order; cases without an organisation come last."""
    groups = counted(session, report, question, Case.organisation_id)
    ids = [key for key in groups if key is not None]
    found = {
        row.id: row
        for row in session.execute(
            select(Organisation.id, Organisation.name, Organisation.pinyin, Organisation.kind).where(
                Organisation.id.in_(ids)
            )
        )
    }
    lines = []
    for key in sorted(ids, key=lambda i: (found[i].pinyin if i in found else "", i)):
        organisation = found.get(key)
        label = organisation.name if organisation else "（已不在本院名册）"
        lines.append((str(key), label, (organisation.kind.label if organisation else "",), groups[key]))
    if None in groups:
        lines.append((NOBODY, "未委派组织", ("",), groups[None]))
    return answer_with(report, question, lines)


REPORT = Report(
    code="by-organisation",
    title="按调解组织查询",
    row_title="调解组织",
    note_titles=("组织类型",),
    row_condition=by_column(Case.organisation_id),
    answer=answer,
    figures=FIGURES,
)
