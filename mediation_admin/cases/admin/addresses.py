"""Addresses of cases, for this subject and those above it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

_move_pages: dict[str, Callable[[int], str]] = {}


def detail_url(case_id: int) -> str:
    """The page of a case."""
    return f"/cases/{case_id}/"


def edit_url(case_id: int, field: str = "") -> str:
    """The form of a case, at one of its fields."""
    return f"/cases/{case_id}/edit" + (f"#{field}" if field else "")


def list_url(**params: Any) -> str:
    """The list of all cases under conditions; lists give repeated parameters, None is left out."""
    pairs: list[tuple[str, str]] = []
    for key, value in params.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            if one is not None:
                pairs.append((key, {True: "1", False: "0"}.get(one, str(one)) if isinstance(one, bool) else str(one)))
    return "/cases/" + (f"?{urlencode(pairs)}" if pairs else "")


def move_url(name: str, case_id: int) -> str:
    """Where a move is made: its own page where a higher subject has one (指派), else the page made from the table."""
    page = _move_pages.get(name)
    return page(case_id) if page else f"/cases/{case_id}/move/{name}"


def move_page(name: str, address: Callable[[int], str]) -> None:
    """Let a higher subject's page stand for a move; ``address(case id)`` is called when a button is drawn."""
    _move_pages[name] = address


def repair_url(case_id: int, repair: str | None) -> str | None:
    """The address behind a refusal's ``repair``: ``edit#field``, or the name of the move that mends it."""
    if not repair:
        return None
    if repair.startswith(("/", "#", "http")):
        return repair
    if repair.startswith("edit"):
        return edit_url(case_id, repair.partition("#")[2])
    return move_url(repair, case_id)
