"""The second factor: required of administrators, passed at sign-in, limited, recovered, reset; asking again (S21)."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mediation_admin.accounts import gate, operations, queries
from mediation_admin.accounts.enums import SessionEnd
from mediation_admin.accounts.models import Account, LoginSession, RecoveryCode, SecondFactor
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import actor_of, unfenced
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.permissions import ADMINISTRATOR_ROLES, Role
from tests import people
from tests.addresses import address_of
from tests.factories.accounts import GOOD_PASSWORD, a_code, an_account, an_authenticator
from tests.factories.courts import court_a
from tests.people import admin_a, clerk_a, clerk_b, security_admin, system_admin

_sessions = LoginSession.__table__


def look(session: Session, model: type, **conditions: object) -> list:
    statement = select(model).filter_by(**conditions).execution_options(populate_existing=True)
    return list(session.scalars(unfenced(statement, "a test looks")).all())


def enter(client: FlaskClient, account: Account, password: str = GOOD_PASSWORD):
    return client.post("/sign-in/", data={"phone": account.phone, "password": password})


def key_in(page: str) -> str:
    return re.search(r'data-copy="([A-Z2-7]{32})"', page)[1]


def codes_in(page: str) -> list[str]:
    return re.findall(r"<li><code>([a-z2-9-]{14})</code></li>", page)


@pytest.fixture
def hire(db_session: Session) -> Callable[..., Account]:
    """Makes a person with a password."""

    def make(role: Role, **values: object) -> Account:
        court_id = court_a(db_session).id if role in (Role.COURT_ADMIN, Role.CLERK) else None
        account = an_account(db_session, "周某", roles=[(role, court_id)], password=GOOD_PASSWORD, **values)
        db_session.commit()
        return account

    return make


@pytest.fixture
def enrolled(hire, db_session: Session) -> tuple[Account, str]:
    """A clerk who uses a second factor."""
    account = hire(Role.CLERK)
    secret = an_authenticator(db_session, account)
    db_session.commit()
    return account, secret


# -- S17: required of administrators --------------------------------------------------------------------------------


def test_s17_the_roles_that_need_a_second_factor_are_all_administrators() -> None:
    assert set(ADMINISTRATOR_ROLES) == {Role.COURT_ADMIN, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}


@pytest.mark.parametrize("role", ADMINISTRATOR_ROLES)
def test_s17_an_administrator_sets_it_up_before_anything_else_is_done(
    app: Flask, client: FlaskClient, hire, role: Role
) -> None:
    enter(client, hire(role))
    for rule in app.url_map.iter_rules():
        if rule.endpoint in gate.ENROLLING | gate.UNASKED or rule.endpoint.endswith(".static"):
            continue
        address = address_of(app, rule)
        for method in sorted(rule.methods & {"GET", "POST"}):
            assert client.open(address, method=method).location == "/sign-in/enrol", f"{method} {address}"
        if role is not ADMINISTRATOR_ROLES[0]:
            break  # the gate does not look at the role any further


def test_s17_the_key_is_scanned_confirmed_by_a_code_and_the_house_is_open(
    client: FlaskClient, hire, db_session: Session
) -> None:
    account = hire(Role.COURT_ADMIN)
    enter(client, account)
    before = client.get_cookie(gate.COOKIE).value
    page = client.get("/sign-in/enrol").text
    assert "<svg" in page
    secret = key_in(page)
    assert key_in(client.get("/sign-in/enrol").text) == secret, "loading the page twice must not change the key"
    assert client.post("/sign-in/enrol", data={"code": "000000"}).status_code == 422
    shown = client.post("/sign-in/enrol", data={"code": a_code(secret)})
    assert len(codes_in(shown.text)) == 10
    assert client.get("/").status_code == 200
    assert client.get_cookie(gate.COOKIE).value != before
    (row,) = look(db_session, SecondFactor, account_id=account.id)
    assert row.secret == secret and row.pending_secret is None
    stored = db_session().connection().exec_driver_sql("select secret from second_factor").scalar()
    assert secret.encode() not in bytes(stored), "S33: encrypted at rest"
    assert not {one.encode() for one in codes_in(shown.text)} & {
        bytes(one.code_hash) for one in look(db_session, RecoveryCode)
    }
    (told,) = look(db_session, OutgoingMessage)
    assert "二次验证" in told.outline


def test_s17_other_roles_may_switch_it_on_and_off(client: FlaskClient, hire, db_session: Session, app: Flask) -> None:
    account = hire(Role.CLERK)
    other = app.test_client()
    enter(other, account)
    enter(client, account)
    assert client.get("/").status_code == 200
    secret = key_in(client.get("/my-account/factor").text)
    shown = client.post("/my-account/factor", data={"code": a_code(secret)})
    assert len(codes_in(shown.text)) == 10
    assert other.get("/").status_code == 303, "the other session has not shown a code"
    assert "已启用" in client.get("/my-account/").text
    assert client.post("/my-account/factor/off").status_code == 303
    assert not look(db_session, SecondFactor) and not look(db_session, RecoveryCode)
    assert client.get("/").status_code == 200


def test_s17_an_administrator_cannot_switch_it_off(client: FlaskClient, hire, db_session: Session) -> None:
    account = hire(Role.COURT_ADMIN)
    secret = an_authenticator(db_session, account)
    db_session.commit()
    enter(client, account)
    client.post("/sign-in/factor", data={"code": a_code(secret)})
    assert "不能停用" in client.post("/my-account/factor/off").text
    assert look(db_session, SecondFactor)


# -- passing it -----------------------------------------------------------------------------------------------------


def test_after_the_password_the_code_comes_before_anything_else(app: Flask, client: FlaskClient, enrolled) -> None:
    account, secret = enrolled
    enter(client, account)
    token = client.get_cookie(gate.COOKIE).value
    for address in ("/", "/cases/", "/my-account/", "/sign-in/role", "/sign-in/password", "/sign-in/enrol"):
        assert client.get(address).location == "/sign-in/factor"
    fetched = client.get("/shell/counts", headers={"X-Requested-With": "fetch"})
    assert fetched.status_code == 403 and "二次验证" in fetched.json["message"]
    assert (
        client.post("/sign-in/factor", data={"code": a_code(secret), "next": "/my-account/"}).location == "/my-account/"
    )
    assert client.get("/").status_code == 200
    assert client.get_cookie(gate.COOKIE).value != token, "S18: another token after each proof"


def test_whoever_has_only_the_password_changes_no_password(client: FlaskClient, hire, db_session: Session) -> None:
    account = hire(Role.CLERK, must_change_password=True)
    an_authenticator(db_session, account)
    db_session.commit()
    enter(client, account)
    form = {"current_password": GOOD_PASSWORD, "new_password": "Wk4-Rvmdp=Xa", "repeat": "Wk4-Rvmdp=Xa"}
    assert client.post("/sign-in/password", data=form).location == "/sign-in/factor"


def test_s15_a_code_opens_one_door_once(app: Flask, client: FlaskClient, enrolled) -> None:
    account, secret = enrolled
    code = a_code(secret)
    enter(client, account)
    assert client.post("/sign-in/factor", data={"code": code}).status_code == 303
    other = app.test_client()
    enter(other, account)
    assert "已用过" in other.post("/sign-in/factor", data={"code": code}).text
    assert other.post("/sign-in/factor", data={"code": a_code(secret, 1)}).status_code == 303


def test_s15_five_wrong_codes_in_five_minutes_are_the_end_for_a_while(
    app: Flask, client: FlaskClient, enrolled, db_session: Session
) -> None:
    account, secret = enrolled
    enter(client, account)
    tried = [client.post("/sign-in/factor", data={"code": f"00000{n}"}).status_code for n in range(6)]
    assert tried == [422] * 5 + [429]
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "10.1.2.3"
    enter(elsewhere, account)
    assert elsewhere.post("/sign-in/factor", data={"code": a_code(secret)}).status_code == 429
    refused = look(db_session, AuditEntry, tag="account:factor:refused")
    assert len(refused) == 5


def test_s15_twenty_an_hour_and_fifty_a_day_are_the_limits(app: Flask, client: FlaskClient, enrolled) -> None:
    account, _ = enrolled
    enter(client, account)
    client.post("/sign-in/factor", data={"code": "000000"})
    redis = app.extensions["redis"]
    counters = {key: redis.ttl(key) for key in redis.scan_iter() if b"second factor" in key}
    assert sorted(round(left / 60) for left in counters.values()) == [5, 60, 1440]
    # One short of the day's cap: the counter that this failure started is set, not walked up.
    day = max(counters, key=counters.get)
    redis.set(day, 49, keepttl=True)
    assert client.post("/sign-in/factor", data={"code": "000000"}).status_code == 422
    assert client.post("/sign-in/factor", data={"code": "000000"}).status_code == 429


def test_s17_a_recovery_code_opens_once_and_says_how_many_are_left(
    app: Flask, client: FlaskClient, enrolled, db_session: Session, working_as
) -> None:
    account, secret = enrolled
    enter(client, account)
    client.post("/sign-in/factor", data={"code": a_code(secret)})
    codes = codes_in(client.post("/my-account/recovery-codes").text)
    assert len(codes) == 10
    other = app.test_client()
    enter(other, account)
    assert other.post("/sign-in/factor", data={"code": codes[3].upper()}).status_code == 303
    assert "还剩 9 个" in other.get("/").text
    third = app.test_client()
    enter(third, account)
    assert third.post("/sign-in/factor", data={"code": codes[3]}).status_code == 422
    renewed = codes_in(client.post("/my-account/recovery-codes").text)
    assert third.post("/sign-in/factor", data={"code": codes[4]}).status_code == 422, "the earlier ones are void"
    assert third.post("/sign-in/factor", data={"code": renewed[0]}).status_code == 303


def test_with_valkey_down_codes_are_still_limited(
    app: Flask, client: FlaskClient, enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mediation_admin.extensions import limiter

    def down(*_: object, **__: object) -> None:
        raise ConnectionError("Valkey is down")

    account, _ = enrolled
    enter(client, account)
    monkeypatch.setattr(limiter.storage, "incr", down)
    monkeypatch.setattr(limiter.storage, "get", down)
    monkeypatch.setattr(limiter.storage, "check", lambda: False)
    tried = [client.post("/sign-in/factor", data={"code": f"00000{n}"}).status_code for n in range(6)]
    limiter.reset()
    limiter._storage_dead = False
    assert tried == [422] * 5 + [429]


# -- reset by others ------------------------------------------------------------------------------------------------


def test_a_lost_phone_is_reset_with_a_reason_within_the_scope_and_the_person_is_told(
    app: Flask, client: FlaskClient, enrolled, working_as, db_session: Session
) -> None:
    account, secret = enrolled
    enter(client, account)
    client.post("/sign-in/factor", data={"code": a_code(secret)})
    with working_as(*people.acting(app, clerk_b)) as session, pytest.raises(NotFound):
        operations.reset_second_factor(actor=actor_of(session()), account_id=account.id, reason="电话核实")
    with working_as(*people.acting(app, system_admin)) as session:
        actor = actor_of(session())
        with pytest.raises(RuleBroken, match="原因"):
            operations.reset_second_factor(actor=actor, account_id=account.id, reason=" ")
        operations.reset_second_factor(actor=actor, account_id=account.id, reason="当面核对工作证")
        session.commit()
    assert not look(db_session, SecondFactor)
    (entry,) = look(db_session, AuditEntry, tag="account:factor:reset")
    assert "当面核对工作证" in entry.sentence and entry.actor_name == system_admin.name
    assert client.get("/").status_code == 303, "every session has ended"
    assert {one.ended_how for one in look(db_session, LoginSession, account_id=account.id)} == {
        SessionEnd.CREDENTIAL_CHANGED
    }
    assert any("二次验证" in message.outline for message in look(db_session, OutgoingMessage))
    assert enter(client, account).location == "/"


def test_nobody_resets_his_own(app: Flask, working_as) -> None:
    with working_as(*people.acting(app, system_admin)) as session:
        actor = actor_of(session())
        with pytest.raises(RuleBroken, match="自己"):
            operations.reset_second_factor(actor=actor, account_id=actor.account_id, reason="x")


def test_s9_with_a_second_factor_eight_characters_are_enough_under_nist(
    client: FlaskClient, enrolled, as_person, db_session: Session
) -> None:
    account, secret = enrolled
    as_person(security_admin).post(
        "/security-policy/", data={"profile": "nist", "idle_minutes": "30", "absolute_hours": "12"}
    )
    enter(client, account)
    client.post("/sign-in/factor", data={"code": a_code(secret)})
    assert "至少 8 位" in client.get("/my-account/password").text
    form = {"current_password": GOOD_PASSWORD, "new_password": "tzmkqwpl", "repeat": "tzmkqwpl"}
    assert client.post("/my-account/password", data=form).status_code == 303


# -- S21: asking again ----------------------------------------------------------------------------------------------


def let_proof_age(session: Session) -> None:
    session.execute(update(_sessions).values(proven_at=_sessions.c.proven_at - timedelta(minutes=30)))
    session.commit()


POLICY = {"profile": "nist", "idle_minutes": "45", "absolute_hours": "9"}


@pytest.fixture
def officer(as_person, app: Flask, db_session: Session) -> tuple[FlaskClient, str]:
    """The security administrator with a second factor, whose last proof is half an hour old."""
    client = as_person(security_admin)
    account = queries.account_of_phone(db_session(), security_admin.phone)
    secret = an_authenticator(db_session, account)
    let_proof_age(db_session)
    return client, secret


def test_s21_after_thirty_minutes_a_sensitive_page_asks_who_is_there(officer) -> None:
    client, secret = officer
    assert client.get("/my-account/").status_code == 200
    asked = client.get("/security-policy/")
    assert asked.location == "/sign-in/confirm?next=/security-policy/"
    page = client.get(asked.location)
    assert "验证码" in page.text
    form = {"to": "/security-policy/", "how": "GET", "secret": a_code(secret)}
    assert client.post("/sign-in/confirm", data=form).location == "/security-policy/"
    assert client.get("/security-policy/").status_code == 200


def test_s21_what_was_typed_goes_on_after_the_proof(officer, db_session: Session) -> None:
    client, secret = officer
    asked = client.post("/security-policy/", data=POLICY)
    assert asked.status_code == 200 and "已保留" in asked.text
    assert queries.policy(db_session()).idle_minutes == 30, "nothing is done before the proof"
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text))
    assert POLICY.items() <= kept.items()
    wrong = client.post("/sign-in/confirm", data={**kept, "secret": "000000"})
    assert wrong.status_code == 422 and 'value="45"' in wrong.text
    onward = client.post("/sign-in/confirm", data={**kept, "secret": a_code(secret)})
    assert (onward.status_code, onward.location) == (307, "/security-policy/")
    assert client.post(onward.location, data=kept).status_code == 303
    db_session.rollback()
    assert queries.policy(db_session()).idle_minutes == 45


def test_s21_without_a_second_factor_the_password_is_the_proof(client: FlaskClient, hire, db_session: Session) -> None:
    account = hire(Role.CLERK)
    enter(client, account)
    let_proof_age(db_session)
    assert client.get("/my-account/factor").location == "/sign-in/confirm?next=/my-account/factor"
    form = {"to": "/my-account/factor", "how": "GET", "secret": "wrong-Password-1"}
    assert "密码不正确" in client.post("/sign-in/confirm", data=form).text
    assert client.post("/sign-in/confirm", data={**form, "secret": GOOD_PASSWORD}).location == "/my-account/factor"
    assert client.get("/my-account/factor").status_code == 200


def test_s21_a_script_is_told_and_the_way_onward_never_leads_off_the_site(officer) -> None:
    client, secret = officer
    fetched = client.post("/security-policy/", data=POLICY, headers={"X-Requested-With": "fetch"})
    assert fetched.status_code == 403 and "确认身份" in fetched.json["message"]
    form = {"to": "https://evil.example/", "how": "POST", "secret": a_code(secret)}
    assert client.post("/sign-in/confirm", data=form).location == "/"


def test_s21_guesses_at_the_question_count_with_those_at_the_door(officer) -> None:
    client, _ = officer
    form = {"to": "/", "how": "GET"}
    tried = [client.post("/sign-in/confirm", data={**form, "secret": f"00000{n}"}).status_code for n in range(6)]
    assert tried == [422] * 5 + [429]


# -- one door -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/login", "/court", "/mediator", "/party", "/ministry", "/grassroots", "/court/"])
def test_the_old_doors_lead_to_the_one(client: FlaskClient, as_person, path: str) -> None:
    assert client.get(path).location == "/sign-in/"
    assert as_person(clerk_a).get(path).location == "/"


def test_the_door_says_that_everybody_comes_in_here(client: FlaskClient) -> None:
    page = client.get("/sign-in/").text
    assert "所有人从这里登录，登录后选择身份" in page
    assert all(word in page for word in ("当事人", "调解员", "法院", "部委", "基层治理"))


def test_the_cast_has_passed_all_there_is_to_pass(as_person) -> None:
    assert as_person(admin_a).get("/").status_code == 200


def test_an_operator_resets_the_factor_of_the_last_administrator_on_the_server(
    app: Flask, hire, db_session: Session
) -> None:
    account = hire(Role.SYSTEM_ADMIN)
    an_authenticator(db_session, account)
    db_session.commit()
    ran = app.test_cli_runner().invoke(
        args=["accounts", "reset-factor", "--phone", account.phone, "--reason", "在机房当面核对"]
    )
    assert ran.exit_code == 0, ran.output
    db_session.rollback()
    assert not look(db_session, SecondFactor)
    (entry,) = look(db_session, AuditEntry, tag="account:factor:reset")
    assert "在机房当面核对" in entry.sentence
