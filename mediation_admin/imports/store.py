"""The uploaded workbooks at rest: encrypted like the encrypted columns of the database, for a ledger is full of phones
and identity numbers."""

import contextlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.files import EncryptedFolder, Kept

GONE = "这次导入的原文件已经清除（保留 30 天），不能再读取。请重新上传文件。"

_files = EncryptedFolder("imports", "import_file")


def keep(stream: BinaryIO, limit: int) -> Kept | None:
    """Put a stream away; None (and nothing left) if it is longer than ``limit`` bytes."""
    return _files.keep(stream, limit)


def pieces(name: str) -> Iterator[bytes]:
    """The file's content, a piece at a time. Refuses when it was cleared away."""
    try:
        yield from _files.pieces(name)
    except FileNotFoundError as error:
        raise RuleBroken(GONE) from error


@contextlib.contextmanager
def opened(name: str) -> Iterator[Path]:
    """The file in clear at a path, for as long as the block lasts.

    It lies in an anonymous file in memory, so nothing is left of it even if this process is killed; the path serves
    this process and its children.
    """
    with os.fdopen(os.memfd_create("workbook"), "wb") as clear:
        for piece in pieces(name):
            clear.write(piece)
        clear.flush()
        yield Path(f"/proc/{os.getpid()}/fd/{clear.fileno()}")


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """An empty file in memory to write to, for as long as the block lasts."""
    with os.fdopen(os.memfd_create("scratch"), "wb") as clear:
        yield Path(f"/proc/{os.getpid()}/fd/{clear.fileno()}")


def remove(name: str) -> None:
    """Delete the file; a missing one is no error."""
    _files.remove(name)


def sweep(known: Collection[str], before: float) -> int:
    """Delete files older than ``before`` (seconds since the epoch) that no batch knows; returns how many."""
    return _files.sweep(known, before)


def names() -> list[str]:
    """Every whole file that is kept."""
    return _files.names()


def rekey(name: str) -> bool:
    """Encrypt a kept file anew with the key that is written with now; False if it is already, or has gone meanwhile."""
    return _files.rekey(name)
