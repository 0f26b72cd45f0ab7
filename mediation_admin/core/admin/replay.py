"""First pages of lists are asked for again and again: the SQL that SQLAlchemy made for one is kept and sent again.

To build, fence and look up such a statement costs five times as much as to send it. Kept are its text and its
parameters, never a row of the answer. It is found only under everything it was made of: the list, its conditions, order
and size, the day, and the courts of the scope; whoever works in another scope has another one.
"""

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Result, Select
from sqlalchemy.orm import Session

MOST_KEPT = 2_000
CAP_HOLDS = 60.0  # seconds for which a list that was over the cap is taken to be over it still

Reader = Callable[[Any], Any]


@dataclass(slots=True)
class Sent:
    """A statement as it went to the driver, and how its rows are read."""

    text: str
    parameters: Any
    row: type
    types: tuple[Any, ...]
    readers: Sequence[tuple[int, Reader]] | None = None


_sent: dict[Hashable, Sent] = {}
_over_cap: dict[Hashable, float] = {}


def again(session: Session, key: Hashable) -> list[Any] | None:
    """The rows of a statement that was sent before under this key; None when there was none."""
    held = _sent.get(key)
    if held is None:
        return None
    connection = session.connection()
    result = connection.exec_driver_sql(held.text, held.parameters)
    try:
        cursor = result.cursor
        if held.readers is None:
            held.readers = _readers(held.types, connection.dialect, cursor.description)
        found = [list(values) for values in cursor.fetchall()]
    finally:
        result.close()
    for at, read in held.readers:
        for values in found:
            values[at] = read(values[at])
    return [held.row(values) for values in found]


def keep(key: Hashable, statement: Select[Any], result: Result[Any]) -> None:
    """Keep what was sent for this result (of ``session.execute(statement)``), to send it again."""
    context = result.raw.context  # of the cursor; result.context is that of the entities
    if len(_sent) >= MOST_KEPT:
        _sent.clear()
    types = tuple(column.type for column in statement.selected_columns)
    _sent[key] = Sent(context.statement, context.parameters[0], _row_class(tuple(result.keys())), types)


def is_over_cap(key: Hashable) -> bool:
    """Whether this list had more rows than are counted, less than a minute ago."""
    return _over_cap.get(key, 0.0) > time.monotonic()


def note_over_cap(key: Hashable) -> None:
    """Remember that the list has more rows than are counted."""
    if len(_over_cap) >= MOST_KEPT:
        _over_cap.clear()
    _over_cap[key] = time.monotonic() + CAP_HOLDS


def _row_class(names: Sequence[str]) -> type:
    # What a namedtuple is, which refuses names like _total.
    fields = {name: property(itemgetter(at)) for at, name in enumerate(names)}
    return type("Row", (tuple,), {"__slots__": (), **fields})


def _readers(types: Sequence[Any], dialect: Any, description: Sequence[Any]) -> list[tuple[int, Reader]]:
    made = []
    for at, (kind, described) in enumerate(zip(types, description, strict=True)):
        read = kind.dialect_impl(dialect).result_processor(dialect, described[1])
        if read is not None:
            made.append((at, read))
    return made


def forget() -> None:
    """Forget everything (tests; a migration restarts the processes anyway)."""
    _sent.clear()
    _over_cap.clear()
