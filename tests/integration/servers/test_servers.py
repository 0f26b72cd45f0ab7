"""The ground the other tests stand on: what a test commits is gone, and careless requests and tests are caught."""

import socket
from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Identity, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.test import TestResponse

from mediation_admin.core.db import db
from tests.servers import client as careful
from tests.servers import sockets, template
from tests.servers.private import Servers

SANDBOX = "sandbox"
TABLES = """
    CREATE TABLE place (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
    CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, place_id bigint REFERENCES place);
    INSERT INTO place (name) VALUES ('known');
"""


@pytest.fixture
def sandbox(servers: Servers):
    """A database of its own with one reference row, tracked as the tests' database is."""
    template.create_empty(servers.postgres, SANDBOX)
    with psycopg.connect(servers.postgres.conninfo(SANDBOX)) as connection:
        connection.execute(TABLES)
    template.start_tracking(servers.postgres, SANDBOX)
    with psycopg.connect(servers.postgres.conninfo(SANDBOX), autocommit=True) as connection:
        yield connection


def test_rows_a_test_committed_are_gone_and_reference_rows_stay(servers: Servers, sandbox: psycopg.Connection):
    sandbox.execute("INSERT INTO place (name) VALUES ('new')")
    sandbox.execute("INSERT INTO event (place_id) SELECT id FROM place")
    assert template.bring_back(servers.postgres, SANDBOX)
    assert sandbox.execute("SELECT name FROM place").fetchall() == [("known",)]
    assert sandbox.execute("SELECT count(*) FROM event").fetchone() == (0,)


@pytest.mark.parametrize("change", ["UPDATE place SET name = 'other'", "DELETE FROM place"])
def test_a_changed_reference_row_asks_for_a_fresh_copy(servers: Servers, sandbox: psycopg.Connection, change: str):
    sandbox.execute(change)
    assert not template.bring_back(servers.postgres, SANDBOX)


def test_a_test_that_left_a_transaction_open_gets_a_fresh_copy(servers: Servers, sandbox: psycopg.Connection):
    sandbox.execute("INSERT INTO event DEFAULT VALUES")
    with psycopg.connect(servers.postgres.conninfo(SANDBOX)) as forgotten:
        forgotten.execute("SELECT 1 FROM event FOR UPDATE")
        assert not template.bring_back(servers.postgres, SANDBOX)


def test_the_application_connects_as_a_plain_role(app: Flask, db_session: Session):
    role = text("SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user")
    assert db_session.execute(role).one() == (False, False, False, False)


@pytest.fixture
def careless(servers: Servers, sandbox: psycopg.Connection):
    """A small application of this file alone; ``careless(work)`` makes a request that does that work."""
    app = Flask("careless")
    app.config["SQLALCHEMY_DATABASE_URI"] = servers.postgres.url(SANDBOX)
    app.config["TESTING"] = True
    app.test_client_class = careful.CarefulClient
    database = SQLAlchemy(app)

    class Place(database.Model):
        id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
        name: Mapped[str]

    with app.app_context():
        careful.refuse_undone_work(app, database)

    def request(work: Callable[[Session, type], object]) -> TestResponse:
        @app.get("/work")
        def do() -> str:
            work(database.session, Place)
            return "done"

        return app.test_client().get("/work")

    yield request
    with app.app_context():
        database.engine.dispose()


def test_a_request_that_adds_a_row_and_does_not_commit_fails(careless):
    with pytest.raises(AssertionError, match="uncommitted: Place"):
        careless(lambda session, place: session.add(place(name="lost")))


def test_a_request_that_flushes_and_does_not_commit_fails(careless):
    with pytest.raises(AssertionError, match="uncommitted: Place"):
        careless(lambda session, place: (session.add(place(name="lost")), session.flush()))


def test_a_request_that_updates_without_loading_and_does_not_commit_fails(careless):
    with pytest.raises(AssertionError, match="uncommitted: Place"):
        careless(lambda session, place: session.execute(update(place).values(name="lost")))


def test_a_request_that_commits_passes(careless, sandbox: psycopg.Connection):
    answer = careless(lambda session, place: (session.add(place(name="kept")), session.commit()))
    assert answer.status_code == 200
    assert ("kept",) in sandbox.execute("SELECT name FROM place").fetchall()


def test_a_request_that_only_reads_passes(careless):
    assert careless(lambda session, place: session.scalars(select(place)).all()).status_code == 200


def test_requests_share_no_app_context_with_the_test(app: Flask, db_session: Session):
    seen = []
    app.before_request_funcs.setdefault(None, []).append(lambda: seen.append(db.session()))
    try:
        app.test_client().get("/healthz")
    finally:
        app.before_request_funcs[None].pop()
    assert seen[0] is not db.session()


def test_connections_to_other_hosts_are_refused():
    with pytest.raises(sockets.LeavesTheMachine):
        socket.create_connection(("192.0.2.1", 80), timeout=0.1)
    with pytest.raises(sockets.LeavesTheMachine):
        socket.getaddrinfo("example.org", 80)


def test_statements_are_counted(app: Flask, db_session: Session, count_sql):
    with count_sql() as statements:
        db_session.execute(text("SELECT 1"))
        db_session.execute(text("SELECT 2"))
    assert statements == ["SELECT 1", "SELECT 2"]
