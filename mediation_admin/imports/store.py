"""The uploaded workbooks at rest: encrypted piece by piece under names the server made, outside the web's reach.

A ledger is full of phones and identity numbers, so its file is treated like the encrypted columns of the database:
the same keys, and each piece bound to its place, so that pieces cannot be swapped.
"""

import base64
import contextlib
import hashlib
import os
import secrets
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flask import current_app

from mediation_admin.core.crypto import decrypt, encrypt, is_current
from mediation_admin.core.errors import RuleBroken

PIECE = 1 << 20
_LENGTH = struct.Struct(">I")
GONE = "这次导入的原文件已经清除（保留 30 天），不能再读取。请重新上传文件。"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was put away."""

    name: str
    size: int
    sha256: bytes


def keep(stream: BinaryIO, limit: int) -> Kept | None:
    """Put a stream away; None (and nothing left) if it is longer than ``limit`` bytes.

    The file appears under its name only when it is whole.
    """
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    digest, size, number = hashlib.sha256(), 0, 0
    partial = folder / f".{name}"
    try:
        with _open_private(partial) as target:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > limit:
                    return None
                digest.update(piece)
                sealed = encrypt(base64.b64encode(piece).decode(), _purpose(name, number))
                target.write(_LENGTH.pack(len(sealed)) + sealed)
                number += 1
            target.flush()
            os.fsync(target.fileno())
        partial.rename(folder / name)
    finally:
        partial.unlink(missing_ok=True)
    return Kept(name, size, digest.digest())


def pieces(name: str) -> Iterator[bytes]:
    """The file's content, a piece at a time. Refuses when it was cleared away."""
    try:
        with (_folder() / name).open("rb") as source:
            number = 0
            while head := source.read(_LENGTH.size):
                sealed = source.read(_LENGTH.unpack(head)[0])
                yield base64.b64decode(decrypt(sealed, _purpose(name, number)))
                number += 1
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
    (_folder() / name).unlink(missing_ok=True)


def sweep(known: Collection[str], before: float) -> int:
    """Delete files older than ``before`` (seconds since the epoch) that no batch knows; returns how many."""
    folder, removed = _folder(), 0
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_file() and path.name not in known and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def names() -> list[str]:
    """Every whole file that is kept."""
    folder = _folder()
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []


def rekey(name: str) -> bool:
    """Encrypt a kept file anew with the key that is written with now; False if it is already, or has gone meanwhile.

    Whoever reads it at this moment goes on reading the old one.
    """
    partial = _folder() / f".{secrets.token_hex(16)}"
    try:
        with (_folder() / name).open("rb") as source, _open_private(partial) as target:
            number = 0
            while head := source.read(_LENGTH.size):
                sealed = source.read(_LENGTH.unpack(head)[0])
                if number == 0 and is_current(sealed):
                    return False
                sealed = encrypt(decrypt(sealed, _purpose(name, number)), _purpose(name, number))
                target.write(_LENGTH.pack(len(sealed)) + sealed)
                number += 1
            target.flush()
            os.fsync(target.fileno())
        times = (_folder() / name).stat()
        os.utime(partial, (times.st_atime, times.st_mtime))  # how old it is decides when it is cleared away
        partial.replace(_folder() / name)
    except FileNotFoundError:
        return False
    finally:
        partial.unlink(missing_ok=True)
    return True


def _folder() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "imports"


def _open_private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _purpose(name: str, number: int) -> str:
    return f"import_file.{name}.{number}"
