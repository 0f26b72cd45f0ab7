"""Case numbers: `（2022）豫1302诉前调1号` read from what people write, and written in the official form.

Grammar of 法〔2015〕137号 §3 as amended by 法〔2018〕335号: year in brackets, court code, special-trial mark, type code,
a natural number without padding, 号. Input may have half-width or square brackets, full-width digits, blanks, a 第.
"""

import re
import unicodedata
from dataclasses import dataclass

from mediation_admin.core.errors import RuleBroken

PROVINCES = "京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔云藏陕甘青宁新兵军"
COURT_CODE = rf"最高法|[{PROVINCES}](?:[0-9]{{4}}|[0-9]{{2}})?"
FIRST_YEAR, LAST_YEAR = 1949, 2199
EXAMPLE = "（2022）豫1302诉前调1号"

_NUMBER = re.compile(rf"\(([0-9]{{4}})\)({COURT_CODE})(知)?([一-龥]{{1,5}}?)第?([0-9]{{1,8}})号")
_TYPE = re.compile(r"[一-龥]{1,5}")
_COURT = re.compile(COURT_CODE)
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
# NFKC turns full-width brackets and digits into plain ones; these are left.
_BRACKETS = str.maketrans("〔〕[]【】{}", "()()()()")
_OLD_STYLE = re.compile(r"\(\d{4}\).{1,8}字第?\d+(?:-\d+)?号?")


@dataclass(frozen=True, slots=True, order=True)
class CaseNumber:
    """The parts of a case number. ``special`` is 知 for intellectual-property trials, else None."""

    year: int
    court_code: str
    special: str | None
    type_code: str
    serial: int

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise RuleBroken(f"案号年份 {self.year} 不对，请填四位数的立案年份，例如 2022。")
        if not _COURT.fullmatch(self.court_code):
            raise RuleBroken(f"法院代字“{self.court_code}”不对，应为省份简称加两位或四位数字，例如 豫1302。")
        if self.special not in (None, "知"):
            raise RuleBroken(f"专门审判代字只有“知”，不认识“{self.special}”。")
        if not _TYPE.fullmatch(self.type_code) or self.type_code[0] == "知" or self.type_code[-1] == "第":
            raise RuleBroken(f"类型代字“{self.type_code}”不对，应为一至五个汉字，例如 诉前调。")
        if not 1 <= self.serial <= 99_999_999:
            raise RuleBroken("案号的序号应为 1 至 99999999 的整数。")

    def __str__(self) -> str:
        return format(self)


def format(number: CaseNumber) -> str:
    """The official form: full-width brackets, no blanks, no padding."""
    return f"（{number.year:04d}）{number.court_code}{number.special or ''}{number.type_code}{number.serial}号"


def parse(text: str) -> CaseNumber:
    """The case number that ``text`` means. RuleBroken with a sentence that says what is missing, field ``case_number``."""
    plain = _plain(text)
    found = _NUMBER.fullmatch(plain)
    if found is None:
        raise RuleBroken(_what_is_wrong(plain), field="case_number")
    year, court, special, kind, serial = found.groups()
    try:
        return CaseNumber(int(year), court, special, kind, int(serial))
    except RuleBroken as refusal:
        raise RuleBroken(refusal.message, field="case_number") from None


def parse_or_none(text: str) -> CaseNumber | None:
    """Like ``parse``, for places that only ask whether it is one."""
    try:
        return parse(text)
    except RuleBroken:
        return None


def normalise(text: str) -> str:
    """The official form of what was typed. RuleBroken as ``parse``."""
    return format(parse(text))


def _plain(text: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).translate(_BRACKETS)


def _what_is_wrong(plain: str) -> str:
    if not plain:
        return f"案号为空，请按“{EXAMPLE}”的样子填写。"
    if _OLD_STYLE.fullmatch(plain):
        return f"这是 2016 年以前的旧式案号，不能作诉前调解案号；请把它填在“案号”栏，或改为“{EXAMPLE}”的样子。"
    if not re.match(r"\(\d{4}\)", plain):
        return f"案号应以括号里的四位年份开头，例如“{EXAMPLE}”。"
    rest = plain[6:]
    court = re.match(rf"(?:{COURT_CODE})(?![0-9])", rest)
    if court is None:
        return f"年份后面应是法院代字：省份简称加两位或四位数字，例如 豫1302；请对照“{EXAMPLE}”改正。"
    if not rest.endswith("号"):
        return f"案号应以“号”结尾，例如“{EXAMPLE}”。"
    if not re.search(r"\d号$", rest):
        return f"“号”前面应是数字，例如“{EXAMPLE}”。"
    if re.search(r"\d{9,}号$", rest):
        return "案号的序号太长，最多八位，请核对。"
    return f"法院代字和序号之间应是一至五个汉字的类型代字，例如 诉前调；请对照“{EXAMPLE}”改正。"
