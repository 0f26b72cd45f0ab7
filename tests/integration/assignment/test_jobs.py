"""Bulk assignment in the background: with present rights, whole or not at all, whatever dies."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from mediation_admin.assignment import jobs as kinds
from mediation_admin.assignment.models import Assignment
from mediation_admin.assignment.operations import bulk
from mediation_admin.audit.models import AuditEntry
from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.models import Case
from mediation_admin.core import clock, jobs
from mediation_admin.core.jobs import Job, JobStatus
from tests.servers import live
from tests.servers.killing import cut_power


def _ask(desk, ids, **params) -> int:
    job = jobs.ask(
        desk.session(), kind=kinds.BULK, params={"case_ids": ids, "mediator_id": None, **params}, actor=desk.actor
    )
    desk.session.commit()
    return job.id


def _job(desk, job_id: int) -> Job:
    desk.session.rollback()
    return desk.session.scalars(select(Job).where(Job.id == job_id).execution_options(populate_existing=True)).one()


def _assigned(desk) -> int:
    desk.session.rollback()
    return desk.session.scalar(select(func.count()).select_from(Assignment))


def _until(found: Callable[[], bool], patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    while not found():
        assert time.monotonic() < deadline, "waited for too long"
        time.sleep(0.05)


@pytest.fixture
def roster(desk):
    for n in range(4):
        desk.mediator(f"钱{n}某", listing={"max_open": 5_000})
    desk.session.commit()


def test_a_job_says_how_many_each_mediator_got_and_names_what_was_left_out(desk, roster, run_jobs):
    ids = desk.many(6)
    draft = desk.case(submit=False)
    desk.session.commit()
    job_id = _ask(desk, [*ids, draft.id])
    assert run_jobs() == 1
    job = _job(desk, job_id)
    assert (job.status, job.result["assigned"], job.result["refused_count"]) == (JobStatus.READY, 6, 1)
    assert sum(count for _, count in job.result["per_mediator"]) == 6
    assert job.result["refused"][0][:2] == [draft.id, "草稿"]
    said = desk.session.scalars(select(AuditEntry.sentence).where(AuditEntry.tag == "assignment:bulk:carried_out"))
    assert list(said) == ["批量指派：6 件已指派，1 件未指派"]


def test_the_job_works_with_the_rights_the_asker_has_now(desk, roster, run_jobs):
    job_id = _ask(desk, desk.many(2))
    desk.session.execute(
        text("update role_grant set revoked_at = now() where account_id = :id"), {"id": desk.actor.account_id}
    )
    desk.session.commit()
    run_jobs()
    job = _job(desk, job_id)
    assert job.status is JobStatus.FAILED
    assert "权限已变化" in job.message
    assert _assigned(desk) == 0


def test_a_job_asked_to_stop_leaves_nothing(desk, roster, run_jobs, monkeypatch):
    job_id = _ask(desk, desk.many(3))
    whole = kinds.operations.assign_many

    def stopped(**asked):
        tell = asked["progress"]

        def progress(done, total):
            with desk.session.get_bind().begin() as connection:
                connection.execute(text("update job set cancel_requested = true where id = :id"), {"id": job_id})
            time.sleep(0.6)  # progress is written twice a second at most, and that is when a stop is noticed
            tell(done, total)

        return whole(**{**asked, "progress": progress})

    monkeypatch.setattr(kinds.operations, "assign_many", stopped)
    run_jobs()
    assert _job(desk, job_id).status is JobStatus.CANCELLED
    assert _assigned(desk) == 0
    assert set(desk.session.scalars(select(Case.state))) == {CaseState.TO_ASSIGN}


def test_an_error_in_the_middle_leaves_nothing(desk, roster, run_jobs, monkeypatch):
    job_id = _ask(desk, desk.many(3))

    def fails(*_args, **_said):
        raise ZeroDivisionError

    monkeypatch.setattr(bulk, "record", fails)
    run_jobs()
    job = _job(desk, job_id)
    assert job.status is JobStatus.FAILED
    assert "没有留下半成品" in job.message
    assert _assigned(desk) == 0


def test_s40_killing_the_worker_in_the_middle_of_a_bulk_assignment_leaves_nothing_and_the_sweep_finishes_the_job(
    desk, roster, app, environment, tmp_path: Path
):
    ids = desk.many(4_000)
    desk.session.commit()
    job_id = _ask(desk, ids)
    with live.queue_worker(environment, tmp_path / "worker.log") as worker:
        _until(lambda: (_job(desk, job_id).done or 0) >= 500)
        assert _job(desk, job_id).status is JobStatus.RUNNING
        cut_power(worker)
    # What the dead process had written is gone with its connection.
    _until(lambda: _job(desk, job_id).id == job_id and not _connections_at_work(desk))
    assert _assigned(desk) == 0
    assert _job(desk, job_id).status is JobStatus.RUNNING

    # Its lease runs out; the sweep hands the job over again, and another worker does it whole.
    desk.session.execute(
        text("update job set lease_until = now() - interval '1 second' where id = :id"), {"id": job_id}
    )
    desk.session.commit()
    assert jobs.sweep() == 1
    with live.queue_worker(environment, tmp_path / "worker.log"):
        _until(lambda: _job(desk, job_id).is_finished, patience=120)
    job = _job(desk, job_id)
    assert (job.status, job.attempts, job.result["assigned"]) == (JobStatus.READY, 2, 4_000)
    assert _assigned(desk) == 4_000
    twice = select(Assignment.case_id).group_by(Assignment.case_id).having(func.count() > 1)
    assert desk.session.scalars(twice).all() == []


def _connections_at_work(desk) -> int:
    return desk.session.scalar(
        text(
            "select count(*) from pg_stat_activity where datname = current_database() "
            "and state in ('active', 'idle in transaction') and pid <> pg_backend_pid()"
        )
    )


def test_undoing_is_a_job_too_and_says_what_stayed(desk, roster, run_jobs):
    job_id = _ask(desk, desk.many(5))
    run_jobs()
    undo = jobs.ask(desk.session(), kind=kinds.UNDO, params={"bulk_job_id": job_id}, actor=desk.actor)
    desk.session.commit()
    run_jobs()
    assert _job(desk, undo.id).result == {"undone": 5, "kept": [], "kept_count": 0}
    assert set(desk.session.scalars(select(Case.state))) == {CaseState.TO_ASSIGN}
    again = jobs.ask(desk.session(), kind=kinds.UNDO, params={"bulk_job_id": job_id}, actor=desk.actor)
    desk.session.commit()
    run_jobs()
    assert _job(desk, again.id).result["undone"] == 0


def test_today_is_the_day_the_job_runs(desk, roster, run_jobs):
    _ask(desk, desk.many(1))
    run_jobs()
    desk.session.rollback()
    assert desk.session.scalar(select(Assignment.assigned_on)) == clock.today()
