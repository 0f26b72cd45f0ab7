"""Named orders and paging by key: any page costs as much as the first, however deep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, tuple_

from mediation_admin.core.admin import tokens


@dataclass(frozen=True)
class Key:
    """One column of an order. ``nullable`` columns sort empty values last; leave it out where the column is NOT NULL,
    since only then one index range answers."""

    column: Any
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True)
class Order:
    """A named order ("newest", "登记时间从新到旧"). The last key must be unique, or rows would be lost between pages."""

    code: str
    label: str
    keys: Sequence[Key]

    def __post_init__(self) -> None:
        if not self.keys:
            raise TypeError(f"order {self.code} has no key")

    @property
    def descending(self) -> bool:
        """Whether the first key falls."""
        return self.keys[0].descending

    def clauses(self, backwards: bool = False) -> list[ColumnElement[Any]]:
        """ORDER BY, or its mirror image for walking back."""
        made = []
        for key in self.keys:
            falls = key.descending != backwards
            clause = key.column.desc() if falls else key.column.asc()
            if key.nullable:
                clause = clause.nulls_first() if backwards else clause.nulls_last()
            made.append(clause)
        return made

    def beyond(self, values: Sequence[Any], backwards: bool = False) -> ColumnElement[bool]:
        """The rows that come after (or, backwards, before) the row with these key values."""
        falls = [key.descending != backwards for key in self.keys]
        plain = not any(key.nullable for key in self.keys)
        if plain and len(set(falls)) == 1:
            left = tuple_(*(key.column for key in self.keys))
            right = tuple_(*values)
            return left < right if falls[0] else left > right
        steps: list[ColumnElement[bool]] = []
        for depth, (key, value) in enumerate(zip(self.keys, values, strict=True)):
            same = [_same(k, v) for k, v in zip(self.keys[:depth], values[:depth], strict=True)]
            steps.append(and_(*same, _past(key, value, falls[depth], backwards)))
        return or_(*steps)


def _same(key: Key, value: Any) -> ColumnElement[bool]:
    return key.column.is_(None) if value is None else key.column == value


def _past(key: Key, value: Any, falls: bool, backwards: bool) -> ColumnElement[bool]:
    if value is None:
        # Empty values stand last: nothing comes after them, every filled one comes before.
        return key.column.is_not(None) if backwards else false()
    further = key.column < value if falls else key.column > value
    if key.nullable and not backwards:
        return or_(further, key.column.is_(None))
    return further


@dataclass
class Slice:
    """One page of rows: what was found and whether there is more on either side."""

    rows: list[Any]
    first: int
    before: str | None = None
    after: str | None = None


def with_keys(statement: Select[Any], order: Order) -> Select[Any]:
    """The select with the order's key values at its end (named _k0, _k1 …), where cursors are read from."""
    return statement.add_columns(*(key.column.label(f"_k{n}") for n, key in enumerate(order.keys)))


def cursor_of(row: Any, order: Order, purpose: str) -> str:
    """The sealed place of a row in an order. Sealed because an order by name would put the name into the address."""
    tail = tuple(row)[-len(order.keys) :]
    return tokens.seal(f"cursor:{purpose}:{order.code}", [_packed(value) for value in tail])


def read_cursor(token: str, order: Order, purpose: str) -> list[Any]:
    """The key values of a cursor; raises BadToken for another list's, another order's or a made-up one."""
    return [_unpacked(value) for value in tokens.unseal(f"cursor:{purpose}:{order.code}", token)]


def _packed(value: Any) -> Any:
    if isinstance(value, datetime):
        return ["t", value.isoformat()]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    if isinstance(value, Decimal):
        return ["n", str(value)]
    return value


def _unpacked(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    kind, text = value
    return {"t": datetime.fromisoformat, "d": date.fromisoformat, "n": Decimal}[kind](text)
