"""Plain texts: free text, one person's name, names of organisations, case numbers, whole numbers, lists of words."""

import re
import unicodedata
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

_HANZI = r"㐀-鿿豈-﫿𠀀-𲎯"
_BETWEEN_HANZI = re.compile(rf"(?<=[{_HANZI}])[ \t　\xa0]+(?=[{_HANZI}])")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u2060\u00ad"))
_CASE_NUMBER = re.compile(
    r"\((\d{4})\)([^\d()]{1,3}(?:\d{2,4})?)([^\d()]{1,8})(\d{1,8})号(之[一二三四五六七八九十]+)?", re.A
)
_LIST = re.compile(r"[、,，;；/|\n\r\t]+|\s{2,}")
_LIST_WITH_SPACES = re.compile(r"[、,，;；/|\s]+")


def clean(text: str) -> str:
    """Spaces at the ends, no-break spaces, invisible characters and Windows line ends tidied; inner line breaks kept."""
    if text.isascii() and "\r" not in text:
        return text.strip()
    text = text.translate(_INVISIBLE).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("　", " ")
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def as_text(cell: Cell) -> str:
    """Any cell as the text a person typed: 138 for the number 138, 2022-01-06 for a date."""
    return clean(cell) if cell.__class__ is str else shown(cell)


def free_text(longest: int = 5_000) -> Parser:
    """A parser of free text of at most ``longest`` characters."""

    @parser
    def text(cell: Cell, unit: str | None) -> Outcome:
        value = clean(cell) if cell.__class__ is str else shown(cell)
        if not value:
            return EMPTY
        if len(value) > longest:
            return Faulty(f"内容有 {len(value)} 个字，最多 {longest} 个字，请删减")
        return Parsed(value)

    return text


note = free_text()
"""Remarks and descriptions."""


@lru_cache(maxsize=8_192)
def _label(original: str) -> Outcome:
    text = _BETWEEN_HANZI.sub("", " ".join(clean(original).split())).replace("(", "（").replace(")", "）")
    text = text.strip("，,。.；;、 ")
    if not text or text in PLACEHOLDERS:
        return Empty()
    if len(text) > 200:
        return Faulty(f"“{shown(text)}”有 {len(text)} 个字，太长了，请只写名称")
    return Parsed(text)


@parser
def label(cell: Cell, unit: str | None) -> Outcome:
    """A short name of a thing (organisation, cause, kind): spaces between Chinese characters out, brackets full-width."""
    return _label(cell if cell.__class__ is str else shown(cell))


_PERSON = re.compile(rf"[{_HANZI}](?:[{_HANZI}·•]{{0,18}})[{_HANZI}]|[A-Za-z][A-Za-z .'-]{{1,60}}")


@lru_cache(maxsize=8_192)
def _person(original: str) -> Outcome:
    outcome = _label(original)
    if outcome.__class__ is not Parsed:
        return outcome
    text = re.sub(r"[（(].*?[）)]$", "", outcome.value).replace("•", "·").replace("．", "·")
    text = re.sub(r"^(调解员|法官|姓名)[:：]", "", text).rstrip("*＊")
    if text.endswith(("等", "等人")) or _LIST.search(text):
        return Faulty(f"“{shown(original)}”像是几个人，这里只能写一个人的姓名")
    if not _PERSON.fullmatch(text):
        return Faulty(f"“{shown(original)}”不像一个人的姓名，请核对")
    warning = (
        f"“{shown(original)}”里括号中的说明没有导入"
        if len(text) < len(outcome.value) and "（" in outcome.value
        else None
    )
    return Parsed(text, warning)


@parser
def person_name(cell: Cell, unit: str | None) -> Outcome:
    """One person's name; 「康　晓」 is 康晓. A note in brackets is dropped with a warning."""
    if cell.__class__ is not str:
        return Faulty(f"“{shown(cell)}”不像一个人的姓名，请核对")
    return _person(cell)


@parser
def case_number(cell: Cell, unit: str | None) -> Outcome:
    """A case number in its official form （2022）豫1302诉前调1号; whether court and type exist is the caller's question."""
    if cell.__class__ is not str:
        return Faulty(f"“{shown(cell)}”不是案号，请写成（2022）豫1302诉前调1号这样")
    text = (
        squeeze(cell)
        .replace("[", "(")
        .replace("]", ")")
        .replace("〔", "(")
        .replace("〕", ")")
        .replace("【", "(")
        .replace("】", ")")
        .rstrip(".。;；,")
    )
    if text in PLACEHOLDERS:
        return EMPTY
    match = _CASE_NUMBER.fullmatch(text)
    if not match:
        return Faulty(f"“{shown(cell)}”不是案号，请写成（2022）豫1302诉前调1号这样")
    return Parsed(f"（{match[1]}）{match[2]}{match[3]}{int(match[4])}号{match[5] or ''}")


@parser
def whole_number(cell: Cell, unit: str | None) -> Outcome:
    """A whole number that is not negative (days, counts); 「15天」 is 15."""
    kind = cell.__class__
    if kind is int and cell >= 0:
        return Parsed(cell)
    if kind is str:
        text = squeeze(cell)
        if text in PLACEHOLDERS:
            return EMPTY
        if match := re.fullmatch(r"(\d{1,9})(\.0+)?(天|日|个|件|人|次|岁|年|%)?", text):
            return Parsed(int(match[1]))
    return Faulty(f"“{shown(cell)}”不是整数")


def split_words(text: str, *, at_spaces: bool = False) -> list[str]:
    """金融、保险；物业 → the three, each once, in order. Brackets keep what is inside them together."""
    depth = 0
    pieces, piece = [], ""
    separator = _LIST_WITH_SPACES if at_spaces else _LIST
    for char in unicodedata.normalize("NFC", clean(text)):
        depth += char in "（("
        depth -= char in "）)" and depth > 0
        if not depth and separator.fullmatch(char):
            pieces.append(piece)
            piece = ""
        else:
            piece += char
    pieces.append(piece)
    out: list[str] = []
    for piece in pieces:
        word = re.sub(r"^([(（]?\d{1,2}[)）.．、]|[①-⑳])\s*", "", piece.strip()).strip(" 。.；;")
        word = _BETWEEN_HANZI.sub("", word)
        if word and word not in PLACEHOLDERS and word not in out:
            out.append(word)
    return out


@lru_cache(maxsize=4_096)
def _words(original: str) -> tuple[str, ...]:
    return tuple(split_words(original, at_spaces=True))


@parser
def words(cell: Cell, unit: str | None) -> Outcome:
    """Several words in one cell (擅长领域), as a list."""
    found = _words(cell if cell.__class__ is str else shown(cell))
    return Parsed(list(found)) if found else EMPTY
