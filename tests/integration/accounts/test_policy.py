"""The security policy: set on its screen, acting at once; history, age and notice of passwords."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mediation_admin.accounts import queries
from mediation_admin.accounts.enums import AccountState, PasswordProfile
from mediation_admin.accounts.models import Account, FormerPassword, SecurityPolicy
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core import clock
from mediation_admin.core.scope import unfenced
from mediation_admin.permissions import Role
from tests.factories.accounts import GOOD_PASSWORD, an_account
from tests.factories.courts import court_a
from tests.people import clerk_a, security_admin, system_admin

PAGE = "/security-policy/"
NIST = {"profile": "nist", "idle_minutes": "30", "absolute_hours": "12"}
_accounts = Account.__table__


@pytest.fixture
def clerk(db_session: Session) -> Account:
    account = an_account(
        db_session,
        "张某",
        roles=[(Role.CLERK, court_a(db_session).id)],
        password=GOOD_PASSWORD,
        password_changed_at=clock.now(),
    )
    db_session.commit()
    return account


def enter(client: FlaskClient, account: Account, password: str = GOOD_PASSWORD):
    return client.post("/sign-in/", data={"phone": account.phone, "password": password})


def change(client: FlaskClient, current: str, new: str):
    form = {"current_password": current, "new_password": new, "repeat": new}
    return client.post("/my-account/password", data=form)


def let_age(session: Session, account: Account, days: int) -> None:
    """The account's password is that many days old."""
    changed = update(_accounts).where(_accounts.c.id == account.id)
    session.execute(changed.values(password_changed_at=clock.now() - timedelta(days=days, minutes=1)))
    session.commit()


def test_the_policy_is_set_by_the_security_administrator_and_audited(as_person, db_session: Session) -> None:
    client = as_person(security_admin)
    page = client.get(PAGE)
    assert "等保三级" in page.text and "至少 3 类" in page.text and "15 位；已启用二次验证的 8 位" in page.text
    answer = client.post(PAGE, data={"profile": "nist", "idle_minutes": "20", "absolute_hours": "8"})
    assert answer.status_code == 303
    held = queries.policy(db_session())
    assert (held.profile, held.idle_minutes, held.absolute_hours) == (PasswordProfile.NIST, 20, 8)
    client.post(PAGE, data={"profile": "dengbao", "idle_minutes": "20", "absolute_hours": "8"})
    tags = ("security_policy:row:created", "security_policy:row:changed")
    written = select(AuditEntry).where(AuditEntry.tag.in_(tags)).order_by(AuditEntry.id)
    entries = db_session.scalars(unfenced(written, "a test looks")).all()
    assert [entry.tag for entry in entries] == list(tags)
    assert entries[1].changes["profile"] == ["nist", "dengbao"] and "密码规则" in entries[1].sentence
    assert entries[1].actor_name == security_admin.name


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"idle_minutes": "9"}, "10 到 480"),
        ({"idle_minutes": "481"}, "10 到 480"),
        ({"absolute_hours": "25"}, "1 到 24"),
        ({"idle_minutes": "viel"}, "请填写分钟数"),
        ({"profile": "none"}, "请从列表中选择"),
    ],
)
def test_s19_limits_outside_the_range_are_refused_with_a_sentence(as_person, form: dict, words: str) -> None:
    answer = as_person(security_admin).post(PAGE, data={**NIST, **form})
    assert answer.status_code == 422
    assert words in answer.text


def test_the_database_refuses_a_second_policy_and_limits_out_of_range(db_session: Session) -> None:
    good = {"id": 1, "profile": PasswordProfile.DENGBAO, "idle_minutes": 30, "absolute_hours": 12}
    for wrong, name in (
        ({"id": 2}, "only_one"),
        ({"idle_minutes": 5}, "idle_minutes"),
        ({"absolute_hours": 25}, "absolute"),
    ):
        db_session.add(SecurityPolicy(**{**good, **wrong}))
        with pytest.raises(IntegrityError, match=name):
            db_session.flush()
        db_session.rollback()


def test_s8_s9_a_change_of_profile_acts_on_the_next_password(
    app: Flask, client: FlaskClient, clerk: Account, as_person
) -> None:
    enter(client, clerk)
    plain = "tzmkqwplxvrnbhw"
    assert "三种" in change(client, GOOD_PASSWORD, plain).text
    assert as_person(security_admin).post(PAGE, data=NIST).status_code == 303
    assert "至少 15 位" in client.get("/my-account/password").text
    assert "至少 15 位" in change(client, GOOD_PASSWORD, "Tz7!mkQw9x").text
    assert change(client, GOOD_PASSWORD, plain).status_code == 303


def test_s8_none_of_the_last_five_passwords_is_taken_again(
    client: FlaskClient, clerk: Account, db_session: Session
) -> None:
    enter(client, clerk)
    current = GOOD_PASSWORD
    for new in ("Wk4-Rvmdp=Xa", "Wk4-Rvmdp=Xb", "Wk4-Rvmdp=Xc", "Wk4-Rvmdp=Xd", "Wk4-Rvmdp=Xe"):
        assert change(client, current, new).status_code == 303
        assert "之前 5 次" in change(client, new, GOOD_PASSWORD).text
        current = new
    assert change(client, current, "Wk4-Rvmdp=Xf").status_code == 303
    assert change(client, "Wk4-Rvmdp=Xf", GOOD_PASSWORD).status_code == 303, "the sixth before is forgotten"
    held = db_session.scalars(select(FormerPassword).where(FormerPassword.account_id == clerk.id)).all()
    assert len(held) == 5
    assert all(row.password_hash.startswith("$argon2id$") for row in held)


def test_s8_after_ninety_days_the_password_is_changed_before_anything_else(
    client: FlaskClient, clerk: Account, db_session: Session
) -> None:
    let_age(db_session, clerk, 90)
    enter(client, clerk)
    for address in ("/", "/cases/", "/my-account/"):
        assert client.get(address).location == "/sign-in/password"
    assert client.post("/my-account/sessions/end-others").location == "/sign-in/password"
    assert "已到更换期限" in client.get("/sign-in/password").text
    form = {"current_password": GOOD_PASSWORD, "new_password": "Wk4-Rvmdp=Xa", "repeat": "Wk4-Rvmdp=Xa"}
    assert client.post("/sign-in/password", data=form).status_code == 303
    assert client.get("/").status_code == 200


def test_s8_fifteen_days_before_the_end_the_person_is_told(
    client: FlaskClient, clerk: Account, db_session: Session
) -> None:
    let_age(db_session, clerk, 74)
    enter(client, clerk)
    assert "天到期" not in client.get("/").text
    client.post("/sign-in/leave")
    let_age(db_session, clerk, 76)
    enter(client, clerk)
    assert "还有 13 天到期" in client.get("/").text
    assert "还有 13 天到期" in client.get("/my-account/").text


def test_s9_under_nist_nobody_must_change_an_old_password(
    client: FlaskClient, clerk: Account, db_session: Session, as_person
) -> None:
    let_age(db_session, clerk, 4000)
    as_person(security_admin).post(PAGE, data=NIST)
    enter(client, clerk)
    page = client.get("/")
    assert page.status_code == 200 and "天到期" not in page.text


def test_an_account_with_an_old_password_is_shown_as_expired(clerk: Account, db_session: Session, as_person) -> None:
    def stands() -> tuple[AccountState, str]:
        db_session.expire_all()
        shown = unfenced(select(queries.state()).where(Account.id == clerk.id), "a test looks")
        held = db_session.scalars(unfenced(select(Account).where(Account.id == clerk.id), "a test looks")).one()
        return queries.state_of(held), db_session.scalar(shown)

    assert stands() == (AccountState.ACTIVE, "active")
    let_age(db_session, clerk, 90)
    assert stands() == (AccountState.EXPIRED, "expired")
    assert "密码已过期" in as_person(system_admin).get("/users/").text
    as_person(security_admin).post(PAGE, data=NIST)
    assert stands() == (AccountState.ACTIVE, "active")


def test_s19_a_shorter_idle_limit_acts_on_sessions_that_are_open(as_person) -> None:
    client = as_person(clerk_a)
    assert 'data-idle="1800"' in client.get("/").text
    as_person(security_admin).post(PAGE, data={**NIST, "idle_minutes": "10"})
    assert 'data-idle="600"' in client.get("/").text
