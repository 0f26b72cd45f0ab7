"""What higher subjects tell the rosters, registered when the parts are joined (backoffice.py).

The rosters know no cases. Whoever does registers here how the open cases of a mediator or organisation are counted,
and who still needs one that is about to disappear.
"""

from collections.abc import Callable, Iterable
from typing import Any, Literal

from sqlalchemy import Integer, cast, func, null, select
from sqlalchemy.orm import Session

Kind = Literal["mediator", "organisation"]
# The id column of a list → a correlated scalar subquery; PostgreSQL computes it for the rows of the page only.
LoadExpression = Callable[[Any], Any]
# ids → id → Chinese half-sentence why the row is needed (“有 3 件案件由其调解”).
NeedFinder = Callable[[Session, list[int]], dict[int, str]]

_load: dict[str, LoadExpression] = {}
_needs: dict[str, dict[str, NeedFinder]] = {"mediator": {}, "organisation": {}}


def count_open_cases_with(kind: Kind, expression: LoadExpression) -> None:
    """Register how the open cases of one mediator (or organisation) are counted, for the column 在手."""
    _load[kind] = expression


def counting(foreign_key: Any, *conditions: Any) -> LoadExpression:
    """How many rows point at a mediator (or organisation) through ``foreign_key``, e.g. the cases on a desk."""
    return lambda id_column: (
        select(func.count())
        .select_from(foreign_key.class_)
        .where(foreign_key == id_column, *conditions)
        .correlate_except(foreign_key.class_)
        .scalar_subquery()
    )


def needing(foreign_key: Any, words: str) -> NeedFinder:
    """Who is pointed at through ``foreign_key``; ``words`` hold ``{}`` for how often (“有 {} 件案件由其调解”)."""

    def find(session: Session, ids: list[int]) -> dict[int, str]:
        rows = session.execute(select(foreign_key, func.count()).where(foreign_key.in_(ids)).group_by(foreign_key))
        return {ident: words.format(count) for ident, count in rows}

    return find


def open_cases(kind: Kind, id_column: Any) -> Any:
    """The number of open cases as a column of a list; NULL while nobody counts."""
    return _load[kind](id_column) if kind in _load else cast(null(), Integer)


def needed_by(kind: Kind, who: str, function: NeedFinder) -> None:
    """Register who (a subject's name) may still need rows of ``kind``; undoing an import asks before it removes any."""
    _needs[kind][who] = function


def needs(session: Session, kind: Kind, ids: Iterable[int]) -> dict[int, str]:
    """Why rows are still needed; ids that nobody needs are absent."""
    wanted = list(ids)
    found: dict[int, str] = {}
    for function in _needs[kind].values() if wanted else ():
        for ident, why in function(session, wanted).items():
            found.setdefault(ident, why)
    return found
