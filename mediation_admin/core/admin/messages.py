"""What the next page says: a toast for what was done, a banner for what needs reading."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from flask import flash, get_flashed_messages, session

# How many messages wait for the next page; Flask keeps them in the session under this name.
MOST_WAITING = 5
_WAITING = "_flashes"


@dataclass
class Notice:
    """One message. ``kind`` is toast or banner, ``tone`` good, info, warn or bad; ``undo`` is an address that takes
    a POST and puts things back; ``link`` is (label, url)."""

    text: str
    kind: str = "toast"
    tone: str = "good"
    undo: str | None = None
    undo_label: str = "撤销"
    link: tuple[str, str] | None = None


def toast(text: str, *, undo: str | None = None, link: tuple[str, str] | None = None, undo_label: str = "撤销") -> None:
    """Say the result of what was just done ("已指派 3 件案件"). It stays long enough to be read, longer with undo."""
    _keep(Notice(text, undo=undo, link=link, undo_label=undo_label))


def banner(text: str, *, tone: str = "warn", link: tuple[str, str] | None = None, undo: str | None = None) -> None:
    """Say something that must stay on the page until the person moves on."""
    _keep(Notice(text, kind="banner", tone=tone, link=link, undo=undo))


def _keep(notice: Notice) -> None:
    words = json.dumps(asdict(notice), ensure_ascii=False)
    # They wait in the session's cookie, which holds 4 KB: whoever opens no page in between keeps the latest ones.
    waiting = [[category, text] for category, text in session.get(_WAITING, []) if text != words]
    session[_WAITING] = waiting[1 - MOST_WAITING :]
    flash(words, "notice")


def notices() -> Iterator[Notice]:
    """The messages waiting for this page; a plain ``flash("…", "error")`` of a library becomes a banner."""
    tones = {"error": "bad", "danger": "bad", "warning": "warn", "success": "good", "message": "info"}
    for category, text in get_flashed_messages(with_categories=True):
        if category == "notice":
            held = json.loads(text)
            held["link"] = tuple(held["link"]) if held["link"] else None
            yield Notice(**held)
        else:
            yield Notice(text, kind="banner", tone=tones.get(category, "info"))
