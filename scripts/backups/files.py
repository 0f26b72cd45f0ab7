"""The files of the platform in one archive: exports, uploads, workbooks. Never keys, servers' data or logs."""

import hashlib
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from launcher.words import Stop

# Beside the platform's own folders a trial keeps its servers here; the files above them (secrets.env, sign-in.txt) stay out.
NOT_OURS = ("postgres", "valkey", "logs")
PIECE = 1 << 20


def ours(data: Path) -> Iterator[Path]:
    """Every finished file in the folders of the platform. A name that begins with a dot is not finished."""
    for folder in sorted(data.iterdir()) if data.is_dir() else ():
        if folder.name.startswith(".") or folder.name in NOT_OURS or folder.is_symlink() or not folder.is_dir():
            continue
        for path in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(data).parts)
            if path.is_file() and not path.is_symlink() and not hidden:
                yield path


def pack(data: Path, archive: Path) -> dict[str, str]:
    """Write the archive; returns path → SHA-256. A file that goes away meanwhile (it expired) is left out."""
    packed: dict[str, str] = {}
    with tarfile.open(archive, "x") as tar:
        for path in ours(data):
            try:
                with path.open("rb") as file:
                    name = str(path.relative_to(data))
                    info = tar.gettarinfo(arcname=name, fileobj=file)
                    info.uid = info.gid = 0
                    info.uname = info.gname = ""
                    reader = _Digesting(file)
                    tar.addfile(info, reader)
                    packed[name] = reader.digest.hexdigest()
            except FileNotFoundError:
                continue
    return packed


def check(archive: Path, wanted: dict[str, str]) -> None:
    """Read the archive again and compare every file. Refuses one that is not what was packed."""
    found = {}
    with tarfile.open(archive) as tar:
        for info in tar:
            content = tar.extractfile(info)
            if content is None:
                raise Stop(f"{archive} holds {info.name}, which is no file.")
            found[info.name] = hashlib.file_digest(content, "sha256").hexdigest()
    if found != wanted:
        raise Stop(f"{archive} does not hold the files it should. The backup does not count.")


def unpack(archive: Path, wanted: dict[str, str], staging: Path) -> None:
    """Lay every file of the archive under ``staging``, compared with its checksum on the way."""
    with tarfile.open(archive) as tar:
        for info in tar:
            target = staging / info.name
            if not info.isfile() or not target.resolve().is_relative_to(staging.resolve()) or info.name not in wanted:
                raise Stop(f"{archive} holds {info.name}, which does not belong there. Nothing was changed.")
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            digest = hashlib.sha256()
            with tar.extractfile(info) as source, open(target, "xb", opener=_closed) as file:
                while piece := source.read(PIECE):
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            os.utime(target, (info.mtime, info.mtime))
            if digest.hexdigest() != wanted[info.name]:
                raise Stop(f"{info.name} in {archive} is damaged. Nothing was changed.")


def _closed(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _Digesting:
    """A file that is hashed while it is read."""

    def __init__(self, file) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self.digest.update(piece)
        return piece
