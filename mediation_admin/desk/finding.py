"""The one search box: which lists it looks into, and what a typed text means in each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mediation_admin.core.admin import ListScreen, allowed, list_screen, tokens
from mediation_admin.core.admin.filters import SEALED
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor

# The lists it looks into, in this order: code, what its rows are called.
SEARCHED = (
    ("cases", "案件"),
    ("mediators", "特邀调解员"),
    ("other_mediators", "其他调解员"),
    ("organisations", "调解组织"),
)
SHOWN = 8


@dataclass(frozen=True)
class Found:
    """One row: its words, where it is, and a note that tells it from its namesakes."""

    label: str
    url: str
    note: str


@dataclass(frozen=True)
class Group:
    """What one list found: in which way it looked, the first rows, and the address of all of them."""

    noun: str
    words: str
    rows: Sequence[Found] = field(default_factory=tuple)
    more: str | None = None


def search(actor: Actor, text: str) -> list[Group]:
    """Each list this person may see, with what it found and how; those that found something first."""
    groups = []
    for code, noun in SEARCHED:
        screen = list_screen(code)
        if allowed(actor, screen.permission):
            groups.append(_group(screen, noun, text))
    return sorted(groups, key=lambda group: not group.rows)


def _group(screen: ListScreen, noun: str, text: str) -> Group:
    try:
        match = screen.search(text)
    except RuleBroken as broken:
        return Group(noun, broken.message)
    statement = screen.select().where(match.condition).order_by(*screen.orders[0].clauses())
    found = db.session.execute(statement.limit(SHOWN + 1)).all()
    rows = [Found(screen.row_label(row), screen.detail_url(row), _note(row)) for row in found[:SHOWN]]
    more = f"{screen.home_url()}?q={SEALED}{tokens.seal('q', text)}" if len(found) > SHOWN else None
    return Group(noun, match.words, rows, more)


def _note(row: Any) -> str:
    parts = [
        getattr(row, key, None)
        for key in ("applicants", "respondents", "cause_text", "organisations", "work_unit", "kind_label")
    ]
    state = getattr(row, "state", None) or getattr(row, "standing", None)
    return " · ".join([str(part) for part in parts if part] + ([state.label] if state is not None else []))
