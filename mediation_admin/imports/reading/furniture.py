"""The lines of a ledger that are no records: totals, notes, signatures, repeated headings, group titles, blank forms."""

import re
from collections.abc import Sequence
from itertools import pairwise

from mediation_admin.imports.reading.cells import Cell, squeeze
from mediation_admin.imports.reading.headings import Heading, fold_heading

TOTAL, NOTE, REPEATED, NUMBERS, ONLY_SERIAL, SECTION, EXAMPLE, BLANK, TITLE = (
    "合计行",
    "说明或签名",
    "重复的表头",
    "列号行",
    "只有序号，其余是空的",
    "分组标题",
    "示例行",
    "空行",
    "重复的标题",
)
_TOTAL = re.compile(
    r"[\W_]*(本[页月季年周]|上[页月]|全年|全部|以上|累计|总)?(合计|总计|小计|共计|累计|合计数|平均值?)(数|金额|件数|案件数|[:：(（=].*)?"
)
_NOTE = re.compile(
    r"(备?注|说明|附注|附|填表说明|填报说明|填写说明|注意事项?|温馨提示|要求|※|★)\d*[:：.、）)\s].*|(备?注|说明)[:：]?$|以下空白|以上数据.*|本表.*|第\d+页.*|共\d+页.*|[-—]\d+[-—]|-+以下.*-+"
)
_SIGNATURE = re.compile(
    r"(制表|填表|填报|审核|复核|审批|统计|经办|录入|负责|单位负责|部门负责|分管|主管|报送|联系|打印|导出|制单|核对|签字|签名|盖章|单位)(人员?|者|领导|日期|时间|单位|电话|负责人)?(\(.*?\))?[:：].*"
    r"|(制表|填表|填报|审核|打印|导出)(人|单位|日期|时间)$|单位\(?盖章\)?.*"
)
_CHINESE_ORDER = "甲乙丙丁戊己庚辛壬癸"
_EXAMPLE = re.compile(r"(示例|样例|范例|举例|例如?)[:：)）\d]?.*")


def furniture_in(
    cells: Sequence[Cell], headings: Sequence[Heading], serial: int | None, above: frozenset[str]
) -> str | None:
    """Why this line is no record; None if it is one. ``above`` are the folded texts over the headings."""
    if (
        serial is not None
        and serial + 1 < len(cells)
        and cells[serial].__class__ is int
        and cells[serial + 1].__class__ is str
        and len(cells[serial + 1]) > 4
    ):
        return None  # the usual record, told at a glance: a number, then a text
    held = [(column, cell) for column, cell in enumerate(cells) if cell is not None]
    if not held:
        return BLANK
    texts = [(column, cell) for column, cell in held if isinstance(cell, str)]
    if not texts:
        return ONLY_SERIAL if [column for column, _ in held] == [serial] else _column_numbers(held)
    first_column, first = held[0]
    if isinstance(first, str) or len(texts) <= 3:
        reason = _by_words(held, texts, headings, above)
        if reason:
            return reason
    if _repeats(texts, held, headings):
        return REPEATED
    if len(held) == 1:
        if first_column == serial and isinstance(first, str):
            return ONLY_SERIAL if re.fullmatch(r"\d+[.、]?", squeeze(first)) else SECTION
        if isinstance(first, str) and fold_heading(first) in above:
            return TITLE
    return _column_numbers(held)


def _by_words(held: list, texts: list, headings: Sequence[Heading], above: frozenset[str]) -> str | None:
    for column, text in texts[:3]:
        if (
            len(text) < 30
            and _TOTAL.fullmatch(squeeze(text))
            and len(texts) <= 3 + (len(headings) > 8)
            and column <= held[min(2, len(held) - 1)][0]
        ):
            return TOTAL
    first = texts[0][1]
    folded = squeeze(first)
    if len(held) <= 2 and (_NOTE.fullmatch(folded) or fold_heading(first) in above):
        return TITLE if fold_heading(first) in above else NOTE
    if len(held) <= 8 and texts[0] == held[0] and _SIGNATURE.fullmatch(folded):
        return NOTE
    if held[0] == texts[0] and _EXAMPLE.fullmatch(folded) and len(folded) <= 8:
        return EXAMPLE
    return None


def _repeats(texts: list, held: list, headings: Sequence[Heading]) -> bool:
    same = 0
    for at, (column, text) in enumerate(texts):
        if at == 3 and not same:
            return False  # told early: this is asked of every record
        if column < len(headings) and len(text) < 40:
            folded = fold_heading(text)
            same += any(fold_heading(part) == folded for part in headings[column].path)
    return same >= 2 and same * 10 >= len(held) * 6


def _column_numbers(held: list) -> str | None:
    """A line that only numbers the columns: 1 2 3 4 … or 甲 乙 1 2 …"""
    if len(held) < 4:
        return None
    breaks = 0
    for (_, before), (_, after) in pairwise(held):
        one, other = squeeze(str(before)).strip("()"), squeeze(str(after)).strip("()")
        counts_on = one.isdecimal() and other.isdecimal() and len(one) < 4 and int(other) == int(one) + 1
        if not counts_on and not (one in _CHINESE_ORDER and (other in _CHINESE_ORDER or other == "1")):
            breaks += 1
            if breaks > 1:
                return None
    return NUMBERS
