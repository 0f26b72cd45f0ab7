"""按法院查询: one line per court in scope, in the order of court codes. Never a ranking."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.assignment.models import Assignment
from mediation_admin.cases.models import Case
from mediation_admin.courts.models import Court
from mediation_admin.reports.definition import Counts, Lines, Report
from mediation_admin.reports.figures import FIGURES


def lines(session: Session, keys: set[Any]) -> Lines:
    """Courts by code."""
    rows = session.execute(select(Court.id, Court.name, Court.code).where(Court.id.in_(keys)).order_by(Court.code))
    return [(row.id, row.name, (row.code,)) for row in rows]


REPORT = Report(
    code="by-court",
    title="按法院查询",
    row_title="法院",
    note_titles=("代字",),
    groups={Counts.CASES: Case.court_id, Counts.ASSIGNMENTS: Assignment.court_id},
    lines=lines,
    figures=FIGURES,
    remarks=("各法院按代字排列，不作排名。",),
)
