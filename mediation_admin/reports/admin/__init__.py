"""Screens of 质效指标管理: the tables, and the rows behind every figure."""

from mediation_admin.reports.admin.rows import ReportAssignmentsView, ReportCasesView
from mediation_admin.reports.admin.tables import ReportsView

__all__ = ["ReportAssignmentsView", "ReportCasesView", "ReportsView"]
