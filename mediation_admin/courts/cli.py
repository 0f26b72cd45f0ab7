"""`flask reference …`: the shipped reference data, the courts with them."""

from pathlib import Path

import click
from sqlalchemy import select

from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, Scope, enter
from mediation_admin.courts.models import Court
from mediation_admin.courts.operations import import_courts, load_courts
from mediation_admin.courts.rules import judge_courts, read_csv
from mediation_admin.permissions import Permission
from mediation_admin.reference.operations import load_reference


@click.group("reference")
def reference() -> None:
    """Divisions, courts, causes, calendar and the other published lists."""


@reference.command("load")
def load() -> None:
    """Bring the tables up to the shipped files; does nothing where they are."""
    loaded = load_reference(db.session())
    if courts := load_courts(db.session()):
        loaded["court"] = courts
    db.session.commit()
    for table, rows in loaded.items():
        click.echo(f"{table}: {rows}")


@reference.command("import-courts")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--commit", is_flag=True, help="Write; without it the list is only checked.")
def import_list(file: Path, commit: bool) -> None:
    """Check a CSV list of courts (代字, 全称, …) and, with --commit, add or correct them."""
    session = db.session()
    try:
        found = judge_courts(read_csv(file.read_bytes()), dict(session.execute(select(Court.code, Court.name)).all()))
    except RuleBroken as refusal:
        raise click.ClickException(refusal.message) from None
    for fault in found.faults:
        click.echo(f"第 {fault.number} 行：{fault.message}")
    click.echo(f"可导入 {len(found.rows)} 行，有问题 {len(found.faults)} 处")
    if not commit:
        return
    operator = Actor(None, "运维命令", "operator", None, frozenset({Permission.COURT_IMPORT}))
    enter(session, operator, Scope.everything("an operator imports the list of courts"))
    done = import_courts(actor=operator, rows=found.rows)
    session.commit()
    click.echo(f"新增 {done.added}，修改 {done.changed}，未变 {done.unchanged}")
