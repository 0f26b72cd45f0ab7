"""Somebody of support at the desk, and somebody who needs help."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.accounts.models import Account
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core.scope import Actor, unfenced
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.permissions import Role
from mediation_admin.support.models import SupportAct
from tests import people
from tests.factories import accounts


@dataclass
class Desk:
    """A session of support."""

    actor: Actor
    session: Session
    court_id: int

    def person(self, name: str = "待助某", **values: Any) -> Account:
        """A judge of court A, with a password unless said otherwise."""
        roles = values.pop("roles", [(Role.JUDGE, self.court_id)])
        values.setdefault("password_hash", "x")
        return accounts.an_account(self.session(), name, roles=roles, **values)

    def acts(self, account: Account) -> list[SupportAct]:
        return list(self.session.scalars(select(SupportAct).where(SupportAct.account_id == account.id)))

    def messages(self, account: Account) -> list[str]:
        found = select(OutgoingMessage.template).where(OutgoingMessage.phone_index == account.phone_index)
        return [one.value for one in self.session.scalars(found.order_by(OutgoingMessage.id))]

    def said(self, tag: str) -> list[str]:
        found = select(AuditEntry.sentence).where(AuditEntry.tag == tag).order_by(AuditEntry.id)
        return list(self.session.scalars(unfenced(found, "a test reads the audit")))


@pytest.fixture
def desk(app, working_as):
    court_id = people.court_of(app, people.clerk_a)
    actor, scope = people.acting(app, people.support)
    with working_as(actor, scope) as session:
        yield Desk(actor, session, court_id)
