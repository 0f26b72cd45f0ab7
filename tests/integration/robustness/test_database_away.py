"""The database restarted under load: a clear page meanwhile, and afterwards everything goes on by itself."""

import threading
import urllib.error

import pytest

from mediation_admin.accounts import queries
from mediation_admin.accounts.passwords import hash_password
from mediation_admin.core.db import db
from tests import people
from tests.factories import cases
from tests.factories.accounts import GOOD_PASSWORD
from tests.servers import live
from tests.servers.visitor import Visitor


@pytest.fixture
def restartable(app, servers):
    """The tests' own server; it runs again afterwards, and nobody holds a connection of before."""
    yield servers.postgres
    if servers.postgres.process.poll() is not None:
        servers.postgres.start()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_the_database_restarts_under_load_and_people_see_a_clear_page_and_then_their_cases(
    app, working_as, environment, restartable, tmp_path
):
    actor, scope = people.acting(app, people.clerk_a)
    with working_as(actor, scope) as session:
        queries.account_of_phone(session, people.clerk_a.phone).password_hash = hash_password(GOOD_PASSWORD)
        cases.a_case(actor)
        session.commit()
    with app.app_context():
        db.engine.dispose()
    with live.web_server(environment, tmp_path / "web.log") as address:
        visitors = [Visitor(address) for _ in range(4)]
        for visitor in visitors:
            visitor.sign_in(people.clerk_a.phone, GOOD_PASSWORD)
        restartable.stop()
        told: list[tuple[int, str]] = []

        def ask(visitor: Visitor) -> None:
            try:
                told.append((200, visitor.get("/cases/")))
            except urllib.error.HTTPError as error:
                told.append((error.code, error.read().decode()))

        threads = [threading.Thread(target=ask, args=(visitor,)) for visitor in visitors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {code for code, _ in told} == {503}
        assert all("数据库暂时连接不上" in page and "编号" in page for _, page in told)

        restartable.start()
        for visitor in visitors:
            assert "诉前调" in visitor.get("/cases/"), "still signed in, and the pool has new connections"
