"""移送台账 on screen: the court's own, support's whole, the panel on the case."""

import re
from html import unescape

import pytest

from mediation_admin.exchange import operations
from mediation_admin.exchange.enums import HandOffState
from mediation_admin.exchange.models import HandOff
from tests import people
from tests.factories import cases, hand_offs

OURS, ALL = "/hand-offs/", "/all-hand-offs/"


def _text(answer) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
def stuck(clerk):
    """A hand-off that stopped, and a case it belongs to."""
    actor, session = clerk
    case = cases.a_case(actor)
    row = hand_offs.a_hand_off(actor, case_id=case.id, reference=case.case_no)
    hand_offs.fail(row, for_good=True, words="缺少被告地址")
    session.commit()
    return row


@pytest.mark.parametrize("person", people.CAST, ids=str)
def test_who_may_open_the_ledgers(as_person, person):
    client = as_person(person)
    stranger = person is people.stranger
    court = person.key in {"clerk_a", "admin_a", "judge_a", "clerk_b"}
    assert client.get(OURS).status_code == (303 if stranger else 200 if court else 404)
    assert client.get(ALL).status_code == (303 if stranger else 200 if person is people.support else 404)


def test_a_court_sees_its_own_rows_only(as_person, stuck):
    assert stuck.reference in as_person(people.clerk_a).get(OURS).text
    assert stuck.reference not in as_person(people.clerk_b).get(OURS).text
    assert as_person(people.clerk_b).get(f"{OURS}{stuck.id}/").status_code == 404


def test_support_sees_the_number_and_nothing_of_the_case(as_person, stuck):
    client = as_person(people.support)
    assert stuck.reference in client.get(ALL).text
    page = client.get(f"{ALL}{stuck.id}/?tab=main").text
    assert stuck.reference in page
    assert "申请某甲" not in page
    assert "/cases/" not in page


def test_the_page_tells_the_tries_and_why_it_stopped(as_person, stuck):
    text = _text(as_person(people.clerk_a).get(f"{OURS}{stuck.id}/"))
    assert "已停止自动重试：缺少被告地址" in text
    assert "第 1 次发送 · 发送失败" in text


def test_a_row_without_sender_says_that_it_waits(as_person, clerk):
    actor, session = clerk
    row = hand_offs.a_hand_off(actor)
    session.commit()
    assert "等待发送程序接入" in as_person(people.clerk_a).get(OURS).text
    assert "接入后会自动发送" in as_person(people.clerk_a).get(f"{OURS}{row.id}/").text


def test_a_retry_asks_for_a_reason_and_keeps_what_was_typed(as_person, clerk, stuck):
    _, session = clerk
    client = as_person(people.clerk_a)
    assert client.post(f"{OURS}{stuck.id}/retry", data={"reason": ""}).status_code == 422
    assert client.post(f"{OURS}{stuck.id}/retry", data={"reason": "对方已恢复"}).status_code == 303
    session.rollback()
    session.refresh(stuck)
    assert stuck.state is HandOffState.WAITING
    again = client.post(f"{OURS}{stuck.id}/cancel", data={"reason": "重复登记"})
    assert again.status_code == 303
    refused = client.post(f"{OURS}{stuck.id}/retry", data={"reason": "再试一次"})
    assert refused.status_code == 422
    assert "已经放弃移送" in refused.text
    assert "再试一次" in refused.text


def test_a_judge_reads_and_does_not_retry(as_person, stuck):
    client = as_person(people.judge_a)
    assert "重试" not in _text(client.get(OURS)).replace("失败待重试", "").replace("需要处理", "")
    assert client.post(f"{OURS}{stuck.id}/retry", data={"reason": "x"}).status_code == 404


def test_many_are_rehearsed_before_they_are_sent_again(as_person, clerk, stuck):
    actor, session = clerk
    done = hand_offs.a_hand_off(actor)
    operations.cancel(actor=actor, hand_off_id=done.id, reason="重复")
    session.commit()
    client = as_person(people.clerk_a)
    page = client.post(f"{OURS}bulk/retry", data={"ids": [stuck.id, done.id]})
    text = _text(page)
    assert "将重新发送 1 件移送" in text
    assert "已经放弃移送" in text
    session.rollback()
    assert session.get(HandOff, stuck.id, populate_existing=True).state is HandOffState.STUCK
    token = re.search(r'name="token" value="([^"]+)"', page.text)[1]
    answer = client.post(f"{OURS}bulk/retry/confirm", data={"token": token, "reason": "对方已恢复"})
    assert answer.status_code == 303
    session.rollback()
    assert session.get(HandOff, stuck.id, populate_existing=True).state is HandOffState.WAITING
    assert session.get(HandOff, done.id, populate_existing=True).state is HandOffState.CANCELLED


def test_a_case_shows_its_hand_offs(as_person, stuck):
    page = as_person(people.clerk_a).get(f"/cases/{stuck.case_id}/?tab=log")
    assert "移送记录" in page.text
    assert f"/hand-offs/{stuck.id}/" in page.text
    assert "移送记录" not in as_person(people.clerk_a).get(f"/cases/{stuck.case_id}/").text
