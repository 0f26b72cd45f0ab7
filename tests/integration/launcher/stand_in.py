"""A stand-in for the application: the commands that scripts/run calls, quick and without any subject.

Copied as wsgi.py beside a copy of scripts/, so that starting and stopping is tested in seconds.
"""

import os
import subprocess
import time

import click
import psycopg
from flask import Flask
from flask.cli import AppGroup

app = Flask(__name__)


def connect() -> psycopg.Connection:
    """The database the launcher told us."""
    return psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", ""))


@app.get("/healthz")
def healthz() -> dict[str, object]:
    """What the tests ask: who we are in the database, how many people there are."""
    with connect() as connection:
        role, people = connection.execute("SELECT current_user, (SELECT count(*) FROM account)").fetchone()
    return {"role": role, "people": people, "queue": os.environ["REDIS_URL"], "key": os.environ["ENCRYPTION_KEY"]}


groups = {name: AppGroup(name) for name in ("db", "reference", "demo", "accounts")}
for group in groups.values():
    app.cli.add_command(group)


@groups["db"].command("upgrade")
def upgrade() -> None:
    """Make the one table that the launcher looks at."""
    if os.environ.get("BREAK_THE_MIGRATION"):
        raise click.ClickException("the migration is broken")
    with connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS account (id int)")


@groups["reference"].command("load")
def load() -> None:
    """Nothing to load."""


@groups["demo"].command("create")
@click.option("--sign-in-file")
def create(sign_in_file: str) -> None:
    """Make one person."""
    with connect() as connection:
        connection.execute("INSERT INTO account VALUES (1)")
    click.echo(f"a sign-in line, kept in {sign_in_file}")


@groups["accounts"].command("setup-link")
@click.option("--base-url")
def setup_link(base_url: str) -> None:
    """Print a link."""
    click.echo(f"{base_url}/set-up/once")


@app.cli.command("worker")
def worker() -> None:
    """Start a grandchild in a session of its own, as RQ does, and work for ever."""
    subprocess.Popen(["sleep", "600"], start_new_session=True).wait()


@app.cli.command("scheduler")
def scheduler() -> None:
    """Wait for ever."""
    while True:
        time.sleep(60)
