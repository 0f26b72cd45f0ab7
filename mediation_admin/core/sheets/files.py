"""Files that are there whole or not at all, whatever dies while they are made."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

_UNFINISHED = ".unfinished"


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file that takes its name only when it is complete and on the disk.

    It is written under a hidden temporary name in the same folder, readable by its owner only (exports hold personal
    data). On any error it is removed. After a kill the temporary file stays for ``sweep_unfinished``.
    """
    target = Path(path)
    temporary = target.with_name(f".{token_hex(8)}{_UNFINISHED}")
    handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "w+b", buffering=1 << 20) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def sweep_unfinished(folder: str | os.PathLike[str], *, older_than: float = 86_400.0) -> int:
    """Remove temporary files not written to for ``older_than`` seconds; returns how many."""
    limit = time.time() - older_than
    removed = 0
    for leftover in Path(folder).glob(f".*{_UNFINISHED}"):
        with suppress(FileNotFoundError):
            if leftover.stat().st_mtime < limit:
                leftover.unlink()
                removed += 1
    return removed


def _sync_folder(folder: Path) -> None:
    # The rename itself must survive a power cut too.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
