"""Verifying the audit: is every entry what was written, is none missing, doubled or slipped in?

Walks the chain link by link, day by day. What the chain alone cannot show, that its end was cut off, is shown by the
heads kept in the second place (heads.py); what the owner removed after its retention is known by its proof.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from mediation_admin.audit import chain
from mediation_admin.audit.chain import GENESIS, Head, link
from mediation_admin.audit.models import AuditDay, AuditEntry, AuditRemoval, AuditSeal
from mediation_admin.audit.recording import mac_fits
from mediation_admin.core import clock
from mediation_admin.core.crypto import fingerprint, fingerprints

_entries, _seals = AuditEntry.__table__, AuditSeal.__table__
_days, _removals = AuditDay.__table__, AuditRemoval.__table__

ALTERED = "内容与写入时的指纹不符"
DELETED = "记录已被删除"
BROKEN = "链条断开"
DOUBLED = "同一条记录出现了两次"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found: how many links were checked, how many entries await sealing, what broke first.

    ``broken_entry_id`` is the first entry that does not fit; None where a whole day or the end of the chain is
    missing, which ``problem`` says.
    """

    checked: int
    unsealed: int
    broken_entry_id: int | None = None
    problem: str = ""

    @property
    def intact(self) -> bool:
        """Whether nothing was altered, removed or slipped in."""
        return not self.problem


class _Broken(Exception):
    def __init__(self, problem: str, entry_id: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.entry_id = entry_id


def removal_mac(row: Any) -> bytes:
    """The keyed fingerprint of a row of audit_removal."""
    return fingerprint("audit-removal", _told(row))


def _told(row: Any) -> str:
    parts = (row["day"].isoformat(), str(row["entries"]), row["removed_at"].astimezone().timestamp())
    return "|".join(map(str, parts))


def verify(
    connection: Connection, batch: int = 5_000, *, since: date | None = None, heads: Iterable[Head] = ()
) -> Verdict:
    """Walk the chain and every entry's fingerprint; stops at the first thing that does not fit.

    ``since`` starts at that day, taking the head of the day before from audit_day. ``heads`` are those written down in
    the second place: each must still be in the chain, or in a day that was removed with its proof.
    """
    walk = _Walk(connection, batch, since)
    try:
        walk.days()
        walk.links()
        walk.ends(heads)
        unsealed = walk.open_entries()
    except _Broken as broken:
        return Verdict(walk.checked, 0, broken.entry_id, broken.problem)
    return Verdict(walk.checked, unsealed)


class _Walk:
    """One walk along the chain."""

    def __init__(self, connection: Connection, batch: int, since: date | None) -> None:
        self.connection = connection
        self.batch = batch
        self.since = since
        self.checked = 0
        self.closed: dict[date, Any] = {}
        self.removed: dict[date, Any] = {}
        self.previous = GENESIS

    def days(self) -> None:
        """The closed days hang together, and every one of them is there or was removed with its proof."""
        rows = self.connection.execute(select(_removals)).mappings()
        for row in rows:
            if bytes(row["mac"]) not in fingerprints("audit-removal", _told(row)):
                raise _Broken(f"{row['day']} 的移出证明是伪造的")
            self.removed[row["day"]] = row
        head = GENESIS
        for row in self.connection.execute(select(_days).order_by(_days.c.day)).mappings():
            if not chain.day_fits(row) or bytes(row["previous"]) != head:
                raise _Broken(f"{row['day']} 的日结与前一天接不上")
            head = bytes(row["head"])
            self.closed[row["day"]] = row
            # Where the walk starts: behind everything removed, and not before ``since``.
            if row["day"] in self.removed or (self.since is not None and row["day"] < self.since):
                self.previous = head
        present = set(self.connection.scalars(select(_seals.c.day).distinct()))
        for day in self.closed:
            if day not in present and day not in self.removed:
                raise _Broken(f"{day} 的记录整日缺失")

    def links(self) -> None:
        """Every link, in order."""
        day, count = None, 0
        for row in self._rows():
            if row["day"] != day:
                self._day_ends(day, count)
                day, count = row["day"], 0
            self._link(row)
            count += 1
        self._day_ends(day, count)
        doubled = self._doubled()
        if doubled is not None:
            raise _Broken(DOUBLED, doubled)

    def _rows(self) -> Iterator[Any]:
        last = 0
        statement = (
            select(_seals.c.id, _seals.c.entry_id, _seals.c.day, _seals.c.previous, _seals.c.hash, *_content())
            .join_from(_seals, _entries, _entries.c.id == _seals.c.entry_id, isouter=True)
            .order_by(_seals.c.id)
            .limit(self.batch)
        )
        if self.since is not None:
            statement = statement.where(_seals.c.day >= self.since)
        while True:
            rows = self.connection.execute(statement.where(_seals.c.id > last)).mappings().all()
            if not rows:
                return
            yield from rows
            last = rows[-1]["id"]

    def _link(self, row: Any) -> None:
        entry_id = row["entry_id"]
        if row["mac"] is None:
            raise _Broken(DELETED, entry_id)
        if not mac_fits(_as_entry(row)):
            raise _Broken(ALTERED, entry_id)
        fits = bytes(row["previous"]) == self.previous
        if not fits or link(self.previous, entry_id, bytes(row["mac"])) != bytes(row["hash"]):
            raise _Broken(BROKEN, entry_id)
        self.previous = bytes(row["hash"])
        self.checked += 1

    def _day_ends(self, day: date | None, count: int) -> None:
        row = self.closed.get(day) if day is not None else None
        if row is not None and (row["entries"] != count or bytes(row["head"]) != self.previous):
            raise _Broken(f"{day} 的记录与日结不符：日结 {row['entries']} 条，现有 {count} 条")

    def _doubled(self) -> int | None:
        """A copy of an entry has a good fingerprint and is sealed like any other: it is told by its twin."""
        twins = select(func.max(_entries.c.id)).group_by(_entries.c.mac, _entries.c.at).having(func.count() > 1)
        if self.since is not None:
            twins = twins.join(_seals, _seals.c.entry_id == _entries.c.id).where(_seals.c.day >= self.since)
        return self.connection.scalar(twins.order_by(func.max(_entries.c.id)).limit(1))

    def ends(self, heads: Iterable[Head]) -> None:
        """Nothing that was once the end of the chain has gone."""
        for one in heads:
            if one.day in self.removed or (self.since is not None and one.day < self.since):
                continue
            found = self.connection.scalar(select(_seals.c.hash).where(_seals.c.id == one.seal_id))
            if found is None or bytes(found) != one.hash:
                words = f"{one.day} 的记录被截断：第二处留存的链头（第 {one.seal_id} 环）已不在链上"
                raise _Broken(words, self._after(one))

    def _after(self, lost: Head) -> int | None:
        """The last entry still there before a lost head: what is missing began behind it."""
        return self.connection.scalar(
            select(_seals.c.entry_id).where(_seals.c.id <= lost.seal_id).order_by(_seals.c.id.desc()).limit(1)
        )

    def open_entries(self) -> int:
        """Entries without a seal yet are judged by their fingerprint alone; returns how many."""
        statement = (
            select(*_content(), _entries.c.id.label("entry_id"))
            .where(~select(_seals.c.id).where(_seals.c.entry_id == _entries.c.id).exists())
            .order_by(_entries.c.id)
        )
        if self.since is not None:
            statement = statement.where(_entries.c.at >= clock.start_of(self.since))
        unsealed = 0
        for row in self.connection.execute(statement).mappings():
            if not mac_fits(_as_entry(row)):
                raise _Broken(ALTERED, row["entry_id"])
            unsealed += 1
        return unsealed


def _content() -> list[Any]:
    return [column for column in _entries.c if column.key != "id"]


def _as_entry(row: Any) -> dict[str, Any]:
    return {column.key: row[column.key] for column in _content()}
