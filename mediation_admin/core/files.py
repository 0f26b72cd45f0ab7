"""The platform's own folder for files: nothing in it is reachable by an address, and what is personal lies encrypted."""

import base64
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

PIECE = 1 << 20
_LENGTH = struct.Struct(">I")


def data_folder(name: str) -> Path:
    """A subfolder of the data folder, readable by the platform alone; made when it is first asked for."""
    folder = Path(current_app.config["DATA_DIR"]) / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was put away."""

    name: str
    size: int
    sha256: bytes


_folders: list["EncryptedFolder"] = []


def every_folder() -> list["EncryptedFolder"]:
    """Every folder of encrypted files: what a change of keys has to go through."""
    return list(_folders)


@dataclass(frozen=True, slots=True)
class EncryptedFolder:
    """Files at rest with the keys of the encrypted columns, piece by piece, each piece bound to its place so that
    pieces cannot be swapped. Names are made here, never taken from who sends the file.

    ``purpose`` is part of what each piece is bound to and must never change. Every folder is known to ``every_folder``.
    """

    folder: str
    purpose: str

    def __post_init__(self) -> None:
        _folders.append(self)

    def keep(self, stream: BinaryIO, limit: int) -> Kept | None:
        """Put a stream away; None (and nothing left) if it is longer than ``limit`` bytes.

        The file appears under its name only when it is whole.
        """
        folder = data_folder(self.folder)
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
                    sealed = encrypt(base64.b64encode(piece).decode(), f"{self.purpose}.{name}.{number}")
                    target.write(_LENGTH.pack(len(sealed)) + sealed)
                    number += 1
                target.flush()
                os.fsync(target.fileno())
            partial.rename(folder / name)
        finally:
            partial.unlink(missing_ok=True)
        return Kept(name, size, digest.digest())

    def pieces(self, name: str) -> Iterator[bytes]:
        """The file's content, a piece at a time. Raises FileNotFoundError when it was cleared away."""
        with (data_folder(self.folder) / name).open("rb") as source:
            number = 0
            while head := source.read(_LENGTH.size):
                sealed = source.read(_LENGTH.unpack(head)[0])
                yield base64.b64decode(decrypt(sealed, f"{self.purpose}.{name}.{number}"))
                number += 1

    def remove(self, name: str) -> bool:
        """Delete the file; a missing one is no error. Whether there was one."""
        path = data_folder(self.folder) / name
        found = path.exists()
        path.unlink(missing_ok=True)
        return found

    def sweep(self, known: Collection[str], before: float) -> int:
        """Delete files older than ``before`` (seconds since the epoch) that nobody knows; returns how many."""
        removed = 0
        for path in data_folder(self.folder).iterdir():
            if path.is_file() and path.name not in known and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def names(self) -> list[str]:
        """Every whole file that is kept."""
        return sorted(path.name for path in data_folder(self.folder).iterdir() if not path.name.startswith("."))

    def rekey(self, name: str) -> bool:
        """Encrypt a kept file anew with the key that is written with now; False if it is already, or has gone meanwhile.

        Whoever reads it at this moment goes on reading the old one.
        """
        folder = data_folder(self.folder)
        partial = folder / f".{secrets.token_hex(16)}"
        try:
            with (folder / name).open("rb") as source, _open_private(partial) as target:
                number = 0
                while head := source.read(_LENGTH.size):
                    sealed = source.read(_LENGTH.unpack(head)[0])
                    if number == 0 and is_current(sealed):
                        return False
                    purpose = f"{self.purpose}.{name}.{number}"
                    sealed = encrypt(decrypt(sealed, purpose), purpose)
                    target.write(_LENGTH.pack(len(sealed)) + sealed)
                    number += 1
                target.flush()
                os.fsync(target.fileno())
            times = (folder / name).stat()
            os.utime(partial, (times.st_atime, times.st_mtime))  # how old it is decides when it is cleared away
            partial.replace(folder / name)
        except FileNotFoundError:
            return False
        finally:
            partial.unlink(missing_ok=True)
        return True


def _open_private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
