"""The flask commands for operators and scripts."""

import signal
import threading
import time
from datetime import timedelta

import click
from flask import Flask, current_app
from redis.backoff import ExponentialBackoff
from redis.retry import Retry
from rq import Worker
from rq.serializers import JSONSerializer

from mediation_admin.audit.cli import audit
from mediation_admin.backfill.cli import backfill
from mediation_admin.core import clock, jobs
from mediation_admin.core.db import db
from mediation_admin.courts.cli import reference
from mediation_admin.demo.cli import demo, seed
from mediation_admin.exports.cli import exports
from mediation_admin.inspection.cli import inspect_command
from mediation_admin.notices.cli import notices
from mediation_admin.reports.cli import reports
from mediation_admin.rosters.cli import rosters
from mediation_admin.schedule import PERIODIC


def init_app(app: Flask) -> None:
    """Join the commands to the app."""
    commands = (worker, scheduler, reference, rosters, backfill, reports, exports, audit, notices, inspect_command)
    for command in (*commands, demo, seed):
        app.cli.add_command(command)


@click.command("worker")
def worker() -> None:
    """Work through background jobs until stopped."""
    db.engine.dispose()
    # A worker has nobody waiting for its answer: it outlasts a restart of the queue server.
    jobs.connection().set_retry(Retry(ExponentialBackoff(cap=5, base=0.2), 8))
    queue = jobs.queue()
    Worker(
        [queue],
        connection=jobs.connection(),
        serializer=JSONSerializer,
        default_worker_ttl=30,
        maintenance_interval=10,
        job_monitoring_interval=3,
    ).work(logging_level="WARNING")


@click.command("scheduler")
def scheduler() -> None:
    """Run what schedule.py lists, each in its rhythm, until stopped."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # What belongs to an hour waits for it, also on the first day.
    due = {p.name: time.monotonic() + (0 if p.every else _seconds_until(p.at or 0)) for p in PERIODIC}
    while not stop.wait(1):
        for periodic in PERIODIC:
            if time.monotonic() < due[periodic.name]:
                continue
            try:
                periodic.work()
            except Exception:
                current_app.logger.exception("periodic job %s failed", periodic.name)
            finally:
                db.session.remove()
            due[periodic.name] = time.monotonic() + (periodic.every or _seconds_until(periodic.at or 0))


def _seconds_until(hour: int) -> float:
    moment = clock.local(clock.now())
    target = moment.replace(hour=hour, minute=0, second=0, microsecond=0)
    if target <= moment:
        target += timedelta(days=1)
    return (target - moment).total_seconds()
