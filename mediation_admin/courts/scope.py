"""Whose data is whose: the courts a role reaches, turned into the scope a session works in.

A court role reaches its own court. A higher court also reads everything below it in the tree of courts, and writes in
its own court only. Whoever works for the platform sees the platform's own tables and no court. The audit
administrator reads the audit of all.
"""

from sqlalchemy.orm import Session

from mediation_admin.core.scope import Scope
from mediation_admin.courts.queries import subordinate_ids
from mediation_admin.permissions import COURT_ROLES, REACHES_SUBORDINATES, Role


def scope_for(session: Session, role: Role | str, court_id: int | None) -> Scope:
    """The scope of somebody who works in this role for this court.

    Asks the database only for roles that reach subordinates: the tree of courts. Raises ValueError for a court role
    without its court.
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
    return Scope(subordinate_ids(session, court_id) | {court_id}, write_court_ids=frozenset({court_id}))
