"""The background work of imports: all or nothing, whatever dies; what failed can be tried again."""

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select, text, update

from mediation_admin.core import jobs
from mediation_admin.core.db import db
from mediation_admin.core.jobs import Job, JobStatus
from mediation_admin.imports import operations
from mediation_admin.imports.enums import BatchStatus
from mediation_admin.imports.jobs import clear_files
from mediation_admin.imports.models import ImportBatch, ImportRow
from mediation_admin.rosters.models import Mediator, MediatorListing
from tests.factories import rosters as make

PERFORM = """
import sys
from mediation_admin.factory import create_app
from mediation_admin.core import jobs
with create_app().app_context():
    jobs.perform(int(sys.argv[1]))
"""


def count(session, model):
    """Rows of a table, whoever may see them."""
    return session.execute(select(func.count()).select_from(model.__table__)).scalar()


@pytest.fixture
def confirmed(admin, checked, court_a, app):
    """A confirmed batch of many rows whose writing job waits; the batch and its job."""
    session, _ = court_a
    page = checked([make.roster_row(number) for number in range(1, 1500)])
    admin.post(page + "confirm")
    batch = session.get(ImportBatch, int(page.rstrip("/").rsplit("/", 1)[1]))
    job = session.get(Job, batch.job_id)
    session.commit()
    with app.app_context():
        jobs.queue().empty()
    return batch, job


def test_s40_a_worker_killed_while_importing_leaves_nothing_and_the_work_is_taken_up_again(
    confirmed, court_a, environment, app, run_jobs
):
    session, _ = court_a
    batch, job = confirmed
    # Whoever writes people writes the audit with them; held there, the job has written and cannot have committed.
    holder = session.get_bind().connect()
    holder.execute(text("lock table audit_entry in share mode"))
    process = subprocess.Popen([sys.executable, "-c", PERFORM, str(job.id)], env={**os.environ, **environment})
    held = text("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query ilike '%audit_entry%'")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not session.scalar(held):
        session.rollback()
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the writing was over before it could be killed"
    holder.rollback()
    holder.close()
    session.expire_all()
    assert count(session, Mediator) == 0
    assert count(session, MediatorListing) == 0
    assert session.get(ImportBatch, batch.id).status is BatchStatus.COMMITTING
    assert session.get(Job, job.id).status is JobStatus.RUNNING

    session.execute(update(Job).where(Job.id == job.id).values(lease_until=func.now() - text("interval '1 minute'")))
    session.commit()
    with app.app_context():
        jobs.sweep()
    run_jobs()
    session.expire_all()
    assert session.get(ImportBatch, batch.id).status is BatchStatus.COMMITTED
    assert count(session, Mediator) == 1499


def test_work_done_twice_is_done_once(confirmed, court_a):
    """The queue may deliver twice: the second time finds the batch written."""
    session, actor = court_a
    batch, _ = confirmed
    operations.write(actor=actor, batch_id=batch.id)
    operations.write(actor=actor, batch_id=batch.id)
    session.commit()
    assert count(session, Mediator) == 1499


def test_when_the_database_has_changed_since_the_pre_check_nothing_is_written(admin, checked, court_a, run_jobs):
    session, actor = court_a
    page = checked([make.roster_row(1), make.roster_row(2)])
    make.a_listed_mediator(actor, make.a_name(1), phone="19900010001")
    session.commit()
    admin.post(page + "confirm")
    run_jobs()
    told = admin.get(page).text
    assert "新增由 2 变为 1" in told
    assert "没有写入" in told
    assert count(session, Mediator) == 1


def test_a_cancelled_write_leaves_nothing(admin, checked, court_a, run_jobs):
    session, _actor = court_a
    page = checked([make.roster_row(1)])
    admin.post(page + "confirm")
    batch = session.get(ImportBatch, int(page.rstrip("/").rsplit("/", 1)[1]))
    jobs.cancel(session, session.get(Job, batch.job_id))
    session.commit()
    run_jobs()
    session.expire_all()
    assert session.get(ImportBatch, batch.id).status is BatchStatus.CHECKED
    assert count(session, Mediator) == 0


def test_a_batch_that_is_busy_refuses_another_step(admin, checked):
    page = checked([make.roster_row(1)])
    admin.post(page + "confirm")
    assert "正在处理这次导入" in admin.post(page + "undo", follow_redirects=True).text


def test_every_row_of_the_workbook_has_its_judgement(confirmed, court_a):
    session, _ = court_a
    batch, _ = confirmed
    assert session.scalar(select(func.count()).select_from(ImportRow).where(ImportRow.batch_id == batch.id)) == 1499


def test_s34_files_of_old_batches_are_cleared_away(admin, checked, court_a, app):
    session, _ = court_a
    page = checked([make.roster_row(1)])
    ident = int(page.rstrip("/").rsplit("/", 1)[1])
    session.execute(text("update import_batch set updated_at = now() - interval '31 days'"))
    session.commit()
    with app.app_context():
        assert clear_files() == 1
        db.session.remove()
    session.expire_all()
    batch = session.get(ImportBatch, ident)
    assert (batch.status, batch.stored_name, batch.layout) == (BatchStatus.ABANDONED, None, None)
    assert "已经放弃" in admin.get(page).text
