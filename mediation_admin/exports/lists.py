"""Every list that says it is exportable is a source: same conditions, same order, true types, masks kept."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import g
from sqlalchemy import ARRAY, JSON, Boolean, Enum, Select, func
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from mediation_admin.core import sheets
from mediation_admin.core.admin import Column, ListScreen
from mediation_admin.core.admin.state import ListState, chips
from mediation_admin.core.crypto import Encrypted
from mediation_admin.core.db import db
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import actor_of
from mediation_admin.core.sheets import Kind
from mediation_admin.exports import spelling
from mediation_admin.exports.source import Field, Params, Source

_KINDS = {
    "date": Kind.DATE,
    "deadline": Kind.DATE,
    "datetime": Kind.DATETIME,
    "money": Kind.MONEY,
    "number": Kind.INTEGER,
    "percent": Kind.PERCENT,
}
# Names of parties are personal data of people who have no say in who reads the file.
PERSONAL = {"applicants", "respondents"}


def list_source(screen: ListScreen) -> Source:
    """A list as an export sees it: those of its columns whose values it selects, in the order of the screen."""

    def fields() -> list[Field]:
        with _read_by_its_asker():
            selected = {column.key: column for column in screen.select().selected_columns}
        return [_field(column, selected[column.key]) for column in screen.columns if column.key in selected]

    def conditions(params: Params) -> str:
        with _read_by_its_asker():
            asked = _state(screen, params)
            # What was typed into the search box may be a whole phone number: the list's own words mask it.
            found = [screen.search(asked.q).words] if asked.q else []
            asked.q = ""
            return "；".join([*found, *(chip.text for chip, _ in chips(screen, asked))])

    def select(_session: Session, chosen: Sequence[Field], params: Params) -> Select[Any]:
        with _read_by_its_asker():
            statement = screen.ordered(_state(screen, params))
        by_key = {column.key: column for column in statement.selected_columns}
        picked = [_plain(by_key[field.column.key]).label(field.column.key) for field in chosen]
        return statement.with_only_columns(*picked, maintain_column_froms=True)

    return Source(
        code=screen.code,
        title=screen.title,
        permission=screen.permission,
        fields=fields,
        conditions=conditions,
        select=select,
    )


@contextmanager
def _read_by_its_asker() -> Iterator[None]:
    """Screens ask who is looking. In a background job that is the person who asked for the export."""
    before = g.get("actor")
    g.actor = actor_of(db.session()) or before
    try:
        yield
    finally:
        g.actor = before


def _state(screen: ListScreen, params: Params) -> ListState:
    asked = screen.read_state(MultiDict(list(params)))
    if asked.problems:
        # A condition left out would make the file hold more than was asked for.
        raise RuleBroken(f"导出条件已失效：{asked.problems[0]}请回到列表重新查询后再导出。")
    return asked


def _plain(selected: Any) -> Any:
    """The SQL whose text form the file takes: a list of words becomes one text."""
    return func.array_to_string(selected, spelling.JOIN) if isinstance(selected.type, ARRAY) else selected


def _field(column: Column, selected: Any) -> Field:
    kind, how = _shape(column, selected)
    shown = sheets.Column(key=column.key, title=column.label, kind=kind, definition=column.help or "", **how)
    return Field(shown, personal=column.key in PERSONAL, clear=_clear(column, selected.type))


def _clear(column: Column, stored: Any) -> Callable[[Any], str] | None:
    """The whole value of a column that is masked; None where nothing is, and for what has no mask of its own."""
    if isinstance(stored, Encrypted):
        return spelling.clear(stored.purpose) if spelling.is_number(stored.purpose) else None
    return str if column.mask is not None else None


def _shape(column: Column, selected: Any) -> tuple[Kind, dict[str, Any]]:
    """The kind of a column and how its stored values become words; decided by what the database gives."""
    stored = selected.type
    if isinstance(stored, Encrypted):
        # Leaves the database as bytes; only here it becomes text, and never more of it than the list shows.
        return Kind.CODE, {"transform": spelling.masked(stored.purpose, column.mask), "binary": True}
    if isinstance(stored, ARRAY):
        return Kind.TEXT, {"transform": spelling.words_of(column.key)}
    if isinstance(stored, JSON):
        return Kind.TEXT, {"transform": spelling.changes}
    enum = column.enum or _enum_of(stored)
    if enum is not None:
        return Kind.TEXT, {"labels": enum.labels()}
    if column.key in spelling.CODES:
        return Kind.TEXT, {"labels": spelling.CODES[column.key]}
    if column.mask is not None:
        return Kind.CODE, {"transform": column.mask}
    if column.kind == "flag" or isinstance(stored, Boolean):
        return Kind.TEXT, {"labels": {True: "是", False: "否"}}
    return _KINDS.get(column.kind, Kind.TEXT), {}


def _enum_of(stored: Any) -> type[LabelledEnum] | None:
    held = stored.enum_class if isinstance(stored, Enum) else None
    return held if held is not None and issubclass(held, LabelledEnum) else None
