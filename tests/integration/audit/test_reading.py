"""Reads in the audit: who opened what, who looked for what (never the phone itself), who was refused; without flooding."""

import re
from html import unescape

import pytest
from sqlalchemy import text

from mediation_admin.core.db import db
from tests import people
from tests.factories import cases


@pytest.fixture
def case(app, working_as):
    """A case of court A."""
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        made = cases.a_case(actor)
        session.commit()
        yield made


@pytest.fixture
def entries(db_session):
    """The sentences of the audit of one kind, in order."""

    def read(kind):
        found = db_session.execute(
            text("select sentence, actor_name, object_type, object_id, court_id, outcome, changes, request_id, address "
                 "from audit_entry where kind = :kind order by id"),
            {"kind": kind},
        ).all()  # fmt: skip
        db_session.rollback()
        return found

    return read


def test_s35_opening_a_case_is_an_entry_and_opening_it_again_is_the_same_one(as_person, case, entries):
    client = as_person(people.clerk_a)
    for _ in range(3):
        assert client.get(f"/cases/{case.id}/?drawer=1").status_code == 200
    found = entries("look")
    assert [(row.sentence, row.actor_name, row.object_type, row.object_id) for row in found] == [
        (f"查看了案件{case.case_no}", "甲书记", "mediation_case", case.id)
    ]
    assert found[0].court_id == case.court_id
    assert found[0].request_id
    as_person(people.judge_a).get(f"/cases/{case.id}/")
    assert len(entries("look")) == 2


def test_s35_lists_write_nothing(as_person, case, entries, count_sql):
    client = as_person(people.clerk_a)
    client.get("/cases/")
    with count_sql() as statements:
        client.get("/cases/?state=to_assign")
    assert not [one for one in statements if "INSERT" in one.upper()]
    assert entries("look") == entries("search") == []


def test_s35_a_detail_page_costs_one_insert_more(as_person, case, count_sql):
    client = as_person(people.clerk_a)
    client.get(f"/cases/{case.id}/")
    with count_sql() as statements:
        client.get(f"/cases/{case.id}/")
    assert len([one for one in statements if one.lstrip().upper().startswith("INSERT")]) == 1


@pytest.mark.parametrize(
    ("address", "posted", "words"),
    [
        ("/cases/query", {"q": "13900001234"}, "手机号"),
        ("/cases/query", {"q": "张三"}, "姓名"),
        ("/mediators/query", {"phone": "13900001234"}, "按手机号查找"),
        ("/search/", {"q": "13900001234"}, ""),
    ],
)
def test_s35_searches_are_kept_without_what_was_typed(as_person, case, entries, address, posted, words):
    as_person(people.clerk_a).post(address, data=posted, follow_redirects=True)
    (found,) = entries("search")
    assert words in found.sentence
    whole = str(found)
    assert "13900001234" not in whole
    assert "张三" not in whole
    # Paging through what was found is the same search.
    as_person(people.clerk_a).post(address, data=posted, follow_redirects=True)
    assert len(entries("search")) == 1


def test_who_searched_for_something_is_found_by_searching_for_it(as_person, case):
    as_person(people.clerk_a).post("/cases/query", data={"q": "13900001234"}, follow_redirects=True)
    client = as_person(people.admin_a)
    found = client.post("/audit/query", data={"searched": "13900001234"}, follow_redirects=True)
    assert "甲书记" in found.text
    assert "13900001234" not in found.request.query_string.decode()
    other = client.post("/audit/query", data={"searched": "13900009999"}, follow_redirects=True)
    assert "没有符合条件的记录" in other.text


def test_s24_another_court_s_case_is_404_and_an_entry(as_person, case, entries):
    assert as_person(people.clerk_b).get(f"/cases/{case.id}/").status_code == 404
    (found,) = entries("refused")
    assert found.sentence == f"要求打开“全部案件”（编号 {case.id}），不存在或不在可见范围，未予打开"
    assert found.outcome == "refused"
    assert found.actor_name == "乙书记"


def test_s24_a_page_of_another_role_is_404_and_an_entry(as_person, entries):
    assert as_person(people.clerk_a).get("/audit/").status_code == 404
    assert as_person(people.clerk_a).get("/audit/").status_code == 404
    (found,) = entries("refused")
    assert "没有权限" in found.sentence
    assert as_person(people.clerk_a).get("/no-such-page").status_code == 404
    assert len(entries("refused")) == 1


def test_s24_what_a_refused_request_had_begun_is_not_written(app, as_person, case, entries, monkeypatch):
    def begin(*_arguments, **_options):
        db.session().execute(text("update mediation_case set remark = '半件事'"))
        raise_not_found()

    def raise_not_found():
        from mediation_admin.core.errors import NotFound

        raise NotFound("x")

    monkeypatch.setattr("mediation_admin.cases.admin.pages.facts_of", begin)
    assert as_person(people.clerk_a).get(f"/cases/{case.id}/").status_code == 404
    with app.app_context():
        assert db.session.scalar(text("select count(*) from mediation_case where remark = '半件事'")) == 0
        db.session.remove()
    assert len(entries("refused")) == 1


def test_no_page_goes_out_whose_entry_could_not_be_written(app, as_person, case, monkeypatch):
    def broken(*_arguments, **_options):
        raise RuntimeError("the audit cannot be written")

    monkeypatch.setattr("mediation_admin.audit.reading.record_once", broken)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = as_person(people.clerk_a).get(f"/cases/{case.id}/")
    assert answer.status_code == 500
    assert case.case_no not in answer.text


def test_who_looked_at_a_case_is_told_on_its_page_to_whoever_reads_the_audit(as_person, case):
    as_person(people.clerk_a).get(f"/cases/{case.id}/")
    as_person(people.judge_a).get(f"/cases/{case.id}/")
    page = as_person(people.admin_a).get(f"/cases/{case.id}/?tab=seen")
    words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))
    assert "谁看过本案" in words
    assert "甲书记 调解工作人员 1" in words
    assert "甲法官 法官 1" in words
    assert "谁看过本案" not in as_person(people.clerk_a).get(f"/cases/{case.id}/").text
