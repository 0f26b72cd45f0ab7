"""Archives of the audit: a day is one file that proves itself; what is removed leaves its proof, and only the owner can."""

import gzip
import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from mediation_admin import config
from mediation_admin.audit import archiving, heads, jobs
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, Scope, enter

_SOMEBODY = Actor(7, "某人", "clerk", None, address="192.0.2.1", request_id="r1")


@pytest.fixture
def days(db_session, monkeypatch):
    """A day two hundred days ago, one a day later and yesterday, three entries each and all sealed; the days."""
    enter(db_session(), _SOMEBODY, Scope.everything("the test writes the audit"))
    now = clock.now()
    for back in (200, 199, 1, 0):
        monkeypatch.setattr(clock, "now", lambda moment=now - timedelta(days=back): moment)
        for number in (1, 2, 3):
            record(db_session(), "case:note:added", f"{back} 天前的第 {number} 件事", changes={"状态": ["甲", "乙"]})
        db_session.commit()
        jobs.seal(everything=True)
    monkeypatch.undo()
    return list(db_session.scalars(text("select day from audit_day order by day")))


@pytest.fixture
def flask(app):
    runner = app.test_cli_runner()
    return lambda *words, **how: runner.invoke(args=list(words), **how)


def _lines(path):
    return gzip.decompress(path.read_bytes()).decode().splitlines()


def test_s36_each_closed_day_becomes_one_file_that_proves_itself(app, days, flask):
    made = jobs.archive()
    assert [(one.day, one.entries) for one in made] == [(day, 3) for day in days]
    assert jobs.archive() == []
    for one in made:
        assert archiving.verify_file(one.path).checked == 3
        assert one.path.stat().st_mode & 0o777 == 0o440
        shown = flask("audit", "verify", "--archive", str(one.path))
        assert (shown.exit_code, "已核对 3 条" in shown.output) == (0, True)
    # The day after begins with the head of the day before, in the files as in the database.
    lines = [_lines(one.path) for one in made]
    assert [re.search('"head": "(.*?)"', text[-1])[1] for text in lines[:-1]] == [
        re.search('"previous": "(.*?)"', text[0])[1] for text in lines[1:]
    ]
    assert "200 天前的第 1 件事" in lines[0][1]
    assert "+08:00" in lines[0][1]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda lines: [line.replace("第 2 件事", "第 9 件事") for line in lines], archiving.ALTERED),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], archiving.BROKEN),
        (lambda lines: [*lines[:2], *lines[3:]], archiving.BROKEN),
        (lambda lines: [*lines[:3], lines[-1]], "签名、链头或条数不符"),
        (lambda lines: lines[:-1], "没有签名"),
        (lambda lines: ['{"format": "other"}', *lines[1:]], "不是审计归档文件"),
    ],
    ids=["altered", "swapped", "line removed", "end removed", "no signature", "another file"],
)
def test_s36_a_file_that_was_touched_is_found(app, days, tmp_path, flask, change, problem):
    path = jobs.archive()[0].path
    lines = _lines(path)
    touched = tmp_path / "touched.jsonl.gz"
    with gzip.open(touched, "wt", encoding="utf-8") as out:
        out.write("\n".join(change(lines)) + "\n")
    verdict = archiving.verify_file(touched)
    assert problem in verdict.problem
    assert flask("audit", "verify", "--archive", str(touched)).exit_code == 1


@pytest.mark.parametrize("content", [b"", b"no archive", gzip.compress(b"[]\n"), gzip.compress(b"{}\n")])
def test_s36_what_is_no_archive_is_refused_with_a_sentence(app, tmp_path, content):
    path = tmp_path / "odd"
    path.write_bytes(content)
    assert not archiving.verify_file(path).intact


def test_s36_a_day_that_does_not_verify_is_not_archived(app, days, db_session):
    db_session.execute(text("alter table audit_entry disable trigger user"))
    db_session.execute(text("update audit_entry set sentence = '改' where id = (select min(id) from audit_entry)"))
    db_session.execute(text("alter table audit_entry enable trigger user"))
    db_session.commit()
    with pytest.raises(RuleBroken, match="核验不符"):
        jobs.archive()
    assert not list(heads.folder().glob("*.gz*"))
    assert not list(heads.folder().glob(".audit*"))


def test_s36_removing_leaves_the_proof_and_the_chain_goes_on(app, days, db_session, flask):
    jobs.archive()
    answer = flask("audit", "remove", "--keep-days", "180", "--yes")
    assert answer.exit_code == 0, answer.output
    assert "已移出 2 天" in answer.output
    left = db_session.scalar(text("select count(*) from audit_entry"))
    assert left == 6
    verdict = jobs.check()
    assert (verdict.intact, verdict.checked) == (True, 6), verdict.problem
    # The guards are up again, and nothing is removed twice.
    with pytest.raises(Exception, match="append-only"):
        db_session.execute(text("delete from audit_entry"))
    db_session.rollback()
    assert "已移出 0 天" in flask("audit", "remove", "--yes").output


def test_s36_less_than_180_days_on_line_is_refused(app, days, flask):
    jobs.archive()
    answer = flask("audit", "remove", "--keep-days", "179", "--yes")
    assert answer.exit_code == 1
    assert "至少在线保存 180 天" in answer.output
    with pytest.raises(config.ConfigurationMissing):
        config.retention_days("179")
    assert config.retention_days("180") == 180


@pytest.mark.parametrize("harm", ["missing", "altered"])
def test_s36_nothing_is_removed_without_its_good_archive(app, days, db_session, harm, flask):
    path = jobs.archive()[0].path
    if harm == "missing":
        path.unlink()
    else:
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-9])
    answer = flask("audit", "remove", "--yes", "--keep-days", "180")
    assert answer.exit_code == 1
    assert "不能移出" in answer.output
    assert db_session.scalar(text("select count(*) from audit_entry")) == 12


def test_s36_a_day_without_an_archive_holds_back_those_after_it(app, days, flask):
    assert "已移出 0 天" in flask("audit", "remove", "--yes", "--keep-days", "180").output
