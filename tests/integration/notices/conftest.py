"""What the tests of messages share: sending one, reading its row, doing work as another process would."""

import contextvars

import pytest
from sqlalchemy import select

from mediation_admin.core.scope import actor_of
from mediation_admin.notices import jobs as notice_jobs
from mediation_admin.notices import operations
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.notices.templates import Template
from tests import people

PHONE = "13900000001"


@pytest.fixture
def office(app, working_as):
    with working_as(*people.acting(app, people.admin_a)) as session:
        yield session


@pytest.fixture
def send(office):
    """Sends one message in the name of court A and commits; returns its id."""

    def make(template=Template.RESET_CODE, phone=PHONE, commit=True, **facts):
        given = facts or {"code": "481273"}
        actor = actor_of(office())
        made = operations.send(actor=actor, template=template, phone=phone, facts=given, court_id=actor.court_id)
        if commit:
            office.commit()
        return made.id

    return make


@pytest.fixture
def row(office):
    """The row as it is now."""

    def find(message_id):
        office.rollback()
        statement = select(OutgoingMessage).where(OutgoingMessage.id == message_id)
        return office.scalars(statement.execution_options(populate_existing=True)).one()

    return find


@pytest.fixture
def apart(app):
    """Runs a function as another process would: in an app context and a session of its own."""

    def run(function, *arguments):
        def inside():
            with app.app_context():
                return function(*arguments)

        return contextvars.Context().run(inside)

    return run


@pytest.fixture
def sweep(apart):
    return lambda: apart(notice_jobs.sweep)
