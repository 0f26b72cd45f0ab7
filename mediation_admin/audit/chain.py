"""Sealing and verifying the audit: a chain of hashes over the entries, in the order they were sealed.

Sealing runs apart from the writes, every minute, so that no write waits for another; the entry's own keyed
fingerprint covers the time until then.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import insert, select, text
from sqlalchemy.engine import Connection

from mediation_admin.audit.models import AuditEntry, AuditSeal
from mediation_admin.audit.recording import entry_mac

_GENESIS = b"\0" * 32
_LOCK = 7_260_001
_entries, _seals = AuditEntry.__table__, AuditSeal.__table__


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found: how many links were checked, how many entries await sealing, what broke first."""

    checked: int
    unsealed: int
    broken_entry_id: int | None = None
    problem: str = ""

    @property
    def intact(self) -> bool:
        """Whether nothing was altered, removed or slipped in."""
        return self.broken_entry_id is None


def link(previous: bytes, entry_id: int, mac: bytes) -> bytes:
    """The hash of one link."""
    return hashlib.sha256(previous + entry_id.to_bytes(8, "big") + mac).digest()


def seal(connection: Connection, limit: int = 50_000) -> int:
    """Chain the entries that have no seal yet; returns how many. One sealer at a time (advisory lock)."""
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    previous = connection.scalar(select(_seals.c.hash).order_by(_seals.c.id.desc()).limit(1)) or _GENESIS
    fresh = connection.execute(
        select(_entries.c.id, _entries.c.mac)
        .where(~select(_seals.c.id).where(_seals.c.entry_id == _entries.c.id).exists())
        .order_by(_entries.c.id)
        .limit(limit)
    ).all()
    rows = []
    for entry_id, mac in fresh:
        digest = link(bytes(previous), entry_id, bytes(mac))
        rows.append({"entry_id": entry_id, "previous": previous, "hash": digest})
        previous = digest
    if rows:
        connection.execute(insert(_seals), rows)
    return len(rows)


def verify(connection: Connection, batch: int = 5_000) -> Verdict:
    """Walk the whole chain and every entry's fingerprint; stops at the first thing that does not fit."""
    checked, last_seal, previous = 0, 0, _GENESIS
    while True:
        rows = (
            connection.execute(
                select(_seals.c.id, _seals.c.entry_id, _seals.c.previous, _seals.c.hash, *_content())
                .join_from(_seals, _entries, _entries.c.id == _seals.c.entry_id, isouter=True)
                .where(_seals.c.id > last_seal)
                .order_by(_seals.c.id)
                .limit(batch)
            )
            .mappings()
            .all()
        )
        if not rows:
            break
        for row in rows:
            problem = _problem(row, previous)
            if problem:
                return Verdict(checked, 0, row["entry_id"], problem)
            previous, last_seal, checked = bytes(row["hash"]), row["id"], checked + 1
    open_rows = connection.execute(
        select(*_content(), _entries.c.id.label("entry_id"))
        .where(~select(_seals.c.id).where(_seals.c.entry_id == _entries.c.id).exists())
        .order_by(_entries.c.id)
    ).mappings()
    unsealed = 0
    for row in open_rows:
        if entry_mac(_as_entry(row)) != bytes(row["mac"]):
            return Verdict(checked, unsealed, row["entry_id"], "内容与写入时的指纹不符")
        unsealed += 1
    return Verdict(checked, unsealed)


def _content() -> list:
    return [column for column in _entries.c if column.key != "id"]


def _as_entry(row) -> dict:
    return {column.key: row[column.key] for column in _content()}


def _problem(row, previous: bytes) -> str:
    if row["mac"] is None:
        return "记录已被删除"
    if entry_mac(_as_entry(row)) != bytes(row["mac"]):
        return "内容与写入时的指纹不符"
    if bytes(row["previous"]) != previous or link(previous, row["entry_id"], bytes(row["mac"])) != bytes(row["hash"]):
        return "链条断开"
    return ""
