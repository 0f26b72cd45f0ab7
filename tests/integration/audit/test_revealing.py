"""查看完整信息: a reason, a limit, a trace; and nobody whom it is not for."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from mediation_admin.audit import revealing
from mediation_admin.core import clock
from mediation_admin.core.db import db
from tests import people
from tests.factories import cases, rosters

PHONE, AGENTS_PHONE, ID_NUMBER = "13900001234", "13900005678", "110101199003077491"
ADDRESS, EMAIL = "虚构市虚构区虚构路171号3幢", "somebody@example.cn"
FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def case(app, working_as):
    """A case of court A whose applicant has everything, and an agent."""
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        applicant = cases.a_party(
            id_number=ID_NUMBER, address=ADDRESS, email=EMAIL, agents=(cases.an_agent(phone=AGENTS_PHONE),)
        )
        made = cases.a_case(actor, parties=(applicant, cases.a_party(cases.PartyRole.RESPONDENT)))
        session.commit()
        yield made


@pytest.fixture
def entries(db_session):
    """The audit's entries of a kind."""

    def read(kind):
        statement = text("select * from audit_entry where kind = :kind order by id")
        found = db_session.execute(statement, {"kind": kind}).all()
        db_session.rollback()
        return found

    return read


def _address(case):
    return f"/cases/{case.id}/parties/{case.parties[0].id}/reveal"


ASKED = {"fields": "phone,id_number,address,email", "reason": "核对身份"}


def test_s32_a_reason_shows_the_values_in_place_and_is_kept(as_person, case, entries):
    answer = as_person(people.clerk_a).post(_address(case), data=ASKED, headers=FETCH)
    assert answer.json["values"] == {"phone": PHONE, "id_number": ID_NUMBER, "address": ADDRESS, "email": EMAIL}
    assert answer.json["seconds"] == 60
    (found,) = entries("reveal")
    assert found.sentence == (
        f"查看了案件 {case.case_no} 的申请人（编号 {case.parties[0].id}）的完整手机号、证件号码、地址、电子邮箱，理由：核对身份"
    )
    assert found.changes == {"fields": [None, ["手机号", "证件号码", "地址", "电子邮箱"]], "reason": [None, "核对身份"]}
    assert (found.actor_name, found.object_type, found.object_id) == ("甲书记", "mediation_case", case.id)
    assert PHONE not in str(found)


def test_s32_only_what_was_asked_for_is_shown(as_person, case):
    answer = as_person(people.clerk_a).post(_address(case), data={**ASKED, "fields": "phone,no_such"}, headers=FETCH)
    assert answer.json["values"] == {"phone": PHONE}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"reason": ""}, "请选择"),
        ({"reason": "因为"}, ""),
        ({"reason": "其他"}, "请写明"),
        ({"reason": "其他", "note": " 我 "}, "请写明"),
    ],
)
def test_s32_without_a_reason_nothing_is_shown(as_person, case, entries, data, words):
    answer = as_person(people.clerk_a).post(_address(case), data={"fields": "phone", **data}, headers=FETCH)
    assert answer.status_code == 400
    assert words in answer.json["message"]
    assert PHONE not in answer.text
    assert entries("reveal") == []


def test_s32_how_often_is_said_before_and_counted_after(as_person, case):
    client = as_person(people.clerk_a)
    asked = client.post(_address(case), data={"fields": "phone"}, headers=FETCH).json
    assert asked["left_words"] == "您今天已查看 0 次；每小时最多 60 次，还可查看 60 次。"
    client.post(_address(case), data=ASKED, headers=FETCH)
    asked = client.post(_address(case), data={"fields": "phone"}, headers=FETCH).json
    assert asked["left_words"] == "您今天已查看 1 次；每小时最多 60 次，还可查看 59 次。"


def test_s32_more_than_the_limit_in_an_hour_is_refused_with_a_sentence(as_person, case, entries, monkeypatch):
    monkeypatch.setattr(revealing, "AN_HOUR", 2)
    client = as_person(people.clerk_a)
    answers = [client.post(_address(case), data=ASKED, headers=FETCH) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "请稍后再试" in answers[-1].json["message"]
    assert PHONE not in answers[-1].text
    (refused,) = entries("refused")
    assert refused.outcome == "refused"
    # Another person has a count of his own, and after the hour it starts again.
    assert as_person(people.judge_a).post(_address(case), data=ASKED, headers=FETCH).status_code == 200
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    with client.application.app_context():
        actor = people.acting(client.application, people.clerk_a)[0]
        assert revealing.allowance(db.session(), actor).left == 2
        db.session.remove()


def test_s32_it_works_without_scripts_too(as_person, case):
    client = as_person(people.clerk_a)
    asked = client.post(_address(case), data={"fields": "phone"})
    assert asked.status_code == 200
    assert "查看理由" in asked.text
    assert PHONE not in asked.text
    shown = client.post(_address(case), data={"fields": "phone", "reason": "联系当事人或调解员"})
    assert PHONE in shown.text
    assert ID_NUMBER not in shown.text
    assert shown.headers["Cache-Control"] == "no-store"


def test_s32_an_agent_a_mediator_an_organisation_and_a_user_are_revealed_alike(
    app, as_person, case, working_as, entries
):
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        mediator = rosters.a_listed_mediator(actor, "钱某", phone="13911112222", id_number=ID_NUMBER).mediator_id
        body = rosters.a_listed_organisation(
            actor, contact_name="赵某", contact_phone="13933334444", contacts="孙某 13955556666"
        ).organisation_id
        session.commit()
    agent = case.parties[0].agents[0].id
    for person, address, fields, whole in (
        (people.judge_a, f"/cases/{case.id}/agents/{agent}/reveal", "phone", {"phone": AGENTS_PHONE}),
        (
            people.clerk_a,
            f"/mediators/{mediator}/reveal",
            "phone,id_number",
            {"phone": "13911112222", "id_number": ID_NUMBER},
        ),
        (people.clerk_a, f"/organisations/{body}/reveal", "contacts", {"contacts": "孙某 13955556666"}),
        (people.admin_a, f"/court-users/{actor.account_id}/reveal", "phone", {"phone": people.admin_a.phone}),
        (people.support, f"/users/{actor.account_id}/reveal", "phone", {"phone": people.admin_a.phone}),
    ):
        answer = as_person(person).post(address, data={**ASKED, "fields": fields}, headers=FETCH)
        assert answer.json["values"] == whole, address
    assert len(entries("reveal")) == 5
    # Who works for the platform without that permission finds no such address.
    assert as_person(people.system_admin).post(f"/users/{actor.account_id}/reveal", data=ASKED).status_code == 404


def test_s24_another_court_s_party_is_not_revealed(as_person, case, entries):
    assert as_person(people.clerk_b).post(_address(case), data=ASKED, headers=FETCH).status_code == 404
    other = f"/cases/999999/parties/{case.parties[0].id}/reveal"
    assert as_person(people.clerk_a).post(other, data=ASKED, headers=FETCH).status_code == 404
    assert entries("reveal") == []


def test_s37_a_reason_of_several_lines_cannot_forge_an_entry(as_person, case, entries):
    forged = "真\n2026-01-01 系统 删除了全部案件\r\x1b[31m"
    as_person(people.clerk_a).post(_address(case), data={**ASKED, "reason": "其他", "note": forged}, headers=FETCH)
    (found,) = entries("reveal")
    assert not any(ord(sign) < 32 or ord(sign) == 127 for sign in found.sentence)


def test_who_revealed_what_and_why_stands_on_the_case_s_page(as_person, case):
    as_person(people.clerk_a).post(_address(case), data=ASKED, headers=FETCH)
    page = as_person(people.admin_a).get(f"/cases/{case.id}/?tab=seen").text
    assert "理由：核对身份" in page
    assert PHONE not in page
