"""Who may open a screen: the actor of this request, and the three answers that are not a permission."""

from enum import Enum

from flask import g

from mediation_admin.core.scope import Actor


class Access(Enum):
    """Stands in place of a permission where a permission would be the wrong word."""

    ANYONE = "anyone"
    """Nobody needs to be signed in (sign-in itself, the link of an invitation)."""
    SIGNED_IN = "signed in"
    """Every signed-in account, whatever its role (home, my account, the help page)."""
    OF_SCREEN = "of the screen"
    """A route that changes nothing but the reader's own view: the permission of its screen is enough."""


def current_actor() -> Actor | None:
    """The person of this request; None for a stranger. The sign-in code puts it into ``flask.g.actor``."""
    return g.get("actor")


def allowed(actor: Actor | None, permission: object) -> bool:
    """Whether the actor carries the permission (or satisfies the Access member that stands in its place)."""
    if permission is Access.ANYONE:
        return True
    if actor is None:
        return False
    if permission is Access.SIGNED_IN:
        return True
    if isinstance(permission, Access):
        raise TypeError(f"{permission} has no meaning outside a screen")
    return actor.may(permission)
