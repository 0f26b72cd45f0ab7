"""The catalogue of reports: a new report is one file and one line."""

from mediation_admin.reports.definition import Report
from mediation_admin.reports.definitions import (
    by_court,
    by_dispute_type,
    by_mediator,
    by_ministry,
    by_organisation,
)

REPORTS: dict[str, Report] = {
    report.code: report
    for report in (
        by_mediator.REPORT,
        by_organisation.REPORT,
        by_ministry.REPORT,
        by_dispute_type.REPORT,
        by_court.REPORT,
    )
}
# Asked for only where more than one court is in view.
OF_MANY_COURTS = frozenset({"by-court"})
