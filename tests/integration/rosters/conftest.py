"""What the tests of the rosters share: sessions of court A's and court B's people."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from mediation_admin.core.scope import Actor
from tests.people import Person, acting, admin_a, clerk_b

Work = tuple[Session, Actor]


@pytest.fixture
def court_a(app: Flask, working_as) -> Iterator[Work]:
    """A session of court A's administrator, with the actor."""
    actor, scope = acting(app, admin_a)
    with working_as(actor, scope) as session:
        yield session, actor


@pytest.fixture
def working(app: Flask, working_as) -> Callable[[Person], object]:
    """``with working(clerk_b) as (session, actor):``"""

    @contextmanager
    def work(person: Person = clerk_b) -> Iterator[Work]:
        actor, scope = acting(app, person)
        with working_as(actor, scope) as session:
            yield session, actor

    return work
