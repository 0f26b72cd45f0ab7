"""Opening a foreign workbook safely: it is read in a process of its own, and what comes back are plain rows."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from mediation_admin.imports.reading import child
from mediation_admin.imports.reading.cells import Cell, decode_row
from mediation_admin.imports.reading.formats import FileKind, detect
from mediation_admin.imports.reading.limits import DEFAULT_LIMITS, Limits
from mediation_admin.imports.reading.refused import FileRefused


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range; rows as Excel shows them, columns from 0, both ends inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet of the spool. ``recomputed`` and ``uncomputed`` count formulas that had no stored value."""

    name: str
    hidden: bool
    row_count: int
    width: int
    last_row: int
    merges: tuple[Merge, ...]
    hidden_rows: int
    recomputed: int
    uncomputed: int
    errors: int
    spool: Path

    @property
    def empty(self) -> bool:
        """Whether no cell holds anything."""
        return not self.row_count

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """(row number as Excel shows it, cells from column A) of every row that holds something; may be asked again."""
        with self.spool.open(encoding="utf-8") as lines:
            for line in lines:
                yield decode_row(line)


class Workbook:
    """A file that was read. A context manager: its spool folder goes when it closes."""

    def __init__(self, path: Path, kind: FileKind, sheets: tuple[Sheet, ...], spool: Path) -> None:
        self.path = path
        self.kind = kind
        self.sheets = sheets
        self._spool = spool

    @property
    def readable(self) -> tuple[Sheet, ...]:
        """The sheets that count unless a person says otherwise: neither hidden nor empty."""
        return tuple(sheet for sheet in self.sheets if not sheet.hidden and not sheet.empty)

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name; KeyError if there is none."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)

    def close(self) -> None:
        """Clear the spool away."""
        shutil.rmtree(self._spool, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_workbook_safely(
    path: Path | str, *, limits: Limits = DEFAULT_LIMITS, spool_in: Path | str | None = None
) -> Workbook:
    """Read a file of unknown make; every way it can fail is a ``FileRefused`` with a sentence.

    ``spool_in`` is the folder for the rows in transit (default: the system's temporary folder); they are plain text on
    disk until the workbook is closed.
    """
    path = Path(path).absolute()
    megabytes = path.stat().st_size / (1 << 20) if path.exists() else 0
    if megabytes > limits.file_megabytes:
        raise FileRefused("too_large", megabytes=round(megabytes), limit=limits.file_megabytes)
    detect(path)
    spool = Path(tempfile.mkdtemp(prefix="reading-", dir=spool_in))
    try:
        _read(path, spool, limits)
        meta = json.loads((spool / "meta.json").read_text(encoding="utf-8"))
    except BaseException:
        shutil.rmtree(spool, ignore_errors=True)
        raise
    sheets = tuple(
        Sheet(
            name=sheet["name"],
            hidden=sheet["state"] != "visible",
            row_count=sheet["rows"],
            width=sheet["width"],
            last_row=sheet["last_row"],
            merges=tuple(Merge(*merge) for merge in sheet["merges"]),
            hidden_rows=sheet["hidden_rows"],
            recomputed=sheet["recomputed"],
            uncomputed=sheet["uncomputed"],
            errors=sheet["errors"],
            spool=spool / f"{at}.rows",
        )
        for at, sheet in enumerate(meta["sheets"])
    )
    workbook = Workbook(path, FileKind(meta["kind"]), sheets, spool)
    if not workbook.readable:
        workbook.close()
        detail = "、".join(f"“{sheet.name}”{'是隐藏的' if sheet.hidden else '是空的'}" for sheet in sheets)
        raise FileRefused("no_sheet", detail=detail)
    return workbook


def _read(path: Path, spool: Path, limits: Limits) -> None:
    command = [
        sys.executable,
        "-I",
        "-B",
        "-X",
        "utf8",
        child.__file__,
        str(path),
        str(spool),
        json.dumps(limits.as_dict()),
    ]
    try:
        # The environment stays behind: it holds keys and passwords.
        ended = subprocess.run(  # noqa: S603 - our own interpreter and script; the file name is an argument, not a command
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"},
            timeout=limits.wall_seconds,
            check=False,
            cwd=spool,
        )
    except subprocess.TimeoutExpired as error:
        raise FileRefused("timeout", seconds=limits.wall_seconds) from error
    if ended.returncode == 0:
        return
    said = ended.stderr.decode("utf-8", "replace")
    if ended.returncode == child.REFUSED:
        refused = json.loads((spool / "refused.json").read_text(encoding="utf-8"))
        raise FileRefused(refused["code"], **refused["facts"])
    if ended.returncode == child.MEMORY or "memory allocation" in said or "capacity overflow" in said:
        raise FileRefused("memory")
    if ended.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise FileRefused("timeout", seconds=limits.cpu_seconds)
    if ended.returncode == child.BROKEN:
        raise FileRefused("broken")
    raise FileRefused("died")
