"""A first look: two demo courts with every kind of case, and people who can sign in and must change their password."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from mediation_admin.cases.enums import CaseKind, CaseState
from mediation_admin.cases.models import Case
from mediation_admin.core.db import db
from mediation_admin.core.scope import unfenced
from mediation_admin.demo.creating import create_demo


@pytest.fixture
def demo(db_session):
    made = create_demo(db_session)
    db_session.commit()
    return made


def test_every_state_is_there(demo, db_session):
    states = set(db_session.scalars(select(Case.state)))
    assert states == set(CaseState)
