"""What a backup says of itself: counts and content of every table, checksums of every file, which keys it needs."""

import base64
import hashlib
import hmac
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from launcher.words import Stop

NAME = "manifest.json"
DUMP = "database.dump"
FILES = "files.tar"
FORMAT = 1
KEYS = ("ENCRYPTION_KEY", "INDEX_KEY", "RETIRED_INDEX_KEY", "SECRET_KEY")


@dataclass(frozen=True)
class Table:
    """One table: how many rows, and a sum over the content of all of them that knows no order."""

    rows: int
    content: str


@dataclass
class Manifest:
    """The first thing a restore reads. It is written last, so a folder without one is no backup."""

    made_at: str  # UTC, ISO 8601
    program: str  # fingerprint of the program that wrote the data
    schema: str  # revision of the last migration
    postgres: int  # major version of the server the data come from
    roles: list[str]  # who owns or may use something in the database
    tables: dict[str, Table]
    files: dict[str, str]  # path below the data folder → SHA-256
    keys: dict[str, dict[str, str]]  # setting → key id → check value; the keys themselves are never here
    checksums: dict[str, str] = field(default_factory=dict)  # database.dump, files.tar → SHA-256
    seconds: float = 0.0
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Put it into the folder, on the disk."""
        with (folder / NAME).open("x", encoding="utf-8") as file:
            json.dump(asdict(self), file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Refuses a folder that is none, or one of a later kind."""
    if not (folder / NAME).is_file():
        raise Stop(f"{folder} is not a complete backup: it has no {NAME}. Nothing was changed.")
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise Stop(f"{folder} was written by a later program (format {told['format']}). Restore it with that one.")
        told["tables"] = {name: Table(**one) for name, one in told["tables"].items()}
        return Manifest(**told)
    except (ValueError, KeyError, TypeError) as error:
        raise Stop(f"The manifest of {folder} cannot be read ({error}). Nothing was changed.") from error


def check_files(folder: Path, manifest: Manifest) -> None:
    """Refuse a backup whose parts are not what the manifest says, before anything is touched."""
    for name in (DUMP, FILES):
        path = folder / name
        if not path.is_file():
            raise Stop(f"{path} is missing: this backup is not complete. Nothing was changed.")
        if checksum(path) != manifest.checksums.get(name):
            raise Stop(f"{path} is damaged: its checksum is not that of the manifest. Nothing was changed.")


def checksum(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_values(environment: dict[str, str]) -> dict[str, dict[str, str]]:
    """For each listed key a value by which the same key is known again, and from which it cannot be found.

    The keys are 32 random bytes, so their keyed hash can be published.
    """
    return {
        name: {ident: _check_value(key) for ident, key in _listed(environment[name])}
        for name in KEYS
        if name != "SECRET_KEY" and environment.get(name)
    }


def check_keys(manifest: Manifest, environment: dict[str, str]) -> None:
    """Refuse keys that cannot read this backup."""
    given = check_values(environment)
    known = {value for name in ("INDEX_KEY", "RETIRED_INDEX_KEY") for value in given.get(name, {}).values()}
    for name, keys in manifest.keys.items():
        for ident, value in keys.items():
            fits = value in known if "INDEX" in name else given.get(name, {}).get(ident) == value
            if not fits:
                raise Stop(
                    f"The keys given do not fit this backup: {name} {ident} is another one or is missing. "
                    "With them nothing encrypted could be read. Give the keys that were kept with this backup (--keys FILE). Nothing was changed."
                )


def _listed(text: str) -> list[tuple[str, str]]:
    """``2:base64,1:base64`` or one bare value, which is key 1."""
    found = []
    for part in text.split(","):
        head, _, tail = part.strip().partition(":")
        found.append((head, tail) if tail else ("1", head))
    return found


def _check_value(key: str) -> str:
    return hmac.digest(base64.b64decode(key), b"which key is this", hashlib.sha256)[:8].hex()
