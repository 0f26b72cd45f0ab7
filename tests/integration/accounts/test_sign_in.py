"""Signing in through the door: phone and password, failures, limits, roles, the password that must be changed."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.accounts import gate, sign_in
from mediation_admin.accounts.enums import SessionEnd
from mediation_admin.accounts.models import Account, LoginSession
from mediation_admin.accounts.tokens import token_hash
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core import clock
from mediation_admin.core.scope import unfenced
from mediation_admin.permissions import Role
from tests.addresses import address_of
from tests.factories.accounts import GOOD_PASSWORD, a_grant, an_account
from tests.factories.courts import court_a, court_b

OTHER_PASSWORD = "Wk4-Rvmdp=Xc"
DOOR = "/sign-in/"


def enter(client: FlaskClient, account: Account, password: str = GOOD_PASSWORD, **more: object):
    return client.post(DOOR, data={"phone": account.phone, "password": password, **more})


def row(session: Session, model: type, **conditions: object):
    statement = select(model).filter_by(**conditions).order_by(model.id).execution_options(populate_existing=True)
    return session.scalars(unfenced(statement, "a test looks")).all()


def sentences(session: Session, tag: str) -> list[str]:
    entries = row(session, AuditEntry, tag=tag)
    return [entry.sentence for entry in entries]


@pytest.fixture
def clerk(db_session: Session) -> Account:
    account = an_account(db_session, "张某", roles=[(Role.CLERK, court_a(db_session).id)], password=GOOD_PASSWORD)
    db_session.commit()
    return account


def test_the_right_phone_and_password_lead_home(client: FlaskClient, clerk: Account) -> None:
    answer = enter(client, clerk)
    assert answer.status_code == 303
    assert answer.location == "/"
    assert client.get("/").status_code == 200


def test_after_signing_in_one_is_back_where_one_wanted_to_go(client: FlaskClient, clerk: Account) -> None:
    asked = client.get("/my-account/?tab=devices")
    assert asked.status_code == 303
    assert "next=" in asked.location
    page = client.get(asked.location)
    onward = re.search(r'name="next" value="([^"]+)"', page.text)[1]
    assert enter(client, clerk, next=onward).location == "/my-account/?tab=devices"


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"]
)
def test_the_way_onward_never_leads_off_the_site(client: FlaskClient, clerk: Account, evil: str) -> None:
    assert enter(client, clerk, next=evil).location == "/"


def test_the_door_says_the_same_to_wrong_password_unknown_phone_and_account_without_password(
    client: FlaskClient, clerk: Account, db_session: Session
) -> None:
    invited = an_account(db_session, roles=[(Role.SUPPORT, None)])
    db_session.commit()
    answers = {
        re.sub(r'value="\d+"', "", client.post(DOOR, data={"phone": phone, "password": "wrong-Password-1"}).text)
        for phone in (clerk.phone, "13111111111", invited.phone)
    }
    answers = {re.sub(r'nonce="[^"]+"|name="csrf_token"[^>]+', "", text) for text in answers}
    assert len(answers) == 1
    assert "手机号或密码不正确" in answers.pop()


def test_s13_after_five_failures_even_the_right_password_waits_fifteen_minutes(
    client: FlaskClient, clerk: Account, db_session: Session
) -> None:
    for _ in range(5):
        assert enter(client, clerk, "wrong-Password-1").status_code == 422
    held = row(db_session, Account, id=clerk.id)[0]
    assert held.failed_count == 5
    assert timedelta(minutes=14) < held.locked_until - clock.now() <= timedelta(minutes=15)
    refused = enter(client, clerk)
    assert refused.status_code == 422
    assert "手机号或密码不正确" in refused.text, "a locked door must not say that the password was right"
    held.locked_until = clock.now()
    db_session.commit()
    assert enter(client, clerk).status_code == 303
    held = row(db_session, Account, id=clerk.id)[0]
    assert (held.failed_count, held.locked_until) == (0, None)


def test_s13_guessing_at_once_gives_no_more_tries_than_one_after_the_other(
    app: Flask, clerk: Account, db_session: Session
) -> None:
    form = {"phone": clerk.phone, "password": "wrong-Password-1"}

    def guess(number: int) -> int:
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"10.1.2.{number}"
        return client.post(DOOR, data=form).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(guess, range(12))) == {422}
    assert row(db_session, Account, id=clerk.id)[0].failed_count == 5
    said = sentences(db_session, "account:sign_in:refused")
    assert sum("密码不正确" in sentence for sentence in said) == 5
    assert sum("账号锁定中" in sentence for sentence in said) == 7


def test_s13_ten_failures_of_one_address_close_the_door_to_it_and_to_nobody_else(
    app: Flask, client: FlaskClient, clerk: Account
) -> None:
    for number in range(10):
        answer = client.post(DOOR, data={"phone": f"1320000{number:04d}", "password": "wrong-Password-1"})
        assert answer.status_code == 422
    closed = enter(client, clerk)
    assert closed.status_code == 429
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "10.1.2.3"
    assert enter(elsewhere, clerk).status_code == 303


def test_signing_in_rightly_uses_up_nothing_of_the_address(client: FlaskClient, clerk: Account) -> None:
    for _ in range(12):
        assert enter(client, clerk).status_code == 303
        client.post("/sign-in/leave")


def test_s14_a_thousand_failures_from_everywhere_close_the_door(app: Flask, clerk: Account) -> None:
    assert sign_in.OF_EVERYBODY == "1000 per 5 minutes"
    client = app.test_client()
    assert enter(client, clerk, "wrong-Password-1").status_code == 422
    # One short of the cap: the counter that this failure started is set, not walked up a thousand times.
    redis = app.extensions["redis"]
    (counter,) = [key for key in redis.scan_iter() if b"everybody" in key]
    assert redis.get(counter) == b"1"
    redis.set(counter, 999, keepttl=True)
    assert enter(client, clerk).status_code == 303
    client.post("/sign-in/leave")
    assert enter(client, clerk, "wrong-Password-1").status_code == 422
    assert enter(client, clerk).status_code == 429


def test_success_and_failure_are_in_the_audit_and_no_credential_is(
    client: FlaskClient, clerk: Account, db_session: Session
) -> None:
    enter(client, clerk, "wrong-Password-1")
    client.post(DOOR, data={"phone": "13111111111", "password": "wrong-Password-1"})
    enter(client, clerk)
    assert sentences(db_session, "account:session:started") == ["张某登录（未知设备）"]
    refused = sentences(db_session, "account:sign_in:refused")
    assert len(refused) == 2
    assert "密码不正确" in refused[0] and clerk.phone not in refused[0] and clerk.phone[-4:] in refused[0]
    assert refused[1] == "登录失败：131****1111，没有这个账号"
    everything = " ".join(f"{e.sentence} {e.changes}" for e in row(db_session, AuditEntry))
    assert "wrong-Password-1" not in everything and GOOD_PASSWORD not in everything


def test_a_sign_in_belongs_to_the_court_of_the_only_role(
    client: FlaskClient, clerk: Account, db_session: Session
) -> None:
    enter(client, clerk, "wrong-Password-1")
    enter(client, clerk)
    courts = {entry.court_id for entry in row(db_session, AuditEntry) if entry.tag.startswith("account:s")}
    assert courts == {court_a(db_session).id}


def test_a_disabled_account_is_told_so_only_to_who_knows_the_password(
    client: FlaskClient, clerk: Account, db_session: Session
) -> None:
    row(db_session, Account, id=clerk.id)[0].disabled_at = clock.now()
    db_session.commit()
    assert "停用" not in enter(client, clerk, "wrong-Password-1").text
    assert "账号已停用" in enter(client, clerk).text
    assert client.get("/").status_code == 303


def test_a_password_hashed_with_older_parameters_is_hashed_anew(
    client: FlaskClient, clerk: Account, db_session: Session
) -> None:
    from argon2 import PasswordHasher

    account = row(db_session, Account, id=clerk.id)[0]
    old = account.password_hash = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD_PASSWORD)
    db_session.commit()
    assert enter(client, clerk).status_code == 303
    held = row(db_session, Account, id=clerk.id)[0].password_hash
    assert held != old
    assert held.startswith("$argon2id$"), "S11: a memory-hard hash"


# -- the cookie and the session -------------------------------------------------------------------------------------


def test_s18_the_token_is_long_random_http_only_same_site_and_only_its_hash_is_stored(
    app: Flask, client: FlaskClient, clerk: Account, db_session: Session
) -> None:
    answer = enter(client, clerk)
    cookie = next(text for text in answer.headers.getlist("Set-Cookie") if text.startswith(gate.COOKIE))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    token = client.get_cookie(gate.COOKIE).value
    assert len(token) >= 43, "32 random bytes in base64"
    held = row(db_session, LoginSession, account_id=clerk.id)[0]
    assert held.token_hash == token_hash(token)
    assert token.encode() not in held.token_hash


def test_s18_the_cookie_is_secure_where_the_site_is(
    app: Flask, client: FlaskClient, clerk: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    answer = enter(client, clerk)
    assert "Secure" in next(text for text in answer.headers.getlist("Set-Cookie") if text.startswith(gate.COOKIE))


def test_s18_each_sign_in_has_a_token_of_its_own(client: FlaskClient, clerk: Account) -> None:
    enter(client, clerk)
    first = client.get_cookie(gate.COOKIE).value
    client.post("/sign-in/leave")
    enter(client, clerk)
    assert client.get_cookie(gate.COOKIE).value != first


def test_signing_out_ends_the_session_for_good(client: FlaskClient, clerk: Account, db_session: Session) -> None:
    enter(client, clerk)
    token = client.get_cookie(gate.COOKIE).value
    answer = client.post("/sign-in/leave")
    assert answer.location == DOOR
    assert client.get_cookie(gate.COOKIE) is None
    client.set_cookie(gate.COOKIE, token)
    assert client.get("/").status_code == 303
    assert row(db_session, LoginSession, account_id=clerk.id)[0].ended_how is SessionEnd.SIGNED_OUT


def test_s20_the_sixth_session_ends_the_oldest(app: Flask, clerk: Account, db_session: Session) -> None:
    clients = [app.test_client() for _ in range(6)]
    for client in clients:
        assert enter(client, clerk).status_code == 303
    assert [client.get("/").status_code for client in clients] == [303, 200, 200, 200, 200, 200]
    ended = [held for held in row(db_session, LoginSession, account_id=clerk.id) if held.ended_at]
    assert [held.ended_how for held in ended] == [SessionEnd.TOO_MANY]


# -- roles ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_hats(db_session: Session) -> Account:
    account = an_account(
        db_session,
        "李某",
        roles=[(Role.CLERK, court_a(db_session).id), (Role.JUDGE, court_b(db_session).id)],
        password=GOOD_PASSWORD,
    )
    db_session.commit()
    return account


def test_with_several_roles_one_is_chosen_first_and_nothing_else_is_open_before(
    client: FlaskClient, two_hats: Account
) -> None:
    answer = enter(client, two_hats, next="/my-account/")
    assert answer.location == "/sign-in/role?next=/my-account/"
    assert client.get("/my-account/").location == "/sign-in/role"
    page = client.get(answer.location)
    assert "南阳市宛城区人民法院" in page.text and "厦门市翔安区人民法院" in page.text
    grants = re.findall(r'name="grant_id" value="(\d+)"', page.text)
    chosen = client.post("/sign-in/role", data={"grant_id": grants[1], "next": "/my-account/"})
    assert chosen.location == "/my-account/"
    assert "厦门市翔安区人民法院" in client.get("/my-account/").text


def test_the_role_is_switched_from_the_header_and_holds_from_the_next_request(
    client: FlaskClient, two_hats: Account, db_session: Session
) -> None:
    enter(client, two_hats)
    grants = re.findall(r'name="grant_id" value="(\d+)"', client.get("/sign-in/role").text)
    client.post("/sign-in/role", data={"grant_id": grants[0]})
    home = client.get("/").text
    assert "南阳市宛城区人民法院" in home
    assert re.search(r'href="/(sign-in|my-account)/role"', home)
    client.post("/sign-in/role", data={"grant_id": grants[1]})
    assert "厦门市翔安区人民法院" in client.get("/").text
    assert [s[-10:] for s in sentences(db_session, "account:role:chosen")]


def test_the_role_of_somebody_else_cannot_be_chosen(
    client: FlaskClient, two_hats: Account, clerk: Account, db_session: Session
) -> None:
    other = a_grant(db_session, clerk, Role.COURT_ADMIN, court_b(db_session).id)
    db_session.commit()
    enter(client, two_hats)
    assert client.post("/sign-in/role", data={"grant_id": other.id}).status_code == 422
    assert client.get("/").location == "/sign-in/role"


def test_without_any_role_one_gets_no_further_than_the_page_that_says_whom_to_ask(
    client: FlaskClient, db_session: Session
) -> None:
    nobody = an_account(db_session, password=GOOD_PASSWORD)
    db_session.commit()
    assert enter(client, nobody).location == "/sign-in/role"
    assert "没有可用的角色" in client.get("/sign-in/role").text
    assert client.get("/").status_code == 303


# -- S5: the password that must be changed --------------------------------------------------------------------------


@pytest.fixture
def newcomer(db_session: Session) -> Account:
    account = an_account(
        db_session,
        "新某",
        roles=[(Role.SUPPORT, None)],
        password=GOOD_PASSWORD,
        must_change_password=True,
    )
    db_session.commit()
    return account


def test_s5_until_the_password_is_changed_every_endpoint_refuses_on_the_server(
    app: Flask, client: FlaskClient, newcomer: Account
) -> None:
    assert enter(client, newcomer).location == "/sign-in/password"
    tried = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in gate.CHANGING_PASSWORD | gate.UNASKED or rule.endpoint.endswith(".static"):
            continue
        address = address_of(app, rule)
        for method in sorted(rule.methods & {"GET", "POST", "PUT", "DELETE", "PATCH"}):
            answer = client.open(address, method=method)
            assert answer.status_code == 303 and answer.location == "/sign-in/password", f"{method} {address}"
            fetched = client.open(address, method=method, headers={"X-Requested-With": "fetch"})
            assert fetched.status_code == 403 and "修改密码" in fetched.json["message"], f"{method} {address}"
            tried += 1
    assert tried > 10


def test_s5_after_the_change_the_house_is_open_and_the_token_is_another(
    client: FlaskClient, newcomer: Account, db_session: Session
) -> None:
    enter(client, newcomer)
    before = client.get_cookie(gate.COOKIE).value
    answer = client.post(
        "/sign-in/password",
        data={"current_password": GOOD_PASSWORD, "new_password": OTHER_PASSWORD, "repeat": OTHER_PASSWORD},
    )
    assert answer.location == "/"
    assert client.get("/").status_code == 200
    assert client.get_cookie(gate.COOKIE).value != before
    held = row(db_session, Account, id=newcomer.id)[0]
    assert not held.must_change_password and held.password_changed_at is not None
    assert sentences(db_session, "account:password:changed") == ["新某修改了自己的密码，其他登录已结束"]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"current_password": "wrong-Password-1", "new_password": OTHER_PASSWORD, "repeat": OTHER_PASSWORD}, "现在的密码不正确"),
        ({"current_password": GOOD_PASSWORD, "new_password": OTHER_PASSWORD, "repeat": "x"}, "两次输入的新密码不一致"),
        ({"current_password": GOOD_PASSWORD, "new_password": GOOD_PASSWORD, "repeat": GOOD_PASSWORD}, "不能与现在的密码相同"),
        ({"current_password": GOOD_PASSWORD, "new_password": "Password123!", "repeat": "Password123!"}, "太常见"),
        ({"current_password": GOOD_PASSWORD, "new_password": "", "repeat": ""}, "请输入新密码"),
    ],
)  # fmt: skip
def test_s12_a_change_that_is_refused_says_why_and_changes_nothing(
    client: FlaskClient, newcomer: Account, db_session: Session, form: dict[str, str], words: str
) -> None:
    enter(client, newcomer)
    answer = client.post("/sign-in/password", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert row(db_session, Account, id=newcomer.id)[0].must_change_password
    assert client.get("/").location == "/sign-in/password"
    for typed in form.values():
        assert not typed or f'value="{typed}"' not in answer.text, "a password never comes back in a page"


def test_the_current_password_cannot_be_guessed_without_end(client: FlaskClient, newcomer: Account) -> None:
    enter(client, newcomer)
    form = {"current_password": "wrong-Password-1", "new_password": OTHER_PASSWORD, "repeat": OTHER_PASSWORD}
    answers = [client.post("/sign-in/password", data=form).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


# -- without Valkey -------------------------------------------------------------------------------------------------


def test_with_valkey_down_people_sign_in_and_guessing_is_still_limited(
    app: Flask, client: FlaskClient, clerk: Account, valkey_down: Callable[[], None]
) -> None:
    valkey_down()
    assert enter(client, clerk).status_code == 303
    client.post("/sign-in/leave")
    answers = [
        client.post(DOOR, data={"phone": f"1320000{n:04d}", "password": "wrong-Password-1"}).status_code
        for n in range(11)
    ]
    assert answers == [422] * 10 + [429]


@pytest.fixture
def valkey_down(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """The limiter's storage stops answering, as when Valkey is gone; afterwards all is as before."""
    from limits.storage import RedisStorage
    from redis.exceptions import ConnectionError as Gone

    from mediation_admin.extensions import limiter

    def gone(*_arguments: object, **_options: object) -> None:
        raise Gone("no server")

    def take_down() -> None:
        for name in ("incr", "get", "get_expiry"):
            monkeypatch.setattr(RedisStorage, name, gone)
        monkeypatch.setattr(RedisStorage, "check", lambda *_: False)

    yield take_down
    limiter._storage_dead = False
    limiter._fallback_storage.reset()
