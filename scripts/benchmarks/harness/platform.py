"""The platform itself inside a benchmark: an app on the benchmark's database, migrated and with its reference data."""

import base64
import contextlib
import os
from collections.abc import Iterator
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import create_engine, text

from launcher.postgres import Postgres
from mediation_admin.config import database_url
from mediation_admin.courts.cli import load
from mediation_admin.factory import create_app

NAME = "bench"
# Keys of the benchmark alone.
_KEYS = {
    "SECRET_KEY": "a key of the benchmark, worth nothing",
    "ENCRYPTION_KEY": base64.b64encode(bytes(range(32))).decode(),
    "INDEX_KEY": base64.b64encode(bytes(range(32, 64))).decode(),
}

_NO_QUEUE = "unix:///nonexistent/valkey.sock"


def prepare(server: Postgres) -> str:
    """An empty database with every table and the reference data; returns its address."""
    with create_engine(database_url(server.url("postgres")), isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"create database {NAME}"))
    url = database_url(server.url(NAME))
    with platform(url, "/nonexistent"):
        flask_migrate.upgrade()
        load.callback()
    return url


def environment(url: str, folder: str) -> dict[str, str]:
    """What a process of the platform (gunicorn) needs in its environment to work on the same database."""
    return {**_KEYS, "DATABASE_URL": url, "REDIS_URL": _NO_QUEUE, "DATA_DIR": folder, "LOG_LEVEL": "WARNING"}


@contextlib.contextmanager
def platform(url: str, folder: str, **settings: Any) -> Iterator[Flask]:
    """The app with its context pushed. There is no queue server: benchmarks call the work itself.

    ``settings`` replace single ones, such as ``WTF_CSRF_ENABLED`` where the forms' tokens are to be paid for.
    """
    os.environ["LOG_LEVEL"] = "WARNING"
    app = create_app(
        {
            **_KEYS,
            "SQLALCHEMY_DATABASE_URI": url,
            "REDIS_URL": _NO_QUEUE,
            "DATA_DIR": folder,
            "RATELIMIT_STORAGE_URI": "memory://",
            "WTF_CSRF_ENABLED": False,
            **settings,
        }
    )
    with app.app_context():
        yield app
