"""What higher subjects tell the rosters, registered when the parts are joined (backoffice.py).

The rosters know no cases. Whoever does registers a function here: how many open cases each mediator of a page has,
who still needs a mediator or an organisation that is about to disappear, and what to draw on their pages.
"""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.orm import Session

# ids of one page → id → number of open cases; one grouped statement.
LoadCounter = Callable[[Session, list[int]], dict[int, int]]
# ids → id → Chinese half-sentence why the row is needed (“有 3 件案件由其调解”).
NeedFinder = Callable[[Session, list[int]], dict[int, str]]
# (row, actor) → HTML or None.
Panel = Callable[[Any, Any], Any]

_load: dict[str, LoadCounter] = {}
_needs: dict[str, list[NeedFinder]] = {"mediator": [], "organisation": []}
_panels: dict[str, list[tuple[int, Panel]]] = {"mediator": [], "organisation": []}


def count_open_cases_with(kind: str, function: LoadCounter) -> None:
    """Register who counts the open cases of ``kind`` ("mediator" or "organisation") for the column 在手."""
    _load[kind] = function


def open_cases(session: Session, kind: str, ids: Iterable[int]) -> dict[int, int]:
    """Open cases per id of one page; empty while nobody counts."""
    wanted = list(ids)
    return _load[kind](session, wanted) if wanted and kind in _load else {}


def needed_by(kind: str, function: NeedFinder) -> None:
    """Register who may still need rows of ``kind``; undoing an import asks before it removes any."""
    _needs[kind].append(function)


def needs(session: Session, kind: str, ids: Iterable[int]) -> dict[int, str]:
    """Why rows are still needed; ids that nobody needs are absent."""
    wanted = list(ids)
    found: dict[int, str] = {}
    for function in _needs[kind] if wanted else ():
        for ident, why in function(session, wanted).items():
            found.setdefault(ident, why)
    return found


def panel(kind: str, order: int = 100) -> Callable[[Panel], Panel]:
    """Register a panel on the detail page of ``kind``, e.g. a mediator's results drawn by the reports."""

    def register(function: Panel) -> Panel:
        _panels[kind].append((order, function))
        _panels[kind].sort(key=lambda pair: pair[0])
        return function

    return register


def panels(kind: str, row: Any, actor: Any) -> list[Any]:
    """The drawn panels of a row, in order; those with nothing to say are left out."""
    drawn = (function(row, actor) for _, function in _panels[kind])
    return [html for html in drawn if html]
