"""flask inspect: the checks of 系统自查 at the server; the exit code tells whether all held."""

import json

import click

from mediation_admin.inspection.enums import Standing
from mediation_admin.inspection.running import inspect_platform


@click.command("inspect")
@click.option("--json", "as_json", is_flag=True, help="one JSON object per check")
def inspect_command(as_json: bool) -> None:
    """Run every check of 系统自查; exit code 1 when one does not hold."""
    outcomes = inspect_platform()
    for one in outcomes:
        finding = one.finding
        if as_json:
            row = {
                "rules": one.check.numbers,
                "title": one.check.title,
                "standing": finding.standing.value,
                "words": finding.words,
                "repair": finding.repair,
            }
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            repair = f" {finding.repair}" if finding.repair else ""
            click.echo(f"{finding.standing.label}\t{'、'.join(one.check.numbers)}\t{one.check.title}：{finding.words}{repair}")
    if any(one.finding.standing is Standing.BAD for one in outcomes):
        raise SystemExit(1)
