"""The gate before every request: sessions, time-outs, roles that change, what a stranger gets, what it costs."""

from datetime import timedelta

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_login import current_user
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mediation_admin.accounts import actors, gate, operations, rules
from mediation_admin.accounts.enums import PasswordProfile, SessionEnd
from mediation_admin.accounts.models import LoginSession, RoleGrant, SecurityPolicy
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Scope, actor_of, scope_of, unfenced
from mediation_admin.permissions import Role, permissions_of
from tests import people
from tests.factories.courts import court_a, court_above_a, court_b
from tests.people import SIGNED_IN, clerk_a, higher_court, judge_a, system_admin

_sessions = LoginSession.__table__


def move_back(session: Session, **back: timedelta) -> None:
    """Let every session have begun, or been seen, that much earlier."""
    session.execute(update(_sessions).values(**{name: _sessions.c[name] - span for name, span in back.items()}))
    session.commit()


def the_session(session: Session) -> LoginSession:
    statement = select(LoginSession).execution_options(populate_existing=True)
    return session.scalars(unfenced(statement, "a test looks")).one()


# -- strangers ------------------------------------------------------------------------------------------------------


def test_the_doors_open_to_strangers_are_these_and_no_others() -> None:
    assert {
        "sign_in.index",
        "sign_in.link",
        "sign_in.old_door",
        "sign_in.forgot",
        "sign_in.reset",
    } == gate.PUBLIC
    assert {"static", "assets", "healthz", "verify.index"} == gate.UNASKED


def test_a_stranger_who_asks_for_a_page_is_sent_to_the_door_and_back_afterwards(client: FlaskClient) -> None:
    answer = client.get("/my-account/?x=1")
    assert answer.status_code == 303
    assert answer.location == "/sign-in/?next=/my-account/?x%3D1"


def test_a_script_of_a_stranger_is_told_with_401(client: FlaskClient) -> None:
    answer = client.get("/my-account/", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 401
    assert "登录" in answer.json["message"]


def test_an_invented_token_is_a_stranger_and_the_cookie_goes(client: FlaskClient) -> None:
    client.set_cookie(gate.COOKIE, "x" * 43)
    answer = client.get("/")
    assert answer.status_code == 303
    assert client.get_cookie(gate.COOKIE) is None
    assert "登录已失效" in client.get("/sign-in/").text


def test_an_address_that_does_not_exist_is_404_for_everybody(client: FlaskClient, as_person) -> None:
    assert client.get("/no/such/page").status_code == 404
    assert as_person(clerk_a).get("/no/such/page").status_code == 404


# -- the person of a request ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", SIGNED_IN, ids=str)
def test_a_request_knows_its_person_role_permissions_and_scope(app: Flask, person: people.Person) -> None:
    seen = {}
    with app.test_client() as client:
        people.sign_in(client, person)
        token = client.get_cookie(gate.COOKIE).value
    with app.test_request_context(
        "/", headers={"Cookie": f"{gate.COOKIE}={token}"}, environ_base={"REMOTE_ADDR": "10.9.8.7"}
    ):
        app.preprocess_request()
        seen.update(actor=g.actor, scope=scope_of(db.session()), current=current_user.name)
        assert actor_of(db.session()) is g.actor
        db.session.remove()
    actor = seen["actor"]
    assert (actor.name, actor.role, actor.address) == (person.name, person.role, "10.9.8.7")
    assert actor.permissions == permissions_of(person.role)
    assert len(actor.request_id) == 16
    assert seen["current"] == person.name
    assert (actor, seen["scope"])[1] == people.acting(app, person)[1]


def test_each_kind_of_role_reaches_what_courts_scope_says(app: Flask, db_session: Session) -> None:
    a, b, above = court_a(db_session).id, court_b(db_session).id, court_above_a(db_session).id
    db_session.commit()
    scopes = {person.key: people.acting(app, person)[1] for person in SIGNED_IN}
    assert scopes["clerk_a"] == scopes["admin_a"] == scopes["judge_a"] == Scope.of([a])
    assert scopes["clerk_b"] == Scope.of([b])
    assert {above, a} <= scopes["higher_court"].court_ids
    assert b not in scopes["higher_court"].court_ids
    assert scopes["higher_court"].write_court_ids == {above}, "a higher court reads below itself and writes at home"
    assert scopes["support"] == scopes["system_admin"] == scopes["security_admin"] == Scope.of_platform()
    assert scopes["auditor"].court_ids is None and scopes["auditor"].reason


@pytest.mark.parametrize(("person", "cost"), [(clerk_a, 1), (system_admin, 1), (higher_court, 2)], ids=str)
def test_the_gate_costs_one_statement_and_the_tree_of_courts_a_second(
    app: Flask, as_person, count_sql, person: people.Person, cost: int
) -> None:
    token = as_person(person).get_cookie(gate.COOKIE).value
    with app.test_request_context("/", headers={"Cookie": f"{gate.COOKIE}={token}"}):
        with count_sql() as statements:
            app.preprocess_request()
        assert g.actor.name == person.name
        db.session.remove()
    assert len(statements) == cost, statements


def test_files_of_the_house_cost_no_statement(client: FlaskClient, as_person, count_sql) -> None:
    visitor = as_person(clerk_a)
    with count_sql() as statements:
        visitor.get("/static/css/sign-in.css")
    assert statements == []


# -- time-outs ------------------------------------------------------------------------------------------------------


def test_s19_thirty_idle_minutes_end_the_session_with_a_sentence(as_person, db_session: Session) -> None:
    client = as_person(clerk_a)
    move_back(db_session, seen_at=timedelta(minutes=30))
    answer = client.get("/my-account/")
    assert answer.status_code == 303 and answer.location == "/sign-in/?next=/my-account/"
    assert client.get_cookie(gate.COOKIE) is None
    assert "30 分钟没有操作" in client.get("/sign-in/").text
    assert the_session(db_session).ended_how is SessionEnd.IDLE


def test_s19_twelve_hours_end_the_session_however_busy(as_person, db_session: Session) -> None:
    client = as_person(clerk_a)
    move_back(db_session, created_at=timedelta(hours=12))
    assert client.get("/").status_code == 303
    assert "满 12 小时" in client.get("/sign-in/").text
    assert the_session(db_session).ended_how is SessionEnd.TOO_OLD


def test_s19_just_before_both_limits_the_session_lives(as_person, db_session: Session) -> None:
    client = as_person(clerk_a)
    move_back(db_session, seen_at=timedelta(minutes=29), created_at=timedelta(hours=11))
    assert client.get("/").status_code == 200


def test_s19_the_idle_limit_is_a_setting(as_person, db_session: Session) -> None:
    db_session.add(SecurityPolicy(id=1, profile=PasswordProfile.DENGBAO, idle_minutes=60, absolute_hours=12))
    db_session.commit()
    client = as_person(clerk_a)
    move_back(db_session, seen_at=timedelta(minutes=59))
    assert client.get("/").status_code == 200
    move_back(db_session, seen_at=timedelta(minutes=60))
    assert client.get("/").status_code == 303


def test_a_sign_of_life_is_written_at_most_once_a_minute(as_person, db_session: Session, count_sql) -> None:
    client = as_person(clerk_a)
    first = the_session(db_session).seen_at
    client.get("/")
    assert the_session(db_session).seen_at == first
    move_back(db_session, seen_at=timedelta(seconds=61))
    with count_sql() as statements:
        client.get("/")
    assert sum(text.startswith("UPDATE login_session") for text in statements) == 1
    assert the_session(db_session).seen_at > first


def test_the_counts_that_a_page_asks_for_by_itself_are_no_sign_of_life(as_person, db_session: Session) -> None:
    client = as_person(clerk_a)
    move_back(db_session, seen_at=timedelta(minutes=20))
    before = the_session(db_session).seen_at
    assert client.get("/shell/counts").status_code == 200
    assert the_session(db_session).seen_at == before
    assert client.get("/shell/counts?stay=1").status_code == 200
    assert the_session(db_session).seen_at > before


# -- what changes under a session -----------------------------------------------------------------------------------


def test_s7_disabling_an_account_ends_all_its_sessions_at_once(app: Flask, as_person, working_as) -> None:
    first, second = as_person(clerk_a), as_person(clerk_a)
    assert first.get("/").status_code == second.get("/").status_code == 200
    account_id = people.acting(app, clerk_a)[0].account_id
    with working_as(*people.acting(app, system_admin)) as session:
        operations.disable_account(actor=actor_of(session()), account_id=account_id)
        session.commit()
    assert first.get("/").status_code == second.get("/").status_code == 303


def test_s7_a_role_taken_back_is_gone_at_the_next_request(app: Flask, as_person, working_as, db_session) -> None:
    client = as_person(judge_a)
    assert client.get("/").status_code == 200
    actor = people.acting(app, judge_a)[0]
    statement = select(RoleGrant).where(RoleGrant.account_id == actor.account_id)
    grant = db_session.scalars(unfenced(statement, "a test looks")).one()
    with working_as(*people.acting(app, system_admin)) as session:
        operations.revoke_role(actor=actor_of(session()), grant_id=grant.id)
        session.commit()
    assert client.get("/").location == "/sign-in/role"


def test_background_work_runs_with_the_rights_the_asker_has_now(app: Flask, db_session: Session) -> None:
    actor, scope = people.acting(app, clerk_a)
    asked = (actor.account_id, actor.role, actor.court_id)
    found = actors.of_background_work(*asked)
    assert (found[0].name, found[0].permissions, found[1]) == (actor.name, actor.permissions, scope)
    assert actors.of_background_work(actor.account_id, Role.COURT_ADMIN, actor.court_id) is None
    assert actors.of_background_work(actor.account_id, actor.role, court_b(db_session).id) is None
    db_session.execute(update(RoleGrant.__table__).values(revoked_at=clock.now() + timedelta(seconds=1)))
    assert actors.of_background_work(*asked) is None


def test_background_work_of_a_disabled_account_is_refused(app: Flask, db_session: Session, working_as) -> None:
    actor, _ = people.acting(app, clerk_a)
    with working_as(*people.acting(app, system_admin)) as session:
        operations.disable_account(actor=actor_of(session()), account_id=actor.account_id)
        session.commit()
    assert actors.of_background_work(actor.account_id, actor.role, actor.court_id) is None


def test_background_work_without_a_person_is_an_operators_and_of_nobody_else(db_session: Session) -> None:
    court_id = court_a(db_session).id
    found = actors.of_background_work(None, "operator", court_id)
    assert found[1] == Scope.of([court_id])
    assert actors.of_background_work(None, "operator", None)[1].court_ids is None
    assert actors.of_background_work(None, "clerk", court_id) is None


def test_the_pause_between_signs_of_life_is_shorter_than_the_shortest_idle_limit() -> None:
    assert timedelta(minutes=rules.IDLE_RANGE[0]) > rules.SEEN_EVERY
