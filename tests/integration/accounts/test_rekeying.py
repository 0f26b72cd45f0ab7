"""Changing the keys of a live platform: killed, gone on with, used meanwhile, and nothing lost (S33)."""

import base64
import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from mediation_admin import config
from mediation_admin.accounts import queries as accounts
from mediation_admin.accounts.passwords import hash_password
from mediation_admin.assignment import queries as assignment
from mediation_admin.audit import verifying
from mediation_admin.backfill.models import LedgerEntry
from mediation_admin.cases.models import Party
from mediation_admin.core import crypto, rekeying
from mediation_admin.core.db import Base, db
from mediation_admin.core.scope import unfenced
from mediation_admin.imports import store
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.notices.templates import Template
from mediation_admin.permissions import Role
from mediation_admin.rosters.models import Mediator
from tests import people
from tests.conftest import KEYS
from tests.factories import cases, rosters
from tests.factories.accounts import GOOD_PASSWORD, an_account
from tests.factories.courts import court_a
from tests.servers import live
from tests.servers.visitor import Visitor

NEW_KEY = base64.b64encode(bytes(range(100, 132))).decode()
NEW_INDEX = base64.b64encode(bytes(range(150, 182))).decode()
CHANGING = {
    "ENCRYPTION_KEY": f"2:{NEW_KEY},1:{KEYS['ENCRYPTION_KEY']}",
    "INDEX_KEY": f"2:{NEW_INDEX},1:{KEYS['INDEX_KEY']}",
}
CHANGED = {
    "ENCRYPTION_KEY": f"2:{NEW_KEY}",
    "INDEX_KEY": f"2:{NEW_INDEX}",
    "RETIRED_INDEX_KEY": f"1:{KEYS['INDEX_KEY']}",
}
PHONE, NUMBER = "13911112222", "110101199003077491"
ROOT = Path(__file__).resolve().parents[3]


def use(settings: dict[str, str]) -> None:
    """Have this process work with these keys; the next test has those of the app again."""
    keys, current = config.numbered_keys(settings["ENCRYPTION_KEY"])
    retired = settings.get("RETIRED_INDEX_KEY")
    crypto.configure(
        encryption_keys=keys,
        current=current,
        index_key=config.numbered_keys(settings["INDEX_KEY"])[0],
        retired_index_keys=config.numbered_keys(retired)[0] if retired else None,
    )


@pytest.fixture
def rekey(environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts `flask accounts rekey` as an operator would, with both keys listed."""
    started = []

    def start(*words: str, **keys: str) -> subprocess.Popen:
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "accounts", "rekey", *words],
                cwd=ROOT,
                env={
                    **os.environ,
                    **environment,
                    **CHANGING,
                    **keys,
                    "FLASK_SKIP_DOTENV": "1",
                    "PYTHONUNBUFFERED": "1",
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()


def finished(process: subprocess.Popen) -> str:
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 0, said
    return said


@pytest.fixture
def office(app: Flask, working_as):
    """Court A with a mediator and cases whose parties have phones and papers."""
    actor, scope = people.acting(app, people.clerk_a)
    with working_as(actor, scope) as session:
        rosters.a_listed_mediator(actor, "钱某", phone=PHONE, id_number=NUMBER)
        for _ in range(3):
            cases.a_case(
                actor, parties=[cases.a_party(phone=PHONE, id_number=NUMBER), cases.a_party(cases.PartyRole.RESPONDENT)]
            )
        session.commit()
        yield session()  # the session itself: under another app context the proxy is another one


def many_parties(session, count: int) -> None:
    """So many more parties with the same phone."""
    columns = ", ".join(c.name for c in Party.__table__.columns if c.name not in ("id", "position"))
    statement = f"INSERT INTO party (position, {columns}) SELECT 10 + n, {columns} FROM party, generate_series(1, {count}) n WHERE id = (SELECT min(id) FROM party)"
    session.execute(text(statement))
    session.commit()


def under_new_keys(app: Flask) -> dict[str, int]:
    """Column → how many of its values are still under another key than the second."""
    left = {}
    with app.app_context(), db.engine.connect() as connection:
        for sealed in rekeying.sealed_tables(Base.metadata):
            for name in sealed.encrypted:
                question = f"SELECT count(*) FROM {sealed.name} WHERE {name} IS NOT NULL AND get_byte({name}, 0) <> 2"
                if count := connection.scalar(text(question)):
                    left[f"{sealed.name}.{name}"] = count
    return left


def test_s33_every_blind_index_says_what_it_is_made_of():
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith("_index") and isinstance(column.type, type(Party.__table__.c.phone_index.type)):
                # What lasts for minutes only is not made anew.
                if column.info.get("gone_within_minutes"):
                    continue
                assert "index_of" in column.info, (
                    f"{column} needs info=index_of(…): `accounts rekey` makes it anew from that"
                )
                assert isinstance(table.c[column.info["index_of"].of].type, crypto.Encrypted), column


def test_s33_nobody_searches_under_one_key_alone():
    found = []
    for path in (ROOT / "mediation_admin").rglob("*.py"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"==\s*(\w+\.)?(blind_index|phone_index|fingerprint)\(", line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert not found, f"{found}: search with .in_(blind_indexes(…)), or nothing is found while the keys are changed"


def test_s33_what_operations_write_is_what_rekeying_would_write(office, app):
    """Under the same keys there is nothing to do: every index is made of its column as declared."""
    session = office
    for sealed in rekeying.sealed_tables(Base.metadata):
        done = rekeying.rekey_after(session, sealed, None, 10_000)
        assert (sealed.name, done.changed, done.damaged) == (sealed.name, 0, [])


def test_s33_the_keys_are_changed_and_everything_is_still_read_and_found(office, app, rekey):
    session = office
    session.commit()
    with app.app_context():
        kept = store.keep(io.BytesIO("台账".encode() * 900_000), 1 << 30)
    versions = session.execute(text("SELECT sum(version) FROM mediation_case")).scalar()
    changed_at = session.execute(text("SELECT max(updated_at) FROM party")).scalar()
    session.commit()

    said = finished(rekey())
    assert "RETIRED_INDEX_KEY" in said
    assert under_new_keys(app) == {}

    use(CHANGED)
    session.expire_all()
    assert set(
        session.scalars(select(Party.phone).where(Party.phone_index.in_(crypto.blind_indexes("phone", PHONE))))
    ) == {PHONE}
    tail = crypto.blind_indexes("id-tail", NUMBER[-4:])
    assert set(session.scalars(select(Party.id_number).where(Party.id_number_tail_index.in_(tail)))) == {NUMBER}
    assert accounts.account_of_phone(session, people.clerk_a.phone).phone == people.clerk_a.phone
    with app.app_context():
        assert b"".join(store.pieces(kept.name)) == "台账".encode() * 900_000
        store.remove(kept.name)
        with db.engine.connect() as connection:
            assert verifying.verify(connection).intact, "entries of before are known by the retired key"
    # Nobody is told of a change that changed nothing.
    assert session.execute(text("SELECT sum(version) FROM mediation_case")).scalar() == versions
    assert session.execute(text("SELECT max(updated_at) FROM party")).scalar() == changed_at
    sentences = (
        session.execute(text("SELECT sentence FROM audit_entry WHERE tag LIKE 'account:keys:%' ORDER BY id"))
        .scalars()
        .all()
    )
    assert sentences[0] == "开始更换加密密钥和索引密钥"
    assert "完成" in sentences[-1]

    again = finished(rekey())
    assert "改写 0 行、0 个文件" in again


def test_s33_killed_in_the_middle_it_goes_on_with_what_is_left(office, app, rekey):
    session = office
    many_parties(session, 4000)
    process = rekey("--batch", "10")
    deadline = time.monotonic() + 120
    rewritten = text("SELECT count(*) FROM party WHERE get_byte(phone, 0) = 2")
    while session.execute(rewritten).scalar() < 200:
        session.rollback()
        assert time.monotonic() < deadline and process.poll() is None, "it ended before it could be killed"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    session.rollback()
    half = session.execute(rewritten).scalar()
    total = session.execute(text("SELECT count(*) FROM party WHERE phone IS NOT NULL")).scalar()
    assert 200 <= half < total, "half of the rows are under one key, half under the other"

    # In this state everything is found, under whichever key it is.
    use(CHANGING)
    found = session.scalars(
        select(Party.phone).where(Party.phone_index.in_(crypto.blind_indexes("phone", PHONE)))
    ).all()
    assert len(found) == 4003
    session.commit()

    finished(rekey())
    assert under_new_keys(app) == {}


def test_a_mediator_in_the_case_is_seen_while_half_the_rows_are_under_another_key(office, app):
    session = office
    use(CHANGING)
    with app.app_context():
        for sealed in rekeying.sealed_tables(Base.metadata):
            if sealed.name == "party":
                rekeying.rekey_after(session, sealed, None, 100)
    session.flush()
    case_id = session.scalar(select(Party.case_id).limit(1))
    facts = assignment.case_facts(session, [case_id])[case_id]
    (mediator,) = assignment.pool_of(session, people.acting(app, people.clerk_a)[0].court_id, date(2024, 3, 12))
    stored = session.scalar(select(Mediator.phone_index))
    assert stored not in facts.phone_indexes, "the stored indexes of the same phone differ now"
    assert mediator.phone_index in facts.phone_indexes
    assert mediator.id_number_index in facts.id_indexes


def test_s33_who_forgot_the_password_gets_a_code_while_the_keys_are_changed(app, db_session, run_jobs):
    account = an_account(db_session, "张某", roles=[(Role.CLERK, court_a(db_session).id)], password=GOOD_PASSWORD)
    db_session.commit()
    use(CHANGING)
    assert app.test_client().post("/sign-in/forgot", data={"phone": account.phone}).status_code == 303
    run_jobs()
    sent = db_session.scalars(unfenced(select(OutgoingMessage.template), "a test looks")).all()
    assert sent == [Template.RESET_CODE]


def test_the_same_ledger_row_is_known_again_under_the_old_key(office):
    old = crypto.fingerprint("ledger-key", "（2022）豫1302诉前调1号")
    use(CHANGED)
    assert old in crypto.fingerprints("ledger-key", "（2022）豫1302诉前调1号")
    assert crypto.fingerprint("ledger-key", "（2022）豫1302诉前调1号") != old
    assert LedgerEntry.__table__.c.key.name not in {
        name for one in rekeying.sealed_tables(Base.metadata) for name in one.indexes
    }


def test_a_row_somebody_holds_is_left_for_later_and_done_then(office, app, rekey):
    session = office
    with app.app_context():
        holder = db.engine.connect()
        holder.execute(text("SELECT id FROM party ORDER BY id LIMIT 1 FOR UPDATE"))
    process = rekey()
    deadline = time.monotonic() + 120
    while (
        session.execute(text("SELECT count(*) FROM party WHERE phone IS NOT NULL AND get_byte(phone, 0) = 1")).scalar()
        > 1
    ):
        session.rollback()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    holder.rollback()
    holder.close()
    finished(process)
    assert under_new_keys(app) == {}


def test_a_value_under_a_key_that_is_not_listed_is_named_and_the_old_keys_are_kept(office, app, rekey):
    session = office
    session.execute(update(Party).values(phone=Party.phone), execution_options={"synchronize_session": False})
    session.execute(text("UPDATE party SET phone = set_byte(phone, 0, 9) WHERE id = (SELECT min(id) FROM party)"))
    session.commit()
    process = rekey()
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 1
    assert "party 1 行" in said
    assert "请勿移除旧密钥" in said


def test_two_at_once_are_refused(office, app, rekey):
    with app.app_context(), db.engine.connect() as other:
        other.execute(text("SELECT pg_advisory_lock(7260003)"))
        process = rekey()
        said, _ = process.communicate(timeout=120)
        other.execute(text("SELECT pg_advisory_unlock(7260003)"))
    assert process.returncode == 1
    assert "另一个密钥更换正在进行" in said


def test_s33_people_sign_in_and_work_while_the_keys_are_changed(office, app, rekey, environment, tmp_path):
    session = office
    clerk = accounts.account_of_phone(session, people.clerk_a.phone)
    clerk.password_hash = hash_password(GOOD_PASSWORD)
    many_parties(session, 3000)
    faults: list[str] = []
    rounds = 0
    stop = threading.Event()
    with live.web_server({**environment, **CHANGING}, tmp_path / "web.log") as address:

        def work() -> None:
            nonlocal rounds
            while not stop.is_set() and rounds < 40:
                try:
                    browser = Visitor(address)
                    welcome = browser.sign_in(people.clerk_a.phone, GOOD_PASSWORD)
                    if "退出" not in welcome:
                        faults.append("the right phone and password did not sign in")
                    if "诉前调" not in browser.get("/cases/"):
                        faults.append("the cases are not found")
                except (urllib.error.URLError, TypeError) as error:
                    faults.append(f"{error!r}")
                rounds += 1

        thread = threading.Thread(target=work)
        thread.start()
        try:
            finished(rekey("--batch", "20"))
        finally:
            stop.set()
            thread.join()
    assert faults == []
    assert rounds > 0
    assert under_new_keys(app) == {}
