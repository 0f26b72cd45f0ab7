"""One line of history, its head equal to the models, and a way back."""

from collections.abc import Callable

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import create_engine, inspect, text

from mediation_admin.core.db import db
from mediation_admin.factory import create_app


@pytest.fixture
def elsewhere(app: Flask, fresh_database: Callable[[], str]):
    """The app on an empty database of its own."""
    url = fresh_database()
    other = create_app({**app.config, "SQLALCHEMY_DATABASE_URI": url})
    with other.app_context():
        yield url
        db.session.remove()
        db.engine.dispose()


def test_the_history_has_one_head_and_is_numbered(app):
    script = ScriptDirectory("migrations")
    assert len(script.get_heads()) == 1
    revisions = sorted(revision.revision for revision in script.walk_revisions())
    assert revisions == [f"{number:04d}" for number in range(1, len(revisions) + 1)]


def test_the_head_equals_the_models(elsewhere):
    flask_migrate.upgrade()
    engine = create_engine(elsewhere)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadata)
        checks = {
            row.name
            for row in connection.execute(text("select conname as name from pg_constraint where contype = 'c'"))
        }
    engine.dispose()
    assert differences == []
    wanted = {
        constraint.name
        for table in db.metadata.tables.values()
        for constraint in table.constraints
        if constraint.__visit_name__ == "check_constraint" and constraint.name
    }
    assert {str(name) for name in wanted} - checks == set()


def test_the_way_back_leaves_nothing(elsewhere):
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="base")
    engine = create_engine(elsewhere)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        assert connection.scalar(text("select count(*) from pg_trigger where not tgisinternal")) == 0
    engine.dispose()


def test_the_audit_refuses_to_be_changed(elsewhere):
    flask_migrate.upgrade()
    engine = create_engine(elsewhere)
    for table in ("audit_entry", "audit_seal", "audit_day", "audit_archive", "audit_removal", "audit_check"):
        column = inspect(engine).get_columns(table)[0]["name"]
        for statement in (f"update {table} set {column} = {column}", f"delete from {table}", f"truncate {table}"):
            with engine.connect() as connection, pytest.raises(Exception, match="append-only"):
                connection.execute(text(statement))
    engine.dispose()
