"""Background work: a row first, claimed once, done with present rights, never lost, never half."""

import threading
import time
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import func, select, text, update

from mediation_admin.core import clock, jobs
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.jobs import Job, JobCancelled, JobStatus, performing
from mediation_admin.core.scope import actor_of, enter, scope_of
from mediation_admin.courts.models import CaseNumberCounter
from tests import people

KIND = "tests.work"
# What the work of the test's kind does; each test puts its own in.
_work = {"do": lambda run: {}}
_told: list[tuple[int, str]] = []


@jobs.job_kind(KIND)
def work(run: jobs.JobRun):
    return _work["do"](run)


@jobs.on_failure(KIND)
def told(job_id: int, message: str) -> None:
    _told.append((job_id, message))


@pytest.fixture
def office(app, working_as):
    _told.clear()
    actor, scope = people.acting(app, people.clerk_a)
    with working_as(actor, scope) as session:
        yield session


@pytest.fixture
def ask(app, office):
    """Asks for the kind of this test; ``ask(do)`` says what its work does."""

    def make(do=lambda run: {"done": True}, *, once=None, commit=True) -> int:
        _work["do"] = do
        job = jobs.ask(office(), kind=KIND, params={"n": 1}, actor=actor_of(office()), once=once)
        if commit:
            office.commit()
        return job.id

    return make


def _job(office, job_id: int) -> Job:
    office.rollback()
    return office.scalars(select(Job).where(Job.id == job_id).execution_options(populate_existing=True)).one()


def _set(office, **values) -> None:
    office.execute(update(Job).values(**values).execution_options(synchronize_session=False))
    office.commit()


PAST = timedelta(seconds=-1)


# -- asking -----------------------------------------------------------------------------------------------------------------


def test_a_job_is_handed_over_only_after_the_commit(office, ask, app):
    ask(commit=False)
    assert jobs.queue().job_ids == []
    office.commit()
    assert len(jobs.queue().job_ids) == 1


def test_a_job_of_a_transaction_that_failed_was_never_asked_for(office, ask):
    ask(commit=False)
    office.rollback()
    office.commit()
    assert jobs.queue().job_ids == []
    assert office.scalar(select(func.count()).select_from(Job)) == 0


def test_the_same_request_sent_twice_is_one_job(office, ask, run_jobs):
    first, second, other = ask(once="k"), ask(once="k"), ask(once="another")
    assert first == second != other
    assert run_jobs() == 2
    assert ask(once="k") == first, "even when it is done"


def test_two_requests_at_the_same_moment_are_one_job(office, ask, app):
    actor, scope = actor_of(office()), scope_of(office())
    start, made, lock = threading.Barrier(8), set(), threading.Lock()

    def press() -> None:
        with app.app_context():
            enter(db.session(), actor, scope)
            start.wait()
            job = jobs.ask(db.session(), kind=KIND, params={}, actor=actor, once="button")
            db.session.commit()
            with lock:
                made.add(job.id)
            db.session.remove()

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(jobs.queue().job_ids) == 1


def test_an_unknown_kind_of_work_is_a_mistake_of_ours(office):
    with pytest.raises(ValueError, match="unknown kind"):
        jobs.ask(office(), kind="tests.none", params={}, actor=actor_of(office()))


# -- doing ------------------------------------------------------------------------------------------------------------------


def test_the_work_and_its_end_are_one_commit(office, ask, run_jobs):
    def do(run):
        db.session.add(CaseNumberCounter(court_id=run.actor.court_id, type_code="诉前调", year=2024, last_number=7))
        db.session.flush()
        return {"written": 7}

    job_id = ask(do)
    run_jobs()
    job = _job(office, job_id)
    assert (job.status, job.result, job.percent) == (JobStatus.READY, {"written": 7}, 100)
    assert job.finished_at is not None
    assert job.lease_until is None
    assert office.scalar(select(CaseNumberCounter.last_number)) == 7


def test_work_that_fails_leaves_nothing_and_a_sentence_with_a_number(office, ask, run_jobs):
    def do(run):
        db.session.add(CaseNumberCounter(court_id=run.actor.court_id, type_code="诉前调", year=2024, last_number=7))
        db.session.flush()
        raise ZeroDivisionError

    job_id = ask(do)
    run_jobs()
    job = _job(office, job_id)
    assert job.status is JobStatus.FAILED
    assert f"J{job_id}" in job.message
    assert "没有留下半成品" in job.message
    assert "Zero" not in job.message
    assert _told == [(job_id, job.message)]
    assert office.scalar(select(CaseNumberCounter.last_number)) is None


def test_a_broken_rule_is_told_in_its_own_words(office, ask, run_jobs):
    def do(run):
        raise RuleBroken("名册里没有这个人。")

    job_id = ask(do)
    run_jobs()
    assert (_job(office, job_id).status, _job(office, job_id).message) == (JobStatus.FAILED, "名册里没有这个人。")


def test_a_job_is_done_once_however_often_it_is_handed_over(office, ask, run_jobs):
    times = []
    job_id = ask(lambda run: times.append(run.attempt))
    for attempt in (1, 2, 3):
        jobs.enqueue(job_id, attempt)
    assert run_jobs() == 4
    assert times == [1]


def test_two_workers_that_take_one_job_do_it_once(office, ask, app):
    times, start = [], threading.Barrier(4)

    def do(run):
        times.append(run.attempt)
        time.sleep(0.2)

    job_id = ask(do)

    def worker() -> None:
        with app.app_context():
            start.wait()
            jobs.perform(job_id)

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert times == [1]


def test_the_work_acts_as_the_asker_with_the_rights_held_now(office, ask, run_jobs):
    seen = []
    ask(lambda run: seen.append((run.actor, scope_of(db.session()))))
    run_jobs()
    actor, scope = seen[0]
    asker = actor_of(office())
    assert (actor.account_id, actor.role, actor.court_id) == (asker.account_id, "clerk", asker.court_id)
    assert scope.court_ids == frozenset({asker.court_id})


@pytest.mark.parametrize(
    "taken_away",
    [
        "update role_grant set revoked_at = now() where account_id = :id",
        "update account set disabled_at = now() where id = :id",
    ],
)
def test_whoever_lost_the_role_or_the_account_has_nothing_done(office, ask, run_jobs, taken_away):
    times = []
    job_id = ask(lambda run: times.append(1))
    office.execute(text(taken_away), {"id": actor_of(office()).account_id})
    office.commit()
    run_jobs()
    job = _job(office, job_id)
    assert times == []
    assert job.status is JobStatus.FAILED
    assert "权限已变化" in job.message


def test_progress_is_seen_while_the_work_is_not_yet_committed(office, ask, run_jobs):
    seen = []

    def do(run):
        run.progress(3, 12, "第 3 步")
        with db.engine.connect() as other:
            seen.append(other.execute(text("select done, total, message, status from job")).one())

    job_id = ask(do)
    run_jobs()
    assert tuple(seen[0]) == (3, 12, "第 3 步", "running")
    assert _job(office, job_id).done == 12


# -- stopping ---------------------------------------------------------------------------------------------------------------


def test_a_waiting_job_is_cancelled_at_once_and_never_begins(office, ask, run_jobs):
    times = []
    job_id = ask(lambda run: times.append(1))
    jobs.cancel(office(), _job(office, job_id))
    office.commit()
    assert _job(office, job_id).status is JobStatus.CANCELLED
    assert _told == [(job_id, "已取消")]
    run_jobs()
    assert times == []


def test_a_running_job_stops_at_its_next_step_and_leaves_nothing(office, ask, run_jobs):
    def do(run):
        db.session.add(CaseNumberCounter(court_id=run.actor.court_id, type_code="诉前调", year=2024, last_number=7))
        db.session.flush()
        with db.engine.begin() as other:
            other.execute(text("update job set cancel_requested = true"))
        assert run.cancelled()
        run.progress(1, 2)

    job_id = ask(do)
    run_jobs()
    assert _job(office, job_id).status is JobStatus.CANCELLED
    assert office.scalar(select(CaseNumberCounter.last_number)) is None


def test_a_job_that_begins_at_the_moment_it_is_cancelled_is_told_to_stop(office, ask):
    job_id = ask()
    job = _job(office, job_id)
    assert job.status is JobStatus.WAITING
    with db.engine.begin() as other:
        other.execute(text("update job set status = 'running', attempts = 1"))
    jobs.cancel(office(), job)
    office.commit()
    assert (_job(office, job_id).status, _job(office, job_id).cancel_requested) == (JobStatus.RUNNING, True)


def test_a_finished_job_cannot_be_cancelled(office, ask, run_jobs):
    job_id = ask()
    run_jobs()
    with pytest.raises(RuleBroken, match="已经结束"):
        jobs.cancel(office(), _job(office, job_id))


# -- dying ------------------------------------------------------------------------------------------------------------------


def test_the_sweep_returns_a_job_whose_worker_died(office, ask, run_jobs):
    times = []
    job_id = ask(lambda run: times.append(run.attempt))
    jobs.queue().empty()
    _set(office, status=JobStatus.RUNNING, attempts=1, lease_until=clock.now() + PAST)
    assert jobs.sweep() == 1
    assert _job(office, job_id).status is JobStatus.WAITING
    assert "自动重试" in _job(office, job_id).message
    run_jobs()
    assert times == [2]
    assert _job(office, job_id).status is JobStatus.READY


def test_the_sweep_leaves_a_job_alone_whose_worker_lives(office, ask):
    job_id = ask()
    _set(office, status=JobStatus.RUNNING, attempts=1, lease_until=clock.now() + timedelta(seconds=30))
    assert jobs.sweep() == 0
    assert _job(office, job_id).status is JobStatus.RUNNING


def test_after_three_deaths_the_job_fails_with_a_sentence(office, ask, app):
    job_id = ask()
    _set(office, status=JobStatus.RUNNING, attempts=jobs.MAX_ATTEMPTS, lease_until=clock.now() + PAST)
    with app.app_context():
        assert jobs.sweep() == 1
    job = _job(office, job_id)
    assert job.status is JobStatus.FAILED
    assert "多次中断" in job.message
    assert _told == [(job_id, job.message)]


def test_a_worker_whose_job_was_taken_over_throws_its_work_away(office, ask, run_jobs):
    def do(run):
        db.session.add(CaseNumberCounter(court_id=run.actor.court_id, type_code="诉前调", year=2024, last_number=7))
        db.session.flush()
        # Meanwhile the lease ran out, the sweep gave the job back, and somebody else claimed it.
        with db.engine.begin() as other:
            other.execute(text("update job set attempts = attempts + 1"))
        return {"written": 7}

    job_id = ask(do)
    run_jobs()
    job = _job(office, job_id)
    assert (job.status, job.attempts, job.result) == (JobStatus.RUNNING, 2, {})
    assert office.scalar(select(CaseNumberCounter.last_number)) is None


def test_a_worker_learns_at_its_next_step_that_its_job_was_taken_over(office, ask, run_jobs):
    reached = []

    def do(run):
        with db.engine.begin() as other:
            other.execute(text("update job set attempts = attempts + 1"))
        run.progress(1, 2)
        reached.append("beyond")

    ask(do)
    run_jobs()
    assert reached == []


def test_a_long_statement_does_not_look_like_death(office, ask, run_jobs, monkeypatch):
    monkeypatch.setattr(performing, "LEASE_RENEWED_EVERY", 0.05)
    leases = []

    def do(run):
        for _ in range(2):
            db.session.execute(text("select pg_sleep(0.3)"))
            with db.engine.connect() as other:
                leases.append(other.scalar(text("select lease_until from job")))

    ask(do)
    run_jobs()
    assert leases[0] < leases[1]


# -- the queue server away --------------------------------------------------------------------------------------------------


def test_with_the_queue_server_down_the_row_waits_and_the_sweep_hands_it_over(office, ask, app, run_jobs):
    there = app.extensions["redis"]
    away = Redis.from_url("unix:///nowhere/at/all.sock")
    app.extensions["redis"] = away
    try:
        job_id = ask()
        assert _job(office, job_id).status is JobStatus.WAITING
        _set(office, updated_at=clock.now() - timedelta(minutes=2))
        assert jobs.sweep() == 0, "nothing can be handed over yet, and nothing breaks"
    finally:
        app.extensions["redis"] = there
        away.close()
    assert jobs.queue().job_ids == []
    _set(office, updated_at=clock.now() - timedelta(minutes=2))
    assert jobs.sweep() == 1
    assert run_jobs() == 1
    assert _job(office, job_id).status is JobStatus.READY


def test_the_sweep_does_not_hand_over_twice_what_waits_in_the_queue(office, ask):
    ask()
    _set(office, updated_at=clock.now() - timedelta(minutes=2))
    jobs.sweep()
    jobs.sweep()
    assert len(jobs.queue().job_ids) == 1


# -- seeing -----------------------------------------------------------------------------------------------------------------


def test_ones_jobs_are_listed_and_nobody_elses(as_person, office, ask, run_jobs):
    job_id = ask()
    run_jobs()
    assert f"/jobs/{job_id}/" in as_person(people.clerk_a).get("/jobs/").text
    assert f"/jobs/{job_id}/" not in as_person(people.admin_a).get("/jobs/").text
    assert as_person(people.admin_a).get(f"/jobs/{job_id}.json").status_code == 404


def test_the_page_of_a_job_shows_its_progress_and_a_way_to_stop_it(as_person, office, ask):
    job_id = ask()
    client = as_person(people.clerk_a)
    page = client.get(f"/jobs/{job_id}/").text
    assert f'data-progress="/jobs/{job_id}.json"' in page
    assert "可以离开本页" in page
    assert client.post(f"/jobs/{job_id}/cancel").status_code == 303
    assert _job(office, job_id).status is JobStatus.CANCELLED
    assert "已取消" in client.get(f"/jobs/{job_id}/").text


def test_cancelled_is_an_end_like_any_other():
    assert Job(status=JobStatus.CANCELLED).is_finished
    assert not Job(status=JobStatus.RUNNING).is_finished
    assert issubclass(JobCancelled, Exception)


# -- the clock set forth and back -------------------------------------------------------------------------------------------


def _at(monkeypatch, by: timedelta) -> None:
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + by)


def test_a_dead_job_is_not_waited_for_until_a_clock_set_back_has_caught_up(office, ask, monkeypatch):
    job_id = ask()
    jobs.queue().empty()
    _set(office, status=JobStatus.RUNNING, attempts=1, lease_until=clock.now() + timedelta(hours=5))
    assert jobs.sweep() == 0
    assert _job(office, job_id).lease_until <= clock.now() + jobs.LEASE, "its lease ends within a minute now"
    _at(monkeypatch, timedelta(minutes=2))
    assert jobs.sweep()
    assert _job(office, job_id).status is JobStatus.WAITING


def test_a_job_that_works_while_the_clock_is_set_back_goes_on_and_tells_its_progress(
    office, ask, run_jobs, monkeypatch
):
    seen = []

    def do(run):
        run.progress(1, 3)
        _at(monkeypatch, timedelta(hours=-5))
        run._last -= 1  # a second later
        run.progress(2, 3)
        with db.engine.connect() as other:
            seen.append(other.scalar(text("select done from job")))
        jobs.sweep()

    job_id = ask(do)
    run_jobs()
    assert seen == [2]
    assert _job(office, job_id).status is JobStatus.READY


def test_a_clock_set_forth_takes_a_working_job_for_dead_and_its_work_is_done_once(office, ask, run_jobs, monkeypatch):
    done = []

    def do(run):
        if run.attempt == 1:
            _at(monkeypatch, timedelta(hours=5))
            jobs.sweep()
        done.append(run.attempt)

    job_id = ask(do)
    run_jobs()
    assert _job(office, job_id).status is JobStatus.READY
    assert done[-1] == _job(office, job_id).attempts


def test_a_job_that_waits_since_the_future_is_handed_over(office, ask):
    ask()
    jobs.queue().empty()
    _set(office, updated_at=clock.now() + timedelta(hours=5))
    assert jobs.sweep() == 1
    assert len(jobs.queue().job_ids) == 1
