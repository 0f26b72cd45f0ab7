"""What assigns, takes back and keeps in step. Every operation takes the actor first, asks the rules, flushes."""

from mediation_admin.assignment.operations.bulk import Plan, Planned, assign_many, rehearse, undo_bulk
from mediation_admin.assignment.operations.following import keep_assignment_in_step
from mediation_admin.assignment.operations.picking import (
    assign_mediator,
    assign_organisation,
    change_mediator,
    rank_case,
    refusal,
    withdraw,
)

__all__ = [
    "Plan",
    "Planned",
    "assign_many",
    "assign_mediator",
    "assign_organisation",
    "change_mediator",
    "keep_assignment_in_step",
    "rank_case",
    "refusal",
    "rehearse",
    "undo_bulk",
    "withdraw",
]
