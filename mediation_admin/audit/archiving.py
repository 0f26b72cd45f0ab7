"""A day of the audit as a sealed file in the second place, and its removal from the live tables once it may go (S36).

A file is one day of the chain, compressed: a first line that says what it is, one line per link with its entry, a last
line with the head and a signature over everything before. It is verified without the database: the chain with nothing
but the file, fingerprints and signature with the platform's index key.
"""

import contextlib
import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.engine import Connection

from mediation_admin.audit import chain
from mediation_admin.audit.enums import AuditKind, AuditOutcome
from mediation_admin.audit.models import AuditArchive, AuditDay, AuditEntry, AuditRemoval, AuditSeal
from mediation_admin.audit.recording import mac_fits
from mediation_admin.audit.verifying import ALTERED, BROKEN, Verdict, removal_mac
from mediation_admin.core import clock
from mediation_admin.core.crypto import fingerprint, fingerprints
from mediation_admin.core.errors import RuleBroken

FORMAT = "court-mediation-audit/1"
# Fewer days than this on line the law does not allow (网络安全法: six months; 等保: 180 days).
LEAST_DAYS = 180
_entries, _seals, _days = AuditEntry.__table__, AuditSeal.__table__, AuditDay.__table__
_archives, _removals = AuditArchive.__table__, AuditRemoval.__table__
_GUARDED = ("audit_entry", "audit_seal")


@dataclass(frozen=True, slots=True)
class Archived:
    """A file that was written: its day, how many entries, how many bytes."""

    day: date
    path: Path
    entries: int
    size: int


def waiting_days(connection: Connection) -> list[date]:
    """Closed days that have no archive yet, oldest first."""
    done = select(_archives.c.day).where(_archives.c.day == _days.c.day).exists()
    return list(connection.scalars(select(_days.c.day).where(~done).order_by(_days.c.day)))


def archive_day(connection: Connection, day: date, folder: Path) -> Archived:
    """Write one closed day into the folder, read it back, and note it. Nothing is noted that does not read back.

    Refuses: a day that is not closed, or whose links do not fit (verify first).
    """
    closed = connection.execute(select(_days).where(_days.c.day == day)).mappings().one_or_none()
    if closed is None:
        raise RuleBroken(f"{day} 还没有日结，不能归档。")
    path = folder / f"audit-{day}.jsonl.gz"
    unfinished = folder / f".{path.name}.{os.getpid()}"
    try:
        _write(connection, closed, unfinished)
        verdict = verify_file(unfinished)
        if not verdict.intact or verdict.checked != closed["entries"]:
            raise RuleBroken(f"{day} 的归档写出后核验不符：{verdict.problem or '条数不对'}。请先运行 audit verify。")
        os.chmod(unfinished, 0o440)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    row = {
        "day": day,
        "file_name": path.name,
        "size": path.stat().st_size,
        "sha256": _sum(path),
        "archived_at": clock.now(),
    }
    connection.execute(insert(_archives).values(**row, mac=archive_mac(row)))
    return Archived(day, path, closed["entries"], row["size"])


def archive_mac(row: Any) -> bytes:
    """The keyed fingerprint of a row of audit_archive."""
    return fingerprint("audit-archive-row", _told(row))


def _told(row: Any) -> str:
    return "|".join((row["day"].isoformat(), row["file_name"], str(row["size"]), bytes(row["sha256"]).hex()))


def _write(connection: Connection, closed: Any, path: Path) -> None:
    signed = hashlib.sha256()
    with open(path, "xb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as out:

        def line(content: dict[str, Any], *, last: bool = False) -> None:
            if last:
                content["signature"] = fingerprint("audit-archive", signed.hexdigest()).hex()
            made = (json.dumps(content, ensure_ascii=False, sort_keys=True) + "\n").encode()
            signed.update(made)
            out.write(made)

        previous = bytes(closed["previous"]).hex()
        line({"format": FORMAT, "day": closed["day"].isoformat(), "entries": closed["entries"], "previous": previous})
        for row in _links(connection, closed["day"]):
            entry = {column.key: row[column.key] for column in _content()}
            entry["at"] = entry["at"].astimezone(clock.SHANGHAI).isoformat()
            entry["mac"] = bytes(entry["mac"]).hex()
            line({"id": row["entry_id"], "entry": entry, "hash": bytes(row["hash"]).hex()})
        line({"head": bytes(closed["head"]).hex()}, last=True)
    with open(path, "rb") as written:
        os.fsync(written.fileno())


def _content() -> list[Any]:
    return [column for column in _entries.c if column.key != "id"]


def _links(connection: Connection, day: date, batch: int = 5_000) -> Iterator[Any]:
    last = 0
    statement = (
        select(_seals.c.id.label("seal_id"), _seals.c.entry_id, _seals.c.hash, *_content())
        .join_from(_seals, _entries, _entries.c.id == _seals.c.entry_id)
        .where(_seals.c.day == day)
        .order_by(_seals.c.id)
        .limit(batch)
    )
    while rows := connection.execute(statement.where(_seals.c.id > last)).mappings().all():
        yield from rows
        last = rows[-1]["seal_id"]


def verify_file(path: Path) -> Verdict:
    """Whether an archive is what was written: every link, every entry's fingerprint, the head, the signature."""
    signed = hashlib.sha256()
    checked, previous, expected = 0, chain.GENESIS, None
    try:
        with gzip.open(path, "rb") as lines:
            for raw in lines:
                content = json.loads(raw)
                if not isinstance(content, dict):
                    raise ValueError("a line of an archive is an object")
                if content.get("format"):
                    if content["format"] != FORMAT or expected is not None:
                        return Verdict(checked, 0, problem="不是审计归档文件")
                    previous, expected = bytes.fromhex(content["previous"]), content["entries"]
                elif "signature" in content:
                    made = fingerprints("audit-archive", signed.hexdigest())
                    fits = content["signature"] in {one.hex() for one in made}
                    whole = fits and bytes.fromhex(content["head"]) == previous and checked == expected
                    return Verdict(checked, 0, problem="" if whole else "签名、链头或条数不符")
                else:
                    problem = _link_problem(content, previous)
                    if problem:
                        return Verdict(checked, 0, content["id"], problem)
                    previous, checked = bytes.fromhex(content["hash"]), checked + 1
                signed.update(raw)
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return Verdict(checked, 0, problem="文件损坏，不能读到末尾")
    return Verdict(checked, 0, problem="文件不完整，没有签名")


def _link_problem(content: dict[str, Any], previous: bytes) -> str:
    entry = dict(content["entry"])
    entry["at"] = datetime.fromisoformat(entry["at"])
    entry["mac"] = bytes.fromhex(entry["mac"])
    entry["kind"], entry["outcome"] = AuditKind(entry["kind"]), AuditOutcome(entry["outcome"])
    if not mac_fits(entry):
        return ALTERED
    fits = chain.link(previous, content["id"], entry["mac"]) == bytes.fromhex(content["hash"])
    return "" if fits else BROKEN


def _sum(path: Path) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def removable_days(connection: Connection, keep_days: int) -> list[date]:
    """Archived days whose retention is over, oldest first and without a gap."""
    if keep_days < LEAST_DAYS:
        raise RuleBroken(f"审计至少在线保存 {LEAST_DAYS} 天。")
    before = clock.today() - timedelta(days=keep_days)
    gone = set(connection.scalars(select(_removals.c.day)))
    archived = set(connection.scalars(select(_archives.c.day)))
    found = []
    for day in connection.scalars(select(_days.c.day).where(_days.c.day < before).order_by(_days.c.day)):
        if day in gone:
            continue
        if day not in archived:
            break
        found.append(day)
    return found


def remove_day(connection: Connection, day: date, folder: Path) -> int:
    """Take an archived day out of the live tables and leave the proof; returns how many entries went.

    For the owner of the tables alone: the guards are switched off for this transaction, which nobody else may do. The
    archive is verified once more before. Refuses: no archive, an archive that does not verify or is another file.
    """
    row = connection.execute(select(_archives).where(_archives.c.day == day)).mappings().one_or_none()
    if row is None or bytes(row["mac"]) not in fingerprints("audit-archive-row", _told(row)):
        raise RuleBroken(f"{day} 没有可信的归档，不能移出。")
    path = folder / row["file_name"]
    if not path.is_file() or _sum(path) != bytes(row["sha256"]) or not verify_file(path).intact:
        raise RuleBroken(f"{day} 的归档文件缺失或与登记不符，不能移出。")
    entries = connection.scalar(select(_days.c.entries).where(_days.c.day == day))
    with _guards_off(connection):
        ids = select(_seals.c.entry_id).where(_seals.c.day == day)
        connection.execute(delete(_entries).where(_entries.c.id.in_(ids)))
        connection.execute(delete(_seals).where(_seals.c.day == day))
    proof = {"day": day, "entries": entries, "removed_at": clock.now()}
    connection.execute(insert(_removals).values(**proof, mac=removal_mac(proof)))
    return entries


@contextlib.contextmanager
def _guards_off(connection: Connection) -> Iterator[None]:
    for table in _GUARDED:
        connection.execute(text(f"alter table {table} disable trigger {table}_append_only"))
    yield
    for table in _GUARDED:
        connection.execute(text(f"alter table {table} enable trigger {table}_append_only"))
