"""A list that is asked for again is answered by the statement of the last time: with today's rows, behind the fence."""

import re

import pytest
from sqlalchemy import text
from werkzeug.datastructures import MultiDict

from mediation_admin.core.admin import list_screen, replay
from mediation_admin.core.admin.access import current_actor
from mediation_admin.core.db import db
from mediation_admin.core.scope import enter
from mediation_admin.demo.seeding import seed_cases
from tests import people
from tests.factories import cases


@pytest.fixture(autouse=True)
def _nothing_kept():
    replay.forget()
    yield
    replay.forget()


def _numbers(page: str) -> list[str]:
    return re.findall(r'data-copy="(（\d{4}）[^"]+)"', page)


@pytest.fixture
def case(office):
    made = cases.a_case(office.actor, amount=1234)
    office.session.commit()
    return made


def test_what_was_added_meanwhile_is_shown(as_person, office, case):
    client = as_person(people.clerk_a)
    assert _numbers(client.get("/cases/").text) == [case.case_no]
    other = cases.a_case(office.actor)
    office.session.commit()
    again = client.get("/cases/").text
    assert sorted(_numbers(again)) == sorted([case.case_no, other.case_no])
    assert "共 <b class=\"num\" data-total>2</b>" in again


def test_the_second_answer_reads_like_the_first(as_person, case):
    client = as_person(people.clerk_a)
    first, second = (
        re.search(r"<tbody>.*</tbody>", client.get("/cases/?state=to_assign").text, re.DOTALL)[0] for _ in range(2)
    )
    assert first == second
    assert "1,234" in first


def test_another_court_never_meets_the_kept_statement(as_person, case):
    assert _numbers(as_person(people.clerk_a).get("/cases/").text) == [case.case_no]
    for _ in range(2):
        assert _numbers(as_person(people.clerk_b).get("/cases/").text) == []


def test_other_conditions_are_another_statement(as_person, case):
    client = as_person(people.clerk_a)
    for _ in range(2):
        assert len(_numbers(client.get("/cases/").text)) == 1
        assert len(_numbers(client.get("/cases/?state=closed").text)) == 0
        assert len(_numbers(client.get("/cases/?registered_to=2020-01-01").text)) == 0
        assert len(_numbers(client.get("/cases/?order=-registered&size=50").text)) == 1


def test_it_is_one_statement_with_the_same_values_and_types(app, office, case):
    actor, scope = people.acting(app, people.clerk_a)
    with app.test_request_context("/cases/"):
        enter(db.session(), actor, scope)
        screen = list_screen("cases")
        asked = screen.read_state(MultiDict())
        first, total = screen.fetch_with_total(asked)
        second, total_again = screen.fetch_with_total(asked)
        assert (total, total_again) == (1, 1)
        assert [tuple(row) for row in first.rows] == [tuple(row) for row in second.rows]
        for name in first.rows[0]._fields:
            one, other = (getattr(page.rows[0], name) for page in (first, second))
            assert type(one) is type(other), name
        assert (first.before, first.after) == (second.before, second.after)
        db.session.remove()


def test_nothing_is_kept_without_a_scope(app):
    with app.test_request_context("/cases/"):
        assert current_actor() is None
        screen = list_screen("cases")
        with pytest.raises(Exception, match="no scope"):
            screen.fetch_with_total(screen.read_state(MultiDict()))
        db.session.remove()


def test_a_list_over_the_cap_is_not_counted_again_for_a_while(as_person, app, db_session, count_sql):
    seed_cases(db_session, 10_050, courts=1, parties=False)
    db_session.commit()
    court_id = db_session.scalar(text("select min(court_id) from mediation_case"))
    db_session.remove()
    actor, scope = people.acting(app, people.clerk_a)
    with app.test_request_context("/cases/"):
        enter(db.session(), actor, type(scope).of([court_id]))
        screen = list_screen("cases")
        asked = screen.read_state(MultiDict())
        with count_sql() as statements:
            totals = [screen.fetch_with_total(asked)[1] for _ in range(3)]
        assert totals == [10_001] * 3
        assert ["count(" in statement for statement in statements] == [True, False, False]
        db.session.remove()
