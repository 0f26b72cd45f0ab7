"""忘记密码: a code by SMS, the same to everybody who asks, and what a new password ends."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mediation_admin.accounts import forgotten, rules
from mediation_admin.accounts.enums import SessionEnd
from mediation_admin.accounts.models import Account, LoginSession, ResetRequest
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core import clock
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import unfenced
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.notices.templates import Template
from mediation_admin.permissions import Role
from tests.factories.accounts import GOOD_PASSWORD, a_code, an_account, an_authenticator
from tests.factories.courts import court_a

NEW = "Wk4-Rvmdp=Xc"
UNKNOWN = "13111111111"
_requests = ResetRequest.__table__


def look(session: Session, model: type, **conditions: object) -> list:
    statement = select(model).filter_by(**conditions).order_by(model.id).execution_options(populate_existing=True)
    return list(session.scalars(unfenced(statement, "a test looks")).all())


@pytest.fixture
def clerk(db_session: Session) -> Account:
    roles = [(Role.CLERK, court_a(db_session).id)]
    account = an_account(db_session, "张某", roles=roles, password=GOOD_PASSWORD, password_changed_at=clock.now())
    db_session.commit()
    return account


def ask(client: FlaskClient, phone: str):
    return client.post("/sign-in/forgot", data={"phone": phone})


def use(client: FlaskClient, code: str, new: str = NEW):
    return client.post("/sign-in/reset", data={"code": code, "new_password": new, "repeat": new})


def code_sent(session: Session) -> str:
    """The code in the last message out."""
    message = look(session, OutgoingMessage, template=Template.RESET_CODE)[-1]
    return re.search(r"验证码 (\d{6})", message.text)[1]


def let_pass(session: Session, span: timedelta) -> None:
    """All requests were made that much earlier."""
    columns = (_requests.c.created_at, _requests.c.expires_at)
    session.execute(update(_requests).values({column.name: column - span for column in columns}))
    session.commit()


def test_a_code_by_sms_sets_a_new_password_and_ends_every_session(
    app: Flask, client: FlaskClient, clerk: Account, run_jobs, db_session: Session
) -> None:
    elsewhere = app.test_client()
    elsewhere.post("/sign-in/", data={"phone": clerk.phone, "password": GOOD_PASSWORD})
    assert "忘记密码" in client.get("/sign-in/").text
    assert ask(client, clerk.phone).location == "/sign-in/reset"
    assert run_jobs() >= 1
    answer = use(client, code_sent(db_session))
    assert answer.location == "/sign-in/"
    assert elsewhere.get("/").status_code == 303
    assert look(db_session, LoginSession)[0].ended_how is SessionEnd.CREDENTIAL_CHANGED
    assert client.post("/sign-in/", data={"phone": clerk.phone, "password": NEW}).location == "/"
    told = look(db_session, OutgoingMessage, template=Template.CREDENTIAL_CHANGED)
    assert len(told) == 1 and told[0].phone == clerk.phone
    (entry,) = look(db_session, AuditEntry, tag="account:password:reset")
    assert "张某" in entry.sentence


def test_s16_known_unknown_and_disabled_numbers_get_the_same_answers(
    app: Flask, clerk: Account, run_jobs, db_session: Session
) -> None:
    off = an_account(db_session, "停某", password=GOOD_PASSWORD, disabled_at=clock.now())
    db_session.commit()
    seen = []
    for phone in (clerk.phone, UNKNOWN, off.phone):
        client = app.test_client()
        pages = [ask(client, phone), client.get("/sign-in/reset"), use(client, "000000"), ask(client, phone)]
        texts = [re.sub(r'nonce="[^"]+"|name="csrf_token"[^>]+|value="1\d{10}"', "", page.text) for page in pages]
        seen.append([(page.status_code, page.location, text) for page, text in zip(pages, texts, strict=True)])
    assert seen[0] == seen[1] == seen[2]
    run_jobs()
    sent = look(db_session, OutgoingMessage)
    assert [message.phone for message in sent] == [clerk.phone], "nothing goes to who has no account in use"


def test_s16_both_kinds_of_number_cost_the_same_statements(app: Flask, clerk: Account, count_sql) -> None:
    asked = {}
    for phone in (clerk.phone, UNKNOWN):
        with count_sql() as statements:
            ask(app.test_client(), phone)
        asked[phone] = statements
    assert asked[clerk.phone] == asked[UNKNOWN]


def test_s16_five_a_day_for_each_number_and_one_a_minute(
    app: Flask, client: FlaskClient, clerk: Account, run_jobs, db_session: Session
) -> None:
    for phone in (clerk.phone, UNKNOWN):
        assert ask(client, phone).status_code == 303
        assert "请等一分钟" in ask(client, phone).text
        for _ in range(4):
            let_pass(db_session, timedelta(minutes=2))
            assert ask(client, phone).status_code == 303
        let_pass(db_session, timedelta(minutes=2))
        assert "24 小时内已申请 5 次" in ask(client, phone).text
    let_pass(db_session, timedelta(hours=24))
    assert ask(client, clerk.phone).status_code == 303


def test_s16_each_address_and_everybody_together_are_limited() -> None:
    assert (forgotten.ASKED_PER_ADDRESS, forgotten.ASKED_BY_EVERYBODY) == ("30 per hour", "600 per hour")


def test_s16_the_thirty_first_request_of_an_address_is_refused(client: FlaskClient) -> None:
    answers = [ask(client, f"1320000{n:04d}").status_code for n in range(31)]
    assert answers == [303] * 30 + [429]


def test_s15_a_code_has_six_digits_works_once_and_for_ten_minutes(
    app: Flask, client: FlaskClient, clerk: Account, run_jobs, db_session: Session
) -> None:
    assert timedelta(minutes=10) == rules.CODE_LASTS
    ask(client, clerk.phone)
    run_jobs()
    code = code_sent(db_session)
    let_pass(db_session, timedelta(minutes=10))
    assert "已过期" in use(client, code).text
    ask(client, clerk.phone)
    db_session.execute(update(OutgoingMessage.__table__).values(created_at=clock.now() - timedelta(minutes=2)))
    db_session.commit()
    run_jobs()
    code = code_sent(db_session)
    with client.session_transaction() as held:
        token = held["reset"]
    assert use(client, code).status_code == 303
    with client.session_transaction() as held:
        held["reset"] = token
    assert "已过期" in use(client, code, "Wk4-Rvmdp=Xd").text


def test_s15_five_wrong_codes_are_the_end_of_it(
    client: FlaskClient, clerk: Account, run_jobs, db_session: Session
) -> None:
    ask(client, clerk.phone)
    run_jobs()
    code = code_sent(db_session)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert use(client, wrong).status_code == 422
    assert use(client, code).status_code == 422
    assert look(db_session, ResetRequest)[0].failed_count == 5


def test_the_code_works_in_the_browser_that_asked_and_in_no_other(
    app: Flask, client: FlaskClient, clerk: Account, run_jobs, db_session: Session
) -> None:
    ask(client, clerk.phone)
    run_jobs()
    code = code_sent(db_session)
    assert use(app.test_client(), code).location == "/sign-in/forgot"
    stranger = app.test_client()
    ask(stranger, UNKNOWN)
    assert use(stranger, code).status_code == 422
    assert use(client, code).status_code == 303


def test_a_password_against_the_rules_uses_up_no_code(
    client: FlaskClient, clerk: Account, run_jobs, db_session: Session
) -> None:
    ask(client, clerk.phone)
    run_jobs()
    code = code_sent(db_session)
    assert "太常见" in use(client, code, "Password123!").text
    assert "现在的密码相同" in use(client, code, GOOD_PASSWORD).text
    assert use(client, code).status_code == 303


def test_a_new_password_lifts_the_lock_and_leaves_the_second_factor_on(
    client: FlaskClient, clerk: Account, run_jobs, db_session: Session
) -> None:
    secret = an_authenticator(db_session, clerk)
    clerk.failed_count, clerk.locked_until = 5, clock.now() + rules.BACK_OFF
    db_session.commit()
    ask(client, clerk.phone)
    run_jobs()
    use(client, code_sent(db_session))
    client.post("/sign-in/", data={"phone": clerk.phone, "password": NEW})
    assert client.get("/").location == "/sign-in/factor"
    assert client.post("/sign-in/factor", data={"code": a_code(secret)}).status_code == 303


def test_nothing_that_lets_in_is_kept_in_clear(
    client: FlaskClient, clerk: Account, run_jobs, db_session: Session
) -> None:
    ask(client, clerk.phone)
    run_jobs()
    code = code_sent(db_session)
    (held,) = look(db_session, ResetRequest)
    assert len(held.code_hash) == 32 and code.encode() not in held.code_hash
    use(client, code)
    everything = " ".join(f"{entry.sentence} {entry.changes}" for entry in look(db_session, AuditEntry))
    assert code not in everything and NEW not in everything and clerk.phone not in everything


def test_requests_noted_by_a_clock_that_ran_ahead_do_not_make_anybody_wait() -> None:
    now = clock.now()
    rules.check_may_ask_for_reset([now + timedelta(days=30)], now)
    with pytest.raises(RuleBroken, match="一分钟"):
        rules.check_may_ask_for_reset([now - timedelta(seconds=59)], now)
