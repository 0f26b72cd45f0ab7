"""`flask demo …` and `flask seed …`: invented data, for a first look and for measuring."""

import os
from pathlib import Path

import click
from flask import current_app

from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.demo.creating import create_demo
from mediation_admin.demo.seeding import COURTS, seed_cases


@click.group("demo")
def demo() -> None:
    """Two courts to look at. Only in an empty database."""


@demo.command("create")
@click.option(
    "--sign-in-file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to keep the lines that say who can sign in (readable by you alone).",
)
def create(sign_in_file: Path) -> None:
    """Make two demo courts with their people, and print how each of them signs in the first time."""
    session = db.session()
    try:
        made = create_demo(session, say=click.echo)
    except RuleBroken as broken:
        session.rollback()
        raise click.ClickException(broken.message) from None
    # The file first: people whose passwords nobody knows would be worse than a file too many.
    draft = _write_private(sign_in_file, "\n".join(made.lines) + "\n")
    session.commit()
    draft.rename(sign_in_file)
    click.echo(f"已生成 {made.ledger_cases} 件历史案件、{made.live_cases} 件在办案件。\n")
    click.echo("\n".join(made.lines))
    click.echo(f"\n以上内容另存于 {sign_in_file}")


@click.group("seed")
def seed() -> None:
    """Invented data, for measuring and for trying full lists. Never on a database that a court works with."""


@seed.command("cases")
@click.option("--count", type=click.IntRange(1, 50_000_000), required=True)
@click.option("--courts", type=click.IntRange(1, 3_000), default=COURTS, show_default=True, help="Spread over so many.")
def cases(count: int, courts: int) -> None:
    """Insert invented cases with their parties, spread evenly over basic courts."""
    made = seed_cases(db.session(), count, courts)
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("analyze")
    click.echo(f"已生成 {made} 件虚构案件（{current_app.config['SQLALCHEMY_DATABASE_URI'].rsplit('/', 1)[-1]}）。")


def _write_private(path: Path, text: str) -> Path:
    """Write beside the path under another name, mode 600 from the first byte; the caller renames when all is well."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft
