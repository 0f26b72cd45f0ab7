"""The query form of a list: each filter reads its part of the address, draws its field and makes its condition.

A value that an address cannot have (an unknown choice, a date that is none) is left out and said so; it never breaks
the page. Values that must not stand in an address are sealed (``SecretFilter``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, true
from werkzeug.datastructures import MultiDict

from mediation_admin.core import clock
from mediation_admin.core.admin import tokens
from mediation_admin.core.admin.formats import date_text, plain, safe
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.core.forms import parse_date

Params = list[tuple[str, str]]
SEALED = "~"


class Unreadable(ValueError):
    """The address holds something this filter cannot be; the message says so to the person."""


@dataclass(frozen=True)
class Chip:
    """One applied condition: its words and the parameters that must go to take it away."""

    text: str
    without: Params


@dataclass(frozen=True)
class Filter:
    """Base of all filters. ``column`` makes the usual condition; ``condition(value)`` replaces it.

    ``key`` is the name in the address. ``more``: folded away until 展开 (or until it holds a value). ``hidden``: no field
    of its own; it comes with a link, travels along and shows as a chip.
    """

    key: str
    label: str
    column: Any = None
    condition: Callable[[Any], ColumnElement[bool]] | None = None
    more: bool = False
    placeholder: str = ""
    help: str = ""
    hidden: bool = False

    def names(self) -> list[str]:
        """The parameter names that belong to this filter."""
        return [self.key]

    def read(self, args: MultiDict[str, str]) -> Any:
        """The value in the address, None if there is none; raises Unreadable."""
        text = (args.get(self.key) or "").strip()
        return self.parse(text) if text else None

    def parse(self, text: str) -> Any:
        return text

    def write(self, value: Any) -> Params:
        """The parameters that stand for a value."""
        return [(self.key, str(value))]

    def words(self, value: Any) -> str:
        """The value as a person reads it."""
        return str(value)

    def chips(self, value: Any) -> list[Chip]:
        """What to show of an applied value."""
        return [Chip(f"{self.label}：{self.words(value)}", self.write(value))]

    def where(self, value: Any) -> ColumnElement[bool]:
        """The condition of a value."""
        if self.condition is not None:
            return self.condition(value)
        if self.column is None:
            raise TypeError(f"the filter {self.key} has neither column nor condition")
        return self.matches(value)

    def matches(self, value: Any) -> ColumnElement[bool]:
        return self.column == value

    def field(self, value: Any) -> str:
        """The HTML of the input, holding the value. The label is drawn by the query form."""
        held = "" if value is None else str(value)
        return (
            f'<input type="text" id="f-{self.key}" name="{self.key}" value="{plain(held)}" '
            f'placeholder="{plain(self.placeholder)}" autocomplete="off">'
        )


@dataclass(frozen=True)
class TextFilter(Filter):
    """Text in a column. how: exact, prefix (indexable), contains (never indexable for short names: think first)."""

    how: str = "prefix"

    def matches(self, value: str) -> ColumnElement[bool]:
        if self.how == "exact":
            return self.column == value
        if self.how == "prefix":
            return self.column.startswith(value, autoescape=True)
        return self.column.contains(value, autoescape=True)


@dataclass(frozen=True)
class SecretFilter(Filter):
    """A phone, an ID number or another text that must never stand in an address (ASVS 14.2.1).

    The form posts it; the address holds a sealed token. ``normalise`` runs first; ``condition(text)`` usually compares
    a blind index. ``mask(text)`` is what the chip shows.
    """

    normalise: Callable[[str], str] = str.strip
    mask: Callable[[str], str] | None = None

    def read(self, args: MultiDict[str, str]) -> Any:
        text = (args.get(self.key) or "").strip()
        if text.startswith(SEALED):
            try:
                text = tokens.unseal(f"filter:{self.key}", text[1:])
            except tokens.BadToken as error:
                raise Unreadable(f"“{self.label}”的条件已失效，请重新输入。") from error
        return self.normalise(text) or None

    def write(self, value: Any) -> Params:
        return [(self.key, SEALED + tokens.seal(f"filter:{self.key}", value))]

    def words(self, value: Any) -> str:
        return self.mask(value) if self.mask else value

    def field(self, value: Any) -> str:
        held = "" if value is None else str(value)
        return (
            f'<input type="text" id="f-{self.key}" name="{self.key}" value="{plain(held)}" '
            f'placeholder="{plain(self.placeholder)}" autocomplete="off" inputmode="text">'
        )


Choices = type[LabelledEnum] | Sequence[tuple[str, str]] | Callable[[], Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class ChoiceFilter(Filter):
    """One or several of a short list: an enum, (value, label) pairs, or a function that answers pairs.

    multiple: several values, any of which may match. cast: how the text of the address becomes the column's value.
    """

    choices: Choices = ()
    multiple: bool = False
    cast: Callable[[str], Any] = str

    def pairs(self) -> Sequence[tuple[str, str]]:
        if isinstance(self.choices, type):
            return self.choices.choices()
        return self.choices() if callable(self.choices) else self.choices

    def read(self, args: MultiDict[str, str]) -> Any:
        asked = [text for text in args.getlist(self.key) if text != ""]
        if not asked:
            return None
        known = {str(value): label for value, label in self.pairs()}
        strange = [text for text in asked if text not in known]
        if strange:
            raise Unreadable(f"“{self.label}”没有“{strange[0][:20]}”这一项，已忽略这个条件。")
        values = [self.cast(text) for text in dict.fromkeys(asked)]
        return values if self.multiple else values[0]

    def write(self, value: Any) -> Params:
        return [(self.key, str(one)) for one in (value if self.multiple else [value])]

    def words(self, value: Any) -> str:
        known = {str(one): label for one, label in self.pairs()}
        return known.get(str(value), str(value))

    def chips(self, value: Any) -> list[Chip]:
        return [
            Chip(f"{self.label}：{self.words(one)}", [(self.key, str(one))])
            for one in (value if self.multiple else [value])
        ]

    def matches(self, value: Any) -> ColumnElement[bool]:
        return self.column.in_(value) if self.multiple else self.column == value

    def field(self, value: Any) -> str:
        held = (
            frozenset(str(one) for one in (value if self.multiple else [value])) if value is not None else frozenset()
        )
        pairs = tuple((str(one), label) for one, label in self.pairs())
        if self.multiple:
            return _boxes(self.key, self.label, pairs, held)
        return _options(self.key, pairs, held)


# The same few choices are drawn on every page; what they look like depends on nothing else.
@lru_cache(maxsize=512)
def _options(key: str, pairs: tuple[tuple[str, str], ...], held: frozenset[str]) -> str:
    options = "".join(
        f'<option value="{plain(one)}"{" selected" if one in held else ""}>{plain(label)}</option>'
        for one, label in pairs
    )
    return f'<select id="f-{key}" name="{key}"><option value="">全部</option>{options}</select>'


@lru_cache(maxsize=512)
def _boxes(key: str, label: str, pairs: tuple[tuple[str, str], ...], held: frozenset[str]) -> str:
    chosen = "、".join(words for one, words in pairs if one in held) or "全部"
    boxes = "".join(
        f'<label class="check"><input type="checkbox" name="{key}" value="{plain(one)}"'
        f"{' checked' if one in held else ''}><span>{plain(words)}</span></label>"
        for one, words in pairs
    )
    return (
        f'<details class="pick" data-pick><summary id="f-{key}" aria-label="{plain(label)}">'
        f'<span data-pick-label>{plain(chosen)}</span></summary><div class="pick-list">{boxes}</div></details>'
    )


@dataclass(frozen=True)
class LookupFilter(Filter):
    """One of a long list, found by typing. ``endpoint`` answers JSON ``[{"value", "label", "note"}]`` to ``?q=``;
    ``describe(value)`` gives the label of a chosen value (None if it does not exist for this person)."""

    endpoint: str = ""
    describe: Callable[[Any], str | None] = str
    cast: Callable[[str], Any] = int

    def parse(self, text: str) -> Any:
        try:
            value = self.cast(text)
        except ValueError as error:
            raise Unreadable(f"“{self.label}”的条件无法识别，已忽略。") from error
        if isinstance(value, int) and not 0 <= value < 1 << 63:
            raise Unreadable(f"“{self.label}”的条件无法识别，已忽略。")
        return value

    def words(self, value: Any) -> str:
        return self.describe(value) or "（已不存在）"

    def field(self, value: Any) -> str:
        label = "" if value is None else self.words(value)
        option = "" if value is None else f'<option value="{plain(value)}" selected>{plain(label)}</option>'
        return (
            f'<select id="f-{self.key}" name="{self.key}" data-combobox="{plain(self.endpoint)}" '
            f'data-placeholder="{plain(self.placeholder or "输入文字查找")}"><option value="">全部</option>{option}</select>'
        )


@dataclass(frozen=True)
class DateRange:
    """A period of dates; either end may be open. Both ends belong to it."""

    start: date | None
    end: date | None


@dataclass(frozen=True)
class DateRangeFilter(Filter):
    """A period. In the address: ``<key>_from`` and ``<key>_to``. On moments (timestamptz) set ``moments=True``."""

    moments: bool = False

    def names(self) -> list[str]:
        return [f"{self.key}_from", f"{self.key}_to"]

    def read(self, args: MultiDict[str, str]) -> Any:
        ends = []
        for name in self.names():
            text = (args.get(name) or "").strip()
            found = parse_date(text) if text else None
            if text and found is None:
                raise Unreadable(f"“{self.label}”里的“{text[:20]}”不是日期，请写成 2022-06-30 这样。")
            ends.append(found)
        start, end = ends
        if start and end and start > end:
            start, end = end, start
        return DateRange(start, end) if start or end else None

    def write(self, value: DateRange) -> Params:
        ends = zip(self.names(), (value.start, value.end), strict=True)
        return [(name, date_text(day)) for name, day in ends if day]

    def words(self, value: DateRange) -> str:
        if value.start and value.end:
            return date_text(value.start) if value.start == value.end else f"{value.start} 至 {value.end}"
        return f"{value.start} 起" if value.start else f"{value.end} 止"

    def matches(self, value: DateRange) -> ColumnElement[bool]:
        parts: list[ColumnElement[bool]] = []
        if value.start:
            parts.append(self.column >= (clock.start_of(value.start) if self.moments else value.start))
        if value.end:
            last = value.end + timedelta(days=1)
            parts.append(self.column < (clock.start_of(last) if self.moments else last))
        return and_(true(), *parts)

    def field(self, value: DateRange | None) -> str:
        start, end = (date_text(value.start), date_text(value.end)) if value else ("", "")
        first, last = self.names()
        return (
            f'<span class="range" data-range><input type="date" id="f-{self.key}" name="{first}" value="{start}" '
            f'aria-label="{plain(self.label)}，开始"><span aria-hidden="true">–</span>'
            f'<input type="date" name="{last}" value="{end}" aria-label="{plain(self.label)}，结束"></span>'
        )


@dataclass(frozen=True)
class FlagFilter(Filter):
    """是 / 否. ``condition(True|False)`` or a boolean column."""

    yes: str = "是"
    no: str = "否"

    def parse(self, text: str) -> Any:
        if text not in ("1", "0"):
            raise Unreadable(f"“{self.label}”只能是“{self.yes}”或“{self.no}”，已忽略这个条件。")
        return text == "1"

    def write(self, value: bool) -> Params:
        return [(self.key, "1" if value else "0")]

    def words(self, value: bool) -> str:
        return self.yes if value else self.no

    def matches(self, value: bool) -> ColumnElement[bool]:
        return self.column.is_(value)

    def field(self, value: bool | None) -> str:
        marks = {None: "", True: "1", False: "0"}
        options = "".join(
            f'<option value="{one}"{" selected" if one == marks[value] else ""}>{plain(label)}</option>'
            for one, label in (("", "全部"), ("1", self.yes), ("0", self.no))
        )
        return f'<select id="f-{self.key}" name="{self.key}">{options}</select>'


@dataclass(frozen=True)
class NumberRangeFilter(Filter):
    """From … to …, in the address ``<key>_from`` and ``<key>_to``. unit is shown behind the fields."""

    unit: str = ""

    def names(self) -> list[str]:
        return [f"{self.key}_from", f"{self.key}_to"]

    def read(self, args: MultiDict[str, str]) -> Any:
        ends: list[float | None] = []
        for name in self.names():
            text = (args.get(name) or "").strip().replace(",", "")
            try:
                ends.append(float(text) if text else None)
            except ValueError as error:
                raise Unreadable(f"“{self.label}”里的“{text[:20]}”不是数字，已忽略这个条件。") from error
        return tuple(ends) if any(end is not None for end in ends) else None

    def write(self, value: Any) -> Params:
        ends = zip(self.names(), value, strict=True)
        return [(name, f"{end:g}") for name, end in ends if end is not None]

    def words(self, value: Any) -> str:
        low, high = (None if end is None else f"{end:g}" for end in value)
        if low and high:
            return f"{low}–{high}{self.unit}"
        return f"≥ {low}{self.unit}" if low else f"≤ {high}{self.unit}"

    def matches(self, value: Any) -> ColumnElement[bool]:
        low, high = value
        parts = [self.column >= low] if low is not None else []
        if high is not None:
            parts.append(self.column <= high)
        return and_(true(), *parts)

    def field(self, value: Any) -> str:
        low, high = ("" if end is None else f"{end:g}" for end in value) if value else ("", "")
        first, last = self.names()
        unit = f"<small>{plain(self.unit)}</small>" if self.unit else ""
        return (
            f'<span class="range"><input type="text" inputmode="decimal" id="f-{self.key}" name="{first}" value="{low}" '
            f'aria-label="{plain(self.label)}，最小"><span aria-hidden="true">–</span><input type="text" '
            f'inputmode="decimal" name="{last}" value="{high}" aria-label="{plain(self.label)}，最大">{unit}</span>'
        )


def check_filters(filters: Iterable[Filter], reserved: Mapping[str, Any] | frozenset[str]) -> None:
    """Refuse filters that share a parameter name with each other or with the list itself."""
    seen: set[str] = set()
    for one in filters:
        for name in one.names():
            if name in seen or name in reserved:
                raise TypeError(f"two filters use the parameter {name!r}")
            seen.add(name)


def labelled(one: Filter, value: Any) -> Markup:
    """A filter's field with its label, for the query form."""
    if one.hidden:
        return safe(one.field(value))
    folded = " data-more" if one.more and value is None else ""
    hint = f' title="{plain(one.help)}"' if one.help else ""
    multiple = isinstance(one, ChoiceFilter) and one.multiple
    caption = "span" if multiple else "label"
    target = "" if multiple else f' for="f-{one.key}"'
    return safe(
        f'<div class="qf"{folded}><{caption} class="qf-label"{target}{hint}>{plain(one.label)}</{caption}>'
        f"{one.field(value)}</div>"
    )
