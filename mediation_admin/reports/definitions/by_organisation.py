"""按调解组织查询: one line per mediation organisation, and one for the cases no organisation has."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.assignment.models import Assignment
from mediation_admin.cases.models import Case
from mediation_admin.reports.definition import Counts, Lines, Report
from mediation_admin.reports.figures import FIGURES
from mediation_admin.rosters.models import Organisation


def lines(session: Session, keys: set[Any]) -> Lines:
    """Organisations by name in pinyin order, with their kind."""
    columns = (Organisation.id, Organisation.name, Organisation.pinyin, Organisation.kind)
    found = {row.id: row for row in session.execute(select(*columns).where(Organisation.id.in_(keys)))}
    ordered = sorted(keys, key=lambda key: (found[key].pinyin if key in found else "~", key))
    gone = "（已不在本院名册）"
    return [
        (key, found[key].name if key in found else gone, (found[key].kind.label if key in found else "",))
        for key in ordered
    ]


REPORT = Report(
    code="by-organisation",
    title="按调解组织查询",
    row_title="调解组织",
    note_titles=("组织类型",),
    groups={Counts.CASES: Case.organisation_id, Counts.ASSIGNMENTS: Assignment.organisation_id},
    lines=lines,
    nobody="未委派组织",
    figures=FIGURES,
)
