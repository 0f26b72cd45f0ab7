"""Cells: a column of values in wire form in, cell XML out, a few hundred rows at a time.

Python spends its time per operation, not per byte. So a column of a block is first looked at as a whole, by a few
operations that run in C; where nothing odd stands in it, its values go out as they are between two constant pieces of
XML. Only a cell that needs thought (nothing in it, markup, a formula look-alike, a number Excel cannot hold) gets any.
"""

import re
from datetime import date
from math import isfinite

from mediation_admin.core.sheets import styles
from mediation_admin.core.sheets.columns import Column, Kind, column_letters
from mediation_admin.core.sheets.texts import LONGEST, clean_text, looks_like_formula, needs_preserving, xml_text
from mediation_admin.core.sheets.wire import wire

# Excel keeps 15 significant digits of a number; what has more is written as text, digit by digit.
MOST_DIGITS = 15


class TextCells:
    """A column of texts (kind text and code). The other kinds are this with another idea of what is plain."""

    def __init__(self, column: Column, index: int, style: int) -> None:
        self.column = column
        kept = styles.CODE_KEPT if column.kind is Kind.CODE else styles.TEXT_KEPT
        self._own_style = _style(styles.CODE if column.kind is Kind.CODE else styles.GENERAL)
        self._kept_style = _style(kept)
        self.before_number = b'<c r="' + column_letters(index).encode()
        self.after_number, self.after_value = self._frame(_style(style))

    def _frame(self, style: bytes) -> tuple[bytes, bytes]:
        return b'"' + style + b' t="inlineStr"><is><t>', b"</t></is></c>"

    def plain(self, values: list[bytes]) -> list[bytes]:
        """For each value what goes between the constant pieces; empty where there is nothing or thought is needed."""
        return values if _all_plain(values) else [value if _is_plain(value) else b"" for value in values]

    def thought_out(self, value: bytes, number: bytes) -> bytes:
        """The whole cell for a value that is not plain: a text, whatever its column is, so that nothing is lost."""
        text = clean_text(value.decode("utf-8", "replace"))
        if not text:
            return b""
        style = self._kept_style if looks_like_formula(text) else self._own_style
        space = b' xml:space="preserve"' if needs_preserving(text) else b""
        return b'%b%b"%b t="inlineStr"><is><t%b>%b</t></is></c>' % (
            self.before_number, number, style, space, xml_text(text).encode(),
        )  # fmt: skip

    def whole(self, values: list[bytes], plain: list[bytes], numbers: list[bytes]) -> list[bytes]:
        """Complete cells of a column that has gaps or odd values; nothing for an empty value."""
        before, middle, after = self.before_number, self.after_number, self.after_value
        return [
            before + number + middle + ready + after if ready else value and self.thought_out(value, number)
            for number, ready, value in zip(numbers, plain, values, strict=True)
        ]


class LabelCells(TextCells):
    """Stored values shown as words; each distinct value is thought about once."""

    def __init__(self, column: Column, index: int, style: int) -> None:
        super().__init__(column, index, style)
        self._words = {wire(value): wire(label) for value, label in column.labels.items()}
        self._plain_words = _Memory(self._plain_word)

    def _plain_word(self, value: bytes) -> bytes:
        word = self._words.get(value, value)
        return word if _is_plain(word) else b""

    def plain(self, values: list[bytes]) -> list[bytes]:
        return list(map(self._plain_words.__getitem__, values))

    def thought_out(self, value: bytes, number: bytes) -> bytes:
        return super().thought_out(self._words.get(value, value), number)


class NumberCells(TextCells):
    """Integers, decimals, money and percentages. What Excel cannot hold exactly, and what is no number, is a text."""

    def __init__(self, column: Column, index: int, style: int) -> None:
        super().__init__(column, index, style)
        self._whole_only = column.kind is Kind.INTEGER
        self._places = 0 if self._whole_only else column.places

    def _frame(self, style: bytes) -> tuple[bytes, bytes]:
        return b'"' + style + b"><v>", b"</v></c>"

    def plain(self, values: list[bytes]) -> list[bytes]:
        joined = b"\0".join(values)
        if len(joined.translate(None, _INTEGER_BYTES if self._whole_only else _NUMBER_BYTES)) == len(values) - 1:
            present = values if all(values) else list(filter(None, values))
            if max(map(len, present), default=0) <= MOST_DIGITS - self._places:
                try:
                    if isfinite(sum(map(float, present))):
                        return values
                except ValueError:
                    pass
        return [value if self._holds(value) else b"" for value in values]

    def _holds(self, value: bytes) -> bool:
        found = _NUMBER.fullmatch(value)
        if not found or (self._whole_only and found[2]):
            return False
        digits = len(found[1].lstrip(b"0")) + self._places
        return digits <= MOST_DIGITS if found[3] is None else isfinite(float(value))


class BooleanCells(TextCells):
    """True and false as Excel's own truth values."""

    def _frame(self, style: bytes) -> tuple[bytes, bytes]:
        return b'"' + style + b' t="b"><v>', b"</v></c>"

    def plain(self, values: list[bytes]) -> list[bytes]:
        return [_TRUTH.get(value, b"") for value in values]


class DateCells(TextCells):
    """Dates as serial numbers. Before 1900-03-01 Excel's count is a day off, so those go out as text."""

    def _frame(self, style: bytes) -> tuple[bytes, bytes]:
        return b'"' + style + b"><v>", b"</v></c>"

    def plain(self, values: list[bytes]) -> list[bytes]:
        return list(map(_DAYS.__getitem__, values))


class DatetimeCells(DateCells):
    """Local moments as serial numbers, to the second."""

    def plain(self, values: list[bytes]) -> list[bytes]:
        days, seconds = _DAYS, _SECONDS
        if b"C" in b"\0".join(values):  # … BC
            return [b"" if value.endswith(b"BC") else self._plain(value) for value in values]
        try:
            return [(days[value[:10]] or _refuse()) + seconds[value[10:19]] if value else b"" for value in values]
        except ValueError:
            return [self._plain(value) for value in values]

    def _plain(self, value: bytes) -> bytes:
        try:
            return (_DAYS[value[:10]] or _refuse()) + _SECONDS[value[10:19]]
        except ValueError:
            return b""


_CELLS = {
    Kind.TEXT: TextCells,
    Kind.CODE: TextCells,
    Kind.INTEGER: NumberCells,
    Kind.DECIMAL: NumberCells,
    Kind.MONEY: NumberCells,
    Kind.PERCENT: NumberCells,
    Kind.BOOLEAN: BooleanCells,
    Kind.DATE: DateCells,
    Kind.DATETIME: DatetimeCells,
}


def cells_of(column: Column, index: int, style: int) -> TextCells:
    """The writer of the cells of one column of one sheet."""
    return (LabelCells if column.labels is not None else _CELLS[column.kind])(column, index, style)


class _Memory(dict[bytes, bytes]):
    """Remembers what a function answered, for at most 100,000 different questions."""

    def __init__(self, answer) -> None:
        super().__init__()
        self._answer = answer

    def __missing__(self, question: bytes) -> bytes:
        if len(self) >= 100_000:
            self.clear()
        answer = self[question] = self._answer(question)
        return answer


def _style(number: int) -> bytes:
    return b' s="%d"' % number if number else b""


_TRUTH = {b"t": b"1", b"f": b"0", b"true": b"1", b"false": b"0"}
_INTEGER_BYTES = b"0123456789-"
_NUMBER_BYTES = _INTEGER_BYTES + b".e"
_NUMBER = re.compile(rb"-?(\d+)(\.\d+)?([eE][+-]?\d+)?")

_DAY_ZERO = date(1899, 12, 30).toordinal()
_FIRST_RIGHT_DAY = 61  # 1900-03-01; below it Excel counts a 29 February 1900 that never was


def _day_number(value: bytes) -> bytes:
    """The serial number of an ISO date, or of a moment's date; empty for what Excel cannot hold."""
    if value[10:11] not in (b"", b" ") or value.endswith(b"BC"):
        return b""
    try:
        number = date.fromisoformat(value[:10].decode()).toordinal() - _DAY_ZERO
    except ValueError:
        return b""
    return b"%d" % number if number >= _FIRST_RIGHT_DAY else b""


_CLOCK = re.compile(rb"[ T]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)")


def _fraction_of_day(value: bytes) -> bytes:
    """12:00:00 → .5 (with the blank before it); nothing for midnight and for a date alone."""
    if not value:
        return b""
    found = _CLOCK.fullmatch(value)
    if not found:
        raise ValueError(value)
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])
    return f"{seconds / 86_400:.10f}"[1:].rstrip("0").rstrip(".").encode()


def _refuse() -> bytes:
    raise ValueError


# Shared by all columns of all sheets: a case's four or five moments fall on the same days and seconds.
_DAYS = _Memory(_day_number)
_SECONDS = _Memory(_fraction_of_day)


_MARKUP_OR_CONTROL = bytes({*range(1, 32)} - set(b"\t\n")) + b"&<>"
_SIGN_OR_BLANK = (b"=", b"+", b"-", b"@", b" ", b"\t", b"\n")
_BLANKS = (b" ", b"\t", b"\n")
_WIDE = (b"\xc2\xa0", b"\xe3\x80\x80", b"\xef\xbc\x8b", b"\xef\xbc\x8d", b"\xef\xbc\x9d", b"\xef\xbc\xa0")
_LEADS_OF_WIDE = {wide[:1] for wide in _WIDE}
_NEVER_FIRST = _SIGN_OR_BLANK + _WIDE
_WIDE_FIRST = tuple(b"\0" + wide for wide in _WIDE)


def _is_plain(value: bytes) -> bool:
    """Whether a text can stand in a cell as it is. May err towards thought, never the other way."""
    return (
        len(value.translate(None, _MARKUP_OR_CONTROL)) == len(value) <= LONGEST
        and b"_x" not in value
        and b"\xef\xbf" not in value  # U+FFFE and U+FFFF, which XML refuses, and neighbours
        and b"\0" not in value
        and not value.startswith(_NEVER_FIRST)
        and not value.endswith(_BLANKS)
    )


def _all_plain(values: list[bytes]) -> bool:
    """Whether ``_is_plain`` holds for every value of a block, asked of the block as a whole."""
    joined = b"\0".join(values)
    if (
        len(joined.translate(None, _MARKUP_OR_CONTROL)) != len(joined)
        or b"_x" in joined
        or b"\xef\xbf" in joined
        or joined.count(b"\0") != len(values) - 1
        or not {value[-1:] for value in values}.isdisjoint(_BLANKS)
        or (len(joined) > LONGEST and max(map(len, values)) > LONGEST)
    ):
        return False
    firsts = {value[:1] for value in values}
    if not firsts.isdisjoint(_SIGN_OR_BLANK):
        return False
    if firsts.isdisjoint(_LEADS_OF_WIDE):
        return True
    return not joined.startswith(_WIDE) and not any(first in joined for first in _WIDE_FIRST)
