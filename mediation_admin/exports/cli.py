"""`flask exports …`: the same files as the download centre makes, without waiting in a queue."""

import json
from pathlib import Path

import click
from flask import current_app

from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.courts.operator import enter_court
from mediation_admin.exports import operations
from mediation_admin.exports.catalogue import source_for
from mediation_admin.exports.enums import ExportFormat


@click.group("exports")
def exports() -> None:
    """Lists and reports as files."""


@exports.command("run")
@click.argument("source")
@click.option("--court", required=True, help="Code of the court, e.g. 豫1302.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="FILE.xlsx or FILE.csv")
@click.option("--where", "conditions", multiple=True, help="A condition as the list's address has it: state=closed")
def run(source: str, court: str, out: Path, conditions: tuple[str, ...]) -> None:
    """Export a list (cases, mediators, …) or report (report:by-mediator) of one court to a file."""
    actor, _ = enter_court(court)
    try:
        file_format = ExportFormat(out.suffix.lstrip(".").lower())
    except ValueError:
        raise click.ClickException("文件名请以 .xlsx 或 .csv 结尾。") from None
    params = [(name, value) for name, _, value in (condition.partition("=") for condition in conditions)]
    with current_app.test_request_context():
        try:
            found = source_for(actor, source)
            written, path = operations.write_file(
                actor=actor,
                source=found,
                params=params,
                keys=None,
                file_format=file_format,
                folder=out.resolve().parent,
                name=out.stem,
                conditions=found.conditions(params),
            )
        except NotFound:
            raise click.ClickException(f"没有可导出的列表或报表“{source}”。") from None
        except RuleBroken as broken:
            raise click.ClickException(broken.message) from None
        operations.record_operator_export(found.title, written.rows)
        db.session.commit()
    click.echo(json.dumps({"rows": written.rows, "size": written.size, "file": str(path)}, ensure_ascii=False))
