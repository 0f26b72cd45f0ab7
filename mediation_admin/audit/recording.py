"""Writing the audit: listeners that no view can forget, and ``record`` for what listeners cannot see.

Entries are inserted in the flush that made the change, so they live and die with its transaction.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import event, exists, insert, literal, select
from sqlalchemy import inspect as inspect_row
from sqlalchemy.orm import Session, UOWTransaction

from mediation_admin.audit.enums import AuditOutcome, kind_of, outcome_of
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core import clock
from mediation_admin.core.crypto import Encrypted, fingerprint, fingerprints
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.core.scope import Actor, actor_of

_SYSTEM = Actor(None, "系统", "system", None)
# Bookkeeping columns say nothing to a reader of the audit.
_SILENT = {"created_at", "updated_at", "version", "search_terms", "seen_at"}
# The same person looking at the same thing again within this time is the same look.
ONE_LOOK = timedelta(minutes=10)
# Entries from before kinds and outcomes were kept have a fingerprint without them.
_LATER = ("kind", "outcome")


class Audited:
    """Marks a table whose every insert, change and deletion is written to the audit.

    ``audit_name`` is what a clerk calls the thing; ``audit_secret`` names columns whose values must not be shown.
    """

    audit_name = ""
    audit_secret: frozenset[str] = frozenset()


def record(
    session: Session,
    tag: str,
    sentence: str,
    *,
    object_type: str = "",
    object_id: int | None = None,
    court_id: int | None = None,
    changes: dict[str, Any] | None = None,
    actor: Actor | None = None,
    outcome: AuditOutcome | None = None,
) -> None:
    """Add one entry to the running transaction.

    ``tag`` is subject:noun:past-tense verb; ``sentence`` is Chinese and free of personal data in clear; ``actor`` only
    where the session has none yet (sign-in); ``outcome`` where the tag's verb does not say it (S35).
    """
    _insert(session, [_entry(session, tag, sentence, object_type, object_id, court_id, changes or {}, actor, outcome)])


def record_once(
    session: Session,
    tag: str,
    sentence: str,
    *,
    object_type: str = "",
    object_id: int | None = None,
    court_id: int | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    """The same for what people do over and over (looking, searching): within ten minutes the same act of the same
    person on the same thing is one entry. One statement."""
    entry = _entry(session, tag, sentence, object_type, object_id, court_id, changes or {}, None, None)
    table = AuditEntry.__table__
    before = table.alias()
    lately = exists().where(
        before.c.actor_id == entry["actor_id"],
        before.c.at > entry["at"] - ONE_LOOK,
        before.c.tag == tag,
        before.c.sentence == sentence,
        before.c.object_id.is_not_distinct_from(object_id),
    )
    values = select(*(literal(value, table.c[key].type).label(key) for key, value in entry.items())).where(~lately)
    session.connection().execute(insert(table).from_select(list(entry), values, include_defaults=False))


def install(session_class: Any) -> None:
    """Hang the listeners on the session class; called once by create_app."""

    @event.listens_for(session_class, "after_flush")
    def _record_changes(session: Session, _context: UOWTransaction) -> None:
        entries = []
        for row in session.new:
            if isinstance(row, Audited):
                entries.append(_row_entry(session, row, "created", "新增了"))
        for row in session.deleted:
            if isinstance(row, Audited):
                entries.append(_row_entry(session, row, "deleted", "删除了"))
        for row in session.dirty:
            if isinstance(row, Audited) and session.is_modified(row, include_collections=False):
                entries.append(_row_entry(session, row, "changed", "修改了"))
        _insert(session, [entry for entry in entries if entry is not None])


def one_line(text: str) -> str:
    """The text without line breaks and other control characters: what somebody typed cannot pass for an entry (S37)."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _row_entry(session: Session, row: Any, verb: str, word: str) -> dict[str, Any] | None:
    changes = _changes(row, everything=verb != "changed")
    if verb == "changed" and not changes:
        return None
    table = row.__tablename__
    court_id = getattr(row, "court_id", None) or (row.id if table == "court" else None)
    name = row.audit_name or table
    # Columns without a word of their own are bookkeeping: they stand among the changes, not in the sentence.
    words = [row.__table__.columns[key].comment for key in changes] if verb == "changed" else []
    described = "、".join(word for word in words if word)
    number = getattr(row, "case_no", None)
    called = f"{name} {number}" if number else f"{name}（编号 {row.id}）"
    sentence = f"{word}{called}" + (f"：{described}" if described else "")
    return _entry(session, f"{table}:row:{verb}", sentence, table, row.id, court_id, changes, None, None)


def _changes(row: Any, *, everything: bool) -> dict[str, Any]:
    state = inspect_row(row)
    found: dict[str, Any] = {}
    for column in state.mapper.column_attrs:
        key = column.key
        if key in _SILENT or key.endswith("_index"):
            continue
        secret = key in row.audit_secret or isinstance(column.columns[0].type, Encrypted)
        if everything:
            value = state.attrs[key].loaded_value if key in state.dict else None
            if value is not None:
                found[key] = [None, "***" if secret else _plain(value)]
            continue
        history = state.attrs[key].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
            if old != new:
                found[key] = ["***", "***"] if secret else [_plain(old), _plain(new)]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, LabelledEnum):
        return value.value
    if isinstance(value, datetime | date | Decimal):
        return str(value)
    if isinstance(value, bytes):
        return "…"
    return value


def _entry(
    session: Session,
    tag: str,
    sentence: str,
    object_type: str,
    object_id: int | None,
    court_id: int | None,
    changes: dict[str, Any],
    actor: Actor | None,
    outcome: AuditOutcome | None,
) -> dict[str, Any]:
    who = actor or actor_of(session) or _SYSTEM
    entry = {
        "at": clock.now(),
        "actor_id": who.account_id,
        "actor_name": who.name,
        "role": who.role,
        "court_id": court_id if court_id is not None else who.court_id,
        "tag": tag,
        "kind": kind_of(tag),
        "outcome": outcome or outcome_of(tag),
        "object_type": object_type,
        "object_id": object_id,
        "sentence": one_line(sentence),
        "changes": changes,
        "request_id": who.request_id,
        "address": who.address,
    }
    entry["mac"] = entry_mac(entry)
    return entry


def entry_mac(entry: dict[str, Any], *, without: Iterable[str] = ()) -> bytes:
    """The keyed fingerprint of an entry's content; the same content always gives the same bytes."""
    return fingerprint("audit", _told(entry, without))


def _told(entry: dict[str, Any], without: Iterable[str] = ()) -> str:
    content = {key: value for key, value in entry.items() if key not in ("id", "mac", *without)}
    content["at"] = entry["at"].astimezone(clock.SHANGHAI).isoformat()
    return json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)


def mac_fits(entry: dict[str, Any]) -> bool:
    """Whether the entry is still what was written. One written before kinds were kept is known by its old fingerprint;
    a newer one cannot be passed off as such, since its own covers them. Keys changed since know their own entries."""
    mac = bytes(entry["mac"])
    if mac in fingerprints("audit", _told(entry)):
        return True
    is_plain = entry["kind"] is kind_of(entry["tag"]) and entry["outcome"] is outcome_of(entry["tag"])
    return is_plain and mac in fingerprints("audit", _told(entry, _LATER))


def _insert(session: Session, entries: list[dict[str, Any]]) -> None:
    if entries:
        session.connection().execute(insert(AuditEntry.__table__), entries)
