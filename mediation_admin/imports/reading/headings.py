"""What a heading says: its words without stars, spaces and units, and the spellings it can be recognised by."""

import re
from dataclasses import dataclass
from functools import lru_cache

from mediation_admin.imports.reading.cells import column_letter, squeeze
from mediation_admin.imports.reading.values.amounts import UNITS

_STAR = re.compile(r"[*★☆●※▲]|[(\[【](必填项?|必录|选填|可空|可不填|非必填)[)\]】]")
_UNIT_WORD = "|".join(sorted((unit for unit in UNITS if len(unit) > 1 or unit in "元万亿千"), key=len, reverse=True))
_UNIT = re.compile(
    rf"[(\[【/,，:：]?(?:单位|人民币|计量单位)?[:：]?(?<=[(\[【/,，:：])(?:人民币)?({_UNIT_WORD})[)\]】]?"
)
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_NUMBERING = re.compile(r"^(?:[(]?\d{1,2}[).、.]|[①-⑳])(?=\D)")
_TAIL = re.compile(r"[:：.。,，、;；\-_/]+$")
_ALTERNATIVES = re.compile(r"[/\\|、或]|以及|及")


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of one column. ``path`` runs from the widest group to the leaf; empty for a column without one."""

    index: int
    path: tuple[str, ...]
    unit: str | None = None
    starred: bool = False

    @property
    def letter(self) -> str:
        """The column as Excel names it."""
        return column_letter(self.index)

    @property
    def text(self) -> str:
        """The heading as messages quote it; a column without one goes by its letter."""
        return " › ".join(self.path) if self.path else f"{self.letter} 列（没有列名）"

    @property
    def leaf(self) -> str:
        """The lowest heading cell."""
        return self.path[-1] if self.path else ""

    @property
    def key(self) -> str:
        """The heading in the form in which layouts are compared."""
        return "›".join(fold_heading(part) for part in self.path)


@lru_cache(maxsize=4_096)
def fold_heading(text: str) -> str:
    """Half-width, lower case, without spaces, stars, numbering and closing punctuation."""
    folded = _STAR.sub("", squeeze(text).lower())
    return _TAIL.sub("", _NUMBERING.sub("", folded))


@lru_cache(maxsize=4_096)
def exact_variants(text: str) -> tuple[str, ...]:
    """The heading as it stands, without its unit, and without what is in brackets: all three mean the same."""
    folded = fold_heading(text)
    plain = _TAIL.sub("", _UNIT.sub("", folded)) or folded
    outside = _TAIL.sub("", _BRACKETS.sub("", plain))
    return tuple(dict.fromkeys(word for word in (folded, plain, outside) if word))


@lru_cache(maxsize=4_096)
def variants(text: str) -> tuple[str, ...]:
    """The spellings a heading may be recognised by, the nearest to the original first.

    「申请人（原告）」 answers 申请人(原告), 申请人, 原告; 「姓名/名称」 answers 姓名/名称, 姓名, 名称; the unit in brackets is
    left out.
    """
    exact = exact_variants(text)
    if not exact:
        return ()
    found = [*exact, *(piece for piece in _ALTERNATIVES.split(exact[-1]) if len(piece) > 1)]
    for inside in _BRACKETS.findall(_UNIT.sub("", exact[0])):
        found += [fold_heading(inside), *(piece for piece in _ALTERNATIVES.split(inside) if len(piece) > 1)]
    return tuple(dict.fromkeys(word for word in found if word))


def unit_in(text: str) -> str | None:
    """The money unit a heading names: 标的额（万元） → 万元."""
    match = _UNIT.search(fold_heading(text))
    return match[1] if match else None


def heading_of(index: int, texts: list[str]) -> Heading:
    """A heading from the cells of its column, top to bottom, repeats (from merges) already out."""
    starred = any(_STAR.search(squeeze(text)) for text in texts)
    path = tuple(" ".join(_STAR.sub("", text).split()) for text in texts)
    path = tuple(re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", part) for part in path if part)
    unit = next((unit for text in reversed(texts) if (unit := unit_in(text))), None)
    return Heading(index, path, unit, starred)
