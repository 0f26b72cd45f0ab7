"""A batch's workbook as the engine sees it: its layout for the mapping page, and its rows for judging.

The reading engine knows no batches and the subjects know no cells; this module stands between them.
"""

import contextlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from flask import current_app

from mediation_admin.imports.enums import Level
from mediation_admin.imports.models import ImportBatch
from mediation_admin.imports.reading import (
    DEFAULT_LIMITS,
    Catalogue,
    JudgedRow,
    Table,
    apply_choices,
    find_table,
    judge_rows,
    mapping_signature,
    open_workbook_safely,
    propose_mapping,
    recall,
    shown,
)
from mediation_admin.imports.subjects import Note, Row

LIMITS = DEFAULT_LIMITS
SAMPLES = 3
_MOST_COLUMNS = 200
# Rows in transit are plain text; where memory has room for the largest workbook they never touch a disk.
_ROOMY = 1 << 30
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class LayoutColumn:
    """One column as the mapping page shows it. ``key`` is the heading's folded form, by which it is remembered."""

    index: int
    letter: str
    heading: str
    key: str
    field: str | None
    confidence: float
    why: str
    samples: list[str] = field(default_factory=list)
    unit: str | None = None


@dataclass(slots=True)
class Layout:
    """What reading found: the sheet, its heading rows, its columns with a proposal each, and what to say about them."""

    sheet: str
    heading_row: int
    heading_rows: int
    title: str
    rows: int
    signature: str
    recalled: bool
    sheets: list[dict[str, Any]]
    columns: list[LayoutColumn]
    problems: list[str]
    missing: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, held: Mapping[str, Any]) -> "Layout":
        """The layout of ``as_dict``."""
        return cls(**{**held, "columns": [LayoutColumn(**column) for column in held["columns"]]})


def read_layout(
    path: Path,
    catalogue: Catalogue,
    *,
    sheet: str | None,
    heading_row: int | None,
    heading_rows: int,
    remembered: Callable[[str], dict[str, Any] | None],
) -> Layout:
    """Read the workbook, find its table and propose (or recall) the mapping. Raises FileRefused with a sentence."""
    with open_workbook_safely(path, limits=LIMITS, spool_in=spool_folder()) as workbook:
        table = find_table(
            workbook,
            catalogue.vocabulary,
            sheet=sheet,
            heading_row=heading_row,
            heading_rows=heading_rows,
            limits=LIMITS,
        )
        signature = mapping_signature(table)
        held = remembered(signature)
        mapping = recall(held, table, catalogue) if held else propose_mapping(table, catalogue)
        samples = _samples(table)
        columns = [
            LayoutColumn(
                index=choice.column,
                letter=table.heading(choice.column).letter,
                heading=readable(table.heading(choice.column).text),
                key=table.heading(choice.column).key,
                field=choice.field,
                confidence=choice.confidence,
                why=choice.why,
                samples=samples.get(choice.column, []),
                unit=table.heading(choice.column).unit or table.unit,
            )
            for choice in mapping.choices
            if table.heading(choice.column).path or samples.get(choice.column)
        ]
        whys = {other.name: other.reason for other in table.others}
        return Layout(
            sheet=table.sheet.name,
            heading_row=table.heading_rows.start,
            heading_rows=len(table.heading_rows),
            title=readable(table.title),
            rows=max(0, table.sheet.last_row - table.heading_rows.stop + 1),
            signature=signature,
            recalled=held is not None,
            sheets=[
                {"name": one.name, "hidden": one.hidden, "rows": one.row_count, "why": whys.get(one.name, "")}
                for one in workbook.sheets
            ],
            columns=columns[:_MOST_COLUMNS],
            problems=list(mapping.problems),
            missing=list(mapping.missing),
        )


class Rows:
    """The records of a batch's workbook, read with its confirmed mapping."""

    def __init__(self, table: Table, catalogue: Catalogue, batch: ImportBatch) -> None:
        self.table = table
        self._catalogue = catalogue
        columns = {int(index): name for index, name in batch.mapping.items()}
        self._mapping = apply_choices(table, catalogue, columns)
        self._words = _word_values(catalogue, batch.words)
        self.expected = max(1, table.sheet.row_count - len(table.heading_rows))

    def __iter__(self) -> Iterator[Row]:
        for judged in judge_rows(self.table, self._mapping, self._catalogue, words=self._words):
            yield Row(judged.number, judged.values, _notes(judged))

    def skipped_counts(self) -> dict[str, int]:
        """Why lines were no records → how many; complete after the rows were gone through."""
        return dict(Counter(self.table.skipped_counts))


@contextlib.contextmanager
def open_rows(path: Path, catalogue: Catalogue, batch: ImportBatch) -> Iterator[Rows]:
    """The workbook's records, for as long as the block lasts."""
    with open_workbook_safely(path, limits=LIMITS, spool_in=spool_folder()) as workbook:
        table = find_table(
            workbook,
            catalogue.vocabulary,
            sheet=batch.sheet,
            heading_row=batch.heading_row,
            heading_rows=batch.heading_rows or 1,
            limits=LIMITS,
        )
        yield Rows(table, catalogue, batch)


def readable(text: str) -> str:
    """Foreign text without what neither a page nor the database can hold: control characters and half pairs."""
    return _UNREADABLE.sub("", text)


def labels_of(catalogue: Catalogue) -> dict[str, str]:
    """field → its label, in the catalogue's order."""
    return {one.name: one.label for one in catalogue.fields}


def label_of(catalogue: Catalogue, name: str) -> str:
    """The label of a field as a person reads it; the row itself where there is none."""
    return catalogue.field(name).label if name in catalogue else "整行"


def required_of(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """Required field → the fields that do in its place."""
    return {one.name: one.satisfied_by for one in catalogue.required()}


def word_choices(catalogue: Catalogue) -> dict[str, list[tuple[str, str]]]:
    """field → (value, word) pairs, for fields that read words from a table."""
    return {
        one.name: [(str(value), words[0]) for value, words in one.parser.spellings.items() if words]
        for one in catalogue.fields
        if hasattr(one.parser, "spellings")
    }


def column_of(catalogue: Catalogue, mapping: Mapping[str, str], name: str) -> int | None:
    """The column a remark about a field belongs to: its own, or that of a field that spreads into it."""
    by_field = {held: int(index) for index, held in mapping.items()}
    if name in by_field:
        return by_field[name]
    for held, index in by_field.items():
        if held in catalogue and name in catalogue.field(held).spreads:
            return index
    return None


def sweep_spools(before: float) -> int:
    """Take away rows in transit that killed processes left; ``before`` in seconds since the epoch."""
    gone = 0
    for parent in (_memory_folder(), _disk_folder()):
        for path in parent.glob("reading-*") if parent.is_dir() else ():
            if path.stat().st_mtime < before:
                shutil.rmtree(path, ignore_errors=True)
                gone += 1
    return gone


def _notes(judged: JudgedRow) -> list[Note]:
    faults = [Note(one.field, one.message, Level.FAULT, one.word) for one in judged.faults]
    return faults + [Note(one.field, one.message, Level.WARNING, one.word) for one in judged.warnings]


def _samples(table: Table) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in table.sample(30):
        for column, cell in enumerate(row.cells):
            text = readable(shown(cell)) if cell is not None else ""
            held = found.setdefault(column, []) if text else []
            if text and len(held) < SAMPLES and text[:60] not in held:
                held.append(text[:60])
    return found


def _word_values(catalogue: Catalogue, words: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, meant in words.items():
        if name not in catalogue or not hasattr(catalogue.field(name).parser, "spellings"):
            continue
        values = {str(value): value for value in catalogue.field(name).parser.spellings}
        found[name] = {word: values[value] for word, value in meant.items() if value in values}
    return found


def spool_folder() -> Path:
    """Where rows in transit lie: in memory if there is room, else beside the store."""
    memory = _memory_folder()
    if memory.parent.is_dir() and os.access(memory.parent, os.W_OK):
        room = os.statvfs(memory.parent)
        if room.f_bavail * room.f_frsize > _ROOMY:
            memory.mkdir(mode=0o700, exist_ok=True)
            # In a folder that everybody may write to, somebody else could have made ours.
            if memory.stat().st_uid == os.getuid() and not memory.is_symlink():
                memory.chmod(0o700)
                return memory
    disk = _disk_folder()
    disk.mkdir(mode=0o700, parents=True, exist_ok=True)
    return disk


def _memory_folder() -> Path:
    return Path(f"/dev/shm/mediation-import-{os.getuid()}")  # noqa: S108 - private to this user, checked by spool_folder


def _disk_folder() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "imports" / "in-transit"
