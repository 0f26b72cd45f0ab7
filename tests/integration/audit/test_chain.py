"""The audit under attack: whatever somebody with the rights of a superuser does to it, verification finds it."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from mediation_admin.audit import heads, jobs, verifying
from mediation_admin.audit.recording import entry_mac, record, record_once
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, Scope, enter
from tests.servers import template

_TABLES = ["audit_entry", "audit_seal", "audit_day", "audit_removal"]
_SOMEBODY = Actor(7, "某人", "clerk", None, address="192.0.2.1", request_id="r1")


@pytest.fixture
def written(db_session, monkeypatch):
    """Three days of two entries each, sealed and closed, and two of today; their ids."""
    enter(db_session(), _SOMEBODY, Scope.everything("the test writes the audit"))
    today = clock.now()
    for back in (3, 2, 1, 0):
        monkeypatch.setattr(clock, "now", lambda moment=today - timedelta(days=back): moment)
        for number in (1, 2):
            record(
                db_session(), "case:note:added", f"第 {back} 天前的第 {number} 件事", object_type="x", object_id=number
            )
        db_session.commit()
        jobs.seal(everything=True)
    monkeypatch.undo()
    return list(db_session.scalars(text("select id from audit_entry order by id")))


@pytest.fixture
def as_superuser(servers):
    """Runs statements as an intruder whom no trigger stops: neither the audit's nor those that bring the tests back."""

    def run(*statements, **values):
        with psycopg.connect(servers.postgres.conninfo(template.DATABASE)) as connection:
            connection.execute("set session_replication_role = replica")
            for statement in statements:
                connection.execute(statement, values)
            connection.execute(
                "insert into testing.touched select name, 'INSERT' from unnest(%s::text[]) name", (_TABLES,)
            )

    return run


def test_s36_an_untouched_chain_is_whole(app, written):
    verdict = jobs.check()
    assert (verdict.intact, verdict.checked, verdict.unsealed) == (True, 8, 0)


def test_s36_days_carry_on_from_the_day_before(app, written, db_session):
    days = db_session.execute(text("select day, entries, previous, head from audit_day order by day")).all()
    assert [row.entries for row in days] == [2, 2, 2]
    assert bytes(days[0].previous) == b"\0" * 32
    assert [bytes(row.previous) for row in days[1:]] == [bytes(row.head) for row in days[:-1]]
    first_today = db_session.scalar(text("select previous from audit_seal order by id desc offset 1 limit 1"))
    assert bytes(first_today) == bytes(days[-1].head)


def test_s36_a_row_changed_by_a_superuser_is_named(app, written, as_superuser):
    as_superuser("update audit_entry set sentence = '什么也没有发生' where id = %(id)s", id=written[2])
    verdict = jobs.check()
    assert (verdict.broken_entry_id, verdict.problem) == (written[2], verifying.ALTERED)
    assert verdict.checked == 2


@pytest.mark.parametrize("change", ["outcome = 'refused'", "kind = 'look'", "actor_id = 8", "at = at - interval '1 s'"])
def test_s36_no_column_can_be_changed_unseen(app, written, as_superuser, change):
    as_superuser(f"update audit_entry set {change} where id = %(id)s", id=written[0])
    assert jobs.check().broken_entry_id == written[0]


def test_s36_a_deleted_row_is_named(app, written, as_superuser):
    as_superuser("delete from audit_entry where id = %(id)s", id=written[3])
    verdict = jobs.check()
    assert (verdict.broken_entry_id, verdict.problem) == (written[3], verifying.DELETED)


def test_s36_a_row_deleted_with_its_seal_breaks_the_chain_behind_it(app, written, as_superuser):
    as_superuser(
        "delete from audit_seal where entry_id = %(id)s", "delete from audit_entry where id = %(id)s", id=written[3]
    )
    assert not jobs.check().intact


def test_s36_an_invented_row_is_named(app, written, as_superuser, db_session):
    columns = "at, actor_id, actor_name, role, court_id, tag, kind, outcome, object_type, object_id, changes, request_id, address"
    as_superuser(
        f"insert into audit_entry ({columns}, sentence, mac) select {columns}, '从未发生', mac from audit_entry where id = %(id)s",
        id=written[0],
    )
    invented = db_session.scalar(text("select max(id) from audit_entry"))
    assert jobs.check().broken_entry_id == invented
    jobs.seal(everything=True)
    assert jobs.check().broken_entry_id == invented


def test_s36_a_copy_of_a_row_is_told_by_its_twin(app, written, as_superuser, db_session):
    columns = "at, actor_id, actor_name, role, court_id, tag, kind, outcome, object_type, object_id, changes, request_id, address, sentence, mac"
    as_superuser(
        f"insert into audit_entry ({columns}) select {columns} from audit_entry where id = %(id)s", id=written[6]
    )
    jobs.seal(everything=True)
    verdict = jobs.check()
    assert verdict.problem == verifying.DOUBLED
    assert verdict.broken_entry_id == db_session.scalar(text("select max(id) from audit_entry"))


def test_s36_two_rows_that_changed_places_are_found(app, written, as_superuser):
    as_superuser(
        "update audit_entry set id = -1 where id = %(a)s",
        "update audit_entry set id = %(a)s where id = %(b)s",
        "update audit_entry set id = %(b)s where id = -1",
        a=written[2],
        b=written[4],
    )
    verdict = jobs.check()
    assert (verdict.broken_entry_id, verdict.problem) == (written[2], verifying.BROKEN)


def test_s36_a_chain_whose_end_was_cut_off_is_found(app, written, as_superuser):
    as_superuser(
        "delete from audit_entry where id = any(%(ids)s)", "delete from audit_seal where entry_id = any(%(ids)s)",
        ids=written[-2:],
    )  # fmt: skip
    verdict = jobs.check()
    assert "被截断" in verdict.problem
    assert verdict.broken_entry_id == written[-3]


@pytest.mark.parametrize("first", [0, 2, 4], ids=["the first day", "a day between", "the last closed day"])
def test_s36_a_whole_missing_day_is_found(app, written, as_superuser, db_session, first):
    day = db_session.scalar(text("select day from audit_seal where entry_id = :id"), {"id": written[first]})
    as_superuser(
        "delete from audit_entry where id = any(%(ids)s)", "delete from audit_seal where entry_id = any(%(ids)s)",
        ids=written[first : first + 2],
    )  # fmt: skip
    assert jobs.check().problem == f"{day} 的记录整日缺失"
    as_superuser("delete from audit_day where day = %(day)s", day=day)
    assert not jobs.check().intact


def test_s36_a_removal_without_proof_is_found(app, written, as_superuser, db_session):
    day = db_session.scalar(text("select min(day) from audit_seal"))
    as_superuser(
        "delete from audit_entry where id = any(%(ids)s)",
        "delete from audit_seal where entry_id = any(%(ids)s)",
        "insert into audit_removal values (%(day)s, 2, now(), 'made up')",
        ids=written[:2],
        day=day,
    )
    assert "伪造" in jobs.check().problem


def test_s36_a_head_made_up_in_the_second_place_is_found(app, written):
    with app.app_context():
        path = next(heads.folder().glob("heads-*.txt"))
    path.write_text(path.read_text().replace("1", "2"), encoding="ascii")
    assert path.name in jobs.check().problem


def test_s36_a_line_that_a_crash_cut_short_is_no_forgery(app, written, db_session):
    path = sorted(heads.folder().glob("heads-*.txt"))[-1]
    with path.open("a") as out:
        out.write("17 2026")
    assert jobs.check().intact
    record(db_session(), "case:note:added", "其后", object_type="x", object_id=1)
    db_session.commit()
    jobs.seal(everything=True)
    assert jobs.check().checked == 9


def test_s36_the_latest_days_are_verified_alone_from_the_head_before_them(app, written, as_superuser, db_session):
    days = list(db_session.scalars(text("select day from audit_day order by day")))
    with db.engine.connect() as connection:
        assert verifying.verify(connection, since=days[2]).checked == 4
    as_superuser("update audit_entry set sentence = '改' where id = %(id)s", id=written[0])
    with db.engine.connect() as connection:
        assert verifying.verify(connection, since=days[2]).intact
        assert not verifying.verify(connection).intact


def test_s36_the_nightly_check_is_kept_with_what_it_found(app, written, as_superuser, db_session):
    assert jobs.overnight().intact
    as_superuser("delete from audit_entry where id = %(id)s", id=written[7])
    jobs.overnight()
    kept = db_session.execute(text("select problem, broken_entry_id from audit_check order by id")).all()
    assert kept == [("", None), (verifying.DELETED, written[7])]


def test_an_entry_from_before_kinds_were_kept_still_fits_and_no_newer_one_passes_for_it(app, written):
    table = verifying.AuditEntry.__table__
    with db.engine.connect() as connection:
        entry = dict(connection.execute(table.select().where(table.c.id == written[0])).mappings().one())
    older = entry | {"mac": entry_mac(entry, without=("kind", "outcome"))}
    assert verifying.mac_fits(older)
    assert not verifying.mac_fits(older | {"outcome": "refused"})
    assert verifying.mac_fits(entry)


def test_looking_again_within_ten_minutes_is_one_look(app, db_session, monkeypatch):
    enter(db_session(), _SOMEBODY, Scope.everything("the test writes the audit"))
    now = clock.now()

    def look(object_id, minutes):
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=minutes))
        record_once(db_session(), "case:page:viewed", "查看了案件", object_type="mediation_case", object_id=object_id)
        db_session.commit()
        return db_session.scalar(text("select count(*) from audit_entry"))

    assert [look(1, 0), look(1, 9), look(2, 9), look(1, 11), look(1, 12)] == [1, 1, 2, 3, 3]
    monkeypatch.undo()
    jobs.seal(everything=True)
    assert jobs.check().intact
