"""From the outbox to a vendor on the wire and back, through the queue; and what an operator prints."""

from datetime import timedelta

import pytest

from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.templates import Template
from mediation_admin.notices.vendors import http
from mediation_admin.notices.vendors.settings import make
from tests.integration.notices.test_sending import change, make_due
from tests.servers.sms_vendors import KEY_ID, KEY_SECRET, playing

S = MessageState


@pytest.fixture
def vendor(app, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://tiaojie.example")
    held = app.extensions["sms_vendor"]
    with playing() as played:
        app.extensions["sms_vendor"] = make(
            {
                "SMS_VENDOR": "aliyun",
                "SMS_KEY_ID": KEY_ID,
                "SMS_KEY_SECRET": KEY_SECRET,
                "SMS_SIGN": "在线调解",
                "SMS_COURT_SIGNS": "豫1302=宛城区法院",
                "SMS_TEMPLATES": ",".join(f"{one.value}=T-{one.value}" for one in Template),
                "SMS_ENDPOINT": played.endpoint,
                "PUBLIC_URL": "https://tiaojie.example",
            }
        )
        yield played
    app.extensions["sms_vendor"] = held


def details(reference, status=3):
    row = {"OutId": reference, "SendStatus": status, "ErrCode": "DELIVERED"}
    return {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": [row]}}


def test_a_message_goes_over_the_wire_and_its_receipt_comes_back(send, row, run_jobs, sweep, vendor):
    vendor.plan = [{"Code": "OK", "BizId": "biz-1"}]
    message_id = send()
    run_jobs()
    made = row(message_id)
    assert (made.state, made.vendor, made.vendor_id) == (S.SENT, "aliyun", "biz-1")
    assert vendor.asked[0][1]["SignName"] == "宛城区法院"
    vendor.plan = [details(vendor.asked[0][1]["OutId"])]
    make_due()
    sweep()
    assert row(message_id).state is S.DELIVERED


def test_a_link_in_a_message_leads_to_the_platform_whatever_host_the_request_named(send, row, run_jobs, vendor):
    vendor.plan = [{"Code": "OK", "BizId": "biz-1"}]
    message_id = send(Template.INVITATION, name="张三", link="http://evil.example/sign-in/link/abc_DEF")
    assert "https://tiaojie.example/sign-in/link/abc_DEF " in row(message_id).text
    assert "evil.example" not in row(message_id).text


def test_a_lost_answer_is_looked_up_and_the_message_is_not_sent_twice(send, row, run_jobs, sweep, vendor, monkeypatch):
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.2)
    vendor.plan = [1.0]
    message_id = send()
    run_jobs()
    assert row(message_id).state is S.SENDING
    vendor.plan = [details(vendor.asked[0][1]["OutId"])]
    make_due()
    sweep()
    assert row(message_id).state is S.DELIVERED
    assert [action for action, _ in vendor.asked] == ["SendSms", "QuerySendDetails"]


def test_a_lost_request_is_looked_up_and_then_sent_again(send, row, run_jobs, sweep, vendor):
    vendor.plan = ["hang up"]
    message_id = send()
    run_jobs()
    vendor.plan = [{"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": []}}]
    change(tried_at=clock.now() - timedelta(minutes=4), due_at=clock.now() - timedelta(minutes=1))
    sweep()
    assert row(message_id).state is S.WAITING
    vendor.plan = [{"Code": "OK", "BizId": "biz-2"}]
    make_due()
    sweep()
    assert (row(message_id).state, row(message_id).tries) == (S.SENT, 2)
    references = [params["OutId"] for action, params in vendor.asked if action == "SendSms"]
    assert len(set(references)) == 2, "each try is a message of its own to the vendor"


def test_the_vendor_is_never_asked_while_a_transaction_is_open(app, send, run_jobs, vendor, monkeypatch):
    seen = []
    real = http.post

    def post(*arguments):
        seen.append(db.engine.pool.checkedout())
        return real(*arguments)

    send()
    before = db.engine.pool.checkedout()
    monkeypatch.setattr(http, "post", post)
    vendor.plan = [{"Code": "OK", "BizId": "biz-1"}]
    run_jobs()
    assert seen == [before]


def test_the_texts_to_register_are_printed_with_the_vendors_own_variables(app):
    run = app.test_cli_runner().invoke
    aliyun = run(args=["notices", "templates", "--vendor", "aliyun"]).output
    assert "invitation（邀请加入）" in aliyun
    assert "${court}邀请${name}使用在线调解平台" in aliyun
    assert "/sign-in/link/${link} " in aliyun
    tencent = run(args=["notices", "templates", "--vendor", "tencent"]).output
    assert "{1}：您正在找回密码，验证码 {2}，10分钟内有效" in tencent
