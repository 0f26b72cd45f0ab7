"""What a page tells whoever keeps account of reads: a detail page its row, a search how it looked. Core tells; the
audit listens (audit/reading.py)."""

from dataclasses import dataclass
from typing import Any

from flask import g


@dataclass(frozen=True, slots=True)
class Look:
    """One read worth remembering: the row of a detail page, or the words and the text of a search (``model`` None).

    ``text`` is what was typed; it may be a phone, so whoever keeps it keeps a fingerprint.
    """

    where: str
    model: type[Any] | None = None
    ident: int | None = None
    court_id: int | None = None
    title: str = ""
    words: str = ""
    text: str = ""


def tell(look: Look) -> None:
    """Say that the page of this request shows something worth remembering."""
    g.setdefault("looks", []).append(look)


def tell_row(where: str, row: Any, title: str) -> None:
    """Say that the page shows this row. What is asked of it is asked now, while its session still holds it."""
    tell(Look(where, type(row), getattr(row, "id", None), getattr(row, "court_id", None), title))


def told() -> list[Look]:
    """What the page of this request has said."""
    return g.get("looks", [])
