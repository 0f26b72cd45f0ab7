"""What a column of a sheet is: its key, heading, kind, width and the words that explain it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What the values of a column are; decides type, number format and default width of its cells."""

    TEXT = "text"
    CODE = "code"  # text made of digits: identity numbers, phones, case codes; never a number
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"  # yuan, two places, thousands separators
    DATE = "date"
    DATETIME = "datetime"  # local wall-clock time, to the second
    PERCENT = "percent"  # the value is the fraction: 0.8072 shows as 80.72 %
    BOOLEAN = "boolean"


_WIDTHS = {
    Kind.TEXT: 18.0,
    Kind.CODE: 20.0,
    Kind.INTEGER: 10.0,
    Kind.DECIMAL: 12.0,
    Kind.MONEY: 16.0,
    Kind.DATE: 12.0,
    Kind.DATETIME: 20.0,
    Kind.PERCENT: 10.0,
    Kind.BOOLEAN: 8.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a sheet.

    ``labels`` turns stored values into words (``CaseState.labels()``, or ``{True: "是", False: "否"}``); a value it
    does not know stays as it is. ``transform`` gets each value that is present and returns what is to be shown: from
    Python rows it gets the value itself, from the database's text it gets ``str``, or ``bytes`` when ``binary`` says
    the column is bytea (decrypt, then mask). Neither may look at other columns. ``definition``, ``numerator`` and
    ``denominator`` go to the sheet 口径说明. ``width`` is in characters; ``places`` counts decimal places.
    """

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: float | None = None
    definition: str = ""
    numerator: str = ""
    denominator: str = ""
    places: int = 2
    labels: Mapping[Any, str] | None = None
    transform: Callable[[Any], Any] | None = None
    binary: bool = False

    def __post_init__(self) -> None:
        if self.labels is not None and self.transform is not None:
            raise ValueError(f"column {self.key}: labels and transform exclude each other")
        if self.labels is not None and self.kind not in (Kind.TEXT, Kind.CODE):
            raise ValueError(f"column {self.key}: labels are words, so its kind is text")
        if self.binary and self.transform is None:
            raise ValueError(f"column {self.key}: bytes need a transform to become a value")

    @property
    def shown_width(self) -> float:
        """The width asked for, else one that suits the kind and lets the heading be read."""
        if self.width is not None:
            return self.width
        heading = sum(2 if ord(character) > 0x2E7F else 1 for character in self.title)
        return max(_WIDTHS[self.kind], heading + 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """The row above the heading: what the sheet is, who made it, when (local time), under which conditions."""

    title: str
    who: str
    when: datetime
    conditions: str = ""

    def __str__(self) -> str:
        asked = self.conditions or "全部"
        return f"{self.title}　导出人：{self.who}　导出时间：{self.when:%Y-%m-%d %H:%M:%S}　条件：{asked}"


def column_letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA; a sheet has 16,384 columns (XFD)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
