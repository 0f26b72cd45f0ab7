"""Loading and keeping what a person prefers on a list."""

from dataclasses import dataclass, field
from typing import Any

from flask import g
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mediation_admin.core.admin.models import ListPreference
from mediation_admin.core.errors import RuleBroken

DENSITIES = ("normal", "tight", "loose")
MAX_VIEWS = 20
_TABLE = ListPreference.__table__


@dataclass
class Preference:
    """What a list needs to know of a person's wishes; the defaults of a person who never chose."""

    columns: list[str] | None = None
    density: str = "normal"
    size: int | None = None
    views: list[dict[str, str]] = field(default_factory=list)


# One row as one value, for the statement that every request begins with.
AS_ONE_VALUE = func.jsonb_build_array(_TABLE.c.columns, _TABLE.c.density, _TABLE.c.size, _TABLE.c.views)
# Asked where the gate has not read it along; it goes to the driver as it stands, its values are bound.
_READ = "select columns, density, size, views from list_preference where account_id = %s and list_code = %s"


def read_along(account_id: int, list_code: str, value: list[Any] | None) -> None:
    """Tell what has been read already for this request: ``AS_ONE_VALUE``, None where there is no row."""
    g.list_preference = (account_id, list_code, value)


def load(session: Session, account_id: int | None, list_code: str) -> Preference:
    """The preference of one person for one list."""
    if account_id is None:
        return Preference()
    read = g.get("list_preference")
    if read is not None and read[:2] == (account_id, list_code):
        return Preference() if read[2] is None else Preference(*read[2])
    row = session.connection().exec_driver_sql(_READ, (account_id, list_code)).one_or_none()
    return Preference() if row is None else Preference(*row)


def save(session: Session, account_id: int, list_code: str, **changes: Any) -> None:
    """Keep some of columns, density, size, views; the others stay. Flushes nothing else, never commits."""
    g.pop("list_preference", None)
    statement = insert(_TABLE).values(account_id=account_id, list_code=list_code, **changes)
    session.execute(
        statement.on_conflict_do_update(index_elements=[_TABLE.c.account_id, _TABLE.c.list_code], set_=changes)
    )


def save_view(session: Session, account_id: int, list_code: str, name: str, query: str) -> None:
    """Keep the conditions under a name; an equal name is replaced. Refuses nameless and more than 20 views."""
    name = name.strip()[:20]
    if not name:
        raise RuleBroken("请给视图起个名字，如“我的待指派”。", field="name")
    held = load(session, account_id, list_code).views
    views = [view for view in held if view["name"] != name]
    if len(views) >= MAX_VIEWS:
        raise RuleBroken(f"最多保存 {MAX_VIEWS} 个视图，请先删除不用的。", field="name")
    save(session, account_id, list_code, views=[*views, {"name": name, "query": query}])


def forget_view(session: Session, account_id: int, list_code: str, name: str) -> None:
    """Remove a saved view; nothing happens when there is none of that name."""
    held = load(session, account_id, list_code).views
    save(session, account_id, list_code, views=[view for view in held if view["name"] != name])
