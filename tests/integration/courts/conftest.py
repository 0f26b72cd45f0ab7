"""The courts as shipped, and the people who work with them."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, Scope, enter
from mediation_admin.courts.operations import load_courts
from mediation_admin.permissions import Permission

SYSTEM = Actor(None, "测试", "system_admin", None, frozenset({Permission.COURT_IMPORT}))


@pytest.fixture
def session(db_session: Session) -> Iterator[Session]:
    """A session that sees every court, with the shipped courts in it."""
    enter(db.session(), SYSTEM, Scope.everything("tests of the list of courts"))
    load_courts(db_session)
    yield db_session
