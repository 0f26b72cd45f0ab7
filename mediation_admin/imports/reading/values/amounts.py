"""Amounts of money, read into yuan: 30662.20元, 1,776,160.53, 0.6632万元, 人民币壹万元整."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from mediation_admin.imports.reading.cells import Cell, shown, squeeze
from mediation_admin.imports.reading.values.outcome import PLACEHOLDERS, Empty, Faulty, Outcome, Parsed, parser

UNITS = {
    "分": Decimal("0.01"),
    "角": Decimal("0.1"),
    "元": Decimal(1),
    "圆": Decimal(1),
    "块": Decimal(1),
    "块钱": Decimal(1),
    "十元": Decimal(10),
    "百元": Decimal(100),
    "千元": Decimal(1000),
    "千": Decimal(1000),
    "k": Decimal(1000),
    "万元": Decimal(10_000),
    "万": Decimal(10_000),
    "w": Decimal(10_000),
    "万圆": Decimal(10_000),
    "万块": Decimal(10_000),
    "十万元": Decimal(100_000),
    "百万元": Decimal(1_000_000),
    "百万": Decimal(1_000_000),
    "千万元": Decimal(10_000_000),
    "千万": Decimal(10_000_000),
    "亿元": Decimal(100_000_000),
    "亿": Decimal(100_000_000),
}
LARGEST = Decimal(10) ** 13
HOW = "请写成 30662.20 这样的数字，单位是元"
_CENT = Decimal("0.01")
_PLAIN = re.compile(
    r"[+]?(\d+(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?)(十元|百元|千元|万元|十万元|百万元?|千万元?|亿元?|万圆|万块|块钱|[元圆块万千kw])?[整正]?"
)
_PREFIX = re.compile(r"^(人民币|rmb|cny|[￥¥$]|标的额?|金额|合计|共计?|计)[:：]?")
_ABOUT = re.compile(r"^(约|大约|暂计|暂定|估计|近)|(?<=[\d万千亿])[余多](?=[万千亿元]|$)|左右$")
_AND_INTEREST = re.compile(r"(及|以及|和|\+|并|、)?(其?利息|违约金|逾期利息|罚息|复利).*$")
_MIXED = re.compile(r"(\d+(?:\.\d+)?)万(\d+(?:\.\d+)?)元?")
_FOREIGN = re.compile(r"美元|美金|usd|欧元|eur|港币|港元|hkd|日元|英镑|\$")
_CAPITAL = (
    {c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
    | {c: n for n, c in enumerate("〇一二三四五六七八九")}
    | {"两": 2, "貳": 2, "参": 3, "叄": 3, "陸": 6}
)
_STEPS = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}


def _capital(text: str) -> Decimal | None:
    """壹万贰仟叁佰元伍角 → 12300.50; None if the text is not wholly written so."""
    total = section = digit = 0
    cents = Decimal(0)
    seen = False
    for char in text.rstrip("整正"):
        if char in _CAPITAL:
            digit = _CAPITAL[char]
            seen = True
        elif char in _STEPS:
            section += (digit or 1) * _STEPS[char]
            digit = 0
        elif char in "万萬":
            total += (section + digit) * 10_000
            section = digit = 0
        elif char in "亿億":
            total = (total + section + digit) * 100_000_000
            section = digit = 0
        elif char in "元圆":
            total += section + digit
            section = digit = 0
        elif char in "角分":
            cents += digit * (Decimal("0.1") if char == "角" else _CENT)
            digit = 0
        else:
            return None
    return total + section + digit + cents if seen else None


def _in_yuan(number: Decimal, quoted: str, warning: str | None = None) -> Outcome:
    if not number.is_finite():
        return Faulty(f"“{quoted}”不是金额。{HOW}")
    if number < 0:
        return Faulty(f"金额“{quoted}”是负数，{HOW}")
    if number >= LARGEST:
        return Faulty(f"金额“{quoted}”大得不像真的，请核对单位")
    rounded = number.quantize(_CENT, ROUND_HALF_UP)
    if warning is None and abs(rounded - number) > Decimal("0.000001"):
        warning = f"“{quoted}”按四舍五入到分，记为 {rounded} 元"
    return Parsed(rounded, warning)


@lru_cache(maxsize=16_384)
def _from_text(original: str, unit: str | None) -> Outcome:
    text = squeeze(original).lower().replace("，", ",")
    quoted = shown(original)
    if text in PLACEHOLDERS or re.fullmatch(r"(无|没有|不涉及?|未涉及?)(标的额?|财产|金额|争议标的).*", text):
        return Empty(f"写的是“{quoted}”，按没有标的额处理")
    warnings: list[str] = []
    if "$" in text or _FOREIGN.search(text):
        return Faulty(f"“{quoted}”是外币，请折算成人民币。{HOW}")
    while (cut := _PREFIX.sub("", text)) != text:
        text = cut
    if (cut := _ABOUT.sub("", text)) != text:
        warnings.append(f"“{quoted}”是约数")
        text = cut
    if re.match(r"\d", text) and (cut := _AND_INTEREST.sub("", text)) != text:
        warnings.append(f"“{quoted}”只记了其中的本数，利息等没有计入")
        text = cut
    warning = "；".join(warnings) or None
    if match := _PLAIN.fullmatch(text):
        try:
            number = Decimal(match[1].replace(",", ""))
        except InvalidOperation:
            return Faulty(f"“{quoted}”不是金额。{HOW}")
        own = match[2]
        if own and unit and unit != "元" and UNITS[unit] != UNITS[own]:
            warnings.append(f"“{quoted}”自己写了单位“{own}”，没有按表头的“{unit}”读")
            warning = "；".join(warnings)
        return _in_yuan(number * UNITS[own or unit or "元"], quoted, warning)
    if match := _MIXED.fullmatch(text):
        return _in_yuan(Decimal(match[1]) * 10_000 + Decimal(match[2]), quoted, warning)
    if re.match(r"-\d", text):
        return Faulty(f"金额“{quoted}”是负数，{HOW}")
    if re.fullmatch(r"[\d.]+e\+?\d+", text):
        return _in_yuan(Decimal(text) * UNITS[unit or "元"], quoted, f"“{quoted}”是科学记数，末几位可能已丢，请核对")
    if (number := _capital(text)) is not None:
        return _in_yuan(number, quoted, warning)
    if re.fullmatch(r"\d[\d,]*,[\d,]*(\.\d+)?元?", text):
        return Faulty(f"“{quoted}”的逗号位置不对，请核对。{HOW}")
    if len(re.findall(r"\d+(?:\.\d+)?", text)) > 1:
        return Faulty(f"“{quoted}”里有几个数，分不清哪个是标的额。{HOW}")
    return Faulty(f"“{quoted}”不是金额。{HOW}")


@parser
def amount(cell: Cell, unit: str | None) -> Outcome:
    """Money in yuan with two decimals, as Decimal. ``unit`` (元, 万元 …) comes from the heading; a unit in the cell wins."""
    kind = cell.__class__
    if kind is int:
        return _in_yuan(Decimal(cell) * UNITS[unit or "元"], str(cell))
    if kind is float:
        return _in_yuan(Decimal(repr(cell)) * UNITS[unit or "元"], repr(cell))
    if kind is str:
        return _from_text(cell, unit)
    return Faulty(f"“{shown(cell)}”不是金额。{HOW}")
