"""The heads of the chain, written down outside the database each time it grew: who cuts off its end is found out.

One file a day in the second place (AUDIT_ARCHIVE_DIR): ``heads-2026-11-22.txt``, a line per head, each with its keyed
fingerprint, so that a line cannot be made up either.
"""

import os
from datetime import date
from pathlib import Path

from flask import current_app

from mediation_admin.audit.chain import Head
from mediation_admin.core.crypto import fingerprint, fingerprints


class HeadsSpoiled(ValueError):
    """A line of a file of heads was altered; ``str()`` is a sentence that names the file."""


def folder() -> Path:
    """The second place, made if it is not there yet."""
    path = Path(current_app.config["AUDIT_ARCHIVE_DIR"])
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def write_down(head: Head) -> None:
    """Add a head to its day's file, unless it is the last line already."""
    path = folder() / f"heads-{head.day}.txt"
    line = _line(head)
    held = path.read_text(encoding="ascii") if path.exists() else ""
    if held.endswith(line):
        return
    with open(path, "a", encoding="ascii") as out:
        # What a crash left half-written is cut off again.
        out.truncate(held.rfind("\n") + 1)
        out.write(line)
        out.flush()
        os.fsync(out.fileno())


def read(since: date | None = None) -> list[Head]:
    """Every head written down since that day. Raises HeadsSpoiled for a line that nobody with the key wrote."""
    found = []
    for path in sorted(folder().glob("heads-*.txt")):
        if since is not None and path.stem < f"heads-{since}":
            continue
        for line in path.read_text(encoding="ascii", errors="replace").splitlines(keepends=True):
            if not line.endswith("\n"):
                continue
            seal_id, day, digest, *_ = [*line.split(), "", "", ""]
            try:
                head = Head(int(seal_id), date.fromisoformat(day), bytes.fromhex(digest))
            except ValueError:
                head = None
            if head is None or not _fits(head, line):
                raise HeadsSpoiled(f"第二处的链头文件 {path.name} 被改动过")
            found.append(head)
    return found


def _line(head: Head) -> str:
    told = f"{head.seal_id} {head.day} {head.hash.hex()}"
    return f"{told} {fingerprint('audit-head', told).hex()[:32]}\n"


def _fits(head: Head, line: str) -> bool:
    told = f"{head.seal_id} {head.day} {head.hash.hex()}"
    return line in {f"{told} {mac.hex()[:32]}\n" for mac in fingerprints("audit-head", told)}
