"""Doing background work: claim the row, work as the asker with the rights held now, commit once, record the end."""

import logging
import os
import threading
from contextlib import contextmanager
from typing import Any

from flask import current_app
from sqlalchemy import func, or_, update
from sqlalchemy.exc import SQLAlchemyError

from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.jobs import kinds
from mediation_admin.core.jobs.kinds import LEASE, JobCancelled, JobRun, TakenOver
from mediation_admin.core.jobs.models import Job, JobStatus
from mediation_admin.core.scope import Actor, Scope, enter

log = logging.getLogger(__name__)

LEASE_RENEWED_EVERY = 15.0
_RIGHTS_GONE = "发起人的权限已变化，任务未执行。请由有权限的人员重新发起。"


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
    found = kinds.asker_now(requester_id, role, court_id)
    db.session.remove()
    if found is None:
        finish(job_id, kind, JobStatus.FAILED, _RIGHTS_GONE, attempt)
        return
    actor, scope = found
    enter(db.session(), actor, scope)
    try:
        with _lease_kept(job_id, attempt):
            result = kinds.work_of(kind)(JobRun(job_id, params, actor, attempt)) or {}
            _make_ready(job_id, attempt, result)
            db.session.commit()
    except TakenOver:
        # The lease ran out (the machine slept, the database was away) and another worker has the job now.
        db.session.rollback()
        log.warning("job %s was taken over while attempt %s worked; its work is thrown away", job_id, attempt)
    except JobCancelled:
        db.session.rollback()
        finish(job_id, kind, JobStatus.CANCELLED, "已取消", attempt)
    except RuleBroken as broken:
        db.session.rollback()
        finish(job_id, kind, JobStatus.FAILED, broken.message, attempt)
    except Exception:
        db.session.rollback()
        log.exception("job %s (%s) failed", job_id, kind)
        words = f"处理时出错（编号 J{job_id}），没有留下半成品。请重试；仍失败请联系平台客服。"
        finish(job_id, kind, JobStatus.FAILED, words, attempt)
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


def finish(job_id: int, kind: str, status: JobStatus, message: str, attempt: int) -> None:
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
        kinds.tell_subject(kind, job_id, message)
    session.commit()
    db.session.remove()
