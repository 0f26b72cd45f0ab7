"""The screens of accounts: who opens them, what they show, what their buttons do."""

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.accounts import queries
from mediation_admin.accounts.models import Account, LoginSession, RoleGrant
from mediation_admin.approvals.models import Approval
from mediation_admin.core import clock
from mediation_admin.core.scope import unfenced
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.notices.templates import Template
from mediation_admin.permissions import Role
from tests import people
from tests.factories.accounts import GOOD_PASSWORD, a_grant, a_session, an_account
from tests.factories.courts import court_a, court_b
from tests.people import CAST, admin_a, clerk_a, clerk_b, judge_a, security_admin, stranger, system_admin

OTHER_PASSWORD = "Wk4-Rvmdp=Xc"
PLATFORM = {"support", "system_admin", "security_admin"}
EVERYBODY = {person.key for person in CAST} - {"stranger"}


def row(session: Session, model: type, **conditions: object):
    statement = select(model).filter_by(**conditions).execution_options(populate_existing=True)
    return session.scalars(unfenced(statement, "a test looks")).one()


@pytest.mark.parametrize("person", CAST, ids=str)
@pytest.mark.parametrize(
    ("address", "open_to"),
    [
        ("/users/", PLATFORM),
        ("/users/courts?q=豫13", PLATFORM),
        ("/users/new", {"system_admin"}),
        ("/court-users/", {"admin_a"}),
        ("/court-users/new", {"admin_a"}),
        ("/court-users-import/", {"admin_a"}),
        ("/court-roles/", {"admin_a"}),
        ("/roles/", {"system_admin", "security_admin"}),
        ("/permissions/", {"admin_a", "system_admin", "security_admin"}),
        ("/approvals/", {"admin_a", "system_admin", "security_admin"}),
        ("/my-account/", EVERYBODY),
        ("/my-account/password", EVERYBODY),
        ("/my-account/preferences", EVERYBODY),
    ],
)
def test_the_screens_are_open_to(as_person, person: people.Person, address: str, open_to: set[str]) -> None:
    status = as_person(person).get(address).status_code
    assert status == (200 if person.key in open_to else 303 if person is stranger else 404)


@pytest.mark.parametrize("person", CAST, ids=str)
def test_the_menu_shows_what_opens(as_person, person: people.Person) -> None:
    home = as_person(person).get("/").text
    assert ('href="/users/"' in home) == (person.key in PLATFORM)
    assert ('href="/court-users/"' in home) == (person is admin_a)


# -- 用户 -----------------------------------------------------------------------------------------------------------


def test_s31_a_new_person_is_invited_by_sms_and_the_role_waits_for_the_security_administrator(
    app: Flask, as_person, client, db_session: Session
) -> None:
    court_id = court_a(db_session).id
    account, _ = people.account_of(db_session(), security_admin)
    account.password_hash = "argon2id of nothing"
    db_session.commit()
    form = {"name": "王某", "phone": "139 0000 9999", "role": "clerk", "court_id": court_id, "reason": "到岗"}
    answer = as_person(system_admin).post("/users/new", data=form, follow_redirects=True)
    assert answer.status_code == 200 and "139****9999" in answer.text
    assert "/sign-in/link/" not in answer.text, "whoever copies a link could take the account"
    made = queries.account_of_phone(db_session, "13900009999")
    assert queries.roles_held(db_session, made.id) == []
    sent = row(db_session, OutgoingMessage, template=Template.INVITATION)
    address = re.search(r"(/sign-in/link/[\w-]+)", sent.text)[1]
    done = client.post(address, data={"new_password": GOOD_PASSWORD, "repeat": GOOD_PASSWORD})
    assert done.status_code == 303
    asked = row(db_session, Approval, about_id=made.id)
    decider = as_person(security_admin)
    assert "授予王某“调解工作人员”角色" in decider.get("/approvals/?whose=to_decide").text
    assert decider.post(f"/approvals/{asked.id}/approve").status_code == 303
    assert [(one.role, one.court_id) for one in queries.roles_held(db_session, made.id)] == [(Role.CLERK, court_id)]
    assert client.post("/sign-in/", data={"phone": "13900009999", "password": GOOD_PASSWORD}).location == "/"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "请填写姓名"),
        ({"phone": "1390000"}, "请输入 11 位手机号"),
        ({"role": ""}, "请选择角色"),
        ({"court_id": ""}, "请选择“调解工作人员”所在的法院"),
        ({"role": "support"}, "平台角色，不属于某个法院"),
        ({"role": "audit_admin", "court_id": ""}, "没有可以审批的安全管理员"),
        ({"reason": ""}, "请写明理由"),
        ({"court_id": "999999999"}, "请从列表中选择一项"),
    ],
)
def test_a_new_person_is_refused_with_what_to_do(
    as_person, db_session: Session, change: dict[str, str], words: str
) -> None:
    form = {"name": "王某", "phone": "13900009999", "role": "clerk", "court_id": court_a(db_session).id, "reason": "到岗", **change}
    db_session.commit()
    answer = as_person(system_admin).post("/users/new", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert queries.account_of_phone(db_session, "13900009999") is None


def test_a_phone_that_is_taken_leads_to_giving_that_person_the_role(as_person, db_session: Session) -> None:
    held = an_account(db_session, "欧阳某某", phone="13900008888")
    court_id = court_a(db_session).id
    account, _ = people.account_of(db_session(), security_admin)
    account.password_hash = "argon2id of nothing"
    db_session.commit()
    form = {"name": "王某", "phone": "13900008888", "role": "clerk", "court_id": court_id, "reason": "到岗"}
    admin = as_person(system_admin)
    answer = admin.post("/users/new", data=form)
    assert answer.status_code == 422
    assert "欧**某" in answer.text and "欧阳某某" not in answer.text
    assert f'href="/users/{held.id}/roles/new"' in answer.text
    given = admin.post(f"/users/{held.id}/roles/new", data={"role": "clerk", "court_id": court_id, "reason": "到岗"})
    assert given.location == f"/users/{held.id}/"
    assert row(db_session, Approval, about_id=held.id).title.startswith("授予欧阳某某")


def test_a_role_is_taken_back_and_shown_as_history(as_person, db_session: Session) -> None:
    account = an_account(db_session)
    grant = a_grant(db_session, account, Role.JUDGE, court_a(db_session).id)
    db_session.commit()
    admin = as_person(system_admin)
    assert admin.post(f"/users/roles/{grant.id}/revoke").location == f"/users/{account.id}/"
    held = row(db_session, RoleGrant, id=grant.id)
    assert held.revoked_at is not None
    assert held.revoked_by == queries.account_of_phone(db_session, system_admin.phone).id
    page = admin.get(f"/users/{account.id}/").text
    assert "法官" in page and "已收回" in page and "/revoke" not in page


def test_an_account_is_disabled_and_enabled_again(as_person, db_session: Session) -> None:
    account = an_account(db_session, roles=[(Role.SUPPORT, None)])
    a_session(db_session, account)
    db_session.commit()
    admin = as_person(system_admin)
    assert admin.post(f"/users/{account.id}/disable").status_code == 303
    assert row(db_session, Account, id=account.id).disabled_at is not None
    assert row(db_session, LoginSession, account_id=account.id).ended_at is not None
    assert "账号已停用" in admin.get(f"/users/{account.id}/").text
    assert admin.post(f"/users/{account.id}/enable").status_code == 303
    assert row(db_session, Account, id=account.id).disabled_at is None


def test_the_list_finds_people_by_name_phone_role_court_and_state(as_person, db_session: Session) -> None:
    a, b = court_a(db_session), court_b(db_session)
    an_account(db_session, "张甲某", phone="13900001111", roles=[(Role.CLERK, a.id)])
    an_account(db_session, "张乙某", phone="13900002222", roles=[(Role.JUDGE, b.id)], disabled_at=clock.now())
    db_session.commit()
    admin = as_person(system_admin)

    def found(query: str) -> set[str]:
        answer = admin.get(f"/users/?{query}", follow_redirects=True)
        assert answer.status_code == 200
        return set(re.findall("张[甲乙]某", answer.text))

    assert found("") == {"张甲某", "张乙某"}
    assert found("q=张甲") == {"张甲某"}
    assert found("q=13900002222") == {"张乙某"}
    assert found("q=139") == set()
    assert found("role=clerk") == {"张甲某"}
    assert found("state=disabled") == {"张乙某"}
    assert found("state=invited") == {"张甲某"}
    assert found(f"court={b.id}") == {"张乙某"}


def test_phones_are_masked_in_lists_and_pages(as_person, db_session: Session) -> None:
    account = an_account(db_session, phone="13912345678", roles=[(Role.SUPPORT, None)])
    db_session.commit()
    admin = as_person(system_admin)
    for address in ("/users/", f"/users/{account.id}/"):
        page = admin.get(address).text
        assert "139****5678" in page and "13912345678" not in page


# -- 我的账号 -------------------------------------------------------------------------------------------------------


def test_one_sees_and_ends_the_own_sessions_and_no_others(app: Flask, as_person, db_session: Session) -> None:
    here, there = as_person(clerk_a), as_person(clerk_a)
    foreign = as_person(clerk_b)
    page = here.get("/my-account/").text
    assert page.count("sessions/") == 2 and "本机" in page, "the other device, and all others at once"
    ident = re.search(r"/my-account/sessions/(\d+)/end", page)[1]
    other = row(db_session, LoginSession, account_id=queries.account_of_phone(db_session, clerk_b.phone).id)
    assert here.post(f"/my-account/sessions/{other.id}/end").status_code == 404
    assert here.post(f"/my-account/sessions/{ident}/end").status_code == 303
    assert there.get("/").status_code == 303
    assert here.get("/").status_code == foreign.get("/").status_code == 200


def test_one_signs_out_everywhere_else(as_person) -> None:
    clients = [as_person(judge_a) for _ in range(3)]
    assert clients[1].post("/my-account/sessions/end-others").status_code == 303
    assert [client.get("/").status_code for client in clients] == [303, 200, 303]


def test_the_own_password_is_changed_with_the_current_one_and_ends_the_other_sessions(
    as_person, client, db_session: Session
) -> None:
    account = an_account(db_session, roles=[(Role.SUPPORT, None)], password=GOOD_PASSWORD)
    a_session(db_session, account)
    db_session.commit()
    client.post("/sign-in/", data={"phone": account.phone, "password": GOOD_PASSWORD})
    form = {"current_password": "wrong", "new_password": OTHER_PASSWORD, "repeat": OTHER_PASSWORD}
    refused = client.post("/my-account/password", data=form)
    assert refused.status_code == 422 and "现在的密码不正确" in refused.text
    assert client.post("/my-account/password", data={**form, "current_password": GOOD_PASSWORD}).status_code == 303
    assert client.get("/my-account/").status_code == 200
    open_ones = db_session.scalars(
        unfenced(select(LoginSession).where(LoginSession.ended_at.is_(None)), "a test looks")
    ).all()
    assert len(open_ones) == 1


def test_preferences_are_kept_and_shape_the_page(as_person) -> None:
    client = as_person(clerk_a)
    assert 'data-theme="auto"' in client.get("/").text
    form = {"theme": "dark", "text": "large", "single_keys": "off"}
    assert client.post("/my-account/preferences", data=form).status_code == 303
    page = client.get("/").text
    assert 'data-theme="dark"' in page and 'data-text="large"' in page and "data-no-keys" in page
    assert client.post("/my-account/preferences", data={**form, "theme": "x"}).status_code == 422


def test_the_header_names_court_person_and_role(as_person) -> None:
    page = as_person(judge_a).get("/my-account/").text
    assert "南阳市宛城区人民法院" in page and judge_a.name in page and "法官" in page


def test_every_form_of_the_door_carries_the_csrf_token_when_it_is_asked_for(
    app: Flask, client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_CHECK_DEFAULT", True)
    page = client.get("/sign-in/").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    form = {"phone": "13900000000", "password": "wrong-Password-1"}
    assert client.post("/sign-in/", data=form).status_code == 400
    assert client.post("/sign-in/", data={**form, "csrf_token": token}).status_code == 422
