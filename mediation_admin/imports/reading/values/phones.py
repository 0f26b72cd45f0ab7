"""Phone numbers: mobiles, landlines, several in one cell, and the words people write when there is none."""

import re
from functools import lru_cache

from mediation_admin.imports.reading.cells import Cell, shown, squeeze
from mediation_admin.imports.reading.values.outcome import PLACEHOLDERS, Empty, Faulty, Outcome, Parsed, parser

HOW = "请写成 11 位手机号，或“区号-号码”的座机"
_MOBILE = re.compile(r"(?:\+?0{0,2}86-?)?0?(1[3-9]\d{9})", re.A)
_AREA = r"(?:010|02[0-57-9]|0[3-9]\d{2})"
_LANDLINE = re.compile(rf"(?:\+?0{{0,2}}86-?)?\(?({_AREA})\)?-?([2-8]\d{{6,7}})(?:(?:-|转|分机)(\d{{1,6}}))?", re.A)
_LOCAL = re.compile(r"([2-8]\d{6,7})(?:(?:-|转|分机)(\d{1,6}))?", re.A)
_SERVICE = re.compile(r"([48]00)-?(\d{3})-?(\d{4})|(1\d{4}|9\d{4})", re.A)
_APART = re.compile(r"[、,;/|\n\r\t\\或和]|\s{2,}")
_LABEL = re.compile(r"^[^\d+(]*[:：]?|[^\d]*$")
_NOT_REAL = re.compile(r"(\d)\1{6,10}|1?[0-1]?0{7,10}|12345678\d*|1380{8}", re.A)
_JOINERS = re.compile(r"[-\s.·_–—－()]")


def _one(text: str) -> tuple[str | None, str | None]:
    """(number, warning) of one piece, or (None, fault)."""
    if match := _MOBILE.fullmatch(_JOINERS.sub("", text)):
        return match[1], None
    if match := _LANDLINE.fullmatch(text):
        return f"{match[1]}-{match[2]}" + (f"-{match[3]}" if match[3] else ""), None
    if match := _LANDLINE.fullmatch(_JOINERS.sub("", text)):
        return f"{match[1]}-{match[2]}", None
    if match := _LOCAL.fullmatch(text) or _LOCAL.fullmatch(_JOINERS.sub("", text)):
        return match[1] + (f"-{match[2]}" if match[2] else ""), f"“{text}”没有区号"
    if match := _SERVICE.fullmatch(text):
        return match[4] or f"{match[1]}{match[2]}{match[3]}", f"“{text}”是服务号码，收不到短信"
    digits = sum(c.isdigit() for c in text)
    if "*" in text or "＊" in text:
        return None, f"“{text}”中间被隐去了，请写完整的号码"
    if re.fullmatch(r"1\d*", _JOINERS.sub("", text)):
        return (
            None,
            f"手机号“{text}”有 {digits} 位，应为 11 位" if digits != 11 else f"“{text}”不是有效的手机号段，请核对",
        )
    return None, f"“{text}”不是电话号码。{HOW}"


@lru_cache(maxsize=4_096)
def _several(original: str) -> Outcome:
    quoted = shown(original)
    if (
        not squeeze(original)
        or squeeze(original).strip("。.") in PLACEHOLDERS
        or re.fullmatch(r"(无|没有|未留|不知|缺|空号|停机).{0,6}", squeeze(original))
    ):
        return Empty(f"写的是“{quoted}”，按没有电话处理")
    if re.search(r"\d[eE]\+\d", original):
        return Faulty(f"“{quoted}”是被 Excel 改成科学记数的号码，末几位已经丢了。请把这一列设成“文本”格式后重新填写")
    numbers: list[str] = []
    warnings: list[str] = []
    for piece in _APART.split(re.sub(r"[，；／｜＼]", lambda m: ",;/|\\"["，；／｜＼".index(m[0])], original)):
        if not any(char.isdigit() for char in piece) and not any(char.isdigit() for char in original):
            return Faulty(f"“{quoted}”不是电话号码。{HOW}")
        text = _LABEL.sub("", squeeze(piece)) if not re.fullmatch(r"[\d+\-()\s.]+", piece) else squeeze(piece)
        if not text:
            continue
        # two mobiles parted only by a space
        pieces = re.findall(r"1[3-9]\d{9}", text) if re.fullmatch(r"(1[3-9]\d{9}){2,}", text) else [text]
        for one in pieces:
            number, remark = _one(one)
            if number is None:
                if _NOT_REAL.fullmatch(one) or set(one) <= set("0-"):
                    warnings.append(f"写的是“{one}”，按没有电话处理")
                    continue
                return Faulty(remark or "")
            if _NOT_REAL.fullmatch(number):
                warnings.append(f"“{one}”像是随手填的号码，按没有电话处理")
                continue
            if remark:
                warnings.append(remark)
            if number not in numbers:
                numbers.append(number)
    if not numbers:
        return Empty("；".join(warnings) or f"写的是“{quoted}”，按没有电话处理")
    return Parsed(numbers, "；".join(warnings) or None)


_QUICK = re.compile(r"1[3-9]\d{9}", re.A)


def _phones(cell: Cell) -> Outcome:
    kind = cell.__class__
    if kind is int:
        cell = str(cell)
    elif kind is not str:
        return Faulty(f"“{shown(cell)}”不是电话号码。{HOW}")
    if _QUICK.fullmatch(cell) and cell.isascii() and not _NOT_REAL.fullmatch(cell):
        return Parsed([cell])
    return _several(cell)


@parser
def phones(cell: Cell, unit: str | None) -> Outcome:
    """Every phone in the cell, as a list of strings: 11 digits, or 0377-63123456 with the extension after a dash."""
    outcome = _phones(cell)
    return Parsed(list(outcome.value), outcome.warning) if outcome.__class__ is Parsed else outcome


@parser
def phone(cell: Cell, unit: str | None) -> Outcome:
    """One phone as a string; of several the first, with a warning that names the others."""
    outcome = _phones(cell)
    if outcome.__class__ is not Parsed:
        return outcome
    first, *others = outcome.value
    warning = outcome.warning
    if others:
        warning = f"一格里有几个电话，取第一个“{first}”，没有导入“{'、'.join(others)}”"
    return Parsed(first, warning)
