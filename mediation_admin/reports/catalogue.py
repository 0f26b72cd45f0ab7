"""The catalogue of reports: a new report is one file and one line."""

from mediation_admin.reports.definition import Report
from mediation_admin.reports.definitions import by_court, by_mediator, by_organisation

REPORTS: dict[str, Report] = {
    report.code: report for report in (by_mediator.REPORT, by_organisation.REPORT, by_court.REPORT)
}
