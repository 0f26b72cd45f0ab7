"""/healthz: whether this process can do its work, for the launcher, for nginx and for whoever watches over it."""

import logging

from flask import Flask, Response, current_app, jsonify
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from mediation_admin.core.db import db

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Join the one page that needs no sign-in and tells nothing but well or not."""
    app.add_url_rule("/healthz", "healthz", healthz)


def healthz() -> tuple[Response, int]:
    """200 when database and queue server answer, else 503; which of them does not is in the body, why in the log."""
    found = {"database": _database_answers(), "queue": _queue_answers()}
    well = all(found.values())
    response = jsonify({name: "ok" if answers else "unreachable" for name, answers in found.items()})
    return response, 200 if well else 503


def _database_answers() -> bool:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return False
    return True


def _queue_answers() -> bool:
    try:
        return bool(current_app.extensions["redis"].ping())
    except RedisError:
        log.exception("the queue server does not answer")
        return False
