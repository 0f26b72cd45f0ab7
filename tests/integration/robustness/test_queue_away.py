"""The queue server dead or hanging: people sign in and work, what runs in the background says that it waits."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from launcher.valkey import Valkey
from mediation_admin.accounts import queries
from mediation_admin.accounts.passwords import hash_password
from mediation_admin.core import jobs
from mediation_admin.core.jobs import Job, JobStatus
from mediation_admin.core.jobs.asking import WAITS_FOR_QUEUE
from mediation_admin.exports import operations as exports
from mediation_admin.exports.enums import ExportFormat
from tests import people
from tests.factories import cases
from tests.factories.accounts import GOOD_PASSWORD
from tests.servers import live
from tests.servers.visitor import Visitor


@pytest.fixture
def own_valkey(servers, tmp_path_factory) -> Iterator[Valkey]:
    """A queue server that this test may kill."""
    server = Valkey(Path(tmp_path_factory.mktemp("q")), keep=False)
    server.start()
    yield server
    if server.process.poll() is None:
        os.kill(server.process.pid, signal.SIGCONT)
    server.stop()


@pytest.fixture
def clerk(app, working_as):
    """The clerk of court A with a password and a case."""
    actor, scope = people.acting(app, people.clerk_a)
    with working_as(actor, scope) as session:
        queries.account_of_phone(session, people.clerk_a.phone).password_hash = hash_password(GOOD_PASSWORD)
        cases.a_case(actor)
        session.commit()
        yield session()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["dead", "hanging"])
def test_people_sign_in_and_see_their_cases_while_the_queue_server_is_away(
    clerk, environment, own_valkey, tmp_path, how
):
    with live.web_server({**environment, "REDIS_URL": own_valkey.url}, tmp_path / "web.log") as address:
        os.kill(own_valkey.process.pid, how)
        visitor = Visitor(address)
        assert "退出" in visitor.sign_in(people.clerk_a.phone, GOOD_PASSWORD)
        page = visitor.get("/cases/")
        assert "诉前调" in page
        # A wrong password is still counted, by the process's own memory.
        assert "手机号或密码" in _refused(Visitor(address))
        visitor.post(
            "/exports/new", visitor.get("/exports/new?list=cases"), list="cases", format="xlsx", columns="case_no"
        )
    job = clerk.scalars(select(Job)).one()
    assert (job.status, job.message) == (JobStatus.WAITING, WAITS_FOR_QUEUE)


def _refused(visitor: Visitor) -> str:
    import urllib.error

    try:
        return visitor.sign_in(people.clerk_a.phone, "not the password")
    except urllib.error.HTTPError as error:
        return error.read().decode()


def test_what_waited_is_taken_up_when_the_queue_server_is_back(clerk, app, run_jobs, own_valkey):
    there = app.extensions["redis"]
    away = type(there).from_url(own_valkey.url, retry=there.get_retry(), socket_timeout=0.5)
    own_valkey.process.kill()
    own_valkey.process.wait()
    app.extensions["redis"] = away
    try:
        actor, _scope = people.acting(app, people.clerk_a)
        for _ in range(3):
            exports.request_export(actor=actor, code="cases", params=[], keys=None, file_format=ExportFormat.XLSX)
        clerk.commit()
        assert {job.message for job in clerk.scalars(select(Job))} == {WAITS_FOR_QUEUE}
    finally:
        app.extensions["redis"] = there
        away.close()
    clerk.execute(text("update job set updated_at = now() - interval '2 minutes'"))
    clerk.commit()
    with app.app_context():
        assert jobs.sweep() == 3
    assert run_jobs() == 3
    clerk.expire_all()
    assert {(job.status, job.message) for job in clerk.scalars(select(Job))} == {(JobStatus.READY, "已写入 1 行")}
