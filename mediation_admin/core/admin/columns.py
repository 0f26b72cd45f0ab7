"""The columns of a list: what each shows and how, turned once into a fast function that writes one table cell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from mediation_admin.core.admin.formats import (
    NOTHING,
    date_text,
    days_left,
    moment_text,
    money_text,
    number_text,
    percent_text,
    plain,
    text_of,
)
from mediation_admin.core.enums import LabelledEnum

KINDS = frozenset(
    {"text", "link", "tag", "date", "datetime", "money", "number", "percent", "deadline", "masked", "flag", "names"}
)
NUMERIC = frozenset({"money", "number", "percent"})
# As wide as their words and never cut: what the screen is wider than that goes to the columns of text.
FITTING = NUMERIC | {"tag", "date", "datetime", "deadline", "masked", "flag"}
WIDTHS = frozenset({"", "fit", "xs", "s", "m", "l", "xl"})

# A deadline further off than this is read as a date, not as a number of days.
FAR_OFF = 90

Cell = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``key`` is the label of a column of the list's select.

    kind: text · link (to the row's detail page, or ``link(row)``) · tag (``enum`` gives word and tone) · date ·
    datetime · money (yuan) · number · percent (0–1) · deadline (a date shown as 剩/超 N 天; rows for which
    ``active(row)`` is false show the plain date) · masked (``mask(value)`` is shown) · flag (是/否) · names (a list, or
    text; more than two become “张三 等 4 人”).
    sortable: the key of an Order to use from the heading (with ``-`` + key for the other direction if that exists).
    width: xs s m l xl (cut where the screen is narrow), fit (never cut) or "" (as the words need). default: shown until
    the person chooses columns; roomy: until then only where the screen has room. copy: a copy button.
    cell: ``cell(row)`` returns text or Markup and overrides the kind. help: the term explained, beside the heading.
    """

    key: str
    label: str
    kind: str = "text"
    sortable: str | None = None
    width: str = ""
    default: bool = True
    roomy: bool = False
    required: bool = False
    copy: bool = False
    enum: type[LabelledEnum] | None = None
    link: Callable[[Any], str | None] | None = None
    mask: Callable[[Any], str] | None = None
    active: Callable[[Any], bool] | None = None
    cell: Callable[[Any], Any] | None = None
    help: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise TypeError(f"column {self.key}: no kind {self.kind!r}")
        if self.kind == "tag" and self.enum is None and self.cell is None:
            raise TypeError(f"column {self.key}: a tag needs its enum")
        if self.kind == "masked" and self.mask is None:
            raise TypeError(f"column {self.key}: a masked column needs its mask")
        if self.width not in WIDTHS:
            raise TypeError(f"column {self.key}: no width {self.width!r}")

    @property
    def css(self) -> str:
        """Classes of heading and cells."""
        names = [f"k-{self.kind}"]
        if self.kind in NUMERIC:
            names.append("num")
        if self.width == "fit" or self.kind in FITTING:
            names.append("fit")
        elif self.width:
            names.append(f"w-{self.width}")
        if self.roomy:
            names.append("roomy")
        return " ".join(names)


def cell_writer(column: Column, detail_url: Callable[[Any], str | None], today: date, *, heads: bool = False) -> Cell:
    """A function row → ``<td>…</td>`` for this column. heads: it is the row's name (the heading of its card on a
    phone)."""
    css = f"{column.css} c-key" if heads else column.css
    opening = f'<td class="{css}" data-label="{plain(column.label)}">'
    body = _body(column, detail_url, today)
    if column.copy:
        bare, key, label = body, column.key, plain(column.label)

        def body(row: Any) -> str:
            value = getattr(row, key)
            if value in (None, ""):
                return bare(row)
            return (
                f'{bare(row)}<button type="button" class="copy" data-copy="{plain(value)}" '
                f'aria-label="复制{label}" title="复制"></button>'
            )

    def write(row: Any) -> str:
        return f"{opening}{body(row) or NOTHING}</td>"

    return write


def _body(column: Column, detail_url: Callable[[Any], str | None], today: date) -> Cell:
    key, kind = column.key, column.kind
    if column.cell is not None:
        custom = column.cell
        return lambda row: _safe(custom(row))
    if kind == "link":
        link = column.link or detail_url

        def linked(row: Any) -> str:
            value = getattr(row, key)
            url = link(row)
            text = plain(text_of(value) or "未命名")
            return f'<a href="{plain(url)}" class="rowlink">{text}</a>' if url else text

        return linked
    if kind == "tag":
        return _tags(column)
    if kind == "deadline":
        return _deadline(key, column.active, today)
    if kind == "masked":
        mask = column.mask
        return lambda row: "" if getattr(row, key) in (None, "") else plain(mask(getattr(row, key)))
    if kind == "names":
        return lambda row: _names(getattr(row, key))
    if kind == "flag":
        return lambda row: "" if getattr(row, key) is None else ("是" if getattr(row, key) else "否")
    written = {
        "date": date_text,
        "datetime": moment_text,
        "money": money_text,
        "number": number_text,
        "percent": percent_text,
    }.get(kind)
    if written is not None:
        return lambda row: written(getattr(row, key))
    return lambda row: _safe(getattr(row, key))


def _safe(value: Any) -> str:
    if type(value) is str:
        return plain(value)
    if isinstance(value, Markup):
        return str(value)
    return plain(value)


def _tags(column: Column) -> Cell:
    drawn = {
        member.value: f'<span class="tag tag-{member.tone}">{plain(member.label)}</span>' for member in column.enum
    }
    key = column.key

    def tagged(row: Any) -> str:
        value = getattr(row, key)
        if value is None:
            return ""
        # Enum columns give members, raw selects their values; a StrEnum member is equal to its value.
        return drawn.get(value) or f'<span class="tag tag-plain">{plain(value)}</span>'

    return tagged


def _deadline(key: str, active: Callable[[Any], bool] | None, today: date) -> Cell:
    def written(row: Any) -> str:
        due = getattr(row, key)
        if due is None:
            return ""
        text = date_text(due)
        if active is not None and not active(row):
            return text
        words, tone = days_left(due, today)
        if tone == "plain" and (due - today).days > FAR_OFF:
            return f'<span title="{words}">{text}</span>'
        return f'<span class="due due-{tone}" title="{text}">{words}</span>'

    return written


def _names(value: Any) -> str:
    if not value:
        return ""
    if isinstance(value, str):
        value = [part for part in value.replace("，", "、").split("、") if part]
    if len(value) <= 2:
        return plain("、".join(value))
    every = plain("、".join(value))
    return f'<span title="{every}">{plain(value[0])} 等 {len(value)} 人</span>'
