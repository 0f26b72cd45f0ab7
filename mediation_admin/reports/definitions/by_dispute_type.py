"""按纠纷类型查询: one line per dispute type, and one for the cases without any."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.cases.models import Case
from mediation_admin.reference.models import DisputeType
from mediation_admin.reports.definition import Counts, Lines, Report
from mediation_admin.reports.figures import FIGURES


def lines(session: Session, keys: set[Any]) -> Lines:
    """Dispute types in the order of the list."""
    rows = session.execute(
        select(DisputeType.code, DisputeType.name).where(DisputeType.code.in_(keys)).order_by(DisputeType.position)
    )
    return [(row.code, row.name, ()) for row in rows]


REPORT = Report(
    code="by-dispute-type",
    title="按纠纷类型查询",
    row_title="纠纷类型",
    note_titles=(),
    groups={Counts.CASES: Case.dispute_type_code, Counts.ASSIGNMENTS: Case.dispute_type_code},
    lines=lines,
    nobody="未填纠纷类型",
    key=str,
    figures=FIGURES,
)
