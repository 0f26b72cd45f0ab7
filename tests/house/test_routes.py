"""Every endpoint × every role × own and other court. Who may open what stands in tests/house/endpoints.py.

The walk is made from the URL map, so an endpoint nobody thought of fails here before anybody finds it elsewhere.
Cross-court is 404: a row of another court and a row that does not exist look the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from mediation_admin.accounts import gate
from mediation_admin.core.admin import ListScreen
from mediation_admin.core.admin.site import site_of
from tests import people
from tests.addresses import address_of
from tests.house.endpoints import DOORS, Door
from tests.house.rows import World
from tests.people import CAST, Person

SCREENS = sorted({endpoint.split(".")[0] for endpoint in DOORS})
NOT_IN = frozenset({401, 404, 405})


def test_every_endpoint_has_its_line_in_the_registry(app: Flask) -> None:
    missing = sorted({rule.endpoint for rule in app.url_map.iter_rules()} - DOORS.keys())
    assert not missing, (
        "These endpoints have no line in tests/house/endpoints.py, so nobody says who may open them:\n  "
        + "\n  ".join(missing)
        + "\nAdd a door(…) for each (the top of that file says how); until then the build stays red."
    )


def test_the_registry_names_no_endpoint_that_is_gone(app: Flask) -> None:
    stale = sorted(DOORS.keys() - {rule.endpoint for rule in app.url_map.iter_rules()})
    assert not stale, f"tests/house/endpoints.py names endpoints that no longer exist: {', '.join(stale)}"


def test_what_is_open_to_strangers_is_what_the_gate_says(app: Flask) -> None:
    written = {endpoint for endpoint, doors in DOORS.items() if any(made.who is None for made in doors)}
    files = {endpoint for endpoint in DOORS if endpoint.endswith(".static")}
    assert written == set(gate.PUBLIC | gate.UNASKED) | files


def test_every_bulk_action_is_named_in_the_registry(app: Flask) -> None:
    for view in site_of(app)._views:
        actions = {action.code for action in getattr(view, "bulk_actions", ())}
        named = {made.values["code"] for made in DOORS.get(f"{view.endpoint}.rehearse", [])} - {"none"}
        assert actions == named or not isinstance(view, ListScreen), (
            f"The list {view.endpoint} has the bulk actions {sorted(actions)}, its list_doors(…, bulk=…) in "
            f"tests/house/endpoints.py names {sorted(named)}: say there who may use each"
        )


@dataclass(frozen=True)
class Asked:
    """One request of the walk and what it should come to."""

    door: Door
    rule: Rule
    method: str
    person: Person
    owner: Person | None
    gets_in: bool

    def __str__(self) -> str:
        whose = f" ({self.owner}'s row)" if self.owner else ""
        values = "".join(f" {name}={value}" for name, value in self.door.values.items())
        return f"{self.method} {self.door.endpoint}{values}{whose} as {self.person}"


def foreigner(person: Person) -> Person:
    """Somebody of the other court."""
    return people.clerk_a if person.place == "b" else people.clerk_b


def colleague(person: Person) -> Person:
    """Somebody else of the same court."""
    return people.judge_a if person is not people.judge_a else people.clerk_a


def requests(made: Door, rule: Rule) -> Iterator[Asked]:
    """Everything to be asked of one endpoint; whoever gets in comes last, since he may change the row."""
    methods = sorted(rule.methods - {"HEAD", "OPTIONS"})
    entering = []
    for person in CAST:
        allowed = made.who is None or person.role in made.who
        for method in methods:
            if made.row is None:
                asked = Asked(made, rule, method, person, None, allowed)
                entering.append(asked) if allowed else (yield asked)
                continue
            own = person if person.role is not None else people.clerk_a
            own_asked = Asked(made, rule, method, person, own, allowed)
            entering.append(own_asked) if allowed else (yield own_asked)
            for other in (foreigner(person), *([colleague(person)] if made.personal else [])):
                far = made.everywhere if isinstance(made.everywhere, bool) else person.role in made.everywhere
                reaches = allowed and far
                asked = Asked(made, rule, method, person, other, reaches)
                entering.append(asked) if reaches else (yield asked)
    yield from entering


class Walk:
    """Sends the requests and judges the answers."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.world = World(app)
        self.clients: dict[str, FlaskClient] = {}
        self.rows: dict[tuple[Any, str], dict[str, Any]] = {}

    def client(self, person: Person, *, fresh: bool) -> FlaskClient:
        if fresh or person.key not in self.clients:
            self.clients[person.key] = self.app.test_client()
            people.sign_in(self.clients[person.key], person)
        return self.clients[person.key]

    def row(self, asked: Asked) -> dict[str, Any]:
        if asked.owner is None:
            return {}
        key = (asked.door.row, asked.owner.key)
        if key not in self.rows:
            self.rows[key] = asked.door.row(self.world, asked.owner)
        row = self.rows[key]
        if asked.gets_in and asked.method != "GET":
            del self.rows[key]
        return row

    def ask(self, asked: Asked) -> Response:
        address = address_of(self.app, asked.rule, {**asked.door.values, **self.row(asked)})
        writes = asked.method != "GET"
        client = self.client(asked.person, fresh=asked.gets_in and writes)
        return client.open(
            address,
            method=asked.method,
            query_string=None if writes else dict(asked.door.query),
            data=dict(asked.door.data) if writes else None,
        )

    def fault(self, asked: Asked) -> str:
        answer = self.ask(asked)
        status, to_door = answer.status_code, (answer.location or "").startswith("/sign-in/?")
        if asked.gets_in:
            at_home = asked.door.endpoint.startswith("sign_in.")
            fine = status in asked.door.also or (status < 500 and status not in NOT_IN and (at_home or not to_door))
            return "" if fine else f"{asked}: should get in, got {status} {answer.location or ''}"
        if asked.person.role is None:
            fine = status == 303 and (answer.location == "/sign-in/" or to_door)
            return (
                "" if fine else f"{asked}: a stranger should be sent to the door, got {status} {answer.location or ''}"
            )
        return "" if status == 404 else f"{asked}: should get 404, got {status} {answer.location or ''}"


@pytest.mark.parametrize("screen", SCREENS)
def test_s22_each_endpoint_opens_to_its_roles_and_to_no_other_role_and_court(app: Flask, screen: str) -> None:
    walk = Walk(app)
    faults, asked_in_all = [], 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] != screen:
            continue
        for asked in (asked for made in DOORS.get(rule.endpoint, []) for asked in requests(made, rule)):
            asked_in_all += 1
            fault = walk.fault(asked)
            if fault:
                faults.append(fault)
    assert asked_in_all
    assert not faults, "\n".join(faults)
