"""Identity numbers (GB 11643) and unified social credit codes (GB 32100), with their check characters."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from mediation_admin.imports.reading.cells import Cell, shown, squeeze
from mediation_admin.imports.reading.values.outcome import PLACEHOLDERS, Empty, Faulty, Outcome, Parsed, parser

AS_TEXT = "请把这一列设成“文本”格式后重新填写"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_ID_NUMBER = re.compile(r"[1-9]\d{5}(\d{4})(\d{2})(\d{2})\d{3}[\dX]", re.A)
_OLD_ID_NUMBER = re.compile(r"[1-9]\d{5}(\d{2})(\d{2})(\d{2})\d{3}", re.A)
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d{2}", re.A)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, n, 31) for n in range(17))
_CREDIT_CODE = re.compile(rf"[{_CREDIT_ALPHABET}]{{18}}")
_ORGANISATION_CODE = re.compile(r"[0-9A-Z]{8}-?[0-9X]")
_PASSPORT = re.compile(r"[A-Z]{1,2}\d{7,9}|[HM]\d{8,10}|\d{8}", re.A)
_APART = re.compile(r"[、,，;；/|\s]+")
_LABEL = re.compile(r"^(公民)?(居民)?(身份证|身份|证件|统一社会信用|信用|机构|执业|组织机构)?(证)?(号码|号|代码)?[:：]")


def id_number_fault(text: str) -> str | None:
    """What is wrong with 18 characters meant as an identity number; None if nothing is."""
    match = _ID_NUMBER.fullmatch(text)
    if not match:
        return "不是 18 位的身份证号（前 17 位是数字，末位是数字或 X）"
    try:
        date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return f"里的出生日期 {match[1]}-{match[2]}-{match[3]} 不存在"
    if not 1880 <= int(match[1]) <= 2099:
        return f"里的出生年份 {match[1]} 不像真的"
    if _CHECKS[sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False)) % 11] != text[17]:
        return "的最后一位校验不对，多半是抄错了一位"
    return None


def credit_code_fault(text: str) -> str | None:
    """What is wrong with 18 characters meant as a unified social credit code; None if nothing is."""
    if not _CREDIT_CODE.fullmatch(text):
        return "不是 18 位的统一社会信用代码（不含字母 I、O、S、V、Z）"
    total = sum(_CREDIT_ALPHABET.index(char) * weight for char, weight in zip(text, _CREDIT_WEIGHTS, strict=False))
    if _CREDIT_ALPHABET[(31 - total % 31) % 31] != text[17]:
        return "的最后一位校验不对，多半是抄错了一位"
    return None


def _number(text: str) -> Outcome:
    if "*" in text:
        return Faulty(f"身份证号“{text}”中间被隐去了，请写完整的号码")
    if len(text) == 18:
        fault = id_number_fault(text)
        return Faulty(f"身份证号“{text}”{fault}，请核对") if fault else Parsed(text)
    if match := _OLD_ID_NUMBER.fullmatch(text):
        try:
            date(1900 + int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return Faulty(f"身份证号“{text}”是 15 位的旧号，但里面的出生日期不存在，请核对")
        return Parsed(text, f"“{text}”是 15 位的旧身份证号，原样保留")
    if text.isdecimal() or re.fullmatch(r"\d+X", text):
        return Faulty(f"身份证号“{text}”有 {len(text)} 位，应为 18 位")
    return Faulty(f"“{text}”不是身份证号，应为 18 位")


def _code(text: str) -> Outcome:
    if len(text) == 18:
        fault = credit_code_fault(text)
        return Faulty(f"统一社会信用代码“{text}”{fault}，请核对") if fault else Parsed(text)
    if _ORGANISATION_CODE.fullmatch(text):
        return Parsed(text, f"“{text}”是旧的组织机构代码，原样保留")
    return Faulty(f"“{text}”不是统一社会信用代码，应为 18 位")


def _either(text: str) -> Outcome:
    if "*" in text:
        return _number(text)
    if len(text) == 18 and text[:17].isdecimal():
        as_id = _number(text)
        # A credit code of digits alone exists; its check character then tells.
        return as_id if as_id.__class__ is Parsed or credit_code_fault(text) else Parsed(text)
    if len(text) == 18 and _CREDIT_CODE.fullmatch(text):
        return _code(text)
    if _ORGANISATION_CODE.fullmatch(text) and not text.isdecimal():
        return _code(text)
    if _PASSPORT.fullmatch(text):
        return Parsed(text, f"“{text}”像护照或港澳台证件号，没有校验")
    if text.isdecimal() or text[:-1].isdecimal():
        return _number(text)
    return Faulty(f"“{text}”不是身份证号或统一社会信用代码，应为 18 位")


@lru_cache(maxsize=1_024)
def _all(original: str, one: Callable[[str], Outcome]) -> Outcome:
    quoted = shown(original)
    if _SCIENTIFIC.fullmatch(squeeze(original)):
        return Faulty(f"“{quoted}”是被 Excel 改成科学记数的证件号，末几位已经丢了。{AS_TEXT}")
    numbers: list[str] = []
    warnings: list[str] = []
    rejoined = re.sub(r"(?<=\d)\s(?=\d{1,8}(?!\d))", "", original) if len(squeeze(original)) == 18 else original
    for piece in _APART.split(rejoined):
        text = _LABEL.sub("", squeeze(piece)).upper().replace("Ｘ", "X").replace("×", "X").strip("'’‘。.")
        if not text or text in PLACEHOLDERS:
            continue
        outcome = one(text)
        if outcome.__class__ is Faulty:
            return outcome
        if outcome.value not in numbers:
            numbers.append(outcome.value)
        if outcome.warning:
            warnings.append(outcome.warning)
    if not numbers:
        return Empty(f"写的是“{quoted}”，按没有证件号处理")
    return Parsed(numbers, "；".join(warnings) or None)


def _list(cell: Cell, one: Callable[[str], Outcome]) -> Outcome:
    kind = cell.__class__
    if kind is str:
        if one is not _code and len(cell) == 18 and cell.isascii() and id_number_fault(cell) is None:
            return Parsed([cell])
        outcome = _all(cell, one)
        return Parsed(list(outcome.value), outcome.warning) if outcome.__class__ is Parsed else outcome
    if kind is int and cell < 10**15:
        return _all(str(cell), one)
    if kind is int or kind is float:
        return Faulty(f"“{shown(cell)}”是按数字存的证件号，Excel 只保留前 15 位，末几位已经丢了。{AS_TEXT}")
    return Faulty(f"“{shown(cell)}”不是证件号码")


def _single(outcome: Outcome) -> Outcome:
    if outcome.__class__ is not Parsed:
        return outcome
    if len(outcome.value) > 1:
        return Faulty(f"一格里有 {len(outcome.value)} 个证件号，这里只能写一个")
    return Parsed(outcome.value[0], outcome.warning)


@parser
def id_numbers(cell: Cell, unit: str | None) -> Outcome:
    """Identity numbers or credit codes of one or more parties, as a list; capitals, 15 digits kept as they are."""
    return _list(cell, _either)


@parser
def id_number(cell: Cell, unit: str | None) -> Outcome:
    """One identity number of a natural person."""
    return _single(_list(cell, _number))


@parser
def credit_code(cell: Cell, unit: str | None) -> Outcome:
    """One unified social credit code."""
    return _single(_list(cell, _code))
