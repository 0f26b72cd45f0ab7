"""The audit on screen: sentences and words a clerk reads, of one's own court, changed by nobody."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from sqlalchemy import text

from mediation_admin.audit import jobs
from mediation_admin.audit.objects import LABELS
from mediation_admin.audit.recording import Audited
from mediation_admin.audit.wording import change_words, label_of, value_of
from mediation_admin.core.db import Base, db
from tests import people
from tests.factories import cases


def _text(answer) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
def lived(app, working_as):
    """A case of court A with a life."""
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        mediator = cases.a_mediator(session, actor.court_id)
        case = cases.a_case_in("settled", actor, mediator.id)
        session.commit()
        yield case


@pytest.mark.parametrize("person", people.CAST, ids=str)
def test_who_may_read_it(as_person, person):
    expected = 200 if person.key in {"admin_a", "auditor"} else 303 if person is people.stranger else 404
    assert as_person(person).get("/audit/").status_code == expected


def test_changes_are_told_in_words(as_person, lived):
    text = _text(as_person(people.admin_a).get("/audit/?size=100"))
    assert "案件状态 待指派 → 待受理" in text
    assert "调解结果 空 → 和解撤回" in text or "调解结果 和解撤回" in text
    assert "to_assign" not in text
    assert "甲管理" in text


def test_entries_are_found_by_kind_person_day_and_object(app, as_person, lived):
    client = as_person(people.admin_a)
    me = people.acting(app, people.admin_a)[0].account_id
    assert "案件状态" in _text(client.get("/audit/?kind=change"))
    assert "没有符合条件的记录" in _text(client.get("/audit/?kind=import"))
    assert client.get(f"/audit/count?actor={me}").json["count"] > 0
    assert client.get("/audit/count?actor=999999").json["count"] == 0
    assert "没有符合条件的记录" in _text(client.get("/audit/?at_to=2001-01-01"))
    assert client.get(f"/audit/count?object={lived.id}").json["count"] > 0
    assert client.get("/audit/count?object=x").json["count"] == 0
    assert client.get("/audit/count?role=judge").json["count"] == 0


def test_a_case_number_finds_the_entries_of_the_case_and_of_its_parties(as_person, lived, db_session):
    found = as_person(people.admin_a).get(f"/audit/count?object={quote(lived.case_no)}").json["count"]
    wanted = text(
        "select count(*) from audit_entry where (object_type = 'mediation_case' and object_id = :case) or "
        "(object_type = 'party' and object_id in (select id from party where case_id = :case))"
    )
    assert found == db_session.scalar(wanted, {"case": lived.id}) > 3
    # The audit administrator finds them too, without a case to open.
    page = as_person(people.auditor).get(f"/audit/?object={quote(lived.case_no)}")
    assert "新增了案件" in page.text
    assert f'href="/cases/{lived.id}/"' not in page.text


def test_people_are_offered_by_name_and_only_those_the_fence_shows(app, as_person):
    people.acting(app, people.clerk_b)
    names = [one["label"] for one in as_person(people.admin_a).get("/audit/people?q=").json]
    assert "甲管理" in names
    assert "乙书记" not in names
    assert [one["label"] for one in as_person(people.auditor).get("/audit/people?q=乙书").json] == ["乙书记"]


def test_s35_an_entry_shows_old_beside_new_its_moment_with_offset_and_its_request(as_person, lived, db_session):
    ident = db_session.scalar(text("select max(id) from audit_entry where object_type = 'mediation_case'"))
    page = _text(as_person(people.admin_a).get(f"/audit/{ident}/"))
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+08:00", page)
    assert "原来 现在" in page
    assert "等待封存" in page
    jobs.seal(everything=True)
    assert "当日尚未结束" in _text(as_person(people.admin_a).get(f"/audit/{ident}/"))


def test_s35_success_and_failure_are_told_apart(app, as_person, client):
    people.acting(app, people.admin_a)
    client.post("/sign-in/", data={"phone": people.admin_a.phone, "password": "falsch-und-lang"})
    page = _text(as_person(people.admin_a).get("/audit/?outcome=refused"))
    assert "登录失败" in page
    assert "未成功" in page


def test_a_person_s_page_tells_the_auditing_reader_what_he_did(app, as_person, lived):
    me = people.acting(app, people.admin_a)[0].account_id
    page = _text(as_person(people.admin_a).get(f"/court-users/{me}/?tab=state"))
    assert "做过什么" in page
    assert "全部操作记录" in page


def test_a_broken_audit_is_told_on_the_screen_at_home_and_among_what_is_to_do(app, as_person, lived, db_session):
    client = as_person(people.auditor)
    assert "尚未核验过" in client.get("/audit/").text
    jobs.overnight()
    assert "审计完整" in client.get("/audit/").text
    assert "审计核验发现问题" not in client.get("/todo/").text
    db_session.execute(text("alter table audit_entry disable trigger user"))
    db_session.execute(text("update audit_entry set sentence = '改' where id = (select min(id) from audit_entry)"))
    db_session.execute(text("alter table audit_entry enable trigger user"))
    db_session.commit()
    jobs.overnight()
    for address in ("/audit/", "/", "/todo/"):
        assert "审计核验发现问题" in client.get(address).text, address
    assert client.get("/shell/counts").json["todo"] == 1
    assert "审计核验发现问题" not in as_person(people.clerk_a).get("/").text


def test_another_courts_entries_are_not_seen(app, as_person, lived, working_as):
    assert f"修改了案件 {lived.case_no}：案件状态" in _text(as_person(people.admin_a).get("/audit/?kind=change"))
    actor, scope = people.acting(app, people.clerk_b)
    with working_as(actor, scope) as session:
        cases.a_case(actor, parties=(cases.a_party(name="乙地某"), cases.a_party(cases.PartyRole.RESPONDENT)))
        session.commit()
    assert "乙地某" not in as_person(people.admin_a).get("/audit/?size=100").text


def test_secrets_stand_in_no_entry(as_person, lived):
    page = as_person(people.admin_a).get("/audit/?size=100").text
    assert "13900001234" not in page


def test_words_for_what_is_changed(app):
    with app.app_context():
        assert label_of("state", "mediation_case") == "案件状态"
        assert label_of("no_such_column") == "no_such_column"
        assert value_of("state", "to_accept", "mediation_case") == "待受理"
        assert value_of("state", None, "mediation_case") == "空"
        assert value_of("backfilled", True, "mediation_case") == "是"
        assert change_words({"state": ["to_assign", "to_accept"], "case_no": [None, "甲1"]}, "mediation_case") == [
            ("案件状态", "待指派 → 待受理"),
            ("诉前调解案号", "甲1"),
        ]
        db.session.remove()


def test_every_table_the_audit_follows_has_a_name_a_clerk_reads(app):
    followed = {one.class_.__tablename__ for one in Base.registry.mappers if issubclass(one.class_, Audited)}
    assert followed - set(LABELS) == set()
    assert all(re.search("[一-龥]", LABELS[table]) for table in followed)


def test_s04_the_audit_administrator_reads_logs_and_nothing_else(app, as_person, lived):
    client = as_person(people.auditor)
    lists = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.endswith(".index") and not rule.arguments]
    opened = {address for address in lists if client.get(address).status_code == 200}
    assert "/audit/" in opened
    shows_logs = {"/", "/audit/", "/exports/", "/jobs/", "/my-account/", "/todo/", "/search/", "/sign-in/", "/verify/"}
    assert opened <= shows_logs | {address for address in opened if "my" in address or "help" in address}, opened
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)("/audit/1/").status_code in (404, 405)


def test_the_audit_administrator_exports_the_audit_and_that_stands_in_it(app, as_person, lived, run_jobs):
    client = as_person(people.auditor)
    page = client.get("/audit/?kind=change")
    assert "/exports/new?list=audit" in page.text
    data = {"list": "audit", "kind": "change", "format": "csv", "columns": ["at", "actor_name", "sentence", "outcome"]}
    assert client.post("/exports/new", data=data).status_code == 303
    run_jobs()
    ident = re.search(r"/exports/(\d+)/download", client.get("/exports/").text)[1]
    shown = client.get(f"/exports/{ident}/download").get_data().decode("utf-8-sig")
    assert "时间（UTC+08:00）" in shown
    assert "修改了案件" in shown
    assert client.get("/exports/new?list=cases").status_code == 404
    assert "下载“审计" in client.get("/audit/?kind=export").text
