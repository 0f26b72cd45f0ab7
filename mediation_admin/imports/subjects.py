"""What a subject must bring so that its workbooks can be imported: the contract of a plug-in, and the list of them.

The engine reads the workbook, matches the columns, cuts the rows into chunks and keeps the batch; the subject says what
each row means (``judge``), writes what was confirmed (``write``) and takes it back (``undo``). Judging and writing are
asked chunk by chunk, in one pass each, with the same rows in the same order, so a subject asks the database once per
chunk, never once per row.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from mediation_admin.core.errors import NotFound
from mediation_admin.core.scope import Actor
from mediation_admin.imports.enums import Level, Verdict

# Rows handed to a subject at a time: large enough for set-based statements, small enough for memory.
CHUNK = 2000


@dataclass(slots=True)
class Note:
    """A remark about a row, in the user's words. ``field`` is the field it belongs to ("" = the whole row).

    ``word`` is a word nobody knew; the wizard asks a person once what it means, for all rows (see ``Run.words``).
    """

    field: str
    message: str
    level: Level = Level.FAULT
    word: str | None = None


@dataclass(slots=True)
class Row:
    """One row of the workbook after reading.

    ``number`` is the row number Excel shows; ``values`` field code → parsed value (absent or None where the cell is
    empty or the file has no such column); ``notes`` what reading already found wrong with single cells.
    """

    number: int
    values: dict[str, Any]
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True)
class Judgement:
    """A subject's answer for one row.

    ``label`` is what a clerk calls the row (a name, a case number); ``notes`` the subject's own remarks (a note of
    level FAULT makes the row FAULTY whatever the verdict says); ``target_id`` the existing row that would change or is
    equal; ``plan`` whatever ``write`` needs to know, never stored.
    """

    verdict: Verdict
    label: str = ""
    notes: list[Note] = field(default_factory=list)
    target_id: int | None = None
    plan: Any = None


@dataclass(slots=True)
class Written:
    """What ``write`` did with one row: the row it made or changed, and what undoing needs.

    ``trace`` is plain JSON without personal data (ids of what came along); ``before`` is JSON of the values that were
    replaced, stored encrypted.
    """

    target_id: int
    trace: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None


@dataclass(slots=True)
class WrittenRow:
    """A row that was written, as undoing gets it back. Rows come in reverse order of writing."""

    number: int
    verdict: Verdict
    target_id: int
    trace: dict[str, Any]
    before: dict[str, Any] | None


@dataclass(slots=True)
class Run:
    """One pass over a batch. ``memory`` is the subject's own (lookups loaded once, keys seen in this file)."""

    session: Session
    actor: Actor
    court_id: int
    batch_id: int
    today: date
    # Words a person explained for this file or an earlier one: field code → {word: value}.
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    # When the batch was written (database time of that transaction); None while it is not.
    written_at: datetime | None = None
    memory: dict[str, Any] = field(default_factory=dict)


class Subject(ABC):
    """A kind of workbook that can be imported."""

    code: str  # stored with the batch: "rosters", "cases"
    title: str  # 特邀调解员名册
    noun: str  # 调解员: what one row is
    unit: str = "条"
    permission: str  # who may import; the screens ask for it
    locks: str = ""  # batches of equal ``locks`` of one court are written one after the other (default: code)

    @abstractmethod
    def catalogue(self) -> Any:
        """The fields a workbook may hold (the reading engine's catalogue)."""

    @abstractmethod
    def template(self) -> bytes:
        """The workbook to download and fill in."""

    @abstractmethod
    def begin(self, run: Run) -> None:
        """Load what every chunk needs into ``run.memory``. Called once, before the first judge."""

    @abstractmethod
    def judge(self, run: Run, rows: list[Row]) -> list[Judgement]:
        """One judgement per row, in order. Reads only; the same rows are judged again when the batch is written.

        Rows whose own notes hold a fault come too (their keys count for duplicates); they stay faulty.
        """

    @abstractmethod
    def write(self, run: Run, judged: list[tuple[Row, Judgement]]) -> list[Written]:
        """Write the NEW and CHANGED rows of a chunk; one answer per pair, in order. Flush, never commit."""

    @abstractmethod
    def undo(self, run: Run, rows: list[WrittenRow]) -> list[str | None]:
        """Take rows back; per row None, or the sentence why it stays (it has been worked on since)."""

    def links(self, run: Run, target_ids: list[int]) -> dict[int, str]:
        """Addresses of the pages of written rows, for the result page."""
        return {}


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> Subject:
    """Make a subject importable. Called once, when its package is joined."""
    _subjects[subject.code] = subject
    return subject


def subject(code: str) -> Subject:
    """The subject of this code, or NotFound."""
    if code not in _subjects:
        raise NotFound(f"import subject {code}")
    return _subjects[code]
