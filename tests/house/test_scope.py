"""People of one court walk every page; the other court's marker never appears, whatever ids they put in.

Which pages there are, and how their rows are made, stands in tests/house/endpoints.py.
"""

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from mediation_admin.accounts import gate
from tests import people
from tests.addresses import address_of
from tests.house.endpoints import DOORS, Door
from tests.house.rows import MARKERS, World
from tests.people import Person


def text_of(answer: Response) -> str:
    """What an answer holds, a workbook's sheets included."""
    content = answer.get_data()
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    return content.decode("utf-8", errors="replace")


class Town:
    """One row of every kind in each court."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        world = World(app)
        makers = {made.row for doors in DOORS.values() for made in doors if made.row is not None}
        self.rows: dict[tuple[Any, str], dict[str, Any]] = {
            (maker, owner.key): maker(world, owner)
            for maker in sorted(makers, key=lambda maker: maker.__name__)
            for owner in (people.clerk_a, people.clerk_b, people.admin_a)
        }

    def walk(self, person: Person) -> Counter[str]:
        """Every GET address, with the rows of both courts; how often each marker was seen, by "endpoint marker"."""
        client = self.app.test_client()
        people.sign_in(client, person)
        seen: Counter[str] = Counter()
        for rule in self.app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.endpoint in gate.UNASKED:
                continue
            for made in DOORS.get(rule.endpoint, []):
                for text in self.answers(client, rule, made):
                    seen.update(f"{rule.endpoint} {place}" for place, marker in MARKERS.items() if marker in text)
        return seen

    def answers(self, client: FlaskClient, rule: Rule, made: Door) -> Iterator[str]:
        """What the pages of one door say, asked with every row there is."""
        owners = [key for maker, key in self.rows if maker is made.row] or [None]
        for owner in owners:
            values = {**made.values, **self.rows.get((made.row, owner), {})}
            yield text_of(client.get(address_of(self.app, rule, values), query_string=dict(made.query)))


@pytest.mark.parametrize("person", [people.clerk_a, people.admin_a, people.judge_a, people.higher_court], ids=str)
def test_whoever_works_in_court_a_never_sees_court_b(app: Flask, person: Person) -> None:
    seen = Town(app).walk(person)
    betrayed = sorted(place for place in seen if place.endswith(" b"))
    assert not betrayed, f"{person} saw rows of court B at: {', '.join(betrayed)}"


def test_the_markers_are_where_they_would_be_seen(app: Flask) -> None:
    # Without this the walk above could pass because nothing shows a marker at all.
    town = Town(app)
    for person, place in ((people.clerk_a, "a"), (people.clerk_b, "b")):
        seen = {name.split()[0] for name in town.walk(person) if name.endswith(f" {place}")}
        wanted = {"cases.index", "cases.detail", "mediators.index", "mediators.detail", "organisations.index"}
        assert wanted <= seen, f"{person} does not see the own marker at {sorted(wanted - seen)}"


@pytest.mark.parametrize("person", [people.support, people.system_admin, people.security_admin], ids=str)
def test_whoever_works_for_the_platform_sees_people_and_nothing_else_of_any_court(app: Flask, person: Person) -> None:
    seen = Town(app).walk(person)
    pages = {name.split()[0] for name in seen}
    assert "users.index" in pages
    of_people = {"users.index", "users.detail", "users.grant"}
    # Whom support helps, and whose identity it compares: people again. Of a court's hand-offs and video requests it sees
    # the number (here: the marker) under which they run, and nothing else of the case; of a message the outline, where
    # the person is named.
    of_support = {
        f"support_accounts.{page}" for page in ("detail", "step", "work_card", "phone", "second_factor", "index", "factor", "link")
    }
    of_support |= {f"identity_reviews.{page}" for page in ("index", "review", "refuse")}
    of_support |= {f"video_requests.{page}" for page in ("index", "decide")}
    of_support |= {f"all_hand_offs.{page}" for page in ("index", "detail", "retry", "cancel")}
    of_support |= {"notices.detail"}
    # Who holds which role is about people too; the security administrator reads what he has to decide.
    of_person = {
        people.support: of_support,
        people.system_admin: {"roles.index"},
        people.security_admin: {"roles.index", *(f"approvals.{page}" for page in ("index", "detail", "refuse"))},
    }
    assert pages <= of_people | of_person[person], f"{person} saw court rows at {sorted(pages)}"
