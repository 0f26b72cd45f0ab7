"""`flask seed …`: invented data in any amount."""

import click
from flask import current_app

from mediation_admin.core.db import db
from mediation_admin.demo.seeding import COURTS, seed_cases


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
