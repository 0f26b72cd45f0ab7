"""阿里云短信 (dysmsapi, version 2017-05-25), signed with ACS3-HMAC-SHA256.

https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms
OutId carries our reference: QuerySendDetails lists every message of a number and a day with it, also those without a
receipt, so that a message whose answer was lost can be found, or known not to be there.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mediation_admin.core import clock
from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.templates import Template, vendor_values
from mediation_admin.notices.vendors import http
from mediation_admin.notices.vendors.face import OutcomeUnknown, Outgoing, Receipt, Refused, Unavailable, VendorError

ENDPOINT = "https://dysmsapi.aliyuncs.com"
VERSION = "2017-05-25"
ALGORITHM = "ACS3-HMAC-SHA256"
PAGE = 50
MOST_PAGES = 4

# Codes after which it may go out later; the words say what somebody has to do, if anything.
_LATER = {
    "isv.BUSINESS_LIMIT_CONTROL": "这个号码的发送频率超过服务商的限制",
    "isv.DAY_LIMIT_CONTROL": "已达到服务商的日发送限额",
    "isv.MONTH_LIMIT_CONTROL": "已达到服务商的月发送限额",
    "isv.AMOUNT_NOT_ENOUGH": "短信账户余额不足，请运维人员充值",
    "isv.OUT_OF_SERVICE": "短信服务已停，请运维人员处理",
    "isp.SYSTEM_ERROR": "服务商系统错误",
    "isp.RAM_PERMISSION_DENY": "密钥没有发送短信的权限，请运维人员检查",
    "Throttling": "请求太频繁",
    "ServiceUnavailable": "服务商暂时不可用",
    "InvalidAccessKeyId": "密钥不被认可，请运维人员检查",
    "SignatureDoesNotMatch": "密钥不被认可，请运维人员检查",
    "InvalidTimeStamp": "服务器时间不准，请运维人员校时",
    "Forbidden": "密钥没有发送短信的权限，请运维人员检查",
    "NoPermission": "密钥没有发送短信的权限，请运维人员检查",
}
_NEVER = {
    "isv.MOBILE_NUMBER_ILLEGAL": "手机号不正确",
    "isv.SMS_SIGNATURE_ILLEGAL": "短信签名未通过审核，请运维人员检查",
    "isv.SMS_TEMPLATE_ILLEGAL": "短信模板未通过审核，请运维人员检查",
    "isv.TEMPLATE_MISSING_PARAMETERS": "短信模板的变量不一致，请运维人员检查",
    "isv.BLACK_KEY_CONTROL_LIMIT": "内容被服务商拦截",
}
_STATES = {1: MessageState.SENT, 2: MessageState.FAILED, 3: MessageState.DELIVERED}


def authorization(
    *, key_id: str, secret: str, method: str, query: str, headers: Mapping[str, str], body_hash: str
) -> str:
    """The Authorization header of a request to "/". ``query`` is sorted and escaped already; all headers are signed."""
    lowered = {name.lower(): value.strip() for name, value in headers.items()}
    signed = ";".join(sorted(lowered))
    lines = "".join(f"{name}:{lowered[name]}\n" for name in sorted(lowered))
    canonical = "\n".join((method, "/", query, lines, signed, body_hash))
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={signature}"


def escaped_query(params: Mapping[str, str]) -> str:
    """The query, sorted by name and escaped as RFC 3986 wants."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(params[name], safe='-_.~')}" for name in sorted(params))


@dataclass(frozen=True, slots=True)
class Aliyun:
    """阿里云 behind the common face. ``templates``: our template → the code it is registered under."""

    key_id: str
    secret: str
    sign: str
    court_signs: Mapping[str, str]
    templates: Mapping[Template, str]
    endpoint: str = ENDPOINT

    code = "aliyun"
    label = "阿里云短信"
    is_real = True

    def sign_for(self, court_code: str | None, court_short_name: str) -> str:
        """The court's own registered sign, else the platform's."""
        return self.court_signs.get(court_code or "", self.sign)

    def send(self, message: Outgoing) -> Receipt:
        """Hand a message over."""
        answer = self._call(
            "SendSms",
            {
                "PhoneNumbers": message.phone,
                "SignName": message.sign,
                "TemplateCode": self.templates[message.template],
                "TemplateParam": json.dumps(vendor_values(message.template, message.values), ensure_ascii=False),
                "OutId": message.reference,
            },
        )
        return Receipt(MessageState.SENT, str(answer.get("BizId", "")))

    def find(self, message: Outgoing) -> Receipt | None:
        """Look a message up by number, day and our reference."""
        day = clock.local(message.tried_at)
        for page in range(1, MOST_PAGES + 1):
            answer = self._call(
                "QuerySendDetails",
                {
                    "PhoneNumber": message.phone,
                    "SendDate": f"{day:%Y%m%d}",
                    "PageSize": str(PAGE),
                    "CurrentPage": str(page),
                    **({"BizId": message.vendor_id} if message.vendor_id else {}),
                },
            )
            rows = _rows(answer)
            for row in rows:
                if row.get("OutId") == message.reference:
                    state = _STATES.get(int(row.get("SendStatus", 1)), MessageState.SENT)
                    words = f"运营商回执：{row.get('ErrCode', '')}" if state is MessageState.FAILED else ""
                    return Receipt(state, message.vendor_id, words)
            if len(rows) < PAGE:
                return None
        raise OutcomeUnknown("这个号码当天的短信太多，没有查完。")

    def _call(self, action: str, params: Mapping[str, str]) -> dict[str, Any]:
        query = escaped_query(params)
        body_hash = hashlib.sha256(b"").hexdigest()
        headers = {
            "host": http.host_of(self.endpoint),
            "x-acs-action": action,
            "x-acs-version": VERSION,
            "x-acs-date": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": body_hash,
        }
        headers["Authorization"] = authorization(
            key_id=self.key_id, secret=self.secret, method="POST", query=query, headers=headers, body_hash=body_hash
        )
        status, answer = http.post(self.endpoint, f"/?{query}", headers, b"")
        code = str(answer.get("Code", ""))
        if code == "OK" and status < 300:
            return answer
        raise _error(code, status)


def _rows(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = answer.get("SmsSendDetailDTOs") or {}
    rows = found.get("SmsSendDetailDTO", []) if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise OutcomeUnknown("短信服务商的回答无法识别。")
    return rows


def _error(code: str, status: int) -> VendorError:
    # Throttling.User and InvalidTimeStamp.Expired are kinds of what stands before the dot; isv.… names are whole.
    family = code if code.startswith(("isv.", "isp.")) else code.partition(".")[0]
    if family in _LATER:
        return Unavailable(f"阿里云：{_LATER[family]}（{code}）。")
    if not code or status >= 500 or family in ("InternalError", "SignatureNonceUsed"):
        return OutcomeUnknown(f"阿里云：服务商出错，不能确定是否已发送（{code or status}）。")
    return Refused(f"阿里云：{_NEVER.get(family, '服务商拒绝发送')}（{code}）。")
