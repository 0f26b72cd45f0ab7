"""The pre-check: every row is judged against the database, nothing of it is written, and the judgement is kept."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import delete, text

from mediation_admin.core import clock
from mediation_admin.core.bulk import insert_many
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.imports import source, store
from mediation_admin.imports.enums import BatchStatus, Level, Verdict
from mediation_admin.imports.models import ImportBatch, ImportRow
from mediation_admin.imports.operations.intake import Progress, stored_name
from mediation_admin.imports.subjects import CHUNK, Judgement, Note, Row, Run, Subject, Written, subject

Judged = list[tuple[Row, Judgement]]
# More remarks than this on one row help nobody.
_MOST_NOTES = 30


class Tally:
    """The numbers of a pass over the rows."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.rows_with: Counter[str] = Counter()
        self.by_field: dict[str, Counter[str]] = {}
        self.unknown_words: dict[str, Counter[str]] = {}

    def add(self, judged: Judged) -> None:
        """Count a chunk."""
        for row, judgement in judged:
            self.verdicts[judgement.verdict.value] += 1
            notes = [*row.notes, *judgement.notes]
            for level in {note.level for note in notes}:
                self.rows_with[level.value] += 1
            for note in notes:
                self.by_field.setdefault(note.field, Counter())[note.level.value] += 1
                if note.word:
                    self.unknown_words.setdefault(note.field, Counter())[note.word] += 1

    @property
    def counts(self) -> dict[str, int]:
        """Verdict → number of rows, every verdict present."""
        return {verdict.value: self.verdicts[verdict.value] for verdict in Verdict}

    def write_to(self, batch: ImportBatch) -> None:
        """Put the numbers on the batch."""
        batch.new_rows = self.verdicts[Verdict.NEW.value]
        batch.changed_rows = self.verdicts[Verdict.CHANGED.value]
        batch.unchanged_rows = self.verdicts[Verdict.UNCHANGED.value]
        batch.faulty_rows = self.verdicts[Verdict.FAULTY.value]
        batch.gap_rows = self.rows_with[Level.GAP.value]
        batch.warned_rows = self.rows_with[Level.WARNING.value]
        batch.summary = {
            "fields": {field: dict(levels) for field, levels in self.by_field.items()},
            **batch.summary,
        }
        batch.unknown_words = {field: dict(words.most_common(50)) for field, words in self.unknown_words.items()}


def check(*, actor: Actor, batch_id: int, progress: Progress = lambda done, total, message: None) -> ImportBatch:
    """Judge every row of the workbook and keep the judgements. Nothing else is written."""
    batch = fetch(db.session(), ImportBatch, batch_id, with_for_update=True)
    what = subject(batch.subject)
    run = run_of(batch, actor)
    tally = Tally()
    forget_rows(batch)
    with store.opened(stored_name(batch)) as path, source.open_rows(path, what.catalogue(), batch) as rows:
        total = rows.expected
        for judged in judged_chunks(what, run, rows):
            keep_rows(batch, judged)
            tally.add(judged)
            progress(sum(tally.verdicts.values()), total, f"已核对 {sum(tally.verdicts.values()):,} 行")
        batch.summary = {"skipped": rows.skipped_counts()}
    tally.write_to(batch)
    batch.status, batch.note, batch.checked_at = BatchStatus.CHECKED, "", clock.now()
    db.session.flush()
    return batch


def run_of(batch: ImportBatch, actor: Actor) -> Run:
    """The pass over a batch that a subject is handed."""
    # Each chunk asks the same statements with other values, while the tables grow from nothing: a plan made for the
    # first chunks would scan the whole table for each of the later ones.
    db.session.execute(text("set local plan_cache_mode = force_custom_plan"))
    return Run(
        session=db.session(),
        actor=actor,
        court_id=batch.court_id,
        batch_id=batch.id,
        today=clock.today(),
        words=batch.words,
        written_at=batch.written_at,
    )


def judged_chunks(what: Subject, run: Run, rows: Iterable[Row]) -> Iterator[Judged]:
    """The rows with their judgements, a chunk at a time; a fault of any note makes the row faulty."""
    what.begin(run)
    for chunk in _chunks(rows):
        judgements = what.judge(run, chunk)
        if len(judgements) != len(chunk):
            raise AssertionError(f"{what.code}.judge answered {len(judgements)} of {len(chunk)} rows")
        for row, judgement in zip(chunk, judgements, strict=True):
            if any(note.level is Level.FAULT for note in (*row.notes, *judgement.notes)):
                judgement.verdict = Verdict.FAULTY
        yield list(zip(chunk, judgements, strict=True))


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def keep_rows(batch: ImportBatch, judged: Judged, written: dict[int, Written] | None = None) -> None:
    """Insert the judgements of a chunk (row number → what was written, when it was)."""
    if not judged:
        return
    written = written or {}
    values = []
    for row, judgement in judged:
        notes = [*row.notes, *judgement.notes][:_MOST_NOTES]
        done = written.get(row.number)
        values.append(
            {
                "batch_id": batch.id,
                "court_id": batch.court_id,
                "row_no": row.number,
                "verdict": judgement.verdict,
                "label": source.readable(judgement.label)[:80],
                "marks": _marks(notes),
                "notes": json.dumps([[n.field, n.level.value, source.readable(n.message)] for n in notes], ensure_ascii=False)
                if notes
                else None,
                "target_id": done.target_id if done else None,
                "trace": done.trace if done else None,
                "before": json.dumps(done.before, ensure_ascii=False) if done and done.before is not None else None,
                "kept_because": "",
            }
        )
    insert_many(db.session(), ImportRow.__table__, values)


def notes_of(row: ImportRow) -> list[Note]:
    """The remarks kept with a row."""
    return [Note(field, message, Level(level)) for field, level, message in json.loads(row.notes or "[]")]


def _marks(notes: list[Note]) -> list[str]:
    found: dict[str, Any] = {}
    for note in notes:
        found[note.level.value] = None
        found[f"@{note.field}"] = None
    return list(found)


def forget_rows(batch: ImportBatch) -> None:
    """Delete what an earlier pass over the batch kept."""
    db.session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))
