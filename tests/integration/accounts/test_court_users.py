"""本院用户, 角色一览, 权限矩阵: what the screens show and what their buttons do."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.accounts import queries
from mediation_admin.accounts.enums import Post
from mediation_admin.accounts.models import Account, CourtMember, LoginSession
from mediation_admin.approvals.models import Approval
from mediation_admin.core import clock
from mediation_admin.core.scope import unfenced
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.notices.templates import Template
from mediation_admin.permissions import Permission, Role
from tests import people
from tests.factories.accounts import a_grant, a_member, a_session, an_account, an_authenticator
from tests.factories.courts import court_a, court_b
from tests.people import admin_a, clerk_b, system_admin

HASH = "argon2id of nothing"
NEW = {"name": "王小某", "phone": "139 0000 9999", "department": "立案庭", "post": "clerk", "roles": ["clerk"]}


def rows(session: Session, model: type, *conditions: object) -> list:
    statement = select(model).where(*conditions).execution_options(populate_existing=True)
    return list(session.scalars(unfenced(statement, "a test looks")))


def somebody(session: Session, name: str = "本院某", **values: object) -> Account:
    account = an_account(session, name, roles=[(Role.CLERK, court_a(session).id)], **values)
    session.commit()
    return account


# -- the list -------------------------------------------------------------------------------------------------------


def test_the_list_shows_the_own_court_masked_and_nobody_elses(as_person, db_session: Session) -> None:
    a, b = court_a(db_session).id, court_b(db_session).id
    own = an_account(db_session, "本院某", phone="13912345678", roles=[(Role.CLERK, a), (Role.JUDGE, b)])
    a_member(db_session, own, a, department="立案庭", post=Post.FILING)
    a_member(db_session, own, b, department="翔安庭室")
    gone = an_account(db_session, "调走某")
    a_member(db_session, gone, a, left_at=clock.now())
    an_account(db_session, "他院某", roles=[(Role.CLERK, b)])
    db_session.commit()
    admin = as_person(admin_a)
    page = admin.get("/court-users/").text
    line = re.search(r"<tr[^>]*>(?:(?!</tr>).)*本院某.*?</tr>", page, re.S)[0]
    assert "立案庭" in line and "立案人员" in line and "139****5678" in line and "13912345678" not in page
    assert "翔安" not in page and "法官" not in line
    assert "他院某" not in page and "调走某" not in page
    assert "调走某" in admin.get("/court-users/?left=1").text
    detail = admin.get(f"/court-users/{own.id}/").text
    assert "调解工作人员" in detail and "翔安" not in detail and "13912345678" not in detail


def test_people_are_found_by_name_initials_whole_phone_and_filters(as_person, db_session: Session) -> None:
    a = court_a(db_session).id
    first = an_account(db_session, "单小红", phone="13900001111", roles=[(Role.CLERK, a)])
    second = an_account(db_session, "张乙某", phone="13900002222", roles=[(Role.JUDGE, a)], disabled_at=clock.now())
    a_member(db_session, first, a, department="立案庭", post=Post.CLERK)
    a_member(db_session, second, a, department="民一庭", post=Post.JUDGE)
    db_session.commit()
    admin = as_person(admin_a)

    def found(query: str) -> set[str]:
        answer = admin.get(f"/court-users/?{query}", follow_redirects=True)
        assert answer.status_code == 200
        return set(re.findall("单小红|张乙某", answer.text))

    assert found("") == {"单小红", "张乙某"}
    assert found("q=小红") == found("q=sxh") == found("q=SHANX") == found("q=13900001111") == {"单小红"}
    assert found("q=139") == set()
    assert found("role=judge") == found("state=disabled") == found("post=judge") == {"张乙某"}
    assert found("department=立案") == {"单小红"}


# -- new ------------------------------------------------------------------------------------------------------------


def test_a_new_person_is_invited_by_sms_and_no_link_is_shown(as_person, db_session: Session) -> None:
    answer = as_person(admin_a).post("/court-users/new", data=NEW, follow_redirects=True)
    assert answer.status_code == 200
    assert "邀请短信发往 139****9999" in answer.text and "/sign-in/link/" not in answer.text
    made = queries.account_of_phone(db_session, "13900009999")
    assert [one.role for one in queries.roles_held(db_session, made.id)] == [Role.CLERK]
    (member,) = rows(db_session, CourtMember, CourtMember.account_id == made.id)
    assert (member.department, member.post) == ("立案庭", Post.CLERK)
    assert len(rows(db_session, OutgoingMessage, OutgoingMessage.template == Template.INVITATION)) == 1


def test_save_and_new_leads_to_the_next_person(as_person) -> None:
    answer = as_person(admin_a).post("/court-users/new", data={**NEW, "save_and_new": "1"})
    assert answer.location == "/court-users/new"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "请填写姓名"),
        ({"phone": "1390000"}, "请输入 11 位手机号"),
        ({"roles": []}, "请至少选择一个角色"),
        ({"roles": ["system_admin"]}, "请从列表中选择"),
        ({"department": "长" * 61}, "最多填写 60 个字"),
        ({"roles": ["court_admin"]}, "没有可以审批的安全管理员"),
    ],
)
def test_a_new_person_is_refused_with_what_to_do_and_the_input_kept(
    as_person, db_session: Session, change: dict, words: str
) -> None:
    answer = as_person(admin_a).post("/court-users/new", data={**NEW, "reason": "分担", **change})
    assert answer.status_code == 422
    assert (words in answer.text and "立案庭" in answer.text) or "department" in change
    assert queries.account_of_phone(db_session, "13900009999") is None


def test_s2_a_phone_that_is_taken_offers_to_join_in_one_click(app: Flask, as_person, db_session: Session) -> None:
    foreign, _ = people.acting(app, clerk_b)
    form = {**NEW, "name": clerk_b.name, "phone": clerk_b.phone, "roles": ["judge"]}
    admin = as_person(admin_a)
    offered = admin.post("/court-users/new", data={**form, "name": "别人"})
    assert offered.status_code == 422
    assert "乙*记" in offered.text and clerk_b.name not in offered.text and "邀请加入本院" in offered.text
    assert admin.post("/court-users/new", data={**form, "name": "别人", "join": "1"}).status_code == 422
    joined = admin.post("/court-users/new", data={**form, "join": "1"})
    assert joined.location == f"/court-users/{foreign.account_id}/"
    assert len(rows(db_session, Account, Account.phone_index == queries.phone_index(clerk_b.phone))) == 1


def test_s31_appointing_an_administrator_waits_and_the_page_says_so(app: Flask, as_person, db_session: Session) -> None:
    an_account(db_session, "甲副管", roles=[(Role.COURT_ADMIN, court_a(db_session).id)], password_hash=HASH)
    account = somebody(db_session)
    form = {"role": "court_admin", "reason": "分担"}
    admin = as_person(admin_a)
    assert admin.post(f"/court-users/{account.id}/roles/new", data=form).status_code == 303
    page = admin.get(f"/court-users/{account.id}/").text
    assert "等待审批" in page and [one.role for one in queries.roles_held(db_session, account.id)] == [Role.CLERK]
    (asked,) = rows(db_session, Approval)
    own = admin.get(f"/approvals/{asked.id}/").text
    assert "申请人不能审批自己的申请" in own and "撤回申请" in own


# -- edit, off, on --------------------------------------------------------------------------------------------------


def test_a_form_opened_before_anothers_change_is_told_and_keeps_what_was_typed(as_person, db_session: Session) -> None:
    account = somebody(db_session)
    first, second = as_person(admin_a), as_person(admin_a)
    form = {"name": "本院某", "post": "clerk", "version": "1"}
    assert first.post(f"/court-users/{account.id}/edit", data={**form, "department": "立案庭"}).status_code == 303
    late = second.post(f"/court-users/{account.id}/edit", data={**form, "department": "民一庭"})
    assert late.status_code == 422
    assert "刚被他人改过" in late.text and "立案庭" in late.text and 'value="民一庭"' in late.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', late.text)[1]
    again = second.post(f"/court-users/{account.id}/edit", data={**form, "department": "民一庭", "version": version})
    assert again.status_code == 303
    (member,) = rows(db_session, CourtMember, CourtMember.account_id == account.id)
    assert member.department == "民一庭"


def test_s7_switching_off_acts_on_the_next_request_and_can_be_undone(as_person, db_session: Session) -> None:
    client = as_person(people.judge_a)
    account, _ = people.account_of(db_session(), people.judge_a)
    db_session.commit()
    admin = as_person(admin_a)
    assert client.get("/").status_code == 200
    assert admin.post(f"/court-users/{account.id}/disable").status_code == 303
    assert client.get("/").status_code == 303
    assert all(one.ended_at for one in rows(db_session, LoginSession, LoginSession.account_id == account.id))
    assert "账号已停用" in admin.get(f"/court-users/{account.id}/").text
    assert admin.post(f"/court-users/{account.id}/enable").status_code == 303
    assert rows(db_session, Account, Account.id == account.id)[0].disabled_at is None


def test_one_does_nothing_to_the_own_account(app: Flask, as_person, db_session: Session) -> None:
    own, _ = people.acting(app, admin_a)
    admin = as_person(admin_a)
    page = admin.get(f"/court-users/{own.account_id}/").text
    assert page.count("不能办理自己的账号") >= 3
    assert "不能停用自己的账号" in admin.post(f"/court-users/{own.account_id}/disable", follow_redirects=True).text
    assert admin.get("/").status_code == 200


def test_the_last_administrator_is_told_why_he_cannot_go(app: Flask, as_person, db_session: Session) -> None:
    account, grant = people.account_of(db_session(), admin_a)
    account.password_hash = HASH
    db_session.commit()
    admin = as_person(admin_a)
    refused = admin.post(f"/court-users/roles/{grant.id}/revoke", follow_redirects=True)
    assert "最后一位可用的法院管理员" in refused.text
    assert admin.get("/court-users/").status_code == 200


# -- phone, hand-over, leaving --------------------------------------------------------------------------------------


def test_a_phone_is_changed_after_a_proof_and_the_history_is_shown_masked(as_person, db_session: Session) -> None:
    account = somebody(db_session, phone="13900001111")
    admin = as_person(admin_a)
    form = {"phone": "13900002222", "proof": "in_person", "reason": "换号"}
    assert admin.post(f"/court-users/{account.id}/phone", data={**form, "proof": ""}).status_code == 422
    assert admin.post(f"/court-users/{account.id}/phone", data=form).status_code == 303
    page = admin.get(f"/court-users/{account.id}/?tab=state").text
    assert "139****1111 → 139****2222" in page and "本人到场" in page and "13900002222" not in page


def test_the_phone_of_an_administrator_says_who_changes_it(as_person, db_session: Session) -> None:
    boss = an_account(db_session, "甲副管", roles=[(Role.COURT_ADMIN, court_a(db_session).id)])
    db_session.commit()
    admin = as_person(admin_a)
    assert "由平台客服核实后更改" in admin.get(f"/court-users/{boss.id}/").text
    form = {"phone": "13900002222", "proof": "in_person", "reason": "换号"}
    assert admin.post(f"/court-users/{boss.id}/phone", data=form).status_code == 422


def test_a_lost_authenticator_is_reset_by_the_courts_own_administrator(as_person, db_session: Session) -> None:
    account = somebody(db_session)
    boss = an_account(db_session, "甲副管", roles=[(Role.COURT_ADMIN, court_a(db_session).id)])
    admin = as_person(admin_a)
    assert "没有启用二次验证" in admin.get(f"/court-users/{account.id}/").text
    for person in (account, boss):
        an_authenticator(db_session, person)
        a_session(db_session, person)
        db_session.commit()
        address = f"/court-users/{person.id}/factor"
        assert admin.post(address, data={"reason": " "}).status_code == 422
        assert queries.has_factor(db_session(), person.id)
        assert admin.post(address, data={"reason": "本人到场，核对工作证"}).status_code == 303
        db_session.rollback()
        assert not queries.has_factor(db_session(), person.id)
        assert all(one.ended_at for one in rows(db_session, LoginSession, LoginSession.account_id == person.id))
        (told,) = rows(db_session, OutgoingMessage, OutgoingMessage.phone_index == person.phone_index)
        assert told.template is Template.CREDENTIAL_CHANGED
    assert "没有启用二次验证" in admin.post(address, data={"reason": "再来"}).text


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.SECURITY_ADMIN, "flask accounts reset-factor"),
        (Role.SUPPORT, "由平台客服核实"),
        (Role.JUDGE, "由平台客服核实"),
    ],
)
def test_the_authenticator_of_somebody_who_works_elsewhere_is_not_the_courts_to_reset(
    as_person, db_session: Session, role: Role, words: str
) -> None:
    elsewhere = court_b(db_session).id if role is Role.JUDGE else None
    account = an_account(db_session, "兼任某", roles=[(Role.CLERK, court_a(db_session).id), (role, elsewhere)])
    an_authenticator(db_session, account)
    db_session.commit()
    admin = as_person(admin_a)
    assert words in admin.get(f"/court-users/{account.id}/").text
    refused = admin.post(f"/court-users/{account.id}/factor", data={"reason": "手机遗失"})
    assert refused.status_code == 422
    assert words in refused.text
    assert queries.has_factor(db_session(), account.id)


def test_nobody_resets_the_own_authenticator_and_another_courts_is_not_there(
    app: Flask, as_person, db_session: Session
) -> None:
    own, foreign = people.acting(app, admin_a)[0].account_id, people.acting(app, clerk_b)[0].account_id
    admin = as_person(admin_a)
    refused = admin.post(f"/court-users/{own}/factor", data={"reason": "手机遗失"})
    assert refused.status_code == 422
    assert "不能重置自己的二次验证" in refused.text
    assert admin.get(f"/court-users/{foreign}/factor").status_code == 404


def test_s21_a_reset_asks_an_administrator_who_is_there(as_person, db_session: Session) -> None:
    account = somebody(db_session)
    an_authenticator(db_session, account)
    admin = as_person(admin_a)
    for one in rows(db_session, LoginSession):
        one.proven_at -= timedelta(minutes=31)
    db_session.commit()
    address = f"/court-users/{account.id}/factor"
    assert admin.get(address).location == f"/sign-in/confirm?next={address}"
    assert "请确认身份" in admin.post(address, data={"reason": "手机遗失"}).text
    assert queries.has_factor(db_session(), account.id)


def test_somebody_leaves_and_the_list_is_without_him(as_person, db_session: Session) -> None:
    account = somebody(db_session)
    admin = as_person(admin_a)
    assert "没有未了结的工作" in admin.get(f"/court-users/{account.id}/leave").text
    assert admin.post(f"/court-users/{account.id}/leave", data={"reason": ""}).status_code == 422
    assert admin.post(f"/court-users/{account.id}/leave", data={"reason": "退休"}).status_code == 303
    assert "已离开本院，角色全部收回" in admin.get("/court-users/").text
    assert "本院某" not in admin.get("/court-users/").text
    assert "离开本院" in admin.get(f"/court-users/{account.id}/").text


def test_a_stand_in_is_set_until_a_day(app: Flask, as_person, db_session: Session) -> None:
    judge, _ = people.acting(app, people.judge_a)
    other = somebody(db_session, "代理某", password_hash=HASH)
    admin = as_person(admin_a)
    form = {"role": "judge", "account_id": other.id}
    address = f"/court-users/{judge.account_id}/stand-in"
    assert "代理必须有结束日期" in admin.post(address, data=form).text
    until = clock.today() + timedelta(days=7)
    assert admin.post(address, data={**form, "valid_until": until.isoformat()}).status_code == 303
    page = admin.get(f"/court-users/{other.id}/").text
    assert "法官（代 甲法官）" in page and f"至 {until}" in page
    held = [one for one in queries.roles_held(db_session, other.id) if one.stands_in_for]
    assert [one.role for one in held] == [Role.JUDGE]


# -- invitations of many --------------------------------------------------------------------------------------------


def test_many_are_invited_in_the_background_and_those_with_a_password_left_out(
    app: Flask, as_person, db_session: Session, run_jobs
) -> None:
    new = [somebody(db_session, f"新人{number}") for number in range(3)]
    old = somebody(db_session, "旧人", password_hash=HASH)
    admin = as_person(admin_a)
    page = admin.post("/court-users/bulk/invite", data={"ids": [one.id for one in (*new, old)]}).text
    assert "将向 3 人发送邀请短信" in page and "另有 1 人" in page
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    answer = admin.post("/court-users/bulk/invite/confirm", data={"token": token})
    assert answer.location.startswith("/jobs/")
    assert run_jobs() >= 1
    sent = rows(db_session, OutgoingMessage, OutgoingMessage.template == Template.INVITATION)
    assert {one.phone for one in sent} == {one.phone for one in new}


# -- roles ----------------------------------------------------------------------------------------------------------


def test_who_holds_which_role_is_a_page_with_filters(as_person, db_session: Session) -> None:
    a, b = court_a(db_session).id, court_b(db_session).id
    both = an_account(db_session, "兼任某", roles=[(Role.CLERK, a), (Role.JUDGE, b)])
    over = clock.now() - timedelta(days=1)
    a_grant(db_session, both, Role.HIGHER_COURT, a, granted_at=over - timedelta(days=9), valid_until=over)
    db_session.commit()
    page = as_person(admin_a).get("/court-roles/?q=兼任", follow_redirects=True).text
    assert page.count("兼任某</a>") == 2 and "已到期" in page
    assert "已到期" not in as_person(admin_a).get("/court-roles/?state=in_force").text.split("<tbody")[1]
    platform = as_person(system_admin).get("/roles/?q=兼任", follow_redirects=True).text
    assert platform.count("兼任某</a>") == 3


def test_the_matrix_shows_every_permission_as_the_code_has_it(as_person) -> None:
    page = as_person(admin_a).get("/permissions/").text
    assert all(permission.value in page and permission.label in page for permission in Permission)
    assert all(role.label in page for role in Role)
    line = re.search(r"<tr>(?:(?!</tr>).)*case:assign.*?</tr>", page, re.S)[0]
    assert line.count(">有<") == 2, "court administrators and clerks assign"


def test_the_exported_list_is_masked(app: Flask, as_person, db_session: Session, run_jobs) -> None:
    somebody(db_session, "本院某", phone="13912345678")
    admin = as_person(admin_a)
    form = {"list": "court_users", "format": "csv", "columns": ["name", "phone", "roles", "post", "state"]}
    assert admin.post("/exports/new", data=form).status_code == 303
    run_jobs()
    ident = re.search(r"/exports/(\d+)/download", admin.get("/exports/").text)[1]
    text = admin.get(f"/exports/{ident}/download").get_data(as_text=True)
    assert "139****5678" in text and "13912345678" not in text
    assert "调解工作人员" in text and "待激活" in text
