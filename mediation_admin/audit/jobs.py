"""What the audit does by the clock: sealing every minute; at night a verification whose result is kept, and archives."""

import time
from datetime import date

from flask import current_app
from sqlalchemy import insert, select

from mediation_admin.audit import archiving, chain, heads, verifying
from mediation_admin.audit.archiving import Archived
from mediation_admin.audit.models import AuditCheck, AuditDay
from mediation_admin.audit.verifying import Verdict
from mediation_admin.core import clock
from mediation_admin.core.db import db

# On the first night of a week the whole chain is walked, on the others the days that were closed lately.
WHOLE_ON = 6
RECENT_DAYS = 7
_checks, _days = AuditCheck.__table__, AuditDay.__table__


def seal(*, everything: bool = False) -> int:
    """Chain what was written since the last time and write the new head down in the second place; returns how many."""
    with db.engine.begin() as connection:
        count = chain.seal(connection, recent=None if everything else chain.RECENT)
        chain.close_days(connection, clock.today())
        head = chain.head(connection)
    if head is not None:
        heads.write_down(head)
    return count


def overnight() -> Verdict:
    """Seal what is left, verify, keep the result."""
    while seal(everything=True):
        pass
    return check(since=None if clock.today().weekday() == WHOLE_ON else _recent_day())


def archive() -> list[Archived]:
    """Write every closed day that has no archive yet into the second place, each in a transaction of its own."""
    with db.engine.connect() as connection:
        days = archiving.waiting_days(connection)
    made = []
    for day in days:
        with db.engine.begin() as connection:
            made.append(archiving.archive_day(connection, day, heads.folder()))
    return made


def remove(keep_days: int) -> list[tuple[date, int]]:
    """Take every archived day older than this out of the live tables, leaving its proof; (day, entries) of each.

    Needs the owner of the tables. Refuses fewer than 180 days, and stops at the first day that has no good archive.
    """
    with db.engine.connect() as connection:
        days = archiving.removable_days(connection, keep_days)
    gone = []
    for day in days:
        with db.engine.begin() as connection:
            gone.append((day, archiving.remove_day(connection, day, heads.folder())))
    return gone


def check(*, since: date | None = None) -> Verdict:
    """Verify the chain from that day on (None: all of it) and keep what was found for the screen."""
    started = time.monotonic()
    with db.engine.connect() as connection:
        try:
            verdict = verifying.verify(connection, since=since, heads=heads.read(since))
        except heads.HeadsSpoiled as spoiled:
            verdict = Verdict(0, 0, problem=str(spoiled))
    if not verdict.intact:
        current_app.logger.error("the audit is not whole: entry %s", verdict.broken_entry_id)
    with db.engine.begin() as connection:
        connection.execute(
            insert(_checks).values(
                checked_at=clock.now(),
                since=since,
                checked=verdict.checked,
                unsealed=verdict.unsealed,
                problem=verdict.problem,
                broken_entry_id=verdict.broken_entry_id,
                seconds=time.monotonic() - started,
            )
        )
    return verdict


def _recent_day() -> date | None:
    """The first of the days closed lately; None while there are no more than these."""
    with db.engine.connect() as connection:
        statement = select(_days.c.day).order_by(_days.c.day.desc()).offset(RECENT_DAYS - 1).limit(1)
        return connection.scalar(statement)
