"""短信发件箱 and 短信核验: who sees what, contents for a reason, sending again, checking as a stranger."""

import pytest
from sqlalchemy import select

from mediation_admin.audit.models import AuditEntry
from mediation_admin.core.scope import unfenced
from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.templates import Template
from mediation_admin.notices.vendors import Refused
from mediation_admin.notices.vendors.simulator import Simulator
from tests.people import CAST, Person, clerk_a, stranger, support, system_admin

READERS = {"support", "system_admin"}
SEALED_PHONE = "13900000001"
REASON = "本人来电称收不到验证码"


class RefusingVendor(Simulator):
    """A simulator that refuses everything until it is told otherwise."""

    is_real, label = True, "测试短信"
    refuses = True

    def send(self, message):
        if self.refuses:
            raise Refused("签名未审核通过。")
        return super().send(message)


@pytest.fixture
def vendor(app):
    held = app.extensions["sms_vendor"]
    app.extensions["sms_vendor"] = made = RefusingVendor()
    yield made
    app.extensions["sms_vendor"] = held


def audit(session, tag):
    statement = select(AuditEntry).where(AuditEntry.tag == tag).order_by(AuditEntry.id)
    return session.scalars(unfenced(statement, "a test looks")).all()


@pytest.mark.parametrize("person", CAST, ids=str)
def test_the_outbox_is_open_to(as_person, person: Person):
    status = as_person(person).get("/notices/").status_code
    assert status == (200 if person.key in READERS else 303 if person is stranger else 404)


# -- the list -------------------------------------------------------------------------------------------------------


def test_the_list_shows_how_far_a_message_came_and_neither_number_nor_content(as_person, send, run_jobs):
    send()
    run_jobs()
    page = as_person(support).get("/notices/").text
    for words in ("找回密码验证码", "139****0001", "已送达", "南阳市宛城区人民法院"):
        assert words in page
    assert "481273" not in page
    assert SEALED_PHONE not in page


def test_it_says_when_messages_are_only_simulated_and_how_a_real_vendor_is_doing(as_person, send, run_jobs, vendor):
    send()
    run_jobs()
    page = as_person(support).get("/notices/").text
    assert "短信服务商：测试短信" in page
    assert "失败 1 条" in page
    vendor.is_real = False
    assert "正在使用模拟发送：短信只写入本发件箱，未真正发出" in as_person(support).get("/notices/").text


def test_a_number_is_found_whole_and_never_stands_in_the_address(as_person, send):
    send()
    send(phone="13900000002")
    client = as_person(support)
    for field in ({"phone": SEALED_PHONE}, {"q": "139 0000 0001"}):
        answer = client.post("/notices/query", data=field)
        assert SEALED_PHONE not in answer.location
        page = client.get(answer.location).text
        assert "139****0001" in page
        assert "139****0002" not in page


def test_a_message_is_found_by_its_check_code(as_person, send, row):
    code = row(send()).check_code
    send(phone="13900000002")
    page = as_person(support).get("/notices/", query_string={"q": code.lower()}).text
    assert "按核验码查找" in page
    assert "139****0001" in page
    assert "139****0002" not in page


# -- contents -------------------------------------------------------------------------------------------------------


def test_the_page_of_a_message_shows_support_its_words_without_the_code_and_others_none(as_person, send, row):
    message_id = send()
    page = as_person(support).get(f"/notices/{message_id}/").text
    assert "您正在找回密码，验证码 ******" in page
    assert "481273" not in page
    other = as_person(system_admin).get(f"/notices/{message_id}/").text
    assert "您正在找回密码" not in other
    assert "查看内容" not in other
    assert row(message_id).check_code in other


def test_the_content_is_shown_for_a_reason_and_every_look_is_in_the_audit(as_person, send, office):
    message_id = send()
    client = as_person(support)
    address = f"/notices/{message_id}/content"
    assert "481273" not in client.post(address).text
    assert client.post(address, data={"reason": " "}).status_code == 422
    assert audit(office, "notice:content:revealed") == []
    for _ in range(2):
        assert "481273" in client.post(address, data={"reason": REASON}).text
    entries = audit(office, "notice:content:revealed")
    assert len(entries) == 2
    assert REASON in entries[0].sentence
    assert "481273" not in entries[0].sentence
    assert SEALED_PHONE not in entries[0].sentence
    assert as_person(system_admin).post(address, data={"reason": REASON}).status_code == 404


def test_support_looks_into_twenty_contents_an_hour_and_no_more(as_person, send):
    message_id = send()
    client = as_person(support)
    address = f"/notices/{message_id}/content"
    for _ in range(20):
        assert client.post(address, data={"reason": REASON}).status_code == 200
    answer = client.post(address, data={"reason": REASON})
    assert answer.status_code == 429
    assert "481273" not in answer.text


def test_an_erased_content_is_shown_with_stars(as_person, send, apart, app):
    from tests.integration.notices.test_sending import change

    message_id = send()
    apart(lambda: change(text=None, variables=None))
    page = as_person(support).post(f"/notices/{message_id}/content", data={"reason": REASON}).text
    assert "已过有效期并清除" in page
    assert "******" in page


# -- again ----------------------------------------------------------------------------------------------------------


def test_a_failed_message_is_sent_again_for_a_reason(as_person, send, row, run_jobs, vendor, office):
    message_id = send()
    run_jobs()
    client = as_person(support)
    assert row(message_id).state is MessageState.FAILED
    assert "签名未审核通过" in client.get(f"/notices/{message_id}/").text
    vendor.refuses = False
    address = f"/notices/{message_id}/again"
    assert client.post(address, data={"reason": ""}).status_code == 422
    assert client.post(address, data={"reason": "签名已通过审核"}).status_code == 303
    assert row(message_id).state is MessageState.WAITING
    run_jobs()
    assert row(message_id).state is MessageState.DELIVERED
    assert "签名已通过审核" in audit(office, "notice:message:retried")[0].sentence


def test_what_was_delivered_or_is_of_no_use_any_more_is_not_sent_again(as_person, send, row, run_jobs, vendor, apart):
    from tests.integration.notices.test_sending import change

    vendor.refuses = False
    message_id = send()
    run_jobs()
    client = as_person(support)
    answer = client.post(f"/notices/{message_id}/again", data={"reason": REASON})
    assert "只有发送失败或已放弃的短信可以重新发送" in answer.text
    apart(lambda: change(state=MessageState.FAILED, text=None, variables=None))
    answer = client.post(f"/notices/{message_id}/again", data={"reason": REASON})
    assert "内容已过有效期" in answer.text
    assert row(message_id).state is MessageState.FAILED


# -- 短信核验 -------------------------------------------------------------------------------------------------------


def ask(client, code, tail="0001"):
    return client.post("/verify/", data={"check_code": code, "tail": tail})


def test_anybody_may_verify_a_message_and_learns_court_kind_and_time_and_nothing_of_a_person(
    client, send, row, run_jobs
):
    message_id = send(Template.ROLE_GRANTED, name="张三丰", role="法官")
    run_jobs()
    made = row(message_id)
    page = ask(client, f" {made.check_code[:4].lower()} {made.check_code[4:]} ").text
    assert "这条短信是本平台发出的" in page
    for words in ("南阳市宛城区人民法院", "角色授予通知"):
        assert words in page
    assert "张三丰" not in page
    assert "139" not in page.split('id="main"')[1]


def test_a_wrong_code_and_a_code_sent_to_another_number_are_told_alike(client, send, row, run_jobs):
    message_id = send()
    run_jobs()
    for code, tail in (("ABCDEFGH", "0001"), (row(message_id).check_code, "0002")):
        page = ask(client, code, tail).text
        assert "没有查到这条短信" in page
        assert "96110" in page
        assert "南阳市宛城区人民法院" not in page


def test_a_message_that_never_left_is_not_genuine(client, send, row):
    assert "没有查到这条短信" in ask(client, row(send()).check_code).text


def test_an_empty_form_says_what_to_type(client):
    answer = ask(client, "", "")
    assert answer.status_code == 422
    assert "请输入短信末尾的核验码" in answer.text


def test_guessing_check_codes_is_stopped_and_verifying_is_not(client, send, row, run_jobs):
    message_id = send()
    run_jobs()
    for _ in range(25):
        assert ask(client, row(message_id).check_code).status_code == 200
    statuses = [ask(client, "WRONGONE").status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


def test_the_check_page_is_the_same_for_somebody_signed_in(as_person):
    assert as_person(clerk_a).get("/verify/").status_code == 200
