"""From a role somebody holds to the actor and the scope a session works with."""

from dataclasses import replace
from functools import lru_cache

from sqlalchemy.orm import Session

from mediation_admin.accounts import queries
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, Scope
from mediation_admin.courts.scope import scope_for
from mediation_admin.permissions import Permission, Role, permissions_of

# What an operator's command asks for at the server runs as the command itself did.
OPERATOR = Actor(None, "运维命令", "operator", None)

held_permissions = lru_cache(maxsize=len(Role))(permissions_of)


def acting(
    session: Session,
    *,
    account_id: int,
    name: str,
    role: str,
    court_id: int | None,
    address: str = "",
    request_id: str = "",
) -> tuple[Actor, Scope]:
    """The actor and scope of a person in a role he holds now."""
    actor = Actor(account_id, name, role, court_id, held_permissions(role), address, request_id)
    return actor, scope_for(session, role, court_id)


def of_background_work(account_id: int | None, role: str, court_id: int | None) -> tuple[Actor, Scope] | None:
    """The asker's present rights, None when the account is off or the role is gone. Jobs run with this."""
    if account_id is None:
        return _operator(court_id) if role == OPERATOR.role else None
    session = db.session()
    name = queries.name_of_holder(session, account_id, role, court_id)
    if name is None:
        return None
    return acting(session, account_id=account_id, name=name, role=role, court_id=court_id)


def _operator(court_id: int | None) -> tuple[Actor, Scope]:
    actor = replace(OPERATOR, court_id=court_id, permissions=frozenset(one.value for one in Permission))
    if court_id is None:
        return actor, Scope.everything("an operator asked for this work on the server")
    return actor, Scope.of([court_id])
