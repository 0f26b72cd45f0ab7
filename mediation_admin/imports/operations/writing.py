"""The commit: the workbook is read and judged once more and written in one transaction, or not at all."""

from sqlalchemy import func, select, text

from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.imports import rules, source, store
from mediation_admin.imports.enums import WRITTEN_VERDICTS, BatchStatus, Verdict
from mediation_admin.imports.models import ImportBatch
from mediation_admin.imports.operations.intake import Progress, stored_name, told
from mediation_admin.imports.operations.judging import Tally, forget_rows, judged_chunks, keep_rows, run_of
from mediation_admin.imports.subjects import Subject, Written, subject


def write(*, actor: Actor, batch_id: int, progress: Progress = lambda done, total, message: None) -> ImportBatch:
    """Write what was confirmed. The caller commits: rows, batch and job become true together or not at all.

    Refuses when the database changed since the pre-check so that other numbers would come out.
    """
    batch = fetch(db.session(), ImportBatch, batch_id)
    what = subject(batch.subject)
    lock_writers(batch.court_id, what)
    # Somebody else may have finished this very batch while we waited for the lock.
    batch = fetch(db.session(), ImportBatch, batch_id, with_for_update=True)
    if batch.status is BatchStatus.COMMITTED:
        return batch
    confirmed = {
        Verdict.NEW.value: batch.new_rows,
        Verdict.CHANGED.value: batch.changed_rows,
        Verdict.UNCHANGED.value: batch.unchanged_rows,
        Verdict.FAULTY.value: batch.faulty_rows,
    }
    run = run_of(batch, actor)
    run.written_at = db.session.scalar(select(func.now()))
    tally, total = Tally(), batch.judged_rows
    forget_rows(batch)
    with store.opened(stored_name(batch)) as path, source.open_rows(path, what.catalogue(), batch) as rows:
        for judged in judged_chunks(what, run, rows):
            chosen = [(row, judgement) for row, judgement in judged if judgement.verdict in WRITTEN_VERDICTS]
            done: dict[int, Written] = {}
            if chosen:
                answers = what.write(run, chosen)
                done = {row.number: answer for (row, _), answer in zip(chosen, answers, strict=True)}
            keep_rows(batch, judged, done)
            tally.add(judged)
            progress(sum(tally.verdicts.values()), total, f"已写入 {sum(tally.verdicts.values()):,} 行")
    rules.check_counts_stand(confirmed, tally.counts)
    batch.status, batch.note = BatchStatus.COMMITTED, ""
    batch.written_at, batch.written_by_name = run.written_at, actor.name
    db.session.flush()
    told(
        batch,
        "written",
        f"导入{what.title}：新增 {batch.new_rows} {what.unit}，更新 {batch.changed_rows} {what.unit}（批次 {batch.id}）",
    )
    return batch


def lock_writers(court_id: int, what: Subject) -> None:
    """Let the batches of one court and kind be written one after the other (until the transaction ends)."""
    key = f"import:{court_id}:{what.locks or what.code}"
    db.session.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
