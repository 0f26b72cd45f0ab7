"""Screens of assigning: the page of candidates, many cases from their lists, the history on the page of a case."""

from mediation_admin.assignment.admin import lists
from mediation_admin.assignment.admin.history import history_panel
from mediation_admin.assignment.admin.pages import AssignmentView
from mediation_admin.core.admin import register_panel

register_panel("cases", "mediation", history_panel)

__all__ = ["AssignmentView", "lists"]
