"""How a value is written on a screen: dates, money, deadlines, tags. One place, so that every page says it alike."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from mediation_admin.core import clock
from mediation_admin.core.enums import LabelledEnum

TONES = ("good", "info", "warn", "bad", "mute", "plain")
NOTHING = '<span class="none" title="未填写">—</span>'


def safe(html: str) -> Markup:
    """HTML written by this package, every value in it already escaped. The one place that vouches for markup."""
    return Markup(html)  # noqa: S704 - see above; everything else must come through escape()


def plain(value: Any) -> str:
    """Text made harmless for HTML, as a bare str. Most text has nothing to escape, and then costs five looks."""
    text = value if type(value) is str else text_of(value)
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if '"' in text:
        text = text.replace('"', "&#34;")
    if "'" in text:
        text = text.replace("'", "&#39;")
    return text


def date_text(value: date | datetime | None) -> str:
    """2022-06-30; moments are shown as the Shanghai date."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = clock.local(value) if value.tzinfo else value
    return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"


def moment_text(value: date | datetime | None) -> str:
    """2022-06-30 09:15 in Shanghai time. A plain date stays a date: no 00:00 is invented."""
    if not isinstance(value, datetime):
        return date_text(value)
    value = clock.local(value) if value.tzinfo else value
    return f"{date_text(value)} {value.hour:02d}:{value.minute:02d}"


def money_text(value: Decimal | float | int | None) -> str:
    """12,345.60 (yuan); cents only where there are any."""
    if value is None:
        return ""
    text = f"{value:,.2f}"
    return text[:-3] if text.endswith(".00") else text


def number_text(value: int | float | Decimal | None) -> str:
    """1,234."""
    if value is None:
        return ""
    return f"{value:,}"


def percent_text(value: float | Decimal | None) -> str:
    """0.8072 → 80.72%."""
    return "" if value is None else f"{float(value) * 100:.2f}%"


def days_left(due: date, today: date) -> tuple[str, str]:
    """The words and the tone of a deadline: ("剩 3 天", "warn")."""
    days = (due - today).days
    if days < 0:
        return f"超 {-days} 天", "bad"
    if days == 0:
        return "今天到期", "bad"
    return f"剩 {days} 天", "warn" if days <= 3 else "info" if days <= 7 else "plain"


def tag(label: str, tone: str = "plain") -> Markup:
    """A status tag: a coloured dot and the word, so that colour is never the only sign."""
    if tone not in TONES:
        tone = "plain"
    return safe(f'<span class="tag tag-{tone}">{escape(label)}</span>')


def tag_of(value: LabelledEnum | None) -> Markup:
    """The tag of a labelled enum member."""
    return safe(NOTHING) if value is None else tag(value.label, value.tone)


def copy_button(value: str, what: str = "") -> Markup:
    """A small button that puts the value on the clipboard."""
    return safe(
        f'<button type="button" class="copy" data-copy="{escape(value)}" aria-label="复制{escape(what)}" title="复制">'
        "</button>"
    )


def text_of(value: Any) -> str:
    """Any plain value as words."""
    if value is None:
        return ""
    if isinstance(value, LabelledEnum):
        return value.label
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, Decimal):
        return money_text(value)
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(text_of(item) for item in value)
    return str(value)
