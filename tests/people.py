"""The cast: one person of each kind. They come into being (with their courts) when a test first signs one in.

``as_person(clerk_a)`` (tests/conftest.py) gives a client signed in as that person; ``with working_as(*acting(app,
clerk_a)) as session`` a session in that person's scope. The stranger is signed in nowhere.
Courts: A and B know nothing of each other; the higher court is above A and not above B.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.accounts import actors, gate, queries
from mediation_admin.accounts.models import Account, RoleGrant
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, Scope, unfenced
from mediation_admin.courts.models import Court
from mediation_admin.permissions import Role
from tests.factories import accounts, courts

PLACES: dict[str, Callable[[Session], Court]] = {
    "a": courts.court_a,
    "b": courts.court_b,
    "above_a": courts.court_above_a,
}


@dataclass(frozen=True)
class Person:
    """Somebody of the cast. ``place`` is a key of PLACES, None for whoever works for the platform."""

    key: str
    name: str
    phone: str
    role: Role | None
    place: str | None = None

    def __str__(self) -> str:
        return self.key


clerk_a = Person("clerk_a", "甲书记", "13800000001", Role.CLERK, "a")
admin_a = Person("admin_a", "甲管理", "13800000002", Role.COURT_ADMIN, "a")
judge_a = Person("judge_a", "甲法官", "13800000003", Role.JUDGE, "a")
clerk_b = Person("clerk_b", "乙书记", "13800000004", Role.CLERK, "b")
higher_court = Person("higher_court", "上级某", "13800000005", Role.HIGHER_COURT, "above_a")
support = Person("support", "客服某", "13800000006", Role.SUPPORT)
system_admin = Person("system_admin", "系统某", "13800000007", Role.SYSTEM_ADMIN)
security_admin = Person("security_admin", "安全某", "13800000008", Role.SECURITY_ADMIN)
auditor = Person("auditor", "审计某", "13800000009", Role.AUDIT_ADMIN)
stranger = Person("stranger", "路人", "13800000010", None)

CAST = (
    clerk_a,
    admin_a,
    judge_a,
    clerk_b,
    higher_court,
    support,
    system_admin,
    security_admin,
    auditor,
    stranger,
)
SIGNED_IN = CAST[:-1]


def account_of(session: Session, person: Person) -> tuple[Account, RoleGrant]:
    """The person's account and role, made if they are not there; flushed."""
    account = queries.account_of_phone(session, person.phone)
    if account is None:
        place = PLACES[person.place](session) if person.place else None
        account = accounts.an_account(
            session, person.name, phone=person.phone, roles=[(person.role, place.id if place else None)]
        )
    statement = select(RoleGrant).where(RoleGrant.account_id == account.id, RoleGrant.role == person.role)
    return account, session.scalars(unfenced(statement, "the cast is made before any scope")).one()


def sign_in(client: FlaskClient, person: Person) -> None:
    """Give the client a session of this person, without the price of a password."""
    if person.role is None:
        return
    with client.application.app_context():
        account, grant = account_of(db.session(), person)
        _, token = accounts.a_session(db.session(), account, grant)
        db.session.commit()
        db.session.remove()
    client.set_cookie(gate.COOKIE, token)


def acting(app: Flask, person: Person) -> tuple[Actor, Scope]:
    """The person's actor and scope, as the gate would make them."""
    with app.app_context():
        session = db.session()
        account, grant = account_of(session, person)
        found = actors.acting(
            session, account_id=account.id, name=account.name, role=grant.role.value, court_id=grant.court_id
        )
        session.commit()
        db.session.remove()
    return found


def court_of(app: Flask, person: Person) -> int:
    """The id of the person's court."""
    return acting(app, person)[0].court_id
