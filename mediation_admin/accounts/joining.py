"""What joins accounts to an app: the gate, the pages before the house, the commands, the rights of background work."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, g

from mediation_admin.accounts import actors, cli, forgotten, gate, second_step, sign_in
from mediation_admin.core import jobs
from mediation_admin.core.scope import Actor
from mediation_admin.permissions import Role


def init_app(app: Flask) -> None:
    """Join sign-in to the app."""
    gate.install(app)
    app.register_blueprint(forgotten.pages)  # those of sign_in, with what hangs on them
    for path in sign_in.OLD_DOORS:
        app.add_url_rule(path, "sign_in.old_door", sign_in.old_door, strict_slashes=False)
    app.cli.add_command(cli.accounts)
    jobs.load_actors_with(actors.of_background_work)


def court_name(_actor: Actor) -> str:
    """The court of the role in use, as the header names it; read with the session, so it costs nothing."""
    return g.login.court_name


def role_name(actor: Actor) -> str:
    """The role in use, as the header names it."""
    stands_in = f"（代 {g.login.stands_in_for}）" if g.login.stands_in_for else ""
    return Role(actor.role).label + stands_in


def idle_seconds(_actor: Actor) -> int:
    """How long the session lasts without a sign of life."""
    return g.login.policy.idle_minutes * 60


def prove() -> Response | None:
    """None while the person has proved lately to be there; else the page that asks."""
    return second_step.ask_again()


def preferences(_actor: Actor) -> Mapping[str, Any]:
    """What the person prefers: theme, text size, single-key shortcuts."""
    return g.login.preferences
