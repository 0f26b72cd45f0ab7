"""Connections of requests: what a reading request leaves ready for the next, and what happens to one that died."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from mediation_admin.core import connections
from mediation_admin.core.db import db
from mediation_admin.courts.models import Court
from tests import people


def on_the_pooled_connection(app: Flask, statement: str) -> int:
    with app.app_context(), db.engine.connect() as connection:
        return connection.scalar(text(statement))


def test_statements_of_pages_asked_for_again_stay_prepared(app: Flask, as_person: Callable[..., FlaskClient]) -> None:
    client = as_person(people.clerk_a)
    with app.app_context():
        db.engine.dispose()
    for _ in range(8):
        assert client.get("/cases/").status_code == 200
    with app.app_context(), db.engine.connect() as connection:
        prepared = connection.scalars(text("select statement from pg_prepared_statements")).all()
    assert len([statement for statement in prepared if "login_session" in statement]) == 1
    assert [statement for statement in prepared if "FROM mediation_case" in statement]


def test_a_connection_that_died_at_rest_is_replaced_before_anybody_notices(
    app: Flask, as_person: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_person(people.clerk_a)
    with app.app_context():
        db.engine.dispose()
    assert client.get("/cases/").status_code == 200
    with app.app_context():
        resting, asking = db.engine.raw_connection(), db.engine.raw_connection()
        asking.cursor().execute("select pg_terminate_backend(%s)", (resting.driver_connection.info.backend_pid,))
        asking.close()
        resting.close()
    monkeypatch.setattr(connections, "RESTED", 0.0)
    for _ in range(3):
        assert client.get("/cases/").status_code == 200


def test_a_reading_request_that_wrote_and_did_not_commit_leaves_nothing(app: Flask) -> None:
    with app.test_request_context("/"):
        court = db.session.execute(text("select id, short_name from court limit 1")).one()
        row = db.session.get(Court, court.id)
        row.short_name = "改过的名字"
        answer = app.make_response("read")
        connections._close_reading(answer)
        assert db.session().in_transaction()
        db.session.flush()
        connections._close_reading(answer)
        assert db.session().in_transaction()
        db.session.rollback()
        db.session.execute(text("select 1"))
        connections._close_reading(answer)
        assert not db.session().in_transaction()
    kept = f"select count(*) from court where id = {int(court.id)} and short_name = '改过的名字'"
    assert on_the_pooled_connection(app, kept) == 0
