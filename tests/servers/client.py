"""The test client: each request in a world of its own, as in the real server, and none may leave work undone."""

import contextvars
from typing import Any

from flask import Flask, Response, g
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from tests.servers.pages import check_page

_watched: set[Any] = set()
_UNCOMMITTED = "tests: written and not committed"


class CarefulClient(FlaskClient):
    """A client whose requests share no app context, no session and no ``g`` with the test or with each other."""

    judges_pages = True  # a walk through thousands of answers that others judge may turn it off

    def open(self, *arguments: Any, buffered: bool = True, **options: Any) -> Any:
        """Send a request. A streamed answer is read to its end, as a browser would."""
        response = contextvars.Context().run(super().open, *arguments, buffered=buffered, **options)
        if self.judges_pages:
            check_page(response, f"{response.request.method} {response.request.path}")
        return response


def trust_forms(app: Flask) -> None:
    """Let posted forms pass without a token, unless a test turns WTF_CSRF_CHECK_DEFAULT on."""

    @app.before_request
    def trust() -> None:
        if not app.config["WTF_CSRF_CHECK_DEFAULT"]:
            g.csrf_valid = True


def refuse_undone_work(app: Flask, db: SQLAlchemy) -> None:
    """Make every request of this app that answers with success, and leaves changes uncommitted, fail its test.

    Also has the session remember what it wrote since its last commit; the listeners are hung once per class.
    """
    session_class = db.session.session_factory
    if session_class not in _watched:
        _watch(session_class)
        _watched.add(session_class)

    @app.after_request
    def remember(response: Response) -> Response:
        db.session.info["tests: status"] = response.status_code
        return response

    @app.teardown_request
    def check(error: BaseException | None) -> None:
        session = db.session()
        status = session.info.pop("tests: status", 500)
        written = session.info.pop(_UNCOMMITTED, [])
        if error is not None or status >= 400:
            return  # refused: the edge throws the session away
        waiting = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
        if waiting or written:
            names = sorted({type(row).__name__ for row in waiting} | set(written))
            raise AssertionError(
                f"The request answered {status} but left changes uncommitted: {', '.join(names)}. "
                "Operations flush; the edge (view, job, command) commits once."
            )


def _watch(session_class: Any) -> None:
    @event.listens_for(session_class, "after_flush")
    def flushed(session: Session, _context: UOWTransaction) -> None:
        rows = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
        session.info.setdefault(_UNCOMMITTED, []).extend(type(row).__name__ for row in rows)

    @event.listens_for(session_class, "do_orm_execute")
    def executed(state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            names = [mapper.class_.__name__ for mapper in state.all_mappers]
            state.session.info.setdefault(_UNCOMMITTED, []).extend(names or ["a table"])

    @event.listens_for(session_class, "after_commit")
    def committed(session: Session) -> None:
        session.info.pop(_UNCOMMITTED, None)

    @event.listens_for(session_class, "after_rollback")
    def rolled_back(session: Session) -> None:
        session.info.pop(_UNCOMMITTED, None)
