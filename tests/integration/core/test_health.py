"""/healthz says well only when database and queue server answer."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mediation_admin.core.db import db


def test_a_working_process_is_well_and_asks_for_no_sign_in(client: FlaskClient):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"database": "ok", "queue": "ok"})


def test_without_the_queue_server_it_is_not_well(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(app.extensions, "redis", Redis(unix_socket_path="/nowhere", retry=Retry(NoBackoff(), 0)))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["queue"]) == (503, "unreachable")


def test_without_the_database_it_is_not_well_and_keeps_why_to_itself(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    with app.app_context():
        engine = db.engine
    refused = {"host": "/nowhere"}
    monkeypatch.setattr(engine, "pool", engine.pool.recreate())
    monkeypatch.setattr(engine.pool, "_creator", lambda *_: engine.dialect.connect(**refused))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["database"]) == (503, "unreachable")
    assert "nowhere" not in answer.text
