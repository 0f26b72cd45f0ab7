"""The way of a workbook up to its pre-check: kept, read, its columns mapped, its words explained."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import BinaryIO

from sqlalchemy.dialects.postgresql import insert

from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.imports import queries, rules, source, store
from mediation_admin.imports.enums import BatchStatus
from mediation_admin.imports.models import ImportBatch, RememberedMapping, RememberedWord
from mediation_admin.imports.reading.refused import FileRefused
from mediation_admin.imports.subjects import Subject, subject

# What a table may be called: Excel, WPS, text.
EXTENSIONS = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".csv", ".txt"})
# (done, total, message); total None while unknown.
Progress = Callable[[int, int | None, str | None], None]


def start(*, actor: Actor, court_id: int, subject_code: str, stream: BinaryIO, file_name: str) -> ImportBatch:
    """Keep an uploaded workbook.

    Refuses what does not call itself a table, empty and oversized files; what it really is, ``inspect`` tells by its
    content (ASVS 5.2.2).
    """
    extension = PurePath(source.readable(file_name)).suffix.lower()
    if extension not in EXTENSIONS:
        raise FileRefused("extension", found=extension or "（无）")
    limit = source.LIMITS.file_megabytes
    kept = store.keep(stream, limit << 20)
    if kept is None:
        raise FileRefused("too_large", megabytes=f"超过 {limit}", limit=limit)
    if kept.size == 0:
        store.remove(kept.name)
        raise FileRefused("empty")
    batch = ImportBatch(
        court_id=court_id,
        subject=subject(subject_code).code,
        status=BatchStatus.UPLOADED,
        # The name is only shown; the path's part is cut off for good measure.
        file_name=PurePath(source.readable(file_name).replace("\\", "/")).name[:200] or "未命名",
        file_size=kept.size,
        stored_name=kept.name,
        sha256=kept.sha256,
        asked_by=actor.account_id,
        asked_by_name=actor.name,
    )
    db.session.add(batch)
    db.session.flush()
    return batch


def inspect(*, actor: Actor, batch_id: int, progress: Progress = lambda done, total, message: None) -> ImportBatch:
    """Read the workbook's table and headings and propose what each column is. Raises FileRefused with a sentence."""
    batch = fetch(db.session(), ImportBatch, batch_id, with_for_update=True)
    what = subject(batch.subject)
    progress(0, None, "正在读取文件")
    with store.opened(_stored(batch)) as path:
        layout = source.read_layout(
            path,
            what.catalogue(),
            sheet=batch.sheet or None,
            heading_row=batch.heading_row,
            heading_rows=batch.heading_rows or 1,
            remembered=lambda signature: queries.remembered_mapping(
                db.session, batch.court_id, batch.subject, signature
            ),
        )
    batch.layout = json.dumps(layout.as_dict(), ensure_ascii=False)
    batch.sheet, batch.heading_row, batch.heading_rows = layout.sheet, layout.heading_row, layout.heading_rows
    batch.signature = layout.signature
    batch.mapping = {str(column.index): column.field for column in layout.columns if column.field}
    batch.words = queries.remembered_words(db.session, batch.court_id, batch.subject)
    batch.status, batch.note = BatchStatus.MAPPING, ""
    db.session.flush()
    return batch


def choose_table(*, actor: Actor, batch_id: int, sheet: str, heading_row: int | None, heading_rows: int) -> ImportBatch:
    """A person's correction: another sheet, or other heading rows. The workbook is to be inspected again."""
    batch = _locked(batch_id)
    rules.check_may_map(batch.status)
    if sheet not in {one["name"] for one in layout_of(batch).sheets}:
        raise RuleBroken("请从列表中选择工作表。", field="sheet")
    if heading_row is not None and not 1 <= heading_row <= source.LIMITS.last_row:
        raise RuleBroken("表头行请填写 Excel 左侧显示的行号。", field="heading_row")
    if not 1 <= heading_rows <= 3:
        raise RuleBroken("表头最多占 3 行。", field="heading_rows")
    batch.sheet, batch.heading_row, batch.heading_rows = sheet, heading_row, heading_rows
    batch.status, batch.note = BatchStatus.UPLOADED, ""
    db.session.flush()
    return batch


def map_columns(*, actor: Actor, batch_id: int, mapping: Mapping[int, str]) -> ImportBatch:
    """Take the mapping a person confirmed (column → field) and remember it for workbooks of the same look.

    Refuses unknown fields, a field given twice and a missing required one, each named.
    """
    batch = _locked(batch_id)
    rules.check_may_map(batch.status)
    what = subject(batch.subject)
    labels = source.labels_of(what.catalogue())
    chosen = {index: field for index, field in mapping.items() if field}
    if set(chosen.values()) - set(labels):
        raise RuleBroken("请从列表中选择每一列对应的内容。", field="mapping")
    rules.check_mapping(chosen, labels, source.required_of(what.catalogue()))
    batch.mapping = {str(index): field for index, field in sorted(chosen.items())}
    _remember(batch, what)
    db.session.flush()
    return batch


def explain_words(*, actor: Actor, batch_id: int, words: Mapping[str, Mapping[str, str]]) -> ImportBatch:
    """What words nobody knew mean (field → word → value); remembered for the court. The pre-check is to be run again."""
    batch = _locked(batch_id)
    rules.check_may_map(batch.status)
    held = {field: dict(known) for field, known in batch.words.items()}
    allowed = source.word_choices(subject(batch.subject).catalogue())
    for field, meant in words.items():
        for word, value in meant.items():
            if not value:
                continue
            if value not in dict(allowed.get(field, ())):
                raise RuleBroken(f"请为“{word}”从列表中选择一项。", field="words")
            held.setdefault(field, {})[word] = value
            statement = insert(RememberedWord).values(
                court_id=batch.court_id, subject=batch.subject, field=field, word=word, value=value
            )
            db.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["court_id", "subject", "field", "word"], set_={"value": value}
                )
            )
    batch.words = held
    db.session.flush()
    return batch


def abandon(*, actor: Actor, batch_id: int) -> ImportBatch:
    """Give a batch up before anything is written; its file is deleted."""
    batch = _locked(batch_id)
    rules.check_may_map(batch.status)
    if batch.stored_name:
        store.remove(batch.stored_name)
    batch.stored_name, batch.layout, batch.status = None, None, BatchStatus.ABANDONED
    db.session.flush()
    return batch


def layout_of(batch: ImportBatch) -> source.Layout:
    """What reading found in the batch's workbook."""
    if batch.layout is None:
        raise RuleBroken(store.GONE)
    return source.Layout.from_dict(json.loads(batch.layout))


def told(batch: ImportBatch, verb: str, sentence: str) -> None:
    """Write a step of the batch to the audit, with its numbers."""
    record(
        db.session(),
        f"import:batch:{verb}",
        sentence,
        object_type="import_batch",
        object_id=batch.id,
        court_id=batch.court_id,
        changes={
            "subject": [None, batch.subject],
            "sha256": [None, batch.sha256.hex()],
            "rows": [None, {"new": batch.new_rows, "changed": batch.changed_rows, "faulty": batch.faulty_rows}],
            "at": [None, clock.now().isoformat()],
        },
    )


def stored_name(batch: ImportBatch) -> str:
    """The kept file of the batch, or a refusal when it was cleared away."""
    return _stored(batch)


def _stored(batch: ImportBatch) -> str:
    if batch.stored_name is None:
        raise RuleBroken(store.GONE)
    return batch.stored_name


def _locked(batch_id: int) -> ImportBatch:
    # A job at work holds the row for as long as it takes: say so instead of waiting for it.
    rules.check_not_busy(fetch(db.session(), ImportBatch, batch_id).status)
    return fetch(db.session(), ImportBatch, batch_id, with_for_update=True)


def _remember(batch: ImportBatch, what: Subject) -> None:
    seen: Counter[str] = Counter()
    columns = []
    for column in layout_of(batch).columns:
        seen[column.key] += 1
        columns.append([column.key, seen[column.key], batch.mapping.get(str(column.index))])
    held = {"signature": batch.signature, "columns": columns}
    statement = insert(RememberedMapping).values(
        court_id=batch.court_id, subject=what.code, signature=batch.signature, mapping=held
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["court_id", "subject", "signature"], set_={"mapping": held, "updated_at": clock.now()}
        )
    )
