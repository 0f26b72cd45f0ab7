"""`flask rosters …`: a court's roster of mediators from a workbook."""

import click

from mediation_admin.imports.cli import import_command, undo_command
from mediation_admin.rosters.importing import MEDIATORS


@click.group("rosters")
def rosters() -> None:
    """Rosters of mediators."""


rosters.add_command(import_command(MEDIATORS.code, "Bring in a roster of mediators from a workbook (xlsx, xls, csv)."))
rosters.add_command(undo_command(MEDIATORS.code))
