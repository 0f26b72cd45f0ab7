"""指派 on screen: the page of candidates, many cases from their list, what came of it, and the way back."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from mediation_admin.assignment import operations
from mediation_admin.assignment.models import Assignment
from mediation_admin.cases import operations as lifecycle
from mediation_admin.cases.enums import CaseState, PartyRole
from mediation_admin.cases.models import Case
from mediation_admin.cases.operations import moving
from mediation_admin.core import clock
from mediation_admin.core.jobs import Job
from tests import people
from tests.factories import cases


def _text(answer) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture
def waiting(desk, today):
    """A case registered today, and a roster of two."""
    first = desk.mediator("钱某", specialities=["private_loan"])
    second = desk.mediator("赵某")
    case = cases.a_case(desk.actor, today=today, registered_on=today)
    desk.session.commit()
    return case, first, second


def _state(desk, case) -> CaseState:
    desk.session.rollback()
    return desk.session.scalar(select(Case.state).where(Case.id == case.id))


def test_the_button_of_a_waiting_case_leads_to_the_candidates(as_person, waiting):
    case, *_ = waiting
    page = as_person(people.clerk_a).get(f"/cases/{case.id}/")
    assert f'href="/assignment/{case.id}/"' in page.text
    rows = as_person(people.clerk_a).get("/cases/?state=to_assign")
    assert f'href="/assignment/{case.id}/"' in rows.text


def test_candidates_are_shown_with_the_points_they_earn_and_the_facts_behind_them(as_person, waiting):
    case, *_ = waiting
    text = _text(as_person(people.clerk_a).get(f"/assignment/{case.id}/"))
    assert "候选调解员 2 位" in text
    assert text.index("钱某") < text.index("赵某")
    for words in ("在手 0 件，上限 30 件", "尚无已结案件，按本院平均计", "在本院辖区"):
        assert words in text


def test_picking_assigns_and_can_be_taken_back(as_person, desk, waiting):
    case, _, second = waiting
    client = as_person(people.clerk_a)
    answer = client.post(
        f"/assignment/{case.id}/", data={"to": "mediator", "mediator_id": second.id, "reason": "熟悉情况"}
    )
    assert (answer.status_code, answer.location) == (303, f"/cases/{case.id}/")
    page = client.get(answer.location)
    assert "指派给赵某，请其在" in _text(page)
    assert f"/assignment/{case.id}/withdraw" in page.text
    assert _state(desk, case) is CaseState.TO_ACCEPT
    client.post(f"/assignment/{case.id}/withdraw")
    assert _state(desk, case) is CaseState.TO_ASSIGN
    history = _text(client.get(f"/cases/{case.id}/?tab=mediation"))
    assert "熟悉情况" in history
    assert "撤回指派" in history


def test_the_page_of_picking_opens_while_an_undo_is_still_offered(as_person, desk, waiting):
    case, first, _ = waiting
    client = as_person(people.clerk_a)
    client.post(f"/assignment/{case.id}/", data={"to": "mediator", "mediator_id": first.id, "reason": "熟悉"})
    page = client.get(f"/assignment/{case.id}/")
    assert page.status_code == 200
    assert f'action="/assignment/{case.id}/withdraw"' in page.text


def test_the_case_page_says_why_it_was_this_one(as_person, desk, waiting):
    case, first, _ = waiting
    out = desk.mediator("孙某", listing={"max_open": 0})
    operations.assign_mediator(actor=desk.actor, case_id=case.id, mediator_id=first.id)
    desk.session.commit()
    text = _text(as_person(people.judge_a).get(f"/cases/{case.id}/?tab=mediation"))
    assert "为什么是他" in text
    assert "推荐第 1 位" in text
    assert f"{out.name} ：在手案件已达上限" in text


def test_why_not_another_is_answered_with_the_difference(as_person, waiting):
    case, _, second = waiting
    text = _text(as_person(people.clerk_a).get(f"/assignment/{case.id}/?why={second.id}"))
    assert "为什么不是他： 赵某" in text
    assert "分" in text


def test_a_case_that_was_assigned_meanwhile_says_so_and_offers_no_button(as_person, desk, waiting):
    case, first, second = waiting
    operations.assign_mediator(actor=desk.actor, case_id=case.id, mediator_id=first.id)
    desk.session.commit()
    client = as_person(people.clerk_a)
    page = client.get(f"/assignment/{case.id}/")
    assert "当前是“待受理”" in _text(page)
    assert "disabled" in page.text
    again = client.post(f"/assignment/{case.id}/", data={"to": "mediator", "mediator_id": second.id})
    assert again.status_code == 200
    assert desk.active(case).mediator_id == first.id


def test_an_excluded_mediator_cannot_be_posted_past_the_page(as_person, desk, waiting):
    case, *_ = waiting
    out = desk.mediator("孙某", listing={"max_open": 0})
    desk.session.commit()
    answer = as_person(people.clerk_a).post(f"/assignment/{case.id}/", data={"to": "mediator", "mediator_id": out.id})
    assert "不能指派给孙某" in _text(answer)
    assert _state(desk, case) is CaseState.TO_ASSIGN


def test_a_namesake_is_assigned_only_with_the_ground_on_which_it_was_checked(as_person, desk, today):
    namesake = desk.mediator("被申某乙")
    case = cases.a_case(desk.actor, today=today, registered_on=today)
    desk.session.commit()
    client = as_person(people.clerk_a)
    assert "核实后指派" in _text(client.get(f"/assignment/{case.id}/"))
    told = {"mediator_id": namesake.id, "not_same_person": "1"}
    assert "依据" in _text(client.post(f"/assignment/{case.id}/", data=told))
    client.post(f"/assignment/{case.id}/", data=told | {"reason": "出生年月不同"})
    assert desk.active(case).reason == "出生年月不同"


def test_a_missing_phone_is_named_and_a_court_that_insists_gets_the_way_to_mend_it(as_person, desk, today):
    desk.mediator("钱某")
    parties = (cases.a_party(phone=None), cases.a_party(PartyRole.RESPONDENT))
    case = cases.a_case(desk.actor, today=today, registered_on=today, parties=parties)
    desk.session.commit()
    client = as_person(people.clerk_a)
    assert "有 1 名当事人的手机号待补，可以先指派" in _text(client.get(f"/assignment/{case.id}/"))
    moving.court_of(desk.actor.court_id).refuse_assignment_without_phone = True
    desk.session.commit()
    page = client.get(f"/assignment/{case.id}/")
    assert "手机号为空" in _text(page)
    assert f'href="/cases/{case.id}/edit#' in page.text


def test_a_case_can_be_given_to_an_organisation(as_person, desk, waiting):
    case, first, _ = waiting
    organisation = cases.an_organisation(desk.session, desk.actor.court_id, members=(first,))
    desk.session.commit()
    client = as_person(people.clerk_a)
    assert organisation.name in client.get(f"/assignment/{case.id}/").text
    client.post(f"/assignment/{case.id}/", data={"to": "organisation", "organisation_id": organisation.id})
    assert (desk.active(case).organisation_id, desk.active(case).mediator_id) == (organisation.id, None)


def test_changing_the_mediator_uses_the_same_page_and_wants_a_reason(as_person, desk, waiting):
    case, first, second = waiting
    operations.assign_mediator(actor=desk.actor, case_id=case.id, mediator_id=first.id)
    lifecycle.move(actor=desk.actor, case_id=case.id, move="accept", no_conflict=True)
    desk.session.commit()
    client = as_person(people.clerk_a)
    page = client.get(f"/assignment/{case.id}/")
    assert "更换调解员" in _text(page)
    assert "候选调解员 1 位" in _text(page), "who has the case is not offered it"
    assert "更换理由" in _text(client.post(f"/assignment/{case.id}/", data={"mediator_id": second.id, "reason": ""}))
    client.post(f"/assignment/{case.id}/", data={"mediator_id": second.id, "reason": "当事人申请"})
    assert desk.active(case).mediator_id == second.id


def test_ranking_a_case_costs_the_same_statements_however_long_the_roster_is(as_person, desk, waiting, count_sql):
    page = f"/assignment/{waiting[0].id}/"
    client = as_person(people.clerk_a)
    client.get(page)
    with count_sql() as few:
        client.get(page)
    for n in range(40):
        desk.mediator(f"孙{n}某")
    desk.session.commit()
    with count_sql() as many:
        client.get(page)
    assert len(many) == len(few)


# -- many cases ------------------------------------------------------------------------------------------------------------


def _token(page) -> str:
    return unescape(re.search(r'name="token" value="([^"]+)"', page.text)[1])


def test_many_cases_are_rehearsed_assigned_in_the_background_and_taken_back(as_person, desk, today, run_jobs):
    for name in ("钱某", "赵某"):
        desk.mediator(name, listing={"max_open": 2})
    made = [cases.a_case(desk.actor, today=today, registered_on=today) for _ in range(5)]
    desk.session.commit()
    client = as_person(people.clerk_a)
    rehearsal = client.post("/cases/bulk/assign", data={"ids": [case.id for case in made]})
    text = _text(rehearsal)
    assert "将把 4 件案件指派给 2 位调解员。" in text
    assert re.search(r"钱某 2", text)
    assert re.search(r"赵某 2", text)
    assert "名册中的调解员均被排除" in text
    assert desk.session.scalar(select(Assignment.id)) is None, "a rehearsal changes nothing"

    answer = client.post("/cases/bulk/assign/confirm", data={"token": _token(rehearsal), "reason": ""})
    assert answer.status_code == 303
    assert "批量指派" in _text(client.get(answer.location))
    assert run_jobs() == 1
    job_id = int(re.search(r"/jobs/(\d+)/", answer.location)[1])
    status = client.get(f"/jobs/{job_id}.json").json
    assert (status["status"], status["ok"], status["percent"]) == ("ready", True, 100)
    result = client.get(status["url"])
    assert re.search(r"已指派 4 .*未指派 1", _text(result))
    assert f'href="/assignment/{made[4].id}/"' in result.text

    undo = client.post(f"/assignment/bulk/{job_id}/undo")
    run_jobs()
    undone = client.get(client.get(f"{undo.location.rstrip('/')}.json").json["url"])
    assert re.search(r"退回待指派 4 未撤回 0", _text(undone))
    desk.session.rollback()
    assert set(desk.session.scalars(select(Case.state))) == {CaseState.TO_ASSIGN}


def test_a_confirmation_sent_twice_starts_one_job(as_person, desk, today):
    desk.mediator("钱某")
    case = cases.a_case(desk.actor, today=today, registered_on=today)
    desk.session.commit()
    client = as_person(people.clerk_a)
    token = _token(client.post("/cases/bulk/assign", data={"ids": [case.id]}))
    first = client.post("/cases/bulk/assign/confirm", data={"token": token})
    second = client.post("/cases/bulk/assign/confirm", data={"token": token})
    assert first.location == second.location
    assert len(desk.session.scalars(select(Job.id)).all()) == 1


def test_everything_the_list_shows_can_be_assigned_to_one_person(as_person, desk, today, run_jobs):
    chosen = desk.mediator("钱某")
    desk.mediator("赵某")
    desk.many(21)
    desk.session.commit()
    client = as_person(people.clerk_a)
    page = client.get("/cases/?state=to_assign")
    everything = unescape(re.search(r'data-everything-on="([^"]+)"', page.text)[1])
    rehearsal = client.post("/cases/bulk/assign", data={"everything": everything})
    assert "符合条件的全部记录" in _text(rehearsal)
    client.post(
        "/cases/bulk/assign/confirm",
        data={"token": _token(rehearsal), "mediator_id": chosen.id, "reason": "专人办理"},
    )
    run_jobs()
    desk.session.rollback()
    held = desk.session.execute(select(Assignment.mediator_id, Assignment.reason)).all()
    assert held == [(chosen.id, "专人办理")] * 22


def test_a_judge_sees_the_lists_but_no_bulk_assignment(as_person, waiting):
    case, *_ = waiting
    client = as_person(people.judge_a)
    assert "批量指派" not in client.get("/cases/").text
    assert client.post("/cases/bulk/assign", data={"ids": [case.id]}).status_code == 404
    assert client.get(f"/assignment/{case.id}/").status_code == 404


def test_the_result_of_somebody_elses_bulk_assignment_does_not_exist(as_person, desk, waiting, run_jobs):
    case, *_ = waiting
    client = as_person(people.clerk_a)
    token = _token(client.post("/cases/bulk/assign", data={"ids": [case.id]}))
    where = client.post("/cases/bulk/assign/confirm", data={"token": token}).location
    run_jobs()
    job_id = re.search(r"/jobs/(\d+)/", where)[1]
    other = as_person(people.admin_a)
    assert other.get(f"/assignment/bulk/{job_id}/").status_code == 404
    assert other.post(f"/assignment/bulk/{job_id}/undo").status_code == 404
