"""What changes a case. Every operation takes the actor first, asks the rules, writes rows and an event, flushes."""

from mediation_admin.cases.operations.backfilling import insert_backfilled, open_backfilled_case
from mediation_admin.cases.operations.editing import Stale, Supplement, edit_case, open_case
from mediation_admin.cases.operations.ledger import (
    change_backfilled_case,
    remove_backfilled,
    row_from_snapshot,
    snapshot_of,
)
from mediation_admin.cases.operations.looking import facts_of
from mediation_admin.cases.operations.moving import Outcome, follow, move, move_many
from mediation_admin.cases.operations.noting import note_on_timeline

__all__ = [
    "Outcome",
    "Stale",
    "Supplement",
    "change_backfilled_case",
    "edit_case",
    "facts_of",
    "follow",
    "insert_backfilled",
    "move",
    "move_many",
    "note_on_timeline",
    "open_backfilled_case",
    "open_case",
    "remove_backfilled",
    "row_from_snapshot",
    "snapshot_of",
]
