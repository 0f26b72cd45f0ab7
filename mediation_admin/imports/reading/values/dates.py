"""Dates as ledgers write them: date cells, eight digits, points, slashes, 年月日, Chinese numerals, serial numbers."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from mediation_admin.imports.reading.cells import Cell, shown, squeeze
from mediation_admin.imports.reading.values.outcome import (
    EMPTY,
    PLACEHOLDERS,
    Empty,
    Faulty,
    Outcome,
    Parsed,
    Parser,
    parser,
)

HOW = "请写成 2022-01-06 这样"
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 73_051)  # 1954-10-03 to 2099-12-31: a number in this range is a date nobody formatted
_SEP = r"[-/.年、,。_~]"
_FULL = re.compile(rf"(\d{{4}}){_SEP}(\d{{1,2}}){_SEP.replace('年', '月')}(\d{{1,2}})[日号]?")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT_YEAR = re.compile(rf"'?(\d{{2}}){_SEP}(\d{{1,2}}){_SEP.replace('年', '月')}(\d{{1,2}})[日号]?")
_MONTH = re.compile(r"(\d{4})[-/.年、](\d{1,2})月?份?")
_SIX = re.compile(r"((?:19|20)\d{2})(\d{2})")
_YEAR = re.compile(r"(\d{4})年?")
_TIME = re.compile(r"(?<=[\d日号])[T\s]*\d{1,2}[:时点]\d{1,2}([:分]\d{1,2})?(\.\d+)?[秒分]?Z?$")
_NOTE = re.compile(r"[(（\[].*[)）\]]$")
_WEEKDAY = re.compile(r"[(（]?(星期|周)[一二三四五六日天][)）]?")
_NO_YEAR = re.compile(r"\d{1,2}[-/.月]\d{1,2}[日号]?")
_YEAR_LAST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_DIGITS = {c: str(n) for n, c in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "Ｏ": "0",
    "O": "0",
    "o": "0",
    "l": "1",
    "两": "2",
    "元": "1",
}
_CHINESE = re.compile(
    r"([〇○零一二三四五六七八九O]{4})年([一二三四五六七八九十]{1,2}|\d{1,2})月(?:([一二三四五六七八九十廿卅]{1,3}|\d{1,2})[日号])?"
)
_HARMLESS = str.maketrans(
    {"．": ".", "﹒": ".", "·": ".", "‧": ".", "–": "-", "—": "-", "－": "-", "−": "-", "\u200b": "", "\xa0": ""}
)


def _numeral(text: str) -> int:
    """十二 → 12, 廿三 → 23, 三十一 → 31; ASCII digits pass."""
    if text.isdecimal():
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" in text:
        tens, _, ones = text.partition("十")
        return int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0"))
    return int("".join(_DIGITS[c] for c in text))


def _made(year: int, month: int, day: int, text: str, warning: str | None = None) -> Outcome:
    if not 1 <= month <= 12:
        return Faulty(f"“{text}”不是有效日期：没有 {month} 月。{HOW}")
    try:
        return Parsed(date(year, month, day), warning)
    except ValueError:
        return Faulty(f"“{text}”不是有效日期：{year} 年 {month} 月没有 {day} 日。{HOW}")


@lru_cache(maxsize=16_384)
def _from_text(original: str) -> Outcome:
    text = squeeze(original.translate(_HARMLESS)).strip("'\"“”;；,，。.")
    quoted = shown(original)
    if match := _FULL.fullmatch(text) or _EIGHT.fullmatch(text):
        return _made(int(match[1]), int(match[2]), int(match[3]), quoted)
    if not text or text in PLACEHOLDERS:
        return Empty(f"写的是“{quoted}”，按没有日期处理")
    if match := _CHINESE.fullmatch(text):
        year = int("".join(_DIGITS[c] for c in match[1]))
        if not match[3]:
            return Faulty(f"“{quoted}”只有年月，缺少日。{HOW}")
        return _made(year, _numeral(match[2]), _numeral(match[3]), quoted)
    bare = _WEEKDAY.sub("", _TIME.sub("", text))
    if bare != text and (match := _FULL.fullmatch(bare) or _EIGHT.fullmatch(bare)):
        return _made(int(match[1]), int(match[2]), int(match[3]), quoted)
    bare = _NOTE.sub("", text)
    if bare != text and (match := _FULL.fullmatch(bare) or _EIGHT.fullmatch(bare)):
        return _made(int(match[1]), int(match[2]), int(match[3]), quoted, f"“{quoted}”里括号中的说明没有导入")
    if match := _SHORT_YEAR.fullmatch(text):
        year = 2000 + int(match[1])
        if 1 <= int(match[2]) <= 12:
            return _made(year, int(match[2]), int(match[3]), quoted, f"“{quoted}”的年份按 {year} 年读")
    if _MONTH.fullmatch(text) or _SIX.fullmatch(text):
        return Faulty(f"“{quoted}”只有年月，缺少日。{HOW}")
    if _YEAR_LAST.fullmatch(text):
        return Faulty(f"“{quoted}”分不清哪个是年、哪个是月。{HOW}")
    if _NO_YEAR.fullmatch(text):
        return Faulty(f"“{quoted}”缺少年份。{HOW}")
    if len(re.findall(rf"\d{{4}}{_SEP}\d{{1,2}}", text)) > 1:
        return Faulty(f"“{quoted}”里有两个日期，一格只能写一个。{HOW}")
    if text.isdecimal():
        if int(text) in _SERIALS:
            return _from_number(int(text))
        return Faulty(f"“{quoted}”不是 8 位的日期。{HOW}")
    return Faulty(f"“{quoted}”不是日期。{HOW}")


def _from_number(number: float) -> Outcome:
    if not -1e9 < number < 1e9:  # also what is no number
        return Faulty(f"“{shown(number)}”不是日期。{HOW}")
    whole = int(number)
    if whole == number and 1_000_00_00 <= whole <= 9999_99_99:
        return _made(whole // 10_000, whole // 100 % 100, whole % 100, str(whole))
    if whole in _SERIALS:
        day = _EXCEL_EPOCH + timedelta(days=whole)
        return Parsed(day, f"{whole} 是没有设日期格式的日期，按 {day.isoformat()} 读")
    if whole == 0:
        return Empty("写的是“0”，按没有日期处理")
    return Faulty(f"“{shown(number)}”不是日期。{HOW}")


def _any_date(cell: Cell) -> Outcome:
    kind = cell.__class__
    if kind is date:
        return Parsed(cell)
    if kind is str:
        return _from_text(cell)
    if kind is datetime:
        return Parsed(cell.date())
    if kind is int or kind is float:
        return _from_number(cell)
    return Faulty(f"“{shown(cell)}”不是日期。{HOW}")


def dates_between(earliest: date, latest: date) -> Parser:
    """A parser of dates that finds days outside the two (inclusive) faulty: they are typing errors."""

    @parser
    def in_range(cell: Cell, unit: str | None) -> Outcome:
        outcome = _any_date(cell)
        if outcome.__class__ is Parsed and not earliest <= outcome.value <= latest:
            return Faulty(
                f"“{shown(cell)}”的年份 {outcome.value.year} 不像真的，请核对（应在 {earliest.year} 到 {latest.year} 年之间）"
            )
        return outcome

    return in_range


calendar_date = dates_between(date(1949, 10, 1), date(2099, 12, 31))
"""Dates of proceedings and appointments. Answers ``Parsed(date)``."""


def _month(year: int, month: int, quoted: str, warning: str | None = None) -> Outcome:
    if not 1 <= month <= 12:
        return Faulty(f"“{quoted}”不是有效的年月：没有 {month} 月。请写成 1978-08 这样")
    if not 1900 <= year <= 2099:
        return Faulty(f"“{quoted}”的年份 {year} 不像真的，请核对")
    return Parsed(date(year, month, 1), warning)


@parser
def year_month(cell: Cell, unit: str | None) -> Outcome:
    """A year and month (出生年月): 1966.07, 1978年8月, 197808, a date cell. Answers the first of the month as a date."""
    quoted = shown(cell)
    kind = cell.__class__
    if kind is float or kind is int:
        text = repr(cell)
        if kind is float and (match := re.fullmatch(r"(19\d\d|20\d\d)\.(\d{1,2})", text)):
            if match[2] == "1":
                return Faulty(f"数字 {text} 分不清是 1 月还是 10 月，请写成“{match[1]}-01”或“{match[1]}-10”")
            return _month(int(match[1]), int(match[2]), quoted)
        if kind is int and 1900_01 <= cell <= 2099_12:
            return _month(cell // 100, cell % 100, quoted)
        if kind is int and 1900 <= cell <= 2099:
            return Faulty(f"“{quoted}”只有年份，请写成 {cell}-08 这样")
    elif kind is str:
        text = squeeze(cell.translate(_HARMLESS)).removesuffix("出生").removesuffix("生").strip("'\"。.;；")
        if text in PLACEHOLDERS:
            return Empty(f"写的是“{quoted}”，按没有填处理")
        if match := _MONTH.fullmatch(text) or _SIX.fullmatch(text):
            return _month(int(match[1]), int(match[2]), quoted)
        if (match := _CHINESE.fullmatch(text)) and not match[3]:
            return _month(int("".join(_DIGITS[c] for c in match[1])), _numeral(match[2]), quoted)
        if _YEAR.fullmatch(text):
            return Faulty(f"“{quoted}”只有年份，请写成 {text[:4]}-08 这样")
    outcome = _any_date(cell)
    if outcome.__class__ is Parsed:
        return _month(outcome.value.year, outcome.value.month, quoted, outcome.warning)
    if outcome.__class__ is Faulty:
        return Faulty(f"“{quoted}”不是年月，请写成 1978-08 这样")
    return EMPTY
