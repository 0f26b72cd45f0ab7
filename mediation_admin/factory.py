"""create_app joins its parts, in order, and does nothing else."""

import os
from typing import Any

from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from werkzeug.middleware.proxy_fix import ProxyFix

from mediation_admin import accounts, backoffice, cli, config, extensions
from mediation_admin.audit import recording
from mediation_admin.core import connections, crypto, headers, health, jobs, logs, scope
from mediation_admin.core.db import db
from mediation_admin.notices import handover, vendors, verify


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """Build the app from the environment; ``overrides`` replace single settings (tests)."""
    app = Flask("mediation_admin", template_folder="../templates", static_folder="static")
    app.config.from_mapping(config.DEFAULTS)
    if overrides is None or "SQLALCHEMY_DATABASE_URI" not in overrides:
        app.config.from_mapping(config.from_environment())
    app.config.from_mapping(overrides or {})
    app.config["POOL_OWNER_PID"] = os.getpid()
    logs.install(os.environ.get("LOG_LEVEL", "INFO"))
    if app.config.get("TRUSTED_PROXIES"):
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    keys, current = config.numbered_keys(app.config["ENCRYPTION_KEY"])
    retired = app.config.get("RETIRED_INDEX_KEY")
    crypto.configure(
        encryption_keys=keys,
        current=current,
        index_key=config.numbered_keys(app.config["INDEX_KEY"])[0],
        retired_index_keys=config.numbered_keys(retired)[0] if retired else None,
    )

    # A failed statement stands in the log without its values: they are what people typed.
    options = app.config["SQLALCHEMY_ENGINE_OPTIONS"]
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {**options, "hide_parameters": True}
    db.init_app(app)
    with app.app_context():
        _hang_listeners()
    app.extensions["redis"] = Redis.from_url(app.config["REDIS_URL"], health_check_interval=30, **_brief())
    app.config.setdefault("RATELIMIT_STORAGE_URI", _limiter_storage(app.config["REDIS_URL"]))
    app.config.setdefault("RATELIMIT_STORAGE_OPTIONS", _brief())
    extensions.migrate.init_app(app, db, directory=os.path.join(app.root_path, "..", "migrations"))
    extensions.babel.init_app(app)
    extensions.csrf.init_app(app)
    extensions.limiter.init_app(app)
    connections.init_app(app)
    headers.init_app(app)
    health.init_app(app)
    vendors.install(app)
    app.register_blueprint(verify.pages)
    accounts.init_app(app)
    backoffice.init_app(app)
    cli.init_app(app)
    return app


_hung = False


def _hang_listeners() -> None:
    """Fence, audit and job hand-over listen on the one session class; hanging them twice would do everything twice."""
    global _hung
    if _hung:
        return
    session_class = db.session.session_factory
    scope.install(session_class)
    recording.install(session_class)
    jobs.install(session_class)
    handover.install(session_class)
    connections.watch_session(session_class)
    _hung = True


def _brief() -> dict[str, Any]:
    """How long anybody waits for the queue server: half a second, and one new try where a line was cut (a restart).

    The library's own four tries with pauses would hold up each request of a court for seconds while it is down.
    """
    retry = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
    return {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "retry": retry}


def _limiter_storage(redis_url: str) -> str:
    # Flask-Limiter names a unix socket differently from redis-py.
    return redis_url.replace("unix://", "redis+unix://", 1) if redis_url.startswith("unix://") else redis_url
