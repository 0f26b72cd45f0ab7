"""按法院查询: one line per court in scope, in the order of court codes. Never a ranking."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.cases.models import Case
from mediation_admin.courts.models import Court
from mediation_admin.reports.definition import Answer, Question, Report
from mediation_admin.reports.definitions.grouped import answer_with, by_column, counted
from mediation_admin.reports.figures import FIGURES


def answer(session: Session, report: Report, question: Question) -> Answer:
    """Lines by court code."""
    groups = counted(session, report, question, Case.court_id)
    courts = session.execute(select(Court.id, Court.name, Court.code).where(Court.id.in_(groups)).order_by(Court.code))
    lines = [(str(row.id), row.name, (row.code,), groups[row.id]) for row in courts]
    return answer_with(report, question, lines)


REPORT = Report(
    code="by-court",
    title="按法院查询",
    row_title="法院",
    note_titles=("代字",),
    row_condition=by_column(Case.court_id),
    answer=answer,
    figures=FIGURES,
    remarks=("各法院按代字排列，不作排名。",),
)
