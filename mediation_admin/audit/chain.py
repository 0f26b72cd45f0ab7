"""Sealing the audit: a chain of hashes over the entries in the order they were sealed, day after day.

Sealing runs apart from the writes, every minute, so that no write waits for another; the entry's own keyed
fingerprint covers the time until then. A day of the chain begins with the hash the day before ended with; when it is
over, its length and its head are written down (audit_day).
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.engine import Connection

from mediation_admin.audit.models import AuditDay, AuditEntry, AuditSeal
from mediation_admin.core import clock
from mediation_admin.core.crypto import fingerprint, fingerprints

GENESIS = b"\0" * 32
# Transactions that commit later than this after their entries were made are sealed at night.
RECENT = timedelta(hours=2)
_LOCK = 7_260_001
_entries, _seals, _days = AuditEntry.__table__, AuditSeal.__table__, AuditDay.__table__


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends."""

    seal_id: int
    day: date
    hash: bytes


def link(previous: bytes, entry_id: int, mac: bytes) -> bytes:
    """The hash of one link."""
    return hashlib.sha256(previous + entry_id.to_bytes(8, "big") + mac).digest()


def local_day(moment: datetime) -> date:
    """The day of the chain a moment belongs to."""
    return moment.astimezone(clock.SHANGHAI).date()


def day_mac(row: Any) -> bytes:
    """The keyed fingerprint of a row of audit_day: without the key nobody makes one up."""
    return fingerprint("audit-day", _told(row))


def day_fits(row: Any) -> bool:
    """Whether a row of audit_day is what was written, under whichever key."""
    return bytes(row["mac"]) in fingerprints("audit-day", _told(row))


def _told(row: Any) -> str:
    parts = (row["day"].isoformat(), str(row["entries"]), bytes(row["previous"]).hex(), bytes(row["head"]).hex())
    return "|".join(parts)


def head(connection: Connection) -> Head | None:
    """The last link, None before the first one."""
    row = connection.execute(
        select(_seals.c.id, _seals.c.day, _seals.c.hash).order_by(_seals.c.id.desc()).limit(1)
    ).one_or_none()
    return None if row is None else Head(row.id, row.day, bytes(row.hash))


def last_day(connection: Connection) -> Any:
    """The last row of audit_day, None before the first day was closed."""
    return connection.execute(select(_days).order_by(_days.c.day.desc()).limit(1)).mappings().one_or_none()


def seal(connection: Connection, limit: int = 50_000, *, recent: timedelta | None = None) -> int:
    """Chain the entries that have no seal yet; returns how many. One sealer at a time (advisory lock).

    ``recent`` looks only at entries made since then: an index range instead of the whole table.
    """
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    at_end, closed = head(connection), last_day(connection)
    # After the owner removed every day there is, the chain goes on from the last day's head.
    previous = at_end.hash if at_end else bytes(closed["head"]) if closed else GENESIS
    day = max(at_end.day if at_end else date.min, closed["day"] + timedelta(days=1) if closed else date.min)
    fresh = (
        select(_entries.c.id, _entries.c.mac, _entries.c.at)
        .where(~select(_seals.c.id).where(_seals.c.entry_id == _entries.c.id).exists())
        .order_by(_entries.c.id)
        .limit(limit)
    )
    if recent is not None:
        fresh = fresh.where(_entries.c.at > clock.now() - recent)
    rows = []
    for entry_id, mac, at in connection.execute(fresh).all():
        digest = link(previous, entry_id, bytes(mac))
        # Days never go back: what was committed after midnight stands in the new day.
        day = max(day, local_day(at))
        rows.append({"entry_id": entry_id, "day": day, "previous": previous, "hash": digest})
        previous = digest
    if rows:
        connection.execute(insert(_seals), rows)
    return len(rows)


def close_days(connection: Connection, today: date) -> list[date]:
    """Write down length and head of every day before ``today`` that has links and is not closed yet, oldest first."""
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    closed = last_day(connection)
    previous = bytes(closed["head"]) if closed else GENESIS
    waiting = (
        select(_seals.c.day, func.count().label("entries"), func.max(_seals.c.id).label("last_id"))
        .where(_seals.c.day < today)
        .group_by(_seals.c.day)
        .order_by(_seals.c.day)
    )
    if closed:
        waiting = waiting.where(_seals.c.day > closed["day"])
    made = []
    for day, entries, last_id in connection.execute(waiting).all():
        at_end = connection.scalar(select(_seals.c.hash).where(_seals.c.id == last_id))
        row = {"day": day, "entries": entries, "previous": previous, "head": bytes(at_end)}
        connection.execute(insert(_days).values(**row, closed_at=clock.now(), mac=day_mac(row)))
        previous = row["head"]
        made.append(day)
    return made
