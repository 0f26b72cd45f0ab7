"""`flask backfill …`: a court's historic cases from a ledger."""

import click

from mediation_admin.backfill.importing import CASES
from mediation_admin.imports.cli import import_command, undo_command


@click.group("backfill")
def backfill() -> None:
    """Historic cases (新增历史案件)."""


backfill.add_command(import_command(CASES.code, "Bring in historic cases from a ledger (xlsx, xls, csv)."))
backfill.add_command(undo_command(CASES.code))
