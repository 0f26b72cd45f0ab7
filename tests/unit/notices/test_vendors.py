"""Signatures against what the vendors publish, and what is refused at the start."""

import hashlib

import pytest

from mediation_admin.config import ConfigurationMissing
from mediation_admin.notices.templates import Template
from mediation_admin.notices.vendors import aliyun, tencent
from mediation_admin.notices.vendors.settings import make

EMPTY = hashlib.sha256(b"").hexdigest()
IDS = ",".join(f"{one.value}=SMS_{number}" for number, one in enumerate(Template, 1))
ALIYUN = {
    "SMS_VENDOR": "aliyun",
    "SMS_KEY_ID": "id",
    "SMS_KEY_SECRET": "secret",
    "SMS_SIGN": "【在线调解】",
    "SMS_TEMPLATES": IDS,
    "PUBLIC_URL": "https://tiaojie.example",
}
TENCENT = {**ALIYUN, "SMS_VENDOR": "tencent", "SMS_APP_ID": "1400000000"}


def test_the_signature_of_acs3_is_the_one_in_the_documentation():
    # help.aliyun.com, "V3版本请求体&签名机制", 固定参数示例
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": EMPTY,
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = aliyun.escaped_query(
        {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
    )
    made = aliyun.authorization(
        key_id="YourAccessKeyId",
        secret="YourAccessKeySecret",
        method="POST",
        query=query,
        headers=headers,
        body_hash=EMPTY,
    )
    assert made == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_a_query_is_escaped_as_rfc_3986_wants():
    assert aliyun.escaped_query({"b": "a b*~/", "a": "中"}) == "a=%E4%B8%AD&b=a%20b%2A~%2F"


@pytest.mark.parametrize(
    ("tail", "signature"),
    [
        ("EXAMPLE", "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"),
        ("*******", "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"),
    ],
)
def test_the_signature_of_tc3_is_the_one_in_the_documentation(tail, signature):
    # cloud.tencent.com, "签名方法 v3", both editions of the example
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    made = tencent.authorization(
        key_id=f"AKIDz8krbsJ5yKBZQpn74WFkmLPx3{tail}",
        secret=f"Gu5t9xGARNpq86cd98joQYCN3{tail}",
        headers={"Content-Type": "application/json; charset=utf-8", "Host": "cvm.tencentcloudapi.com"},
        body=body,
        moment=1551113065,
        service="cvm",
    )
    assert made == (
        f"TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3{tail}/2019-02-25/cvm/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={signature}"
    )


# -- settings -------------------------------------------------------------------------------------------------------


def test_without_a_setting_messages_are_simulated():
    assert make({}).code == "simulator"


def test_a_court_with_a_sign_of_its_own_signs_with_it():
    vendor = make({**ALIYUN, "SMS_COURT_SIGNS": "豫1302=宛城区法院, 闽0213=翔安区法院"})
    assert vendor.sign_for("豫1302", "宛城") == "宛城区法院"
    assert vendor.sign_for("京01", "北京一中院") == vendor.sign_for(None, "") == "在线调解"


def test_a_complete_set_of_settings_makes_the_vendor():
    assert (make(ALIYUN).code, make(ALIYUN).endpoint) == ("aliyun", "https://dysmsapi.aliyuncs.com")
    made = make({**TENCENT, "SMS_REGION": "ap-beijing"})
    assert (made.code, made.region, made.endpoint) == ("tencent", "ap-beijing", "https://sms.tencentcloudapi.com")
    assert make(TENCENT).region == "ap-guangzhou"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"SMS_VENDOR": "pigeon"}, "simulator, aliyun or tencent"),
        ({"SMS_VENDOR": "aliyun"}, "SMS_KEY_ID, SMS_KEY_SECRET, SMS_SIGN, SMS_TEMPLATES"),
        ({**ALIYUN, "SMS_KEY_SECRET": ""}, "needs also: SMS_KEY_SECRET"),
        ({**TENCENT, "SMS_APP_ID": ""}, "SMS_APP_ID"),
        ({**ALIYUN, "SMS_TEMPLATES": "invitation=SMS_1"}, "lacks the vendor's ids of: reset_link"),
        ({**ALIYUN, "SMS_TEMPLATES": f"{IDS},greeting=SMS_99"}, "do not exist: greeting"),
        ({**ALIYUN, "SMS_TEMPLATES": "invitation"}, "name=value"),
        ({**ALIYUN, "SMS_COURT_SIGNS": "豫1302"}, "SMS_COURT_SIGNS"),
        ({**ALIYUN, "PUBLIC_URL": "http://127.0.0.1:8000"}, "PUBLIC_URL"),
        ({**ALIYUN, "PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({**ALIYUN, "SMS_ENDPOINT": "http://sms.example"}, "SMS_ENDPOINT"),
        ({**ALIYUN, "SMS_ENDPOINT": "https://sms.example/path"}, "SMS_ENDPOINT"),
    ],
)
def test_what_is_missing_stops_the_start_with_its_name(settings, words):
    with pytest.raises(ConfigurationMissing, match=words):
        make(settings)
