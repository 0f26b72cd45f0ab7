"""Background work. A job is a row first: the row is the truth, RQ only carries its id.

waiting → running → ready | failed | cancelled (→ expired, for results that were cleared away). The worker claims the
row with one conditional UPDATE, acts as the person who asked with the rights that person has now, renews a lease while
it works, and commits its work together with the end state. A sweep returns rows whose worker died.
"""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import BigInteger, ForeignKey, Index, Text, event, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from mediation_admin.core import clock
from mediation_admin.core.db import Base, Recorded, db, enum_column, pk
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, Scope, enter, fence

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
LEASE_RENEWED_EVERY = 15.0
MAX_ATTEMPTS = 3
_PENDING = "jobs_to_enqueue"
_RIGHTS_GONE = "发起人的权限已变化，任务未执行。请由有权限的人员重新发起。"


class JobStatus(LabelledEnum):
    """Where a piece of background work stands."""

    WAITING = "waiting", "排队中", "mute"
    RUNNING = "running", "进行中", "info"
    READY = "ready", "已完成", "good"
    FAILED = "failed", "失败", "bad"
    CANCELLED = "cancelled", "已取消", "mute"
    EXPIRED = "expired", "已失效", "mute"


UNFINISHED = (JobStatus.WAITING, JobStatus.RUNNING)


class JobCancelled(Exception):
    """Raised inside the work when the person asked to stop; the edge turns it into the state."""


class TakenOver(Exception):
    """Raised inside the work when another attempt holds the job by now: what this one did is thrown away."""


class Job(Recorded, Base):
    """One request for background work and what became of it."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_unfinished", "status", "lease_until", postgresql_where="status in ('waiting','running')"),
        Index("uq_job_once_key", "once_key", unique=True),
        Index("ix_job_requester", "requester_id", "id"),
    )

    id: Mapped[pk]
    kind: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    status: Mapped[JobStatus] = enum_column(JobStatus, default=JobStatus.WAITING)
    done: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    total: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[str] = mapped_column(Text, default="", server_default="")
    result: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    requester_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(Text, default="")
    court_id: Mapped[int | None] = mapped_column(ForeignKey("court.id"), index=True)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    # The same key twice is the same request: a button pressed twice starts one job.
    once_key: Mapped[str | None] = mapped_column(Text)
    cancel_requested: Mapped[bool] = mapped_column(default=False, server_default="false")
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.status not in UNFINISHED

    @property
    def percent(self) -> int | None:
        """Progress 0–100, None while the whole is unknown."""
        if self.status is JobStatus.READY:
            return 100
        return None if not self.total else min(100, int(self.done * 100 / self.total))


fence(Job, lambda court_ids: or_(Job.court_id.in_(court_ids), Job.court_id.is_(None)))


@dataclass
class JobRun:
    """What the work function gets: its parameters, a way to tell progress and to learn of a cancellation."""

    job_id: int
    params: dict[str, Any]
    actor: Actor
    attempt: int
    _last: datetime | None = None

    def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Write progress on a connection of its own (seen at once, whatever the work's transaction does).

        At most twice a second. Raises JobCancelled when the person asked to stop.
        """
        moment = clock.now()
        if self._last and (moment - self._last).total_seconds() < 0.5 and done != total:
            return
        self._last = moment
        values: dict[str, Any] = {"done": done, "lease_until": moment + LEASE}
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
_kinds: dict[str, Work] = {}
_on_failure: dict[str, Callable[[int, str], None]] = {}
_actor_loader: Callable[[int | None, str, int | None], tuple[Actor, Scope] | None] | None = None


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


def load_actors_with(function: Callable[[int | None, str, int | None], tuple[Actor, Scope] | None]) -> None:
    """Tell how to find the asker's present rights: (account id, role, court id) → (actor, scope) or None."""
    global _actor_loader
    _actor_loader = function


def ask(session: Session, *, kind: str, params: dict[str, Any], actor: Actor, once: str | None = None) -> Job:
    """Add a job row; it is enqueued after the caller's commit. Returns the flushed row.

    ``once`` names the request: asked again under the same name by the same person, the first job is returned.
    """
    if kind not in _kinds:
        raise ValueError(f"unknown kind of job: {kind}")
    values = {
        "kind": kind,
        "params": params,
        "requester_id": actor.account_id,
        "role": actor.role,
        "court_id": actor.court_id,
        "status": JobStatus.WAITING,
    }
    if once is None:
        job = Job(**values)
        session.add(job)
        session.flush()
    else:
        key = f"{kind}:{actor.account_id}:{once}"
        # Two requests at the same moment: the second waits here for the first one's commit, and adds nothing.
        made = session.execute(
            insert(Job)
            .values(**values, once_key=key)
            .on_conflict_do_nothing(index_elements=[Job.once_key])
            .returning(Job.id)
        ).scalar()
        job = session.scalars(select(Job).where(Job.once_key == key)).one()
        if made is None:
            return job
    session.info.setdefault(_PENDING, []).append(job.id)
    return job


def cancel(session: Session, job: Job) -> None:
    """Ask a job to stop. A waiting one is cancelled at once, a running one at its next progress step."""
    waiting = session.execute(
        update(Job)
        .where(Job.id == job.id, Job.status == JobStatus.WAITING)
        .values(status=JobStatus.CANCELLED, cancel_requested=True, finished_at=clock.now(), message="已取消")
        .execution_options(synchronize_session=False)
    ).rowcount
    if waiting:
        _tell_subject(job.kind, job.id, "已取消")
    else:
        running = session.execute(
            update(Job)
            .where(Job.id == job.id, Job.status == JobStatus.RUNNING)
            .values(cancel_requested=True)
            .execution_options(synchronize_session=False)
        ).rowcount
        if not running:
            raise RuleBroken("任务已经结束，无需取消。")
    session.refresh(job)


def connection() -> Redis:
    """The queue server of this app."""
    return current_app.extensions["redis"]


def queue() -> Queue:
    """The one queue all background work goes through."""
    return Queue("mediation", connection=connection(), serializer=JSONSerializer)


def enqueue(job_id: int, attempt: int = 0) -> None:
    """Hand an id to RQ. With the queue server down the row stays waiting and the sweep hands it over later."""
    try:
        queue().enqueue(
            "mediation_admin.core.jobs.perform",
            job_id,
            job_id=f"job-{job_id}-{attempt}",
            job_timeout=6 * 3600,
            result_ttl=0,
            failure_ttl=24 * 3600,
        )
    except RedisError:
        log.warning("queue server unreachable; job %s stays waiting", job_id)


def install(session_class: Any) -> None:
    """Hang the after-commit hand-over on the session class; called once by create_app."""

    @event.listens_for(session_class, "after_commit")
    def _hand_over(session: Session) -> None:
        for job_id in session.info.pop(_PENDING, []):
            enqueue(job_id)

    @event.listens_for(session_class, "after_rollback")
    def _forget(session: Session) -> None:
        session.info.pop(_PENDING, None)


@contextmanager
def _lease_kept(job_id: int, attempt: int):
    """Renew the lease from a thread while the work runs, so that one long statement does not look like death."""
    app = current_app._get_current_object()
    stop = threading.Event()

    def renew() -> None:
        table = Job.__table__
        with app.app_context():
            while not stop.wait(LEASE_RENEWED_EVERY):
                try:
                    with db.engine.begin() as connection_:
                        connection_.execute(
                            update(table)
                            .where(table.c.id == job_id, table.c.attempts == attempt)
                            .values(lease_until=clock.now() + LEASE)
                        )
                except SQLAlchemyError:
                    log.warning("the lease of job %s could not be renewed; trying again", job_id)

    thread = threading.Thread(target=renew, name=f"lease-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def perform(job_id: int) -> None:
    """RQ's entry point: claim the row, do the work as the asker, commit once, record the end."""
    if os.getpid() != current_app.config.get("POOL_OWNER_PID", os.getpid()):
        # A forked work-horse must not share its parent's sockets with the database.
        db.engine.dispose(close=False)
    db.session.remove()
    claimed = _claim(job_id)
    if claimed is None:
        return
    kind, params, requester_id, role, court_id, attempt = claimed
    found = _actor_loader(requester_id, role, court_id) if _actor_loader else None
    db.session.remove()
    if found is None:
        _finish(job_id, kind, JobStatus.FAILED, _RIGHTS_GONE, attempt)
        return
    actor, scope = found
    enter(db.session(), actor, scope)
    try:
        with _lease_kept(job_id, attempt):
            result = _kinds[kind](JobRun(job_id, params, actor, attempt)) or {}
            _make_ready(job_id, attempt, result)
            db.session.commit()
    except TakenOver:
        # The lease ran out (the machine slept, the database was away) and another worker has the job now.
        db.session.rollback()
        log.warning("job %s was taken over while attempt %s worked; its work is thrown away", job_id, attempt)
    except JobCancelled:
        db.session.rollback()
        _finish(job_id, kind, JobStatus.CANCELLED, "已取消", attempt)
    except RuleBroken as broken:
        db.session.rollback()
        _finish(job_id, kind, JobStatus.FAILED, broken.message, attempt)
    except Exception:
        db.session.rollback()
        log.exception("job %s (%s) failed", job_id, kind)
        words = f"处理时出错（编号 J{job_id}），没有留下半成品。请重试；仍失败请联系平台客服。"
        _finish(job_id, kind, JobStatus.FAILED, words, attempt)
    finally:
        db.session.remove()


def _make_ready(job_id: int, attempt: int, result: dict[str, Any]) -> None:
    """Write the end state in the transaction of the work, if the job is still this attempt's."""
    mine = db.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.status == JobStatus.RUNNING, Job.attempts == attempt)
        .values(
            status=JobStatus.READY,
            result=result,
            finished_at=clock.now(),
            lease_until=None,
            done=func.coalesce(Job.total, Job.done),
        )
        .execution_options(synchronize_session=False)
    ).rowcount
    if not mine:
        raise TakenOver


def _claim(job_id: int) -> tuple[str, dict[str, Any], int | None, str, int | None, int] | None:
    table = Job.__table__
    moment = clock.now()
    with db.engine.begin() as connection_:
        row = connection_.execute(
            update(table)
            .where(
                table.c.id == job_id,
                or_(
                    table.c.status == JobStatus.WAITING,
                    (table.c.status == JobStatus.RUNNING) & (table.c.lease_until < moment),
                ),
            )
            .values(
                status=JobStatus.RUNNING,
                started_at=moment,
                lease_until=moment + LEASE,
                attempts=table.c.attempts + 1,
                done=0,
                message="",
            )
            .returning(
                table.c.kind,
                table.c.params,
                table.c.requester_id,
                table.c.role,
                table.c.court_id,
                table.c.attempts,
            )
        ).one_or_none()
    return None if row is None else tuple(row)


def _finish(job_id: int, kind: str, status: JobStatus, message: str, attempt: int) -> None:
    """Record an end without a result, unless another attempt holds the job by now."""
    db.session.remove()
    session = db.session()
    enter(session, Actor(None, "系统", "system", None), Scope.everything("the end of a background job is recorded"))
    mine = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.status == JobStatus.RUNNING, Job.attempts == attempt)
        .values(status=status, message=message, finished_at=clock.now(), lease_until=None)
        .execution_options(synchronize_session=False)
    ).rowcount
    if mine:
        _tell_subject(kind, job_id, message)
    session.commit()
    db.session.remove()


def _tell_subject(kind: str, job_id: int, message: str) -> None:
    if kind in _on_failure:
        _on_failure[kind](job_id, message)


def sweep() -> int:
    """Return jobs whose worker died to the queue (or fail them after three tries) and hand over lost waiting ones.

    Returns how many rows were touched. Runs every minute.
    """
    table = Job.__table__
    moment = clock.now()
    with db.engine.begin() as connection_:
        dead = connection_.execute(
            update(table)
            .where(table.c.status == JobStatus.RUNNING, table.c.lease_until < moment, table.c.attempts < MAX_ATTEMPTS)
            .values(status=JobStatus.WAITING, message="处理进程中断，正在自动重试")
            .returning(table.c.id, table.c.attempts)
        ).all()
        lost = connection_.execute(
            select(table.c.id, table.c.attempts).where(
                table.c.status == JobStatus.WAITING, table.c.updated_at < moment - timedelta(minutes=1)
            )
        ).all()
        hopeless = connection_.execute(
            select(table.c.id, table.c.kind, table.c.attempts).where(
                table.c.status == JobStatus.RUNNING, table.c.lease_until < moment, table.c.attempts >= MAX_ATTEMPTS
            )
        ).all()
    for job_id, kind, attempt in hopeless:
        words = f"处理进程多次中断（编号 J{job_id}），没有留下半成品。请重新发起。"
        _finish(job_id, kind, JobStatus.FAILED, words, attempt)
    try:
        known = set(queue().job_ids)
    except RedisError:
        log.warning("queue server unreachable; %s jobs stay waiting", len(dead) + len(lost))
        return len(hopeless)
    for job_id, attempts in {*dead, *lost}:
        if f"job-{job_id}-{attempts}" not in known:
            enqueue(job_id, attempts)
    return len(dead) + len(lost) + len(hopeless)
