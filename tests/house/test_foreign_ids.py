"""Another court's ids in every form field, every filter and every list of ticked rows: nothing of that court changes,
nothing of one's own court comes to point at it, and no page shows it.

test_routes puts foreign ids into addresses; this one takes the forms from the pages themselves, so that a new form is
tried without anybody naming it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import lxml.html
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from mediation_admin.accounts import gate
from mediation_admin.core.admin import ListScreen
from mediation_admin.core.admin.site import site_of
from mediation_admin.core.db import db
from tests import people
from tests.addresses import address_of
from tests.house.endpoints import DOORS, Door
from tests.house.rows import MARKERS, World
from tests.people import Person

# Fields that choose a row are one of these; what people type is refused or kept as text.
CHOOSING = ("hidden", "checkbox", "radio", "select")
NEVER = frozenset({"csrf_token", "back", "next", "columns_shown", "order", "size"})
# Leaving, and what is one's own alone.
ELSEWHERE = ("/sign-in/", "/my-account/", "/verify", "/shell/")
# Written by looking, or by the walk itself, on behalf of the court that walks.
BESIDE = frozenset({"audit_entry", "job"})


@dataclass
class Walk:
    """Court A's person with one row of everything, and every id that court B has."""

    app: Flask
    person: Person

    def __post_init__(self) -> None:
        self.world = World(self.app)
        makers = {made.row for doors in DOORS.values() for made in doors if made.row is not None}
        self.own = {maker: maker(self.world, self.person) for maker in makers}
        foreign = [maker(self.world, people.clerk_b) for maker in sorted(makers, key=lambda maker: maker.__name__)]
        self.court_b = people.court_of(self.app, people.clerk_b)
        self.foreign = sorted({value for row in foreign for value in row.values() if isinstance(value, int)})
        self.client = self.app.test_client()
        self.client.judges_pages = False
        people.sign_in(self.client, self.person)
        self.betrayed: list[str] = []
        self.tried = 0

    def pages(self) -> Iterator[tuple[str, str]]:
        """Every page the person may open, with the own rows: address and HTML."""
        for rule in self.app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.endpoint in gate.UNASKED or rule.endpoint.startswith("sign_in."):
                continue
            for made in DOORS.get(rule.endpoint, []):
                if made.who is None or self.person.role in made.who:
                    address = address_of(self.app, rule, {**made.values, **self._row(made)})
                    answer = self.client.get(address, query_string=dict(made.query))
                    if answer.status_code == 200 and answer.mimetype == "text/html":
                        yield answer.request.path, answer.text

    def _row(self, made: Door) -> dict[str, Any]:
        return self.own[made.row] if made.row is not None else {}

    def post(self, address: str, data: dict[str, Any]) -> None:
        """Post, and look for the other court in the answer."""
        self.tried += 1
        answer = self.client.post(address, data=data)
        assert answer.status_code < 500, f"POST {address} with {data} broke: {answer.status_code}"
        if MARKERS["b"] in answer.text:
            self.betrayed.append(f"POST {address} {data}")


def forms_of(address: str, page: str) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """(address, what the form would send, fields that choose a row) of each form that posts."""
    for form in lxml.html.document_fromstring(page).forms:
        target = urlsplit(form.action or address).path or address
        if form.method != "POST" or target.startswith(ELSEWHERE):
            continue
        data, choosing = {}, []
        for field in form.inputs:
            name = field.name
            if not name or name in NEVER:
                continue
            kind = "select" if field.tag == "select" else field.get("type", "text")
            chosen = field.tag != "input" or kind not in ("checkbox", "radio") or field.checked
            if chosen and field.value is not None:
                data[name] = list(field.value) if kind == "select" and field.multiple else field.value
            if kind in CHOOSING or field.get("data-lookup") is not None or name.endswith(("_id", "_ids", "ids")):
                choosing.append(name)
        yield target, data, list(dict.fromkeys(choosing))


def rows_of(app: Flask, court_id: int) -> dict[str, tuple[int, str]]:
    """Table → how many rows the court has in it, and a digest of them."""
    found = {}
    with app.app_context():
        for table in db.metadata.sorted_tables:
            if "court_id" not in table.c or table.name in BESIDE:
                continue
            digest = f"select count(*), coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {table.name} t"
            found[table.name] = tuple(
                db.session.execute(text(f"{digest} where t.court_id = :court"), {"court": court_id}).one()
            )
        db.session.rollback()
    return found


def references_across(app: Flask) -> list[str]:
    """Rows that point at a row of another court, by every foreign key between tables that know their court."""
    found = []
    with app.app_context():
        for table in db.metadata.sorted_tables:
            if "court_id" not in table.c:
                continue
            for key in table.foreign_keys:
                other = key.column.table
                if "court_id" not in other.c or other.name in ("account", "job"):
                    continue
                count = db.session.scalar(
                    text(
                        f"select count(*) from {table.name} a join {other.name} b on b.id = a.{key.parent.name}"
                        " where a.court_id <> b.court_id"
                    )
                )
                if count:
                    found.append(f"{table.name}.{key.parent.name} → {other.name}: {count}")
        # Mediators and organisations belong to no court; a court's cases name those on its own roster.
        for table in ("mediation_case", "assignment"):
            for one in ("mediator", "organisation"):
                count = db.session.scalar(
                    text(
                        f"select count(*) from {table} a where a.{one}_id is not null and not exists (select 1 from"
                        f" {one}_listing l where l.{one}_id = a.{one}_id and l.court_id = a.court_id)"
                    )
                )
                if count:
                    found.append(f"{table}.{one}_id names {count} not on the court's roster")
        db.session.rollback()
    return found


def test_s22_no_form_field_reaches_a_row_of_another_court(app: Flask) -> None:
    walk = Walk(app, people.admin_a)
    before = rows_of(app, walk.court_b)
    assert before["mediation_case"][0] and before["mediator_listing"][0], "court B must have something to lose"
    seen = set()
    for address, page in list(walk.pages()):
        for target, data, choosing in forms_of(address, page):
            for field in choosing:
                if (shape := (re.sub(r"\d+", "#", target), field)) in seen:
                    continue
                seen.add(shape)
                for ident in (*walk.foreign, walk.court_b):
                    walk.post(target, {**data, field: str(ident)})
    assert walk.tried > 300, f"only {walk.tried} forms were tried: are they found at all?"
    assert not walk.betrayed, "court B was shown by:\n" + "\n".join(sorted(set(walk.betrayed)))
    changed = {name: (row, after) for name, row in before.items() if (after := rows_of(app, walk.court_b)[name]) != row}
    assert not changed, f"rows of court B changed: {changed}"
    assert references_across(app) == []


def test_s22_no_filter_and_no_ticked_row_reaches_another_court(app: Flask) -> None:
    walk = Walk(app, people.admin_a)
    before = rows_of(app, walk.court_b)
    for view in site_of(app)._views:
        if not isinstance(view, ListScreen) or not _opens(walk.client, f"{view.url}/"):
            continue
        for each in view.filters:
            for ident in (*walk.foreign, walk.court_b):
                answer = walk.client.get(f"{view.url}/", query_string={each.key: ident})
                assert answer.status_code < 500, f"{view.url}/?{each.key}={ident} broke"
                if MARKERS["b"] in answer.text:
                    walk.betrayed.append(f"{view.url}/?{each.key}={ident}")
        for action in view.bulk_actions:
            for ident in walk.foreign:
                walk.post(f"{view.url}/bulk/{action.code}", {"ids": str(ident)})
    assert not walk.betrayed, "court B was shown by:\n" + "\n".join(walk.betrayed)
    assert rows_of(app, walk.court_b) == before
    assert references_across(app) == []


def _opens(client: FlaskClient, address: str) -> bool:
    return client.get(address).status_code == 200
