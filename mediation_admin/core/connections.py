"""How a request's database connection begins and ends; both are paid for by every page.

psycopg prepares a statement that it has sent five times, and forgets all of them at a ROLLBACK. So a request that only
read ends its transaction by COMMIT. And a connection is asked whether it still lives only after a rest: between two
requests of a busy process the question would cost more than the answer is worth.
"""

import time
from typing import Any

from flask import Flask, Response, request
from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from mediation_admin.core.db import db

RESTED = 2.0  # seconds
_AT_REST, _WROTE = "at rest since", "has written"


def init_app(app: Flask) -> None:
    """Watch the pool of the app's engine, and close what its requests have only read."""
    with app.app_context():
        watch_pool(db.engine)
    app.after_request(_close_reading)


def watch_pool(engine: Engine) -> None:
    """Ask a connection that comes out of the pool after a rest whether it still lives; a dead one is replaced."""

    @event.listens_for(engine, "checkin")
    def _rest(_connection: Any, record: Any) -> None:
        record.info[_AT_REST] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get(_AT_REST)
        if since is None or time.monotonic() - since < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise DisconnectionError("the connection died while it rested") from gone


def watch_session(session_class: Any) -> None:
    """Have a session know whether its transaction has written; called once by create_app."""

    @event.listens_for(session_class, "after_flush")
    def _flushed(session: Session, _context: Any) -> None:
        session.info[_WROTE] = True

    @event.listens_for(session_class, "do_orm_execute")
    def _executed(state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            state.session.info[_WROTE] = True

    @event.listens_for(session_class, "after_transaction_end")
    def _over(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:  # a flush is a transaction inside
            session.info.pop(_WROTE, None)


def _close_reading(answer: Response) -> Response:
    if request.method not in ("GET", "HEAD") or answer.status_code >= 400 or answer.is_streamed:
        return answer
    if not db.session.registry.has():
        return answer
    session = db.session()
    # What was written and not committed was not meant to stay: the session is thrown away with it.
    untouched = not (session.new or session.dirty or session.deleted or session.info.get(_WROTE))
    if session.in_transaction() and untouched:
        session.commit()
    return answer
