"""What every test may ask for: servers, the app, a client, a session, a browser. Nothing is started before it is asked for.

app         the application on a database that is brought back after each test, with Valkey emptied too
client      a test client (each request in a world of its own; a request that leaves work uncommitted fails)
as_person   as_person(clerk_a) → a client signed in as that person of tests/people.py
db_session  a session to arrange and look with; it has entered no scope: core.scope.enter, or working_as
working_as  with working_as(actor, scope) as session: … another session, in that actor's scope
run_jobs    does the waiting background work here and now; returns how many jobs it did
count_sql   with count_sql() as statements: …; len(statements)
fresh_database  a function that makes an empty database and returns its address (for migrations)
live_server the address of a real gunicorn on the same database; worker: a real queue worker
page        a browser page at 1366×768 that fails the test on script errors, CSP violations, foreign addresses
"""

import base64
import contextlib
import contextvars
import shutil
from collections.abc import Callable, Iterator

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from mediation_admin.core import crypto, jobs, scope
from mediation_admin.core.db import db
from tests.servers import client as careful
from tests.servers import live, sockets, template
from tests.servers.private import Servers, private_servers

# Keys of the tests alone: the same in the app and in the processes beside it.
KEYS = {
    "SECRET_KEY": "a key of the tests, worth nothing",
    "ENCRYPTION_KEY": base64.b64encode(bytes(range(32))).decode(),
    "INDEX_KEY": base64.b64encode(bytes(range(32, 64))).decode(),
}


def pytest_configure(config: pytest.Config) -> None:
    """Put up the socket guard before any test module is imported."""
    config.add_cleanup(sockets.guard())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """A skipped test is a failed test: what is not run is not known."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} was skipped ({report.longrepr}). Tests here never skip: make it run, or delete it."
        )
    return report


@pytest.fixture(autouse=True)
def _keys_are_given_back() -> Iterator[None]:
    """A test may work with keys of its own; the next one has those of the app again."""
    held = dict(crypto._keys), crypto._current_key_id, list(crypto._index_keys), list(crypto._retired_index_keys)
    yield
    if not held[0]:  # the app came into being during this test, and its keys stay
        return
    crypto._keys.clear()
    crypto._keys.update(held[0])
    crypto._current_key_id = held[1]
    crypto._index_keys[:], crypto._retired_index_keys[:] = held[2], held[3]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Valkey of this run."""
    with private_servers() as running:
        yield running


def _settings(servers: Servers, url: str) -> dict[str, object]:
    return {
        **KEYS,
        "TESTING": True,
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": 8, "max_overflow": 8},
        "REDIS_URL": servers.valkey.url,
        "DATA_DIR": str(servers.folder / "data"),
        "AUDIT_ARCHIVE_DIR": str(servers.folder / "audit-archive"),
        # Pages carry their tokens; that they are asked for has tests of its own, and the browser's tests run with it.
        "WTF_CSRF_CHECK_DEFAULT": False,
    }


def _create_app(settings: dict[str, object]) -> Flask:
    from mediation_admin.factory import create_app  # here, so that a test of one rule does not load the whole app

    return create_app(settings)


@pytest.fixture(scope="session")
def _template(servers: Servers) -> None:
    """The template database: migrations, then the reference data."""
    app = _create_app(_settings(servers, template.create_empty(servers.postgres, template.TEMPLATE)))
    with app.app_context():
        try:
            flask_migrate.upgrade()
            loaded = app.test_cli_runner().invoke(args=["reference", "load"])
            assert loaded.exit_code == 0, loaded.output
        finally:
            db.session.remove()
            db.engine.dispose()
            app.extensions["redis"].close()
    template.start_tracking(servers.postgres)


@pytest.fixture(scope="session")
def _app(servers: Servers, _template: None) -> Iterator[Flask]:
    (servers.folder / "data").mkdir()
    app = _create_app(_settings(servers, template.clone(servers.postgres)))
    app.test_client_class = careful.CarefulClient
    careful.refuse_undone_work(app, db)
    careful.trust_forms(app)
    yield app
    with app.app_context():
        db.engine.dispose()
    app.extensions["redis"].close()


@pytest.fixture
def app(_app: Flask, servers: Servers) -> Iterator[Flask]:
    """The application; what the test commits is gone afterwards."""
    yield _app
    if not template.bring_back(servers.postgres):
        with _app.app_context():
            db.engine.dispose()
        template.clone(servers.postgres)
    # What the audit wrote down outside the database speaks of entries that are gone now.
    shutil.rmtree(_app.config["AUDIT_ARCHIVE_DIR"], ignore_errors=True)
    # A running worker's own entry stays: it would not announce itself again.
    redis = _app.extensions["redis"]
    keys = [key for key in redis.scan_iter(count=1000) if not key.startswith(b"rq:worker")]
    if keys:
        redis.delete(*keys)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client nobody is signed in with."""
    return app.test_client()


@pytest.fixture
def as_person(app: Flask) -> Callable[..., FlaskClient]:
    """Signs a person of tests/people.py in: ``as_person(clerk_a).get("/…")``."""
    from tests import people  # here, so that tests without people need none of it

    def sign_in(person: object) -> FlaskClient:
        client = app.test_client()
        people.sign_in(client, person)
        return client

    return sign_in


@pytest.fixture
def db_session(app: Flask) -> Iterator[Session]:
    """A session in an app context of the test's own; commit what a request is to see."""
    with app.app_context():
        yield db.session
        db.session.remove()


@pytest.fixture
def working_as(app: Flask) -> Callable[..., contextlib.AbstractContextManager[Session]]:
    """Sessions of other people, each in a context and a scope of its own."""

    @contextlib.contextmanager
    def work(actor: scope.Actor, within: scope.Scope) -> Iterator[Session]:
        with app.app_context():
            scope.enter(db.session(), actor, within)
            yield db.session
            db.session.remove()

    return work


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], int]:
    """Does the waiting background work in this process, in the order asked."""

    def run() -> int:
        done = 0
        with app.app_context():
            while waiting := jobs.queue().get_jobs():
                for job in waiting:
                    job.delete()
                    job.func(*job.args)
                    done += 1
        return done

    return lambda: contextvars.Context().run(run)


@pytest.fixture
def count_sql(app: Flask) -> Callable[[], contextlib.AbstractContextManager[list[str]]]:
    """Collects the SQL statements the application sends, its transactions' set_config aside."""

    @contextlib.contextmanager
    def count() -> Iterator[list[str]]:
        statements: list[str] = []

        def sent(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            if "set_config(" not in statement:
                statements.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", sent)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", sent)

    return count


@pytest.fixture
def fresh_database(servers: Servers) -> Callable[..., str]:
    """Makes a database without a table and returns its SQLAlchemy address."""

    def make(name: str = "fresh") -> str:
        return template.create_empty(servers.postgres, name)

    return make


@pytest.fixture
def environment(servers: Servers, app: Flask) -> dict[str, str]:
    """What a process of the application needs in its environment to work on the tests' database."""
    return _environment(servers)


def _environment(servers: Servers) -> dict[str, str]:
    return {
        **KEYS,
        "DATABASE_URL": servers.postgres.url(template.DATABASE, template.ROLE),
        "REDIS_URL": servers.valkey.url,
        "DATA_DIR": str(servers.folder / "data"),
        "AUDIT_ARCHIVE_DIR": str(servers.folder / "audit-archive"),
    }


@pytest.fixture(scope="session")
def _live_server(servers: Servers, _app: Flask) -> Iterator[str]:
    with live.web_server(_environment(servers), servers.folder / "web.log") as address:
        yield address


@pytest.fixture
def live_server(app: Flask, _live_server: str) -> str:
    """The address of the real web server, on the database that ``app`` and ``db_session`` use too."""
    return _live_server


@pytest.fixture
def worker(app: Flask, servers: Servers) -> Iterator[None]:
    """A real worker takes up the background work of this test, and of this test alone: it would take that of others."""
    with live.queue_worker(_environment(servers), servers.folder / "worker.log"):
        yield
