"""What the tests of imports share: a workbook to send, and sessions of court A's administrator."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mediation_admin.core.scope import Actor
from tests.factories import rosters as make
from tests.people import acting, admin_a

Work = tuple[Session, Actor]
Send = Callable[..., TestResponse]


@pytest.fixture
def court_a(app: Flask, working_as) -> Iterator[Work]:
    """A session of court A's administrator, with the actor."""
    actor, scope = acting(app, admin_a)
    with working_as(actor, scope) as session:
        yield session, actor


@pytest.fixture
def admin(as_person) -> FlaskClient:
    """Court A's administrator at the browser."""
    return as_person(admin_a)


@pytest.fixture
def send(admin: FlaskClient) -> Send:
    """Uploads rows as a workbook; the answer."""

    def upload(rows, headings=make.HEADINGS, name="名册.xlsx", **fields):
        file = (make.roster_workbook(rows, headings), name)
        return admin.post("/roster-import/upload", data={"file": file, **fields})

    return upload


@pytest.fixture
def checked(send: Send, admin: FlaskClient, run_jobs) -> Callable[..., str]:
    """Uploads rows and goes on to the pre-check with the proposed mapping; the batch's address."""

    def go(rows, **options) -> str:
        page = send(rows, **options).location
        run_jobs()
        assert admin.post(page + "mapping", data=mapping_on(admin.get(page).text)).status_code == 303
        run_jobs()
        return page

    return go


def mapping_on(page: str) -> dict[str, str]:
    """The mapping a page proposes, as its form would send it."""
    found = {}
    for name, options in re.findall(r'<select name="(column-\d+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="(\w+)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found
