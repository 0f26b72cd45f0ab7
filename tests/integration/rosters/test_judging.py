"""Whom a row of a roster means, what it changes, and that undoing restores it."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from mediation_admin.imports import operations as imports
from mediation_admin.rosters import operations, slots
from mediation_admin.rosters.enums import Identity, Roster, Sex
from mediation_admin.rosters.models import Mediator, MediatorListing, Membership, Organisation
from tests.factories import rosters as make
from tests.people import clerk_b

ORGANISATION = "某商会人民调解委员会"


@pytest.fixture
def judge(court_a, tmp_path):
    """Pre-checks rows as a workbook; the report."""
    session, actor = court_a

    def go(*rows, headings=make.HEADINGS):
        path = Path(tmp_path, "名册.xlsx")
        path.write_bytes(make.roster_workbook(rows, headings).getvalue())
        report = imports.precheck_file(subject_code="rosters", path=path, actor=actor, court_id=actor.court_id)
        session.commit()
        return report

    return go


@pytest.fixture
def bring_in(court_a, judge):
    """Pre-checks and writes rows; the report."""
    session, actor = court_a

    def go(*rows, **options):
        report = imports.commit_batch(actor=actor, batch_id=judge(*rows, **options)["batch"])
        session.commit()
        session.expire_all()
        return report

    return go


def faults(report):
    return [(one["row"], one["field"], one["message"]) for one in report["remarks"] if one["level"] == "fault"]


def verdicts(report):
    return tuple(report["counts"].values())


def test_a_cell_that_differs_is_an_update_and_names_nothing_else(bring_in, judge, court_a):
    _session, _ = court_a
    bring_in(make.roster_row(1))
    report = judge(make.roster_row(1, 性别="男"))
    assert verdicts(report) == (0, 1, 0, 0)


def test_an_empty_cell_changes_nothing(bring_in, judge):
    bring_in(make.roster_row(1))
    report = judge(make.roster_row(1, 性别=None, 身份类别=None, 擅长领域=None, 聘期至=None))
    assert verdicts(report) == (0, 0, 1, 0)
    assert report["gaps"] == 0, "what the platform has already is no gap"


def test_undoing_an_update_restores_what_was_there(bring_in, court_a):
    session, actor = court_a
    bring_in(make.roster_row(1))
    done = bring_in(
        make.roster_row(
            1, 性别="男", 身份类别="律师", 擅长领域="婚姻家庭", 聘期至="2028-12-31", 所属调解组织="另一调解中心"
        )
    )
    changed = session.scalars(select(Mediator)).one()
    assert (changed.sex, changed.identities, changed.specialities) == (Sex.MALE, [Identity.LAWYER], ["marriage"])
    undone = imports.undo_batch(actor=actor, batch_id=done["batch"])
    session.commit()
    session.expire_all()
    assert undone["kept"] == []
    back = session.scalars(select(Mediator)).one()
    assert (back.sex, back.identities) == (Sex.FEMALE, [Identity.PEOPLES])
    assert (back.specialities, back.speciality_text) == (["private_loan", "property_service"], "民间借贷、物业")
    assert session.scalars(select(MediatorListing)).one().term_end == date(2027, 6, 30)
    assert [one.name for one in session.scalars(select(Organisation))] == [ORGANISATION]
    assert len(session.scalars(select(Membership)).all()) == 1


def test_batches_are_undone_last_first(bring_in, court_a):
    session, actor = court_a
    first = bring_in(make.roster_row(1))
    bring_in(make.roster_row(1, 性别="男"))
    report = imports.undo_batch(actor=actor, batch_id=first["batch"])
    session.commit()
    assert report["kept_rows"] == 1
    assert "又被修改过" in report["kept"][0]["reason"]


def test_a_mediator_with_cases_stays(bring_in, court_a, monkeypatch):
    session, actor = court_a
    monkeypatch.setitem(
        slots._needs["mediator"], "cases", lambda _session, ids: dict.fromkeys(ids, "有 3 件案件由其调解")
    )
    done = bring_in(make.roster_row(1))
    report = imports.undo_batch(actor=actor, batch_id=done["batch"])
    session.commit()
    assert [one["reason"] for one in report["kept"]] == ["有 3 件案件由其调解"]
    assert session.scalars(select(Mediator)).one().name == make.a_name(1)


def test_the_same_phone_twice_in_a_file_refuses_the_later_row(judge):
    report = judge(make.roster_row(1), make.roster_row(2, 手机号码="19900010001"))
    assert verdicts(report) == (1, 0, 0, 1)
    assert faults(report) == [(4, "phone", "与第 3 行的手机号相同，请核对是不是同一个人")]


def test_a_person_without_a_phone_is_accepted_and_counted(bring_in, court_a):
    session, _ = court_a
    report = bring_in(make.roster_row(1, 手机号码=None))
    assert (verdicts(report), report["gaps"]) == ((1, 0, 0, 0), 1)
    assert session.scalars(select(Mediator)).one().phone is None


def test_a_phone_that_comes_later_completes_the_person(bring_in, court_a):
    session, _ = court_a
    bring_in(make.roster_row(1, 手机号码=None))
    report = bring_in(make.roster_row(1))
    assert verdicts(report) == (0, 1, 0, 0)
    assert session.scalars(select(Mediator)).one().phone == "19900010001"


def test_a_new_phone_beside_the_same_certificate_is_a_change_that_is_pointed_out(bring_in, judge):
    bring_in(make.roster_row(1))
    report = judge(make.roster_row(1, 手机号码="19900019999"))
    assert verdicts(report) == (0, 1, 0, 0)
    assert "199****0001 改为 199****9999" in report["remarks"][0]["message"]


def test_a_namesake_with_another_phone_is_another_person(bring_in, judge):
    bring_in(make.roster_row(1))
    report = judge(make.roster_row(2, 姓名=make.a_name(1)))
    assert verdicts(report) == (1, 0, 0, 0)
    assert "按另一个人新增" in report["remarks"][0]["message"]


def test_a_phone_of_somebody_else_is_refused_with_the_masked_name(bring_in, judge):
    bring_in(make.roster_row(1))
    report = judge(make.roster_row(2, 手机号码="19900010001"))
    [(row, field, message)] = faults(report)
    assert (row, field) == (3, "phone")
    assert "钱*" in message and make.a_name(1) not in message


def test_a_mediator_of_another_court_is_invited_and_left_as_is(bring_in, court_a, working):
    session, actor = court_a
    with working(clerk_b) as (other, clerk):
        make.a_listed_mediator(clerk, make.a_name(1), phone="19900010001", work_unit="某所")
        other.commit()
    done = bring_in(make.roster_row(1, 性别="男"))
    assert verdicts(done) == (1, 0, 0, 0)
    person = session.scalars(select(Mediator)).one()
    assert (person.work_unit, person.sex) == ("某所", Sex.FEMALE)
    undone = imports.undo_batch(actor=actor, batch_id=done["batch"])
    session.commit()
    assert undone["kept"] == []
    assert session.scalars(select(Mediator)).all() == []
    with working(clerk_b) as (other, _):
        assert other.scalars(select(Mediator)).one().work_unit == "某所"


def test_a_judge_lands_on_the_other_roster(bring_in, court_a):
    session, _ = court_a
    bring_in(make.roster_row(1, 身份类别="法官"))
    assert session.scalars(select(MediatorListing)).one().roster is Roster.OTHER


def test_codes_picked_by_hand_survive_the_same_file(bring_in, judge, court_a):
    session, _actor = court_a
    bring_in(make.roster_row(1))
    mediator = session.scalars(select(Mediator)).one()
    operations.set_person(mediator, {"specialities": ["sale"]})
    session.commit()
    assert verdicts(judge(make.roster_row(1))) == (0, 0, 1, 0)


def test_an_organisation_somebody_has_joined_since_stays(bring_in, court_a):
    session, actor = court_a
    done = bring_in(make.roster_row(1))
    place = session.scalars(select(Organisation)).one()
    make.a_listed_mediator(actor, "赵某", organisation_ids=[place.id])
    session.commit()
    imports.undo_batch(actor=actor, batch_id=done["batch"])
    session.commit()
    session.expire_all()
    assert [one.name for one in session.scalars(select(Organisation))] == [ORGANISATION]
    assert [one.name for one in session.scalars(select(Mediator))] == ["赵某"]


def test_the_report_names_each_cell(judge):
    report = judge(make.roster_row(1, 手机号码="199000"))
    fault = next(one for one in report["remarks"] if one["level"] == "fault")
    assert (fault["cell"], fault["label"]) == ("D3", "手机号码")
