"""`flask reports …`: the statistics on the command line."""

import csv
import io
import json
from typing import Any

import click

from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.sheets.csv_cells import harmless
from mediation_admin.courts.operator import enter_court
from mediation_admin.reports import queries
from mediation_admin.reports.catalogue import REPORTS


@click.group("reports")
def reports() -> None:
    """Statistics by mediator, organisation, ministry, dispute type, court."""


@reports.command("show")
@click.argument("report", type=click.Choice(sorted(REPORTS)))
@click.option("--court", required=True, help="Code of the court, e.g. 豫1302.")
@click.option("--from", "start", default="", help="First day, e.g. 2022-01-01 (default: 1 January).")
@click.option("--to", "end", default="", help="Last day, counted too (default: today).")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv")
def show(report: str, court: str, start: str, end: str, form: str) -> None:
    """Print a report: one line per row and the sums last."""
    _, found = enter_court(court)
    definition = queries.report_of(report)
    try:
        question = queries.read_question(db.session(), {"from": start, "to": end}, found.id, clock.today())
    except RuleBroken as broken:
        raise click.ClickException(broken.message) from None
    answer = queries.ask(db.session(), definition, question)
    rows = queries.as_rows(definition, answer, halves=form == "json")
    if form == "json":
        lines, total = rows[:-1], rows[-1]
        told = {
            "report": report,
            "court": found.code,
            "from": question.start.isoformat(),
            "to": question.end.isoformat(),
            "rows": [_plain(row) for row in lines],
            "total": _plain(total),
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    titles = {"row": definition.row_title}
    titles |= {f"note_{n}": title for n, title in enumerate(definition.note_titles)}
    titles |= {f.key: f"{f.group}：{f.title}" if f.group else f.title for f in definition.figures}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(titles[key] for key in rows[0])
    writer.writerows([_cell(value) for value in _plain(row).values()] for row in rows)
    click.echo(text.getvalue(), nl=False)


def _cell(value: Any) -> Any:
    return harmless(value) if isinstance(value, str) else value


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, int | str | None) else float(value) for key, value in row.items()}
