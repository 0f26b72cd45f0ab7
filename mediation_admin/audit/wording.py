"""What was changed, in the words of the screens: column comments and the labels of enums, looked up from the tables."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Enum

from mediation_admin.core.db import Base
from mediation_admin.core.enums import LabelledEnum

NOTHING = "空"
# What ``record`` notes beside rows, under keys that are no column.
_NOTES = {
    "columns": "导出的列",
    "mask_names": "姓名脱敏",
    "search_mark": "查找内容的指纹",
    "page": "请求的页面",
    "fields": "查看的项目",
    "reason": "理由",
    # Columns every table has and that say nothing of their own.
    "id": "编号",
    "court_id": "法院编号",
    "case_id": "案件编号",
    "party_id": "当事人编号",
    "account_id": "用户编号",
    "position": "次序",
}
_BOOLEANS = {True: "是", False: "否"}


@lru_cache(maxsize=2048)
def _column(table: str, key: str) -> Column[Any] | None:
    known = Base.metadata.tables
    named = known.get(table)
    if named is not None and key in named.columns:
        return named.columns[key]
    # An export sees the changes without their table: the first that has such a column names it.
    return next((one.columns[key] for one in known.values() if key in one.columns and one.columns[key].comment), None)


def label_of(key: str, table: str = "") -> str:
    """The words for a changed field."""
    column = _column(table, key)
    return (column.comment if column is not None and column.comment else None) or _NOTES.get(key) or key


def value_of(key: str, value: Any, table: str = "") -> str:
    """The words for an old or new value."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return _BOOLEANS[value]
    if isinstance(value, list):
        return "、".join(value_of(key, one, table) for one in value)
    column = _column(table, key)
    enum = column.type.enum_class if column is not None and isinstance(column.type, Enum) else None
    if enum is not None and issubclass(enum, LabelledEnum) and value in enum.labels():
        return enum.labels()[value]
    return str(value)


def change_words(changes: Mapping[str, Any], table: str = "") -> list[tuple[str, str]]:
    """(field, 「old → new」) of an entry; a thing that came into being shows only what it was given."""
    made = []
    for key, change in changes.items():
        old, new = change if isinstance(change, list) and len(change) == 2 else (None, change)
        after = value_of(key, new, table)
        made.append((label_of(key, table), after if old is None else f"{value_of(key, old, table)} → {after}"))
    return made


def change_pairs(changes: Mapping[str, Any], table: str = "") -> list[tuple[str, str, str]]:
    """(field, old, new) of an entry, for a table of them."""
    made = []
    for key, change in changes.items():
        old, new = change if isinstance(change, list) and len(change) == 2 else (None, change)
        words = value_of(key, old, table), value_of(key, new, table)
        # A thing that came into being empty in some places says nothing by it.
        if words != (NOTHING, NOTHING):
            made.append((label_of(key, table), *words))
    return made
