"""Every list that says it is exportable is a source: same conditions, same order, true types, masks kept."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from mediation_admin.core import sheets
from mediation_admin.core.admin import Column, ListScreen
from mediation_admin.core.admin import state as list_state
from mediation_admin.core.crypto import Encrypted, decrypt
from mediation_admin.core.sheets import Kind
from mediation_admin.exports.source import Field, Params, Source

_KINDS = {
    "text": Kind.TEXT,
    "link": Kind.TEXT,
    "tag": Kind.TEXT,
    "names": Kind.TEXT,
    "masked": Kind.CODE,
    "date": Kind.DATE,
    "deadline": Kind.DATE,
    "datetime": Kind.DATETIME,
    "money": Kind.MONEY,
    "number": Kind.INTEGER,
    "percent": Kind.PERCENT,
    "flag": Kind.TEXT,
}
# Names of parties are personal data of people who have no say in who reads the file.
PERSONAL = {"applicants", "respondents"}


def list_source(screen: ListScreen) -> Source:
    """A list as an export sees it: the columns whose values the list selects, in the person's own order of columns."""

    def fields() -> list[Field]:
        selected = {column.key: column for column in screen.select().selected_columns}
        return [_field(column, selected[column.key]) for column in screen.columns if column.key in selected]

    def conditions(params: Params) -> str:
        asked = screen.read_state(MultiDict(list(params)))
        return "；".join(chip.text for chip, _ in list_state.chips(screen, asked))

    def select(_session: Session, chosen: Sequence[Field], params: Params) -> Select[Any]:
        asked = screen.read_state(MultiDict(list(params)))
        statement = screen.ordered(asked)
        by_key = {column.key: column for column in statement.selected_columns}
        picked = [by_key[field.column.key].label(field.column.key) for field in chosen]
        return statement.with_only_columns(*picked, maintain_column_froms=True)

    return Source(
        code=screen.code,
        title=screen.title,
        permission=screen.permission,
        fields=fields,
        conditions=conditions,
        select=select,
    )


def _field(column: Column, selected: Any) -> Field:
    labels, transform, binary = None, None, False
    kind = _KINDS.get(column.kind, Kind.TEXT)
    if isinstance(selected.type, Encrypted):
        # Leaves the database as bytes; only here it becomes text, and never more of it than the list shows.
        transform, binary, kind = _unsealed(selected.type.purpose, column.mask), True, Kind.CODE
    elif isinstance(selected.type, ARRAY):
        transform = _joined
    elif column.enum is not None:
        labels = column.enum.labels()
    elif column.kind == "flag":
        labels = {True: "是", False: "否"}
    elif column.mask is not None:
        transform = column.mask
    shown = sheets.Column(
        key=column.key,
        title=column.label,
        kind=kind,
        definition=column.help or "",
        labels=labels,
        transform=transform,
        binary=binary,
    )
    return Field(shown, personal=column.key in PERSONAL, default=True)


def _unsealed(purpose: str, mask: Any) -> Any:
    def shown(value: Any) -> str:
        text = value if isinstance(value, str) else decrypt(bytes(value), purpose)
        return mask(text) if mask is not None else "***"

    return shown


def _joined(value: Any) -> str:
    if isinstance(value, str):
        return value.strip("{}").replace('"', "").replace(",", "、")
    return "、".join(value)
