"""The real adapters against a server that reckons their signatures anew, and answers well, badly, late and not at all."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.templates import Template
from mediation_admin.notices.vendors import OutcomeUnknown, Outgoing, Receipt, Refused, Unavailable, http
from mediation_admin.notices.vendors.settings import make
from tests.servers.sms_vendors import KEY_ID, KEY_SECRET, playing

S = MessageState
MESSAGE = Outgoing(
    reference="m7t260302170000",
    phone="13900000001",
    template=Template.INVITATION,
    sign="宛城区法院",
    values={
        "court": "南阳市宛城区人民法院",
        "name": "张三 & 李四",
        "link": "https://tiaojie.example/sign-in/link/abc_DEF-123",
        "check": "ABCD2345",
    },
    tried_at=datetime(2026, 3, 2, 17, 0, tzinfo=UTC),  # already the next day in Shanghai
)
HANDED_OVER = replace(MESSAGE, vendor_id="v-1")


@pytest.fixture
def vendor():
    with playing() as playing_one:
        yield playing_one


def adapter(vendor, code):
    return make(
        {
            "SMS_VENDOR": code,
            "SMS_KEY_ID": KEY_ID,
            "SMS_KEY_SECRET": KEY_SECRET,
            "SMS_APP_ID": "1400000000",
            "SMS_SIGN": "在线调解",
            "SMS_TEMPLATES": ",".join(f"{one.value}=T-{one.value}" for one in Template),
            "SMS_ENDPOINT": vendor.endpoint,
            "PUBLIC_URL": "https://tiaojie.example",
        }
    )


def ok(code, **more):
    if code == "aliyun":
        return {"Code": "OK", "Message": "OK", "RequestId": "r", **more}
    return {"Response": {"RequestId": "r", **more}}


def taken(code):
    if code == "aliyun":
        return ok(code, BizId="v-1")
    return ok(code, SendStatusSet=[{"SerialNo": "v-1", "Code": "Ok", "Message": "send success"}])


BOTH = pytest.mark.parametrize("code", ["aliyun", "tencent"])


@BOTH
def test_a_message_is_handed_over_signed_as_the_vendor_wants(vendor, code):
    vendor.plan = [taken(code)]
    assert adapter(vendor, code).send(MESSAGE) == Receipt(S.SENT, "v-1")
    action, params = vendor.asked[0]
    assert action == "SendSms"
    if code == "aliyun":
        assert json.loads(params.pop("TemplateParam")) == {
            "court": "南阳市宛城区人民法院",
            "name": "张三 & 李四",
            "link": "abc_DEF-123",
            "check": "ABCD2345",
        }
        assert params == {
            "PhoneNumbers": "13900000001",
            "SignName": "宛城区法院",
            "TemplateCode": "T-invitation",
            "OutId": "m7t260302170000",
        }
    else:
        assert params == {
            "PhoneNumberSet": ["+8613900000001"],
            "SmsSdkAppId": "1400000000",
            "SignName": "宛城区法院",
            "TemplateId": "T-invitation",
            "TemplateParamSet": ["南阳市宛城区人民法院", "张三 & 李四", "abc_DEF-123", "ABCD2345"],
            "SessionContext": "m7t260302170000",
        }


@BOTH
def test_a_wrong_key_is_told_to_the_operators_and_the_message_waits(vendor, code):
    vendor.plan = [taken(code)]
    made = replace(adapter(vendor, code), secret="another")
    with pytest.raises(Unavailable, match="密钥不被认可"):
        made.send(MESSAGE)
    assert vendor.asked == [], "the server checks the signature before anything else"


ALIYUN_ERRORS = [
    ("isv.BUSINESS_LIMIT_CONTROL", 200, Unavailable, "频率"),
    ("isv.AMOUNT_NOT_ENOUGH", 200, Unavailable, "余额不足"),
    ("Throttling.User", 400, Unavailable, "太频繁"),
    ("InvalidTimeStamp.Expired", 400, Unavailable, "校时"),
    ("isv.MOBILE_NUMBER_ILLEGAL", 200, Refused, "手机号不正确"),
    ("isv.SMS_TEMPLATE_ILLEGAL", 200, Refused, "模板"),
    ("isv.SOMETHING_NEW", 200, Refused, "isv.SOMETHING_NEW"),
    ("InternalError", 500, OutcomeUnknown, "不能确定"),
    ("SomethingNew", 503, OutcomeUnknown, "不能确定"),
]
TENCENT_ERRORS = [
    ("LimitExceeded.PhoneNumberDailyLimit", Unavailable, "频率"),
    ("FailedOperation.InsufficientBalanceInSmsPackage", Unavailable, "余量不足"),
    ("AuthFailure.SignatureExpire", Unavailable, "时间不准"),
    ("FailedOperation.PhoneNumberInBlacklist", Refused, "黑名单"),
    ("FailedOperation.TemplateIncorrectOrUnapproved", Refused, "模板"),
    ("InvalidParameterValue.SomethingNew", Refused, "SomethingNew"),
    ("InternalError.Timeout", OutcomeUnknown, "不能确定"),
]


@pytest.mark.parametrize(("code", "status", "kind", "words"), ALIYUN_ERRORS)
def test_each_error_of_aliyun_is_later_never_or_unknown(vendor, code, status, kind, words):
    vendor.plan = [(status, {"Code": code, "Message": "13900000001 …", "RequestId": "r"})]
    with pytest.raises(kind, match=words) as raised:
        adapter(vendor, "aliyun").send(MESSAGE)
    assert "13900000001" not in raised.value.words


@pytest.mark.parametrize("where", ["whole", "row"])
@pytest.mark.parametrize(("code", "kind", "words"), TENCENT_ERRORS)
def test_each_error_of_tencent_is_later_never_or_unknown(vendor, code, kind, words, where):
    error = {"Code": code, "Message": "+8613900000001 …"}
    row = {"SerialNo": "", **error}
    vendor.plan = [ok("tencent", Error=error) if where == "whole" else ok("tencent", SendStatusSet=[row])]
    with pytest.raises(kind, match=words) as raised:
        adapter(vendor, "tencent").send(MESSAGE)
    assert "13900000001" not in raised.value.words


GARBAGE = [
    b"<html>502 Bad Gateway</html>",
    b"",
    b"[]",
    b"\xff\xfe",
    b'{"Code": "OK", "',
    b"{}",
    b" " * (http.LARGEST_ANSWER + 10),
]


@BOTH
@pytest.mark.parametrize("content", GARBAGE, ids=range(len(GARBAGE)))
def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(vendor, code, content):
    vendor.plan = [(200, content)]
    with pytest.raises(OutcomeUnknown):
        adapter(vendor, code).send(MESSAGE)


@BOTH
@pytest.mark.parametrize("inner", [{"SendStatusSet": "x"}, {"SendStatusSet": []}, {"SendStatusSet": [7]}, {"Error": 7}])
def test_an_answer_of_a_strange_shape_leaves_the_outcome_unknown(vendor, code, inner):
    vendor.plan = [{"Code": 7, **inner} if code == "aliyun" else {"Response": inner}]
    with pytest.raises((OutcomeUnknown, Refused)):
        adapter(vendor, code).send(MESSAGE)


@BOTH
def test_a_vendor_that_hangs_up_or_is_silent_leaves_the_outcome_unknown(vendor, code, monkeypatch):
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.2)
    for behaviour in ("hang up", 1.0):
        vendor.plan = [behaviour]
        with pytest.raises(OutcomeUnknown, match="没有等到"):
            adapter(vendor, code).send(MESSAGE)


@BOTH
def test_a_vendor_that_is_not_there_is_surely_not_sent_to(vendor, code):
    made = replace(adapter(vendor, code), endpoint="http://127.0.0.1:9")
    with pytest.raises(Unavailable, match="连接不上"):
        made.send(MESSAGE)


# -- what became of it ----------------------------------------------------------------------------------------------


def aliyun_rows(*rows):
    return ok("aliyun", TotalCount=len(rows), SmsSendDetailDTOs={"SmsSendDetailDTO": list(rows)})


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (1, Receipt(S.SENT, "v-1")),
        (2, Receipt(S.FAILED, "v-1", "运营商回执：MOBILE_NOT_ON_SERVICE")),
        (3, Receipt(S.DELIVERED, "v-1")),
    ],
)
def test_aliyun_tells_what_became_of_a_message(vendor, status, found):
    row = {"OutId": MESSAGE.reference, "SendStatus": status, "ErrCode": "MOBILE_NOT_ON_SERVICE"}
    vendor.plan = [aliyun_rows({"OutId": "m1t1", "SendStatus": 3}, row)]
    assert adapter(vendor, "aliyun").find(HANDED_OVER) == found
    action, params = vendor.asked[0]
    assert action == "QuerySendDetails"
    assert params["SendDate"] == "20260303", "the vendor's days are those of Shanghai"
    assert params["BizId"] == "v-1"


def test_aliyun_lists_everything_of_a_day_so_what_is_not_there_was_not_sent(vendor):
    vendor.plan = [aliyun_rows(*[{"OutId": f"m{n}t1"} for n in range(50)]), aliyun_rows({"OutId": "m99t1"})]
    assert adapter(vendor, "aliyun").find(MESSAGE) is None
    assert [params["CurrentPage"] for _, params in vendor.asked] == ["1", "2"]
    assert "BizId" not in vendor.asked[0][1]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (
            {"SessionContext": MESSAGE.reference, "ReportStatus": "SUCCESS", "SerialNo": "v-9"},
            Receipt(S.DELIVERED, "v-9"),
        ),
        (
            {"SerialNo": "v-1", "ReportStatus": "FAIL", "Description": "UNDELIV"},
            Receipt(S.FAILED, "v-1", "运营商回执：UNDELIV"),
        ),
        ({"SerialNo": "v-2", "ReportStatus": "SUCCESS"}, None),
    ],
)
def test_tencent_tells_what_became_of_a_message(vendor, row, found):
    vendor.plan = [ok("tencent", PullSmsSendStatusSet=[row])]
    assert adapter(vendor, "tencent").find(HANDED_OVER) == found
    assert vendor.asked[0][0] == "PullSmsSendStatusByPhoneNumber"
    assert vendor.asked[0][1]["PhoneNumber"] == "+8613900000001"


def test_tencent_lists_only_receipts_so_what_is_not_there_may_still_be_on_its_way(vendor):
    vendor.plan = [ok("tencent", PullSmsSendStatusSet=[])]
    with pytest.raises(OutcomeUnknown, match="不能确定"):
        adapter(vendor, "tencent").find(MESSAGE)
