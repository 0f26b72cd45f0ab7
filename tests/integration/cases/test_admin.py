"""The screens of cases: who may open them, what they show, what their buttons do."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.models import Case, CaseEvent, Party
from mediation_admin.core.scope import unfenced
from tests import people
from tests.factories import cases

OPEN_TO = {"clerk_a", "admin_a", "judge_a", "clerk_b"}
LISTS = ("/cases/", "/cases/pre-filing/", "/cases/post-filing/", "/cases/internet/")


def _status(as_person, person, address):
    return as_person(person).get(address).status_code


@pytest.mark.parametrize("person", people.CAST, ids=str)
@pytest.mark.parametrize("address", LISTS)
def test_lists_are_open_to_those_who_may_view_cases(as_person, person, address):
    expected = 200 if person.key in OPEN_TO else 303 if person is people.stranger else 404
    assert _status(as_person, person, address) == expected


@pytest.mark.parametrize("person", people.CAST, ids=str)
@pytest.mark.parametrize(
    ("address", "open_to"),
    [
        ("/cases/bin/", {"admin_a"}),
        ("/cases/new", {"clerk_a", "admin_a", "clerk_b"}),
        ("/cases/lookup/causes?q=借贷", OPEN_TO),
    ],
)
def test_other_screens_by_role(as_person, person, address, open_to):
    expected = 200 if person.key in open_to else 303 if person is people.stranger else 404
    assert _status(as_person, person, address) == expected


@pytest.fixture
def case(office):
    made = cases.a_case(office.actor)
    office.session.commit()
    return made


@pytest.mark.parametrize("person", people.CAST, ids=str)
@pytest.mark.parametrize(
    ("address", "open_to"),
    [
        ("", {"clerk_a", "admin_a", "judge_a"}),
        ("edit", {"clerk_a", "admin_a"}),
        ("move/assign", {"clerk_a", "admin_a"}),
        ("move/delete", {"admin_a"}),
    ],
)
def test_pages_of_a_case_by_role_and_court(as_person, case, person, address, open_to):
    expected = 200 if person.key in open_to else 303 if person is people.stranger else 404
    assert _status(as_person, person, f"/cases/{case.id}/{address}") == expected


def test_a_clerk_enters_a_case_and_finds_it_in_the_list(as_person, app, working_as):
    client = as_person(people.clerk_a)
    answer = client.post(
        "/cases/new",
        data={
            "kind": "pre_filing",
            "category": "civil",
            "registered_on": "2024-03-12",
            "cause_code": "108.3",
            "amount": "1.5万",
            "applicants-0-name": "申请某甲",
            "applicants-0-phone": "13900001234",
            "respondents-0-name": "某某商贸有限公司",
            "respondents-0-phone": "",
            "facts": "借款未还",
        },
    )
    assert answer.status_code == 303, answer.text
    page = client.get(answer.location)
    assert "（2024）豫1302诉前调1号" in page.text
    assert "139****1234" in page.text and "13900001234" not in page.text
    assert "被申请人手机号待补" in page.text
    listed = client.get("/cases/pre-filing/")
    assert "（2024）豫1302诉前调1号" in listed.text
    assert "15,000" in listed.text
    actor, scope = people.acting(app, people.clerk_a)
    with working_as(actor, scope) as session:
        made = session.scalars(select(Case)).one()
        assert made.dispute_type_code == "private_loan"
        assert [party.type.value for party in session.scalars(select(Party).order_by(Party.id))] == ["natural", "legal"]


def test_what_the_form_lacks_is_said_beside_its_field_and_nothing_is_lost(as_person):
    answer = as_person(people.clerk_a).post(
        "/cases/new",
        data={
            "kind": "pre_filing",
            "category": "civil",
            "registered_on": "2024-03-12",
            "applicants-0-name": "申请某甲",
            "applicants-0-phone": "123",
            "respondents-0-name": "被申某乙",
            "facts": "写了很多字",
        },
    )
    assert answer.status_code == 422
    assert "请输入 11 位手机号" in answer.text
    assert "写了很多字" in answer.text
    assert 'id="applicants-0-phone-error"' in answer.text


def test_a_case_without_cause_can_be_kept_as_a_draft_but_not_submitted(as_person):
    client = as_person(people.clerk_a)
    data = {"kind": "pre_filing", "category": "civil", "registered_on": "2024-03-12", "applicants-0-name": "申请某甲",
            "respondents-0-name": "被申某乙"}
    refused = client.post("/cases/new", data=data)
    assert refused.status_code == 422
    assert "请选择案由" in refused.text
    kept = client.post("/cases/new", data={**data, "save_draft": "1"})
    assert kept.status_code == 303
    assert "草稿" in client.get(kept.location).text
    assert f'href="{urlsplit(kept.location).path}"' not in client.get("/cases/").text
    assert f'href="{urlsplit(kept.location).path}"' in client.get("/cases/pre-filing/").text


def test_the_buttons_of_a_case_follow_the_table(as_person, office):
    case = cases.a_case_in("mediating", office.actor, office.mediator.id, plan="")
    office.session.commit()
    page = as_person(people.clerk_a).get(f"/cases/{case.id}/").text
    assert "请先填写调解方案。" in page
    assert f'href="/cases/{case.id}/edit#plan"' in page
    assert f"/cases/{case.id}/move/terminate" in page
    assert "/move/accept" not in page
    assert "/move/delete" not in page


def test_moves_are_made_on_their_page(as_person, office):
    case = cases.a_case_in("mediating", office.actor, office.mediator.id)
    office.session.commit()
    client = as_person(people.clerk_a)
    refused = client.post(f"/cases/{case.id}/move/terminate", data={"end_reason": ""})
    assert refused.status_code == 422
    assert "请选择终止原因" in refused.text
    done = client.post(f"/cases/{case.id}/move/terminate", data={"end_reason": "deadlock"})
    assert done.status_code == 303
    page = client.get(done.location).text
    assert "调解终止" in page
    assert "已终止调解" in page
    log = client.get(f"/cases/{case.id}/?tab=log").text
    assert "终止调解：分歧较大，难以达成协议" in log
    assert "代调解员调解某" in log


def test_a_move_without_questions_is_one_click(as_person, office):
    case = cases.a_case(office.actor, submit=False)
    office.session.commit()
    client = as_person(people.clerk_a)
    assert client.post(f"/cases/{case.id}/move/submit").status_code == 303
    assert "（2024）豫1302诉前调1号" in client.get(f"/cases/{case.id}/").text


def test_a_deleted_case_lies_in_the_bin_and_comes_back(as_person, case):
    client = as_person(people.admin_a)
    client.post(f"/cases/{case.id}/move/delete", data={"reason": "重复登记"})
    assert case.case_no not in client.get("/cases/").text
    assert case.case_no in client.get("/cases/bin/").text
    client.post(f"/cases/{case.id}/move/restore")
    assert case.case_no in client.get("/cases/").text


def test_two_clerks_editing_one_case_do_not_overwrite_each_other(as_person, office, case):
    client = as_person(people.clerk_a)
    form = client.get(f"/cases/{case.id}/edit").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', form)[1]
    party_ids = [party.id for party in case.parties]
    data = {"kind": "pre_filing", "category": "civil", "registered_on": "2024-03-12", "cause_code": "108.3",
            "applicants-0-id": party_ids[0], "applicants-0-name": "申请某甲", "applicants-0-phone": "13900001234",
            "respondents-0-id": party_ids[1], "respondents-0-name": "被申某乙", "respondents-0-phone": "13900001234",
            "facts": "甲写的", "plan": "分三期归还。"}
    assert client.post(f"/cases/{case.id}/edit", data={**data, "version": version}).status_code == 303
    late = client.post(f"/cases/{case.id}/edit", data={**data, "facts": "乙写的", "version": version})
    assert late.status_code == 422
    assert "他人已修改" in late.text
    assert "甲写的" in late.text and "乙写的" in late.text
    again = re.search(r'name="version"[^>]*value="(\d+)"', late.text)[1]
    assert client.post(f"/cases/{case.id}/edit", data={**data, "facts": "乙写的", "version": again}).status_code == 303
    assert "乙写的" in client.get(f"/cases/{case.id}/?tab=mediation").text


def test_whole_numbers_are_shown_after_a_reason_and_kept_in_the_audit(as_person, office, case):
    client = as_person(people.clerk_a)
    party = case.parties[0]
    address = f"/cases/{case.id}/parties/{party.id}/reveal"
    asked = {"fields": "phone,id_number"}
    assert "13900001234" not in client.post(address, data=asked).text
    assert "13900001234" not in client.post(address, data={**asked, "reason": ""}).text
    assert "13900001234" in client.post(address, data={**asked, "reason": "核对身份"}).text
    said = office.session.connection().exec_driver_sql("select sentence from audit_entry where kind = 'reveal'")
    assert ["核对身份" in row[0] for row in said] == [True]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("（2024）豫1302诉前调1号", "按案号"),
        ("(2024)豫1302诉前调1号", "按案号"),
        ("1", "号数"),
        ("请某", "姓名"),
        ("13900001234", "手机号 139****1234"),
        ("1234", "末四位"),
    ],
)
def test_one_box_finds_a_case_and_says_how(as_person, case, typed, words):
    client = as_person(people.clerk_a)
    answer = client.post("/cases/query", data={"q": typed})
    query = parse_qs(urlsplit(answer.location).query)
    assert typed not in query["q"][0]
    page = client.get(answer.location).text
    assert words in page
    assert f"/cases/{case.id}/" in page


def test_a_search_of_another_court_finds_nothing(as_person, case):
    for typed in ("申请某甲", "13900001234", case.case_no):
        assert f"/cases/{case.id}/" not in as_person(people.clerk_b).get(f"/cases/?q={typed}").text


def test_a_list_page_takes_few_statements(as_person, office, count_sql):
    for _ in range(5):
        cases.a_case_in("to_accept", office.actor, office.mediator.id)
    office.session.commit()
    client = as_person(people.clerk_a)
    client.get("/cases/pre-filing/")
    with count_sql() as statements:
        client.get("/cases/pre-filing/")
    about_cases = [statement for statement in statements if "mediation_case" in statement]
    assert len(about_cases) == 1, statements


def test_a_ledger_case_that_ended_takes_only_what_it_lacks(as_person, office):
    from mediation_admin.cases import operations

    row = cases.a_backfilled_row(case={"plan": "", "parties": (cases.a_party(), cases.a_party(cases.PartyRole.RESPONDENT, phone=None))})
    case = operations.open_backfilled_case(actor=office.actor, court_id=office.court_id, row=row, today=cases.TODAY)
    office.session.commit()
    client = as_person(people.clerk_a)
    form = client.get(f"/cases/{case.id}/edit").text
    assert "只能补充空着的项目" in form
    version = re.search(r'name="version"[^>]*value="(\d+)"', form)[1]
    ids = [party.id for party in case.parties]
    data = {"kind": "pre_filing", "category": "civil", "registered_on": "2022-01-04", "cause_code": "108.3",
            "dispute_type_code": "private_loan", "accepted_on": "2022-01-06", "end_reason": "agreement",
            "applicants-0-id": ids[0], "applicants-0-name": "申请某甲", "applicants-0-phone": "13900001234",
            "respondents-0-id": ids[1], "respondents-0-name": "被申某乙", "respondents-0-phone": "13900005678",
            "facts": "借款到期未还。", "plan": "分期", "version": version}
    refused = client.post(f"/cases/{case.id}/edit", data={**data, "facts": "改写"})
    assert refused.status_code == 422
    assert "不能修改已有的纠纷概况" in refused.text
    assert client.post(f"/cases/{case.id}/edit", data=data).status_code == 303
    office.session.expire_all()
    assert case.plan == "分期"
    assert "respondent_phone" not in case.gaps


def test_events_are_only_of_the_own_court(office, case):
    found = office.session.scalars(unfenced(select(CaseEvent), "a test counts all")).all()
    assert {event.to_state for event in found} == {CaseState.TO_ASSIGN.value}


def test_several_names_in_one_field_are_several_parties(as_person, office):
    client = as_person(people.clerk_a)
    client.post(
        "/cases/new",
        data={"kind": "pre_filing", "category": "civil", "registered_on": "2024-03-12", "cause_code": "108.3",
              "applicants-0-name": "赵某甲、钱某乙；孙某丙", "respondents-0-name": "某商贸有限公司", "facts": "欠款"},
    )
    made = office.session.scalars(select(Case)).one()
    assert made.applicants == "赵某甲、钱某乙、孙某丙"
    assert made.missing_phones == 4


def test_many_cases_go_to_the_bin_after_a_rehearsal_and_come_back(as_person, office):
    ids = [cases.a_case(office.actor).id for _ in range(3)]
    office.session.commit()
    client = as_person(people.admin_a)
    rehearsal = client.post("/cases/bulk/recycle", data={"ids": ids[:2]}).text
    assert "将把 2 件案件移入回收站" in rehearsal
    token = re.search(r'name="token" value="([^"]+)"', rehearsal)[1]
    assert client.post("/cases/bulk/recycle/confirm", data={"token": token}).status_code == 200
    client.post("/cases/bulk/recycle/confirm", data={"token": token, "reason": "测试数据"})
    page = client.get("/cases/").text
    undo = re.search(r"/cases/bin/restore/[\w-]+", page)[0]
    assert f"/cases/{ids[0]}/" not in page and f"/cases/{ids[2]}/" in page
    assert as_person(people.clerk_a).post(undo).status_code == 404
    client.post(undo)
    assert f"/cases/{ids[0]}/" in client.get("/cases/").text
