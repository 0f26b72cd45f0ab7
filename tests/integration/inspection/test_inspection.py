"""系统自查 looks at the running platform: each check holds on a sound one, and sees it when its rule is broken."""

import json
from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import text
from sqlalchemy.orm import Session

from mediation_admin.accounts.models import Account
from mediation_admin.audit.models import AuditCheck
from mediation_admin.core import clock
from mediation_admin.inspection import checks, machine, running, walls
from mediation_admin.inspection.enums import Standing
from mediation_admin.permissions import Role
from tests import people
from tests.factories.accounts import GOOD_PASSWORD, a_session, an_account
from tests.factories.courts import court_a
from tests.servers import template
from tests.servers.private import Servers

# What a test's own platform lacks, and a trial's or a court's has.
NOT_HERE = {"出错时不泄露内部情况", "每个表单都有防伪标记", "后台任务有人做", "登录凭证的 Cookie 受保护"}


@pytest.fixture
def as_superuser(servers: Servers) -> Callable[[str], None]:
    """Runs a statement as an intruder whom no trigger stops, and has the tests bring back what he touched."""

    def run(statement: str) -> None:
        with psycopg.connect(servers.postgres.conninfo(template.DATABASE)) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(statement)
            connection.execute("insert into testing.touched values ('account', 'INSERT')")

    return run


def finding(app: Flask, title: str) -> checks.Finding:
    with app.app_context():
        return next(one.finding for one in running.inspect_platform() if one.check.title == title)


def test_every_check_holds_on_a_sound_platform(app: Flask) -> None:
    with app.app_context():
        outcomes = running.inspect_platform()
    assert len(outcomes) == len(checks.CHECKS) > 20
    faults = {
        one.check.title: one.finding
        for one in outcomes
        if one.finding.standing is Standing.BAD and one.check.title not in NOT_HERE
    }
    assert faults == {}


def test_every_check_names_its_rules_and_says_something(app: Flask) -> None:
    with app.app_context():
        outcomes = running.inspect_platform()
    for one in outcomes:
        assert all(number[0] == "S" and 1 <= int(number[1:]) <= 40 for number in one.check.numbers)
        assert one.finding.words.endswith("。"), one
        if one.finding.standing is Standing.BAD:
            assert one.finding.repair.endswith("。"), one


def test_a_password_that_is_no_argon2id_hash_is_seen(app: Flask, db_session: Session) -> None:
    account = an_account(db_session, "张某", roles=[(Role.CLERK, court_a(db_session).id)], password=GOOD_PASSWORD)
    account.password_hash = "5f4dcc3b5aa765d61d8327deb882cf99"
    db_session.commit()
    seen = finding(app, "密码以 argon2id 保存")
    assert (seen.standing, seen.words) == (Standing.BAD, "有 1 个账号的密码不是 argon2id。")


def test_a_disabled_account_that_is_still_signed_in_is_seen(app: Flask, db_session: Session) -> None:
    account = an_account(db_session, "张某", roles=[(Role.CLERK, court_a(db_session).id)], password=GOOD_PASSWORD)
    a_session(db_session, account, account.grants[0])
    account.disabled_at = clock.now()
    db_session.commit()
    assert finding(app, "停用的账号没有登录").standing is Standing.BAD


def test_a_phone_in_clear_is_seen(app: Flask, db_session: Session, as_superuser: Callable[[str], None]) -> None:
    an_account(db_session, "张某", roles=[(Role.CLERK, court_a(db_session).id)])
    db_session.commit()
    as_superuser("update account set phone = '13800138000'::bytea where id = (select max(id) from account)")
    seen = finding(app, "手机号、证件号在数据库里是密文")
    assert seen.standing is Standing.BAD and "account.phone" in seen.words


def test_an_audit_without_its_triggers_is_seen(app: Flask, as_superuser: Callable[[str], None]) -> None:
    as_superuser("alter table audit_entry disable trigger user")
    try:
        assert finding(app, "审计只能增加，不能修改、删除").standing is Standing.BAD
    finally:
        as_superuser("alter table audit_entry enable trigger user")


def test_a_chain_found_broken_is_shown(app: Flask, db_session: Session) -> None:
    assert finding(app, "审计链每晚核对").standing is Standing.UNSURE
    found = {"checked_at": clock.now(), "checked": 7, "unsealed": 0, "seconds": 0.1}
    db_session.add(AuditCheck(**found, problem="第 3 条被改过", broken_entry_id=3))
    db_session.commit()
    seen = finding(app, "审计链每晚核对")
    assert seen.standing is Standing.BAD and "第 3 条被改过" in seen.words
    db_session.add(AuditCheck(**found, problem=""))
    db_session.commit()
    assert finding(app, "审计链每晚核对").standing is Standing.GOOD


def test_a_mask_that_shows_too_much_is_seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls.crypto, "mask_phone", lambda phone: phone)
    assert finding(app, "手机号、证件号默认遮掩").standing is Standing.BAD


def test_without_workers_or_without_a_queue_it_says_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.Worker, "count", lambda connection: 0)
    assert finding(app, "后台任务有人做").words == "没有后台进程在运行。"
    monkeypatch.undo()
    monkeypatch.setitem(app.extensions, "redis", Redis(unix_socket_path="/nowhere", retry=Retry(NoBackoff(), 0)))
    assert "不通" in finding(app, "后台任务有人做").words
    assert finding(app, "登录限次有处计数").standing is Standing.UNSURE


def test_a_check_that_breaks_is_a_fault_and_stops_no_other(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(session: Session) -> checks.Finding:
        session.execute(text("select no_such_column from account"))
        raise AssertionError("not reached")

    monkeypatch.setattr(running, "CHECKS", [checks.Check(("S1",), "坏的", broken), *checks.CHECKS])
    with app.app_context():
        outcomes = running.inspect_platform()
    assert outcomes[0].finding.words == "检查本身出错，结果未知。"
    assert {one.finding.words for one in outcomes[1:]} & {"检查本身出错，结果未知。"} == set()


def test_the_page_shows_faults_first_and_no_personal_data(app: Flask, as_person: Callable[..., FlaskClient]) -> None:
    page = as_person(people.security_admin).get("/inspection/").text
    for one in checks.CHECKS:
        assert one.title in page
    assert page.index("不通过") < page.index("通过</span>")
    with app.app_context():
        names = [people.clerk_a.name, people.admin_a.phone]
    assert not [name for name in names if name in page]


def test_the_command_tells_an_operator_and_fails_when_something_does_not_hold(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["inspect", "--json"])
    rows = [json.loads(line) for line in answer.output.splitlines()]
    assert len(rows) == len(checks.CHECKS)
    assert answer.exit_code == (1 if any(row["standing"] == "bad" for row in rows) else 0) == 1
    spoken = app.test_cli_runner().invoke(args=["inspect"])
    assert "三员" not in spoken.output.splitlines()[0] and "通过\tS" in spoken.output


def test_the_people_counted_are_all_of_them(app: Flask, db_session: Session) -> None:
    before = finding(app, "账号都有主人，没有默认账号").words
    an_account(db_session, "张某", roles=[(Role.CLERK, court_a(db_session).id)])
    db_session.commit()
    after = finding(app, "账号都有主人，没有默认账号").words
    count = len(db_session.query(Account.id).execution_options(unfenced="a test counts").all())
    assert before != after and after.startswith(f"{count} 个账号")
