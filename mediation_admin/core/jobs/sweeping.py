"""Sweeping up: jobs whose worker died go back to the queue, and waiting ones that the queue lost are handed over again."""

import logging
from datetime import timedelta

from redis.exceptions import RedisError
from sqlalchemy import or_, select, update

from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.jobs.asking import enqueue, queue
from mediation_admin.core.jobs.kinds import LEASE
from mediation_admin.core.jobs.models import Job, JobStatus
from mediation_admin.core.jobs.performing import finish

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
SLACK = timedelta(seconds=30)  # by which clocks of two machines may differ


def sweep() -> int:
    """Return jobs whose worker died to the queue (or fail them after three tries) and hand over lost waiting ones.

    Returns how many rows were touched. Runs every minute.
    """
    table = Job.__table__
    moment = clock.now()
    with db.engine.begin() as connection_:
        # A lease that ends later than any can was written before the clock was set back. Whoever works renews it
        # within seconds; whoever is dead must not be waited for until the clock has caught up.
        connection_.execute(
            update(table)
            .where(table.c.status == JobStatus.RUNNING, table.c.lease_until > moment + LEASE + SLACK)
            .values(lease_until=moment + LEASE)
        )
        dead = connection_.execute(
            update(table)
            .where(table.c.status == JobStatus.RUNNING, table.c.lease_until < moment, table.c.attempts < MAX_ATTEMPTS)
            .values(status=JobStatus.WAITING, message="处理进程中断，正在自动重试")
            .returning(table.c.id, table.c.attempts)
        ).all()
        lost = connection_.execute(
            select(table.c.id, table.c.attempts).where(
                table.c.status == JobStatus.WAITING,
                or_(table.c.updated_at < moment - timedelta(minutes=1), table.c.updated_at > moment + SLACK),
            )
        ).all()
        hopeless = connection_.execute(
            select(table.c.id, table.c.kind, table.c.attempts).where(
                table.c.status == JobStatus.RUNNING, table.c.lease_until < moment, table.c.attempts >= MAX_ATTEMPTS
            )
        ).all()
    for job_id, kind, attempt in hopeless:
        words = f"处理进程多次中断（编号 J{job_id}），没有留下半成品。请重新发起。"
        finish(job_id, kind, JobStatus.FAILED, words, attempt)
    try:
        known = set(queue().job_ids)
    except RedisError:
        log.warning("queue server unreachable; %s jobs stay waiting", len(dead) + len(lost))
        return len(hopeless)
    for job_id, attempts in {*dead, *lost}:
        if f"job-{job_id}-{attempts}" not in known:
            enqueue(job_id, attempts)
    return len(dead) + len(lost) + len(hopeless)
