"""Whose data is whose: the courts a role reaches, turned into the scope a session works in.

A court role reaches its own court. A higher court also reads everything below it in the tree of courts, and writes in
its own court only. Whoever works for the platform sees the platform's own tables and no court. The audit
administrator reads the audit of all.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, func, select
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from mediation_admin.core.scope import Scope
from mediation_admin.courts.models import Court
from mediation_admin.courts.queries import subordinate_ids
from mediation_admin.permissions import COURT_ROLES, REACHES_SUBORDINATES, Role

_courts = Court.__table__


def court_and_below(court_id: Any) -> ColumnElement[list[int]]:
    """SQL: the array of a court's id and the ids of all courts below it. ``court_id`` is a value or a column.

    The same walk as ``queries.subordinate_ids``, as part of a larger statement. ``union`` (not ``union all``) ends it
    even where somebody made two courts each other's parent.
    """
    below = select(as_type(court_id, BigInteger).label("id")).cte("court_and_below", recursive=True, nesting=True)
    below = below.union(select(_courts.c.id).join(below, _courts.c.parent_id == below.c.id))
    return select(func.coalesce(func.array_agg(below.c.id), as_type([], ARRAY(BigInteger)))).scalar_subquery()


def scope_for(
    session: Session, role: Role | str, court_id: int | None, *, reached: Iterable[int] | None = None
) -> Scope:
    """The scope of somebody who works in this role for this court.

    ``reached`` are the courts at and below, where the caller has read them already (``court_and_below``); only roles
    that reach subordinates are asked for them. Raises ValueError for a court role without its court.
    """
    role = Role(role)
    if role is Role.AUDIT_ADMIN:
        return Scope.everything("the audit administrator reads what was done in every court")
    if role not in COURT_ROLES:
        return Scope.of_platform()
    if court_id is None:
        raise ValueError(f"the role {role} needs a court")
    if role not in REACHES_SUBORDINATES:
        return Scope.of([court_id])
    found = subordinate_ids(session, court_id) if reached is None else frozenset(reached)
    return Scope(found | {court_id}, write_court_ids=frozenset({court_id}))
