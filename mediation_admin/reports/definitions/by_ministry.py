"""按部委查询: one line per ministry of 总对总 mediation, and one for the cases of none."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.cases.models import Case
from mediation_admin.reference.models import Ministry
from mediation_admin.reports.definition import Counts, Lines, Report
from mediation_admin.reports.figures import FIGURES


def lines(session: Session, keys: set[Any]) -> Lines:
    """Ministries in their official order."""
    rows = session.execute(
        select(Ministry.code, Ministry.name, Ministry.short_name)
        .where(Ministry.code.in_(keys))
        .order_by(Ministry.position)
    )
    return [(row.code, row.short_name, (row.name,)) for row in rows]


REPORT = Report(
    code="by-ministry",
    title="按部委查询",
    row_title="部委",
    note_titles=("全称",),
    groups={Counts.CASES: Case.ministry_code, Counts.ASSIGNMENTS: Case.ministry_code},
    lines=lines,
    nobody="无部委",
    key=str,
    figures=FIGURES,
)
