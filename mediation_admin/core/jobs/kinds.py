"""The kinds of background work: what to do, and what a subject does when it failed. Each subject registers its own."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.jobs.models import Job
from mediation_admin.core.scope import Actor, Scope

LEASE = timedelta(seconds=60)


class JobCancelled(Exception):
    """Raised inside the work when the person asked to stop; the edge turns it into the state."""


class TakenOver(Exception):
    """Raised inside the work when another attempt holds the job by now: what this one did is thrown away."""


@dataclass
class JobRun:
    """What the work function gets: its parameters, a way to tell progress and to learn of a cancellation."""

    job_id: int
    params: dict[str, Any]
    actor: Actor
    attempt: int
    _last: float | None = None  # monotonic: progress goes on when somebody sets the clock back

    def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Write progress on a connection of its own (seen at once, whatever the work's transaction does).

        At most twice a second. Raises JobCancelled when the person asked to stop.
        """
        moment = time.monotonic()
        if self._last is not None and moment - self._last < 0.5 and done != total:
            return
        self._last = moment
        values: dict[str, Any] = {"done": done, "lease_until": clock.now() + LEASE}
        if total is not None:
            values["total"] = total
        if message is not None:
            values["message"] = message
        table = Job.__table__
        with db.engine.begin() as connection:
            asked = connection.execute(
                update(table)
                .where(table.c.id == self.job_id, table.c.attempts == self.attempt)
                .values(**values)
                .returning(table.c.cancel_requested)
            ).scalar()
        if asked is None:
            raise TakenOver
        if asked:
            raise JobCancelled

    def cancelled(self) -> bool:
        """Whether the person asked to stop (for loops that must clean up before they raise)."""
        table = Job.__table__
        with db.engine.connect() as connection:
            return bool(connection.scalar(select(table.c.cancel_requested).where(table.c.id == self.job_id)))


Work = Callable[[JobRun], dict[str, Any] | None]
Loader = Callable[[int | None, str, int | None], tuple[Actor, Scope] | None]
_kinds: dict[str, Work] = {}
_on_failure: dict[str, Callable[[int, str], None]] = {}
_actor_loader: Loader | None = None


def job_kind(name: str) -> Callable[[Work], Work]:
    """Register the work of one kind of job; the function gets a JobRun, flushes, and returns the result dict."""

    def register(function: Work) -> Work:
        if name in _kinds and _kinds[name] is not function:
            raise ValueError(f"job kind {name} is registered twice")
        _kinds[name] = function
        return function

    return register


def on_failure(name: str) -> Callable[[Callable[[int, str], None]], Callable[[int, str], None]]:
    """Register what a subject does when its job failed or was cancelled: ``function(job_id, sentence)``, flushes only."""

    def register(function: Callable[[int, str], None]) -> Callable[[int, str], None]:
        _on_failure[name] = function
        return function

    return register


def load_actors_with(function: Loader) -> None:
    """Tell how to find the asker's present rights: (account id, role, court id) → (actor, scope) or None."""
    global _actor_loader
    _actor_loader = function


def is_known(kind: str) -> bool:
    """Whether somebody registered this kind of work."""
    return kind in _kinds


def work_of(kind: str) -> Work:
    """The function that does this kind of work."""
    return _kinds[kind]


def asker_now(account_id: int | None, role: str, court_id: int | None) -> tuple[Actor, Scope] | None:
    """The asker with the rights held now; None when they are gone."""
    return _actor_loader(account_id, role, court_id) if _actor_loader else None


def tell_subject(kind: str, job_id: int, message: str) -> None:
    """Let the subject of this kind know that its job failed or was cancelled."""
    if kind in _on_failure:
        _on_failure[kind](job_id, message)
