"""The organisations' roster by workbook."""

from pathlib import Path

import pytest
from sqlalchemy import select

from mediation_admin.imports import operations as imports
from mediation_admin.rosters.enums import OrganisationKind
from mediation_admin.rosters.models import Organisation, OrganisationListing
from tests.factories import rosters as make
from tests.people import admin_a, clerk_a

HEADINGS = ("序号", "调解组织名称", "组织类型", "所属部委", "负责人", "联系人", "联系电话", "专业领域", "聘期至")
ROW = (1, "某商会人民调解委员会", "人民调解", "工商联", "王某某", "李某某", "19900000002", "民间借贷、物业", "2027-06-30")


@pytest.fixture
def judge(court_a, tmp_path):
    session, actor = court_a

    def go(*rows):
        path = Path(tmp_path, "组织.xlsx")
        path.write_bytes(make.roster_workbook(rows, HEADINGS).getvalue())
        report = imports.precheck_file(subject_code="organisations", path=path, actor=actor, court_id=actor.court_id)
        session.commit()
        return report

    return go


@pytest.fixture
def bring_in(court_a, judge):
    session, actor = court_a

    def go(*rows):
        report = imports.commit_batch(actor=actor, batch_id=judge(*rows)["batch"])
        session.commit()
        session.expire_all()
        return report

    return go


def verdicts(report):
    return tuple(report["counts"].values())


def test_an_organisation_comes_in_with_its_contact_ministry_and_term(bring_in, court_a):
    session, _ = court_a
    report = bring_in(ROW)
    assert verdicts(report) == (1, 0, 0, 0), report["remarks"]
    one = session.scalars(select(Organisation)).one()
    assert (one.kind, one.ministry_code, one.head_name) == (OrganisationKind.PEOPLES, "acfic", "王某某")
    assert (one.contact_name, one.contact_phone) == ("李某某", "19900000002")
    assert one.specialities == ["private_loan", "property_service"]
    assert str(session.scalars(select(OrganisationListing)).one().term_end) == "2027-06-30"


def test_a_second_time_changes_nothing_and_a_difference_is_an_update(bring_in, judge):
    bring_in(ROW)
    assert verdicts(judge(ROW)) == (0, 0, 1, 0)
    assert verdicts(judge((*ROW[:4], "赵某某", *ROW[5:]))) == (0, 1, 0, 0)


def test_an_update_is_undone_to_what_was_there(bring_in, court_a):
    session, actor = court_a
    bring_in(ROW)
    done = bring_in((*ROW[:4], "赵某某", *ROW[5:8], "2028-06-30"))
    imports.undo_batch(actor=actor, batch_id=done["batch"])
    session.commit()
    session.expire_all()
    assert session.scalars(select(Organisation)).one().head_name == "王某某"
    assert str(session.scalars(select(OrganisationListing)).one().term_end) == "2027-06-30"


def test_a_new_one_is_undone_unless_somebody_has_joined(bring_in, court_a):
    session, actor = court_a
    done = bring_in(ROW, (2, "另一调解中心", *ROW[2:]))
    joined = session.scalars(select(Organisation).where(Organisation.name == ROW[1])).one()
    make.a_listed_mediator(actor, "赵某", organisation_ids=[joined.id])
    session.commit()
    report = imports.undo_batch(actor=actor, batch_id=done["batch"])
    session.commit()
    assert [one["reason"] for one in report["kept"]] == ["已有调解员加入该组织"]
    assert [one.name for one in session.scalars(select(Organisation))] == [ROW[1]]


def test_the_same_name_twice_in_a_file_refuses_the_later_row(judge):
    report = judge(ROW, (2, *ROW[1:]))
    assert verdicts(report) == (1, 0, 0, 1)
    assert report["remarks"][0]["message"] == "与第 3 行的组织名称相同，一家组织只写一行"


def test_the_wizard_opens_to_the_courts_administrator(as_person):
    assert as_person(admin_a).get("/organisation-import/").status_code == 200
    assert as_person(clerk_a).get("/organisation-import/").status_code == 404
