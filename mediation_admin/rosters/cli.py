"""`flask rosters …`: a court's roster of mediators from a workbook."""

import click

from mediation_admin.imports.cli import import_command, undo_command
from mediation_admin.rosters.importing import SUBJECT_CODE
