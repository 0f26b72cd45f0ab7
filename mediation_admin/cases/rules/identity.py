"""Phones and identity numbers of parties: what is accepted, what is in doubt, what a number says of its holder."""

import re
from dataclasses import dataclass
from datetime import date

from mediation_admin.cases.enums import IdKind, PhoneState
from mediation_admin.core.crypto import normalise_id_number, normalise_phone
from mediation_admin.core.errors import RuleBroken

_PHONE = re.compile(r"1\d{10}")
_REAL_PHONE = re.compile(r"1[3-9]\d{9}")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# GB 32100-2015: no I, O, S, V, Z; weights are powers of three modulo 31.
_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, n, 31) for n in range(17))


def read_phone(text: str | None) -> tuple[str | None, PhoneState]:
    """A party's phone and how far it can be relied on.

    Nothing is 待补. Eleven digits beginning with 1 are accepted (R01 lets a clerk enter a placeholder); a number no
    operator has given out (second digit 0–2, or one digit repeated) is 待核实. Anything else raises RuleBroken.
    """
    phone = normalise_phone(text)
    if not phone:
        return None, PhoneState.MISSING
    if not _PHONE.fullmatch(phone):
        raise RuleBroken("请输入 11 位手机号；暂时不知道的请留空，系统会记为待补。", field="phone")
    if not _REAL_PHONE.fullmatch(phone) or len(set(phone[2:])) == 1:
        return phone, PhoneState.UNVERIFIED
    return phone, PhoneState.GIVEN


@dataclass(frozen=True, slots=True)
class IdFacts:
    """What a resident identity number says; ``sex`` is female or male."""

    number: str
    birth_date: date
    sex: str


def read_id_number(text: str, today: date) -> IdFacts:
    """A resident identity number of 18 signs with its check digit (GB 11643-1999), or an old one of 15.

    Raises RuleBroken when length, date or check digit is wrong.
    """
    number = normalise_id_number(text)
    if re.fullmatch(r"\d{15}", number):
        born, order = "19" + number[6:12], number[14]
    elif re.fullmatch(r"\d{17}[\dX]", number):
        born, order = number[6:14], number[16]
        total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
        if "10X98765432"[total % 11] != number[17]:
            raise RuleBroken("身份证号码的校验位不对，请核对后重新输入。", field="id_number")
    else:
        raise RuleBroken(f"居民身份证号码应为 18 位（旧证 15 位），现在是 {len(number)} 位。", field="id_number")
    try:
        birth_date = date(int(born[:4]), int(born[4:6]), int(born[6:8]))
    except ValueError:
        raise RuleBroken("身份证号码中的出生日期不存在，请核对后重新输入。", field="id_number") from None
    if not date(1880, 1, 1) <= birth_date <= today:
        raise RuleBroken("身份证号码中的出生日期不合理，请核对后重新输入。", field="id_number")
    return IdFacts(number, birth_date, "male" if int(order) % 2 else "female")


def read_credit_code(text: str) -> str:
    """A unified social credit code with its check sign (GB 32100-2015). Raises RuleBroken."""
    code = normalise_id_number(text)
    if len(code) != 18 or any(sign not in _USCC_SIGNS for sign in code):
        raise RuleBroken("统一社会信用代码应为 18 位数字和大写字母（没有 I、O、S、V、Z），请核对。", field="id_number")
    total = sum(_USCC_SIGNS.index(sign) * weight for sign, weight in zip(code[:17], _USCC_WEIGHTS, strict=True))
    if _USCC_SIGNS[(31 - total % 31) % 31] != code[17]:
        raise RuleBroken("统一社会信用代码的校验位不对，请核对后重新输入。", field="id_number")
    return code


def read_paper(kind: IdKind | None, text: str | None, today: date) -> tuple[str | None, IdFacts | None]:
    """The normalised number of any identity paper, and what it says where it says something. Raises RuleBroken."""
    number = normalise_id_number(text)
    if not number:
        return None, None
    if kind is IdKind.ID_CARD:
        facts = read_id_number(number, today)
        return facts.number, facts
    if kind is IdKind.CREDIT_CODE:
        return read_credit_code(number), None
    if kind is None:
        raise RuleBroken("请选择证件类型。", field="id_kind")
    if not re.fullmatch(r"[0-9A-Z()（）\-]{4,30}", number):
        raise RuleBroken("请输入 4 到 30 位的证件号码。", field="id_number")
    return number, None
