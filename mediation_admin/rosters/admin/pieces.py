"""Small pieces that several roster pages draw."""

from typing import Any

from mediation_admin.core import clock
from mediation_admin.core.admin import Event, Timeline
from mediation_admin.core.db import db
from mediation_admin.rosters import choices, queries
from mediation_admin.rosters.enums import Identity


def identity_words(values: list[str] | None) -> list[str]:
    """The identities in words."""
    labels = Identity.labels()
    return [labels.get(value, value) for value in values or ()]


def ministry_words(code: str | None) -> str:
    """The short name of a ministry; "" for none."""
    return choices.ministry_name(db.session, code)


def timeline_of(noun: str, ident: int, listings: list[Any]) -> Timeline:
    """What was done to a person or organisation, newest first."""
    entries = queries.history(db.session, noun, ident, [one.id for one in listings])
    return Timeline([Event(e.sentence, at=clock.local(e.at), who=e.actor_name) for e in entries], title="变更记录")
