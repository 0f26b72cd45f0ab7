"""The audit on screen: sentences and words a clerk reads, of one's own court, changed by nobody."""

import re
from html import unescape

import pytest

from mediation_admin.audit.wording import change_words, label_of, value_of
from mediation_admin.core.db import db
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


def test_entries_are_found_by_subject_person_day_and_row(as_person, lived):
    client = as_person(people.admin_a)
    assert "案件" in _text(client.get("/audit/?subject=cases"))
    assert "没有符合条件的记录" in _text(client.get("/audit/?subject=imports"))
    assert "没有符合条件的记录" in _text(client.get("/audit/?actor=查无此人"))
    assert "没有符合条件的记录" in _text(client.get("/audit/?at_to=2001-01-01"))
    assert client.get(f"/audit/count?object={lived.id}").json["count"] > 0
    assert client.get("/audit/count?object=x").json["count"] == 0


def test_another_courts_entries_are_not_seen(app, as_person, lived, working_as):
    assert f"修改了案件 {lived.case_no}：案件状态" in _text(as_person(people.admin_a).get("/audit/?subject=cases"))
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
