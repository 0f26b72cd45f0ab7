"""Asking for background work, stopping it, and handing its id to the queue server after the commit."""

import logging
import time
from typing import Any
from weakref import WeakKeyDictionary

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import event, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.jobs import kinds
from mediation_admin.core.jobs.models import Job, JobStatus
from mediation_admin.core.scope import Actor

log = logging.getLogger(__name__)

LEFT_ALONE = 5.0  # seconds
WAITS_FOR_QUEUE = "后台服务暂时不可用，恢复后会自动开始，无需重新提交"
_PENDING = "jobs_to_enqueue"
_away_until: WeakKeyDictionary[Redis, float] = WeakKeyDictionary()


def ask(session: Session, *, kind: str, params: dict[str, Any], actor: Actor, once: str | None = None) -> Job:
    """Add a job row; it is enqueued after the caller's commit. Returns the flushed row.

    ``once`` names the request: asked again under the same name by the same person, the first job is returned.
    """
    if not kinds.is_known(kind):
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
        kinds.tell_subject(job.kind, job.id, "已取消")
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
    """Hand an id to RQ. With the queue server down the row stays waiting, says so, and the sweep hands it over later."""
    handed = hand_over(
        "mediation_admin.core.jobs.perform",
        job_id,
        job_id=f"job-{job_id}-{attempt}",
        job_timeout=6 * 3600,
        result_ttl=0,
        failure_ttl=24 * 3600,
    )
    if not handed:
        log.warning("queue server unreachable; job %s stays waiting", job_id)
        table = Job.__table__
        with db.engine.begin() as connection_:
            connection_.execute(
                update(table)
                .where(table.c.id == job_id, table.c.status == JobStatus.WAITING)
                .values(message=WAITS_FOR_QUEUE)
            )


def hand_over(entry_point: str, *arguments: Any, **options: Any) -> bool:
    """Put a call into the queue; False when the queue server does not answer.

    One that did not answer is left alone for some seconds: nobody waits for it again and again in one request.
    """
    redis = connection()
    if time.monotonic() < _away_until.get(redis, 0.0):
        return False
    try:
        queue().enqueue(entry_point, *arguments, **options)
    except RedisError:
        _away_until[redis] = time.monotonic() + LEFT_ALONE
        return False
    return True


def install(session_class: Any) -> None:
    """Hang the after-commit hand-over on the session class; called once by create_app."""

    @event.listens_for(session_class, "after_commit")
    def _hand_over(session: Session) -> None:
        for job_id in session.info.pop(_PENDING, []):
            enqueue(job_id)

    @event.listens_for(session_class, "after_rollback")
    def _forget(session: Session) -> None:
        session.info.pop(_PENDING, None)
