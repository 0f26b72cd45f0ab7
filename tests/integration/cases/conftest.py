"""A court's clerk and administrator at work, with a mediator to assign to."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from mediation_admin.core.scope import Actor, Scope
from mediation_admin.rosters.models import Mediator
from tests import people
from tests.factories.cases import a_mediator


@dataclass
class Office:
    """The court administrator of court A in a session of that scope, and a certified mediator."""

    session: Session
    actor: Actor
    scope: Scope
    mediator: Mediator

    @property
    def court_id(self) -> int:
        assert self.actor.court_id is not None
        return self.actor.court_id


@pytest.fixture
def office(app: Flask, working_as) -> Iterator[Office]:
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        yield Office(session, actor, scope, a_mediator(session, actor.court_id))
