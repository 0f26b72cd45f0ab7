"""What can be asked for: higher packages register a kind each, with its words, who decides it, and what is then done."""

from collections.abc import Callable
from dataclasses import dataclass

from mediation_admin.approvals.models import Approval
from mediation_admin.core.errors import NotFound
from mediation_admin.core.scope import Actor


@dataclass(frozen=True)
class Kind:
    """A thing that takes two people.

    ``permission``: what the decider must hold; of the request's own court, or of the platform. ``deciders``: who that
    is, in words. ``effect(approval)``: what approving does, one sentence, read at the moment of looking. ``apply(actor,
    approval)`` does it, in the decider's transaction; a RuleBroken from it leaves the request waiting.
    """

    code: str
    label: str
    permission: str
    deciders: str
    effect: Callable[[Approval], str]
    apply: Callable[[Actor, Approval], None]
    # Told when a request is made and when it is decided (a message to whoever it concerns).
    asked: Callable[[Approval], None] | None = None
    decided: Callable[[Approval], None] | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known. Called once, when its package is loaded."""
    _kinds[kind.code] = kind
    return kind


def kind_of(code: str) -> Kind:
    """The kind of this code, or NotFound."""
    if code not in _kinds:
        raise NotFound(f"kind of approval {code}")
    return _kinds[code]


def labels() -> list[tuple[str, str]]:
    """(code, label) of every kind."""
    return [(kind.code, kind.label) for kind in _kinds.values()]


def decided_with(actor: Actor) -> list[str]:
    """The kinds this role may decide."""
    return [kind.code for kind in _kinds.values() if actor.may(kind.permission)]
