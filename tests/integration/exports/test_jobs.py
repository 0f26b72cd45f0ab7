"""Making a file in the background: whole or absent, with present rights, whatever is stopped or killed."""

import os
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from mediation_admin.audit.models import AuditEntry
from mediation_admin.core import clock, jobs, sheets
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.jobs import JobStatus
from mediation_admin.exports import operations
from mediation_admin.exports.models import ExportRequest
from tests import sheet_readers
from tests.integration.exports.conftest import Files
from tests.servers import live
from tests.servers.killing import cut_power


def _until(found, patience: float = 90) -> None:
    deadline = time.monotonic() + patience
    while not found():
        assert time.monotonic() < deadline, "waited for too long"
        time.sleep(0.05)


def _many_audit_entries(files: Files, count: int) -> None:
    """Rows enough for a file that takes a while; the audit is the list that needs nothing else."""
    files.session.execute(
        text(
            "insert into audit_entry (at, actor_id, actor_name, role, court_id, tag, object_type, object_id, sentence, "
            "changes, request_id, address, mac) "
            "select now(), null, '系统', 'system', :court, 'test:row:made', '', n, '第' || n || '行，' || repeat('字', 60), "
            "'{}', '', '', '\\x00' from generate_series(1, :count) n"
        ),
        {"court": files.actor.court_id, "count": count},
    )
    files.session.commit()


def test_a_request_becomes_a_file_with_size_rows_and_a_date_of_expiry(court):
    request = court.ask("cases")
    assert request.job.status is JobStatus.WAITING
    assert court.run_jobs() == 1
    done = court.request(request.id)
    path = operations.exports_folder() / done.stored_name
    assert (done.job.status, done.rows, done.size) == (JobStatus.READY, 5, path.stat().st_size)
    assert done.expires_at > clock.now() + operations.KEPT - timedelta(minutes=1)
    assert path.stat().st_mode & 0o077 == 0, "the file is readable by its owner only"
    assert str(done.id) in path.name
    assert done.title not in path.name, "names on the disk are the server's own"


def test_making_and_fetching_leave_their_traces(court):
    request = court.ask("cases", [("state", "closed")])
    court.run_jobs()
    operations.open_file(actor=court.actor, request_id=request.id)
    court.session.commit()
    sentences = court.session.execute(
        select(AuditEntry.tag, AuditEntry.sentence)
        .where(AuditEntry.object_type == "export_request")
        .order_by(AuditEntry.id)
    ).all()
    assert [tag for tag, _ in sentences] == ["export:request:made", "export:request:ready", "export:file:downloaded"]
    assert "案件状态：调解结束" in sentences[0].sentence


def test_a_job_works_with_the_rights_its_asker_has_now(court):
    request = court.ask("cases")
    court.session.execute(
        text("update role_grant set revoked_at = now() where account_id = :id"), {"id": court.actor.account_id}
    )
    court.session.commit()
    court.run_jobs()
    done = court.request(request.id)
    assert (done.job.status, done.stored_name) == (JobStatus.FAILED, None)
    assert "权限已变化" in done.job.message
    assert court.left_behind() == []


def test_a_waiting_request_is_cancelled_at_once(court):
    request = court.ask("cases")
    operations.cancel_export(actor=court.actor, request_id=request.id)
    court.session.commit()
    assert court.request(request.id).job.status is JobStatus.CANCELLED
    court.run_jobs()
    assert court.request(request.id).job.status is JobStatus.CANCELLED
    assert court.left_behind() == []
    with pytest.raises(RuleBroken, match="已失效或未生成"):
        operations.open_file(actor=court.actor, request_id=request.id)


def test_a_running_request_stops_when_asked_and_leaves_no_file(court, monkeypatch):
    request = court.ask("cases")
    write = sheets.copy_select

    def slowly(*given, progress, **said):
        def stopped(done):
            jobs_table = court.request(request.id).job
            operations.jobs.cancel(court.session(), jobs_table)
            court.session.commit()
            time.sleep(0.6)  # progress is written twice a second at most, and that is when a stop is noticed
            progress(done)

        return write(*given, progress=stopped, **said)

    monkeypatch.setattr(operations.sheets, "copy_select", slowly)
    court.run_jobs()
    assert court.request(request.id).job.status is JobStatus.CANCELLED
    assert court.left_behind() == []


def test_an_error_while_writing_leaves_no_file_and_a_sentence(court, monkeypatch):
    request = court.ask("cases")
    write = sheets.copy_select

    def fails(*given, progress, **said):
        def broken(_done):
            raise OSError("the disk is full")

        return write(*given, progress=broken, **said)

    monkeypatch.setattr(operations.sheets, "copy_select", fails)
    court.run_jobs()
    done = court.request(request.id)
    assert done.job.status is JobStatus.FAILED
    assert f"编号 J{done.job_id}" in done.job.message
    assert court.left_behind() == []


def test_a_condition_that_can_no_longer_be_read_is_refused_and_not_left_out(court):
    with pytest.raises(RuleBroken, match="条件已失效"):
        court.ask("cases", [("q", "~no-token-of-ours")])
    with pytest.raises(RuleBroken, match="条件已失效"):
        court.ask("cases", [("registered_from", "上个月")])


def test_no_column_and_an_unknown_column_are_refused(court):
    with pytest.raises(RuleBroken, match="至少选择一列"):
        court.ask("cases", keys=[])
    with pytest.raises(RuleBroken, match="已不存在"):
        court.ask("cases", keys=["case_no", "password_hash"])


def test_one_person_has_at_most_ten_requests_under_way(court):
    for _ in range(operations.MOST_WAITING):
        court.ask("cases")
    with pytest.raises(RuleBroken, match="10 个导出任务未完成"):
        court.ask("cases")
    court.run_jobs()
    assert court.ask("cases")


def test_s34_a_file_expires_and_says_so(court):
    request = court.ask("cases")
    court.run_jobs()
    court.session.execute(text("update export_request set expires_at = now() - interval '1 second'"))
    court.session.commit()
    assert operations.expire_files() == 1
    court.session.commit()
    done = court.request(request.id)
    assert done.job.status is JobStatus.EXPIRED
    assert court.left_behind() == []
    with pytest.raises(RuleBroken, match="重新导出"):
        operations.open_file(actor=court.actor, request_id=request.id)
    again = operations.again(actor=court.actor, request_id=request.id)
    assert (again.source, again.columns) == (done.source, done.columns)


def test_s34_a_whole_file_that_no_request_names_is_cleared_away_after_a_day(court):
    kept = court.export("cases")
    for name, age in (("1-gone.xlsx", 90_000), ("2-young.xlsx", 60)):
        stray = kept.parent / name
        stray.write_bytes(b"")
        os.utime(stray, (time.time() - age, time.time() - age))
    os.utime(kept, (time.time() - 90_000, time.time() - 90_000))
    operations.expire_files()
    assert court.left_behind() == sorted([kept.name, "2-young.xlsx"])


def test_a_real_worker_makes_the_file(court, environment, tmp_path):
    request_id = court.ask("cases").id
    with live.queue_worker(environment, tmp_path / "worker.log"):
        _until(lambda: court.request(request_id).job.is_finished)
    done = court.request(request_id)
    assert done.job.status is JobStatus.READY, done.job.message
    assert len(sheet_readers.by_openpyxl(operations.exports_folder() / done.stored_name)) == 5 + 2


def test_s40_killing_the_worker_while_it_exports_leaves_no_file_and_the_sweep_makes_it_whole(
    court, environment, tmp_path
):
    _many_audit_entries(court, 150_000)
    request_id = court.ask("audit").id
    with live.queue_worker(environment, tmp_path / "worker.log") as worker:
        _until(lambda: (court.request(request_id).job.done or 0) > 0)
        assert court.request(request_id).job.status is JobStatus.RUNNING
        cut_power(worker)
    done = court.request(request_id)
    assert (done.job.status, done.stored_name) == (JobStatus.RUNNING, None)
    assert [name for name in court.left_behind() if not name.startswith(".")] == []

    court.session.execute(text("update job set lease_until = now() - interval '1 second'"))
    court.session.commit()
    assert jobs.sweep() == 1
    with live.queue_worker(environment, tmp_path / "worker.log"):
        _until(lambda: court.request(request_id).job.is_finished)
    done = court.request(request_id)
    assert (done.job.status, done.job.attempts) == (JobStatus.READY, 2)
    path = operations.exports_folder() / done.stored_name
    assert path.stat().st_size == done.size
    assert done.rows >= 150_000
    assert len(sheet_readers.by_calamine(path)) == done.rows + 2
    # The unfinished file of the dead worker goes with the next clearing after a day.
    for name in court.left_behind():
        if name.startswith("."):
            os.utime(path.parent / name, (time.time() - 90_000, time.time() - 90_000))
    operations.expire_files()
    assert court.left_behind() == [path.name]


def test_a_request_whose_worker_died_three_times_fails_with_a_sentence(court, app):
    request_id = court.ask("cases").id
    court.session.execute(
        text("update job set status = 'running', attempts = 3, lease_until = now() - interval '1 second'")
    )
    court.session.commit()
    with app.app_context():
        jobs.sweep()
    done = court.request(request_id)
    assert done.job.status is JobStatus.FAILED
    assert "没有留下半成品" in done.job.message


def test_requests_are_rows_of_their_own(court):
    court.ask("cases")
    court.ask("cases")
    assert len(court.session.scalars(select(ExportRequest.job_id)).all()) == 2
