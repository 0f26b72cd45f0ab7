"""What can be done with an import batch, from the upload to the undo."""

from mediation_admin.imports.operations.clearing import sweep_files
from mediation_admin.imports.operations.intake import (
    abandon,
    choose_table,
    explain_words,
    inspect,
    map_columns,
    start,
)
from mediation_admin.imports.operations.judging import check, run_of
from mediation_admin.imports.operations.marking import (
    AT_ONCE_UP_TO,
    keep_marked_workbook,
    kept_marked_workbook,
    marked_workbook,
)
from mediation_admin.imports.operations.steps import (
    ask_check,
    ask_inspection,
    ask_marking,
    ask_undo,
    ask_write,
    step_failed,
)
from mediation_admin.imports.operations.undoing import undo
from mediation_admin.imports.operations.whole import commit_batch, precheck_file, undo_batch
from mediation_admin.imports.operations.writing import write

__all__ = [
    "AT_ONCE_UP_TO",
    "abandon",
    "ask_check",
    "ask_inspection",
    "ask_marking",
    "ask_undo",
    "ask_write",
    "check",
    "choose_table",
    "commit_batch",
    "explain_words",
    "inspect",
    "keep_marked_workbook",
    "kept_marked_workbook",
    "map_columns",
    "marked_workbook",
    "precheck_file",
    "run_of",
    "start",
    "step_failed",
    "sweep_files",
    "undo",
    "undo_batch",
    "write",
]
