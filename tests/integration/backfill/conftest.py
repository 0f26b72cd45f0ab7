"""A court with its roster imported, and the ledgers of the demo."""

from pathlib import Path

import pytest
from sqlalchemy import select

import mediation_admin.backfill.importing
import mediation_admin.rosters.importing  # noqa: F401 - joins the two subjects
from mediation_admin.core.scope import Actor, Scope
from mediation_admin.courts.models import Court
from mediation_admin.imports import operations as imports
from mediation_admin.permissions import permissions_of

DATA = Path(__file__).parents[3] / "mediation_admin" / "demo" / "data"
ROSTER = DATA / "宛城区_特邀调解员名册.xlsx"
LEDGER = DATA / "宛城区_工商联_诉前委派台账_2022上半年.xlsx"


@pytest.fixture
def court(db_session) -> Court:
    """南阳市宛城区人民法院."""
    return db_session.scalar(select(Court).where(Court.code == "豫1302"))


@pytest.fixture
def admin(court) -> Actor:
    """Its administrator."""
    return Actor(None, "甲某", "court_admin", court.id, permissions_of("court_admin"))


@pytest.fixture
def wancheng(working_as, admin, court):
    """A session of that court with the roster imported."""
    with working_as(admin, Scope.of([court.id])) as session:
        bring_in(session, admin, court.id, "rosters", ROSTER)
        yield session


def bring_in(session, actor, court_id, subject, path):
    """Pre-check and commit a workbook; the pre-check's report and the commit's."""
    checked = imports.precheck_file(subject_code=subject, path=path, actor=actor, court_id=court_id)
    session.commit()
    done = imports.commit_batch(actor=actor, batch_id=checked["batch"])
    session.commit()
    return checked, done
