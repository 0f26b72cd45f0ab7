"""The pieces a page is put together from: actions, facts, tables, timelines, figures. Each knows its own HTML."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from mediation_admin.core.admin import formats
from mediation_admin.core.admin.formats import (
    NOTHING,
    copy_button,
    date_text,
    moment_text,
    plain,
    safe,
    tag,
    tag_of,
    text_of,
)
from mediation_admin.core.enums import LabelledEnum


def icon(name: str) -> str:
    """An icon by reference (see site.icon)."""
    return str(current_app.jinja_env.globals["icon"](name))


def html_of(value: Any) -> str:
    """Any value as safe HTML; Markup stays, enum members become tags, nothing becomes a dash."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, Markup):
        return str(value)
    if isinstance(value, LabelledEnum):
        return str(tag_of(value))
    return str(escape(text_of(value)))


@dataclass(frozen=True)
class Action:
    """A button or link. GET actions are links, POST actions small forms with the CSRF token.

    refused: why it cannot be done now — the button stays, can be focused, says why, and ``repair`` leads to where it
    is mended. confirm: a sentence with the effect, asked before a POST (only where undo is impossible).
    primary: the one main action of the page. shortcut: a key shown beside it and bound (single letter, "n").
    fields: hidden fields of a POST. reveal: the POST shows masked values whole, in place, after a reason (reveals.py).
    """

    label: str
    url: str = ""
    method: str = "get"
    icon: str | None = None
    primary: bool = False
    danger: bool = False
    refused: str | None = None
    repair: str | None = None
    confirm: str | None = None
    shortcut: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    drawer: bool = False
    reveal: bool = False

    def html(self, css: str = "btn") -> Markup:
        """The button."""
        classes = css
        if css == "btn":
            classes += " btn-primary" if self.primary and not self.refused else ""
        classes += " is-danger" if self.danger else ""
        face = (icon(self.icon) if self.icon else "") + f"<span>{plain(self.label)}</span>"
        if self.shortcut and css == "btn":
            face += f"<kbd>{plain(self.shortcut.upper())}</kbd>"
        key = f' data-key="{plain(self.shortcut)}"' if self.shortcut else ""
        if self.refused is not None:
            return safe(self._refused(classes, face))
        if self.method.lower() == "get":
            peek = " data-drawer" if self.drawer else ""
            return safe(f'<a class="{classes}" href="{plain(self.url)}"{key}{peek}>{face}</a>')
        ask = f' data-confirm="{plain(self.confirm)}"' if self.confirm else ""
        danger = ' data-danger="1"' if self.danger else ""
        danger += " data-reveal" if self.reveal else ""
        hidden = "".join(
            f'<input type="hidden" name="{plain(name)}" value="{plain(value)}">'
            for name, value in (("csrf_token", _token()), *self.fields)
        )
        return safe(
            f'<form method="post" action="{plain(self.url)}" class="inline"{ask}{danger}>{hidden}'
            f'<button type="submit" class="{classes}"{key}>{face}</button></form>'
        )

    def _refused(self, classes: str, face: str) -> str:
        mend = f'<a href="{plain(self.repair)}">去处理</a>' if self.repair else ""
        return (
            f'<details class="refused" data-pop><summary class="{classes} is-off" aria-label="{plain(self.label)}：'
            f'现在不能操作，查看原因">{face}</summary><div class="pop" role="note"><strong>暂不能{plain(self.label)}'
            f"</strong><p>{plain(self.refused)}</p>{mend}</div></details>"
        )


def _token() -> str:
    make = current_app.jinja_env.globals.get("csrf_token")
    return make() if make else ""


def actions_html(actions: Sequence[Action], css: str = "btn") -> Markup:
    """Actions one after another."""
    return safe("".join(action.html(css) for action in actions if action is not None))


@dataclass(frozen=True)
class Empty:
    """What to say where nothing is, and what to do next."""

    words: str
    actions: tuple[Action, ...] = ()
    icon: str = "inbox"

    def html(self) -> Markup:
        """The empty state."""
        return safe(
            f'<div class="empty">{icon(self.icon)}<p>{escape(self.words)}</p>'
            f'<div class="empty-next">{actions_html(self.actions)}</div></div>'
        )


@dataclass(frozen=True)
class Fact:
    """One label and its value. value: text, number, date, enum member, list, or Markup. copy: a copy button.

    hint: a small line below; wide: takes the whole row; masked: the key under which a masked value is revealed;
    reveal: the address that does so, after a reason and with a trace in the audit (leave it out where the card's own
    button reveals all of it).
    """

    label: str
    value: Any = None
    copy: bool | str = False
    hint: str | None = None
    wide: bool = False
    help: str | None = None
    reveal: str | None = None
    masked: str | None = None

    def html(self) -> str:
        """One <div><dt><dd> group."""
        body = html_of(self.value)
        if self.masked:
            body = f'<span data-secret="{plain(self.masked)}">{body}</span>'
        if self.copy and self.value not in (None, ""):
            body += str(copy_button(self.copy if isinstance(self.copy, str) else text_of(self.value), self.label))
        if self.reveal:
            keys = (("fields", self.masked or ""),)
            body += str(Action("查看完整", self.reveal, method="post", fields=keys, reveal=True).html("linklike"))
        if self.hint:
            body += f"<small>{escape(self.hint)}</small>"
        term = help_mark(self.help) if self.help else ""
        wide = ' class="wide"' if self.wide else ""
        return f"<div{wide}><dt>{escape(self.label)}{term}</dt><dd>{body}</dd></div>"


def help_mark(words: str) -> str:
    """A question mark that explains a term; works by hover, focus and tap."""
    return (
        f'<button type="button" class="help" aria-label="说明：{escape(words)}" data-tip="{escape(words)}">?</button>'
    )


@dataclass
class Facts:
    """A card of facts. columns: how many stand side by side on a wide screen."""

    facts: Sequence[Fact]
    title: str = ""
    columns: int = 3
    actions: Sequence[Action] = ()
    anchor: str = ""

    def html(self) -> str:
        body = "".join(fact.html() for fact in self.facts)
        return _card(self.title, f'<dl class="facts cols-{self.columns}">{body}</dl>', self.actions, self.anchor)


@dataclass
class Table:
    """A small table in a card: headings, rows of values (or Markup), figures in ``numeric`` columns (by position)."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    title: str = ""
    numeric: Sequence[int] = ()
    empty: str = "没有记录。"
    total: Sequence[Any] | None = None
    actions: Sequence[Action] = ()
    anchor: str = ""
    note: str = ""

    def html(self) -> str:
        if not self.rows:
            return _card(self.title, f'<p class="quiet">{escape(self.empty)}</p>', self.actions, self.anchor)
        figures = set(self.numeric)
        css = ['class="num"' if n in figures else "" for n in range(len(self.headings))]
        head = "".join(f'<th scope="col" {css[n]}>{escape(text)}</th>' for n, text in enumerate(self.headings))
        label = [escape(text) for text in self.headings]

        def line(row: Sequence[Any]) -> str:
            return "".join(f'<td {css[n]} data-label="{label[n]}">{html_of(value)}</td>' for n, value in enumerate(row))

        body = "".join(f"<tr>{line(row)}</tr>" for row in self.rows)
        foot = f"<tfoot><tr>{line(self.total)}</tr></tfoot>" if self.total is not None else ""
        note = f'<p class="note">{escape(self.note)}</p>' if self.note else ""
        table = (
            f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(self.title or "表格")}">'
            f'<table class="grid"><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table></div>{note}'
        )
        return _card(self.title, table, self.actions, self.anchor)


@dataclass(frozen=True)
class Event:
    """One line of a timeline. at: a moment, or a plain date where the hour is not known (none is invented)."""

    title: str
    at: datetime | date | None = None
    who: str = ""
    text: Any = ""
    tone: str = "plain"
    void: bool = False

    def html(self) -> str:
        when = moment_text(self.at)
        iso = self.at.isoformat() if self.at else ""
        time = f'<time datetime="{iso}">{when}</time>' if when else '<span class="quiet">时间未记录</span>'
        who = f'<span class="who">{escape(self.who)}</span>' if self.who else ""
        words = f'<div class="ev-text">{html_of(self.text)}</div>' if self.text else ""
        void = " void" if self.void else ""
        return (
            f'<li class="ev ev-{self.tone}{void}"><div class="ev-head"><strong>{escape(self.title)}</strong>{who}{time}'
            f"</div>{words}</li>"
        )


@dataclass
class Timeline:
    """What happened, newest first; give the events in that order."""

    events: Sequence[Event]
    title: str = ""
    empty: str = "还没有动态。"
    anchor: str = ""
    actions: Sequence[Action] = ()

    def html(self) -> str:
        if not self.events:
            return _card(self.title, f'<p class="quiet">{escape(self.empty)}</p>', self.actions, self.anchor)
        body = "".join(event.html() for event in self.events)
        return _card(self.title, f'<ol class="timeline">{body}</ol>', self.actions, self.anchor)


@dataclass(frozen=True)
class Stat:
    """A figure with its words; ``url`` opens the rows it counts; ``note`` gives numerator and denominator."""

    label: str
    value: Any
    note: str = ""
    url: str | None = None
    tone: str = "plain"
    help: str | None = None

    def html(self) -> str:
        value = self.value if isinstance(self.value, str | Markup) else formats.number_text(self.value)
        figure = f'<span class="stat-value">{escape(value)}</span>'
        if self.url:
            figure = f'<a class="stat-value" href="{escape(self.url)}">{escape(value)}</a>'
        note = f'<span class="stat-note">{escape(self.note)}</span>' if self.note else ""
        term = help_mark(self.help) if self.help else ""
        return (
            f'<div class="stat stat-{self.tone}"><span class="stat-label">{escape(self.label)}{term}</span>'
            f"{figure}{note}</div>"
        )


@dataclass
class Stats:
    """A row of figures."""

    stats: Sequence[Stat]

    def html(self) -> str:
        return f'<div class="stats">{"".join(stat.html() for stat in self.stats)}</div>'


@dataclass
class Prose:
    """A card with a longer text; line breaks stay."""

    text: str | None
    title: str = ""
    empty: str = "未填写。"
    actions: Sequence[Action] = ()
    anchor: str = ""

    def html(self) -> str:
        body = (
            f'<div class="prose">{escape(self.text)}</div>'
            if self.text
            else f'<p class="quiet">{escape(self.empty)}</p>'
        )
        return _card(self.title, body, self.actions, self.anchor)


@dataclass
class Card:
    """A card around Markup of one's own (a rendered template, a chart)."""

    body: Markup
    title: str = ""
    actions: Sequence[Action] = ()
    anchor: str = ""

    def html(self) -> str:
        return _card(self.title, str(escape(self.body)), self.actions, self.anchor)


@dataclass
class Notice:
    """A banner inside a page: something to know or to mend."""

    text: str
    tone: str = "info"
    link: tuple[str, str] | None = None

    def html(self) -> str:
        more = f' <a href="{escape(self.link[1])}">{escape(self.link[0])}</a>' if self.link else ""
        return f'<div class="banner banner-{self.tone}">{icon(_NOTICE_ICONS.get(self.tone, "info"))}<p>{escape(self.text)}{more}</p></div>'


_NOTICE_ICONS = {"good": "check-circle", "warn": "warning", "bad": "error", "info": "info"}


@dataclass
class Progress:
    """The progress of a job: polls ``url`` (JSON with status, label, done, total, percent, message, finished) and goes
    to ``then`` when it is ready. Without JS it says how to refresh."""

    url: str
    label: str = "正在处理"
    percent: int | None = None
    message: str = ""
    then: str | None = None
    cancel: Action | None = None

    def html(self) -> str:
        value = f' value="{self.percent}"' if self.percent is not None else ""
        then = f' data-then="{escape(self.then)}"' if self.then else ""
        stop = self.cancel.html() if self.cancel else ""
        return (
            f'<div class="progress" data-progress="{escape(self.url)}"{then}><div class="progress-head">'
            f'<strong data-label>{escape(self.label)}</strong><span data-figure class="num"></span></div>'
            f'<progress max="100"{value} aria-label="{escape(self.label)}"></progress>'
            f'<p class="quiet" data-message role="status">{escape(self.message)}</p>{stop}'
            "<noscript><p>请刷新页面查看进度。</p></noscript></div>"
        )


def steps_html(labels: Sequence[str], current: int) -> Markup:
    """The steps of a wizard, ``current`` counted from 1: done ones ticked, the present one marked."""
    parts = []
    for number, label in enumerate(labels, 1):
        if number < current:
            state, mark, aria = "done", "✓", "（已完成）"
        elif number == current:
            state, mark, aria = "now", str(number), "（当前）"
        else:
            state, mark, aria = "next", str(number), ""
        here = ' aria-current="step"' if state == "now" else ""
        parts.append(
            f'<li class="step step-{state}"{here}><span class="step-mark">{mark}</span><span>{escape(label)}'
            f'<span class="sr">{aria}</span></span></li>'
        )
    return safe(f'<ol class="steps" aria-label="步骤">{"".join(parts)}</ol>')


def _card(title: str, body: str, actions: Sequence[Action] = (), anchor: str = "") -> str:
    head = ""
    if title or actions:
        head = f'<div class="card-head"><h2>{escape(title)}</h2><div class="card-actions">{actions_html(actions, "btn btn-s")}</div></div>'
    mark = f' id="{escape(anchor)}"' if anchor else ""
    return f'<section class="card"{mark}>{head}{body}</section>'


def blocks_html(blocks: Sequence[Any]) -> Markup:
    """Several pieces one below the other."""
    return safe("".join(block.html() for block in blocks if block is not None))


FILTERS: dict[str, Callable[..., Any]] = {
    "date": date_text,
    "moment": moment_text,
    "money": formats.money_text,
    "number": formats.number_text,
    "percent": formats.percent_text,
    "tag": tag_of,
    "words": text_of,
    "tone": tag,
    "html": lambda value: safe(html_of(value)),
}
