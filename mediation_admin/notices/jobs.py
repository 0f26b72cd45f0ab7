"""Entry points of the queue and of the clock: deliver one message, sweep the outbox, erase old texts."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import current_app

from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, Scope, enter
from mediation_admin.notices import operations, queries

SYSTEM = Actor(None, "系统", "system", None)
# A message that still waits after this long is one whose worker is busy or whose queue is down.
QUEUE_HAS_ITS_CHANCE = timedelta(seconds=10)
SWEEP_SECONDS = 20
SWEPT_AT_ONCE = 200


@contextmanager
def at_work() -> Iterator[None]:
    """A session that sees the whole outbox, committed at the end."""
    db.session.remove()
    enter(db.session(), SYSTEM, Scope.everything("messages of every court are delivered"))
    try:
        yield
        db.session.commit()
    finally:
        db.session.remove()


def deliver(message_id: int) -> None:
    """Take the next step of one message: send it, or ask what became of it."""
    if os.getpid() != current_app.config.get("POOL_OWNER_PID", os.getpid()):
        # A forked work-horse must not share its parent's sockets with the database.
        db.engine.dispose(close=False)
    with at_work():
        step = operations.claim(message_id)
    if step is None:
        return
    answer = operations.ask_vendor(step)
    with at_work():
        operations.settle(step, answer)


def sweep() -> int:
    """Take every step that is overdue, here and not in the queue: it may be down, or busy with a long import.

    Stops after 20 seconds, since the other periodic work waits; the next sweep goes on. Returns how many steps.
    """
    until = time.monotonic() + SWEEP_SECONDS
    with at_work():
        ids = queries.due(db.session(), clock.now() - QUEUE_HAS_ITS_CHANCE, SWEPT_AT_ONCE)
    done = 0
    for message_id in ids:
        if time.monotonic() > until:
            break
        deliver(message_id)
        done += 1
    return done


def erase_texts() -> int:
    """Erase the texts that are past their time. Returns how many."""
    with at_work():
        return operations.erase_texts()
