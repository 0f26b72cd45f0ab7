"""Clearing away: files nobody needs any more, and what killed processes left."""

import time
from datetime import timedelta

from sqlalchemy import select

from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.imports import queries, rules, source, store
from mediation_admin.imports.enums import UNWRITTEN, BatchStatus
from mediation_admin.imports.models import ImportBatch

_DAY = 24 * 3600


def sweep_files() -> int:
    """Delete the workbooks of batches untouched for 30 days (unwritten ones are given up), and strays of a day.

    Needs a session over all courts; flushes. Returns how many files went.
    """
    gone: list[str] = []
    batches: list[int] = []
    for batch in db.session.scalars(queries.stale_files(clock.now() - timedelta(days=rules.KEEP_DAYS))):
        batches.append(batch.id)
        gone += [name for name in (batch.stored_name, batch.marked_name) if name]
        batch.stored_name, batch.marked_name, batch.layout = None, None, None
        if batch.status in UNWRITTEN:
            batch.status = BatchStatus.ABANDONED
    db.session.flush()
    for name in gone:
        store.remove(name)
    known = {
        name
        for names in db.session.execute(select(ImportBatch.stored_name, ImportBatch.marked_name))
        for name in names
        if name
    }
    strays = store.sweep(known, time.time() - _DAY) + source.sweep_spools(time.time() - _DAY)
    if gone or strays:
        words = f"按保留期限删除导入文件 {len(gone)} 个、无主文件 {strays} 个"
        record(db.session(), "import:files:deleted", words, changes={"batches": [batches, None]})
    return len(gone) + strays
