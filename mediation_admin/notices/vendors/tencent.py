"""腾讯云短信 (sms, version 2021-01-11), signed with TC3-HMAC-SHA256.

https://cloud.tencent.com/document/api/382/55981
SessionContext carries our reference. PullSmsSendStatusByPhoneNumber lists only messages whose receipt has come, so a
message that is not in it may still be on its way: whoever looks for one gets "unknown", never "not there".
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mediation_admin.core import clock
from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.templates import Template, vendor_values
from mediation_admin.notices.vendors import http
from mediation_admin.notices.vendors.face import OutcomeUnknown, Outgoing, Receipt, Refused, Unavailable, VendorError

ENDPOINT = "https://sms.tencentcloudapi.com"
VERSION = "2021-01-11"
REGION = "ap-guangzhou"
ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json; charset=utf-8"
SERVICE = "sms"
PAGE = 100

_LATER = (
    ("LimitExceeded", "发送频率超过服务商的限制"),
    ("RequestLimitExceeded", "请求太频繁"),
    ("FailedOperation.InsufficientBalanceInSmsPackage", "短信套餐余量不足，请运维人员充值"),
    ("AuthFailure", "密钥不被认可或服务器时间不准，请运维人员检查"),
    ("UnauthorizedOperation", "密钥没有发送短信的权限，请运维人员检查"),
    ("ResourceUnavailable", "服务商暂时不可用"),
)
_NEVER = (
    ("FailedOperation.PhoneNumberInBlacklist", "号码在服务商的黑名单中"),
    ("FailedOperation.SignatureIncorrectOrUnapproved", "短信签名未通过审核，请运维人员检查"),
    ("FailedOperation.TemplateIncorrectOrUnapproved", "短信模板未通过审核，请运维人员检查"),
    ("FailedOperation.ContainSensitiveWord", "内容被服务商拦截"),
    ("InvalidParameterValue.IncorrectPhoneNumber", "手机号不正确"),
    ("InvalidParameterValue.TemplateParameterFormatError", "短信模板的变量不一致，请运维人员检查"),
)


def authorization(
    *, key_id: str, secret: str, headers: Mapping[str, str], body: bytes, moment: int, service: str = SERVICE
) -> str:
    """The Authorization header of a POST to "/"; all given headers are signed. ``moment`` is in Unix seconds."""
    day = f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"
    lowered = {name.lower(): value.strip().lower() for name, value in headers.items()}
    signed = ";".join(sorted(lowered))
    lines = "".join(f"{name}:{lowered[name]}\n" for name in sorted(lowered))
    canonical = "\n".join(("POST", "/", "", lines, signed, hashlib.sha256(body).hexdigest()))
    place = f"{day}/{service}/tc3_request"
    to_sign = "\n".join((ALGORITHM, str(moment), place, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"TC3{secret}".encode()
    for step in (day, service, "tc3_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id}/{place}, SignedHeaders={signed}, Signature={signature}"


@dataclass(frozen=True, slots=True)
class Tencent:
    """腾讯云 behind the common face. ``templates``: our template → the number it is registered under."""

    key_id: str
    secret: str
    app_id: str
    sign: str
    court_signs: Mapping[str, str]
    templates: Mapping[Template, str]
    region: str = REGION
    endpoint: str = ENDPOINT

    code = "tencent"
    label = "腾讯云短信"
    is_real = True

    def sign_for(self, court_code: str | None, court_short_name: str) -> str:
        """The court's own registered sign, else the platform's."""
        return self.court_signs.get(court_code or "", self.sign)

    def send(self, message: Outgoing) -> Receipt:
        """Hand a message over."""
        answer = self._call(
            "SendSms",
            {
                "PhoneNumberSet": [f"+86{message.phone}"],
                "SmsSdkAppId": self.app_id,
                "SignName": message.sign,
                "TemplateId": self.templates[message.template],
                "TemplateParamSet": list(vendor_values(message.template, message.values).values()),
                "SessionContext": message.reference,
            },
        )
        rows = answer.get("SendStatusSet")
        if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
            raise OutcomeUnknown("短信服务商的回答无法识别。")
        code = str(rows[0].get("Code", ""))
        if code != "Ok":
            raise _error(code)
        return Receipt(MessageState.SENT, str(rows[0].get("SerialNo", "")))

    def find(self, message: Outgoing) -> Receipt | None:
        """Look for a receipt by number, time and our reference, or the vendor's own number."""
        answer = self._call(
            "PullSmsSendStatusByPhoneNumber",
            {
                "BeginTime": int((message.tried_at - timedelta(minutes=1)).timestamp()),
                "EndTime": int((message.tried_at + timedelta(days=3)).timestamp()),
                "Offset": 0,
                "Limit": PAGE,
                "PhoneNumber": f"+86{message.phone}",
                "SmsSdkAppId": self.app_id,
            },
        )
        rows = answer.get("PullSmsSendStatusSet") or []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise OutcomeUnknown("短信服务商的回答无法识别。")
        for row in rows:
            named = row.get("SessionContext") == message.reference
            if named or (message.vendor_id and row.get("SerialNo") == message.vendor_id):
                serial = str(row.get("SerialNo") or message.vendor_id)
                if row.get("ReportStatus") == "SUCCESS":
                    return Receipt(MessageState.DELIVERED, serial)
                return Receipt(MessageState.FAILED, serial, f"运营商回执：{row.get('Description', '')}")
        if message.vendor_id:
            return None
        raise OutcomeUnknown("腾讯云还没有这条短信的回执，不能确定是否已发送。")

    def _call(self, action: str, params: Mapping[str, Any]) -> dict[str, Any]:
        body = json.dumps(params, ensure_ascii=False).encode()
        moment = int(clock.now().timestamp())
        signed = {"Content-Type": CONTENT_TYPE, "Host": http.host_of(self.endpoint), "X-TC-Action": action}
        headers = {
            **signed,
            "X-TC-Version": VERSION,
            "X-TC-Region": self.region,
            "X-TC-Timestamp": str(moment),
            "Authorization": authorization(
                key_id=self.key_id, secret=self.secret, headers=signed, body=body, moment=moment
            ),
        }
        _, answer = http.post(self.endpoint, "/", headers, body)
        inner = answer.get("Response")
        if not isinstance(inner, dict):
            raise OutcomeUnknown("短信服务商的回答无法识别。")
        if "Error" in inner:
            error = inner["Error"]
            raise _error(str(error.get("Code", "")) if isinstance(error, dict) else "")
        return inner


def _error(code: str) -> VendorError:
    for beginning, words in _LATER:
        if code.startswith(beginning):
            return Unavailable(f"腾讯云：{words}（{code}）。")
    if not code or code.startswith(("InternalError", "FailedOperation.FailResolvePacket")):
        return OutcomeUnknown(f"腾讯云：服务商出错，不能确定是否已发送（{code or '没有说明'}）。")
    words = next((words for beginning, words in _NEVER if code.startswith(beginning)), "服务商拒绝发送")
    return Refused(f"腾讯云：{words}（{code}）。")
