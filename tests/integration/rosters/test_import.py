"""The roster import on real workbooks: what it brings in, that a second time changes nothing, and that it can be undone."""

from pathlib import Path

from sqlalchemy import func, select

from mediation_admin.imports import operations as imports
from mediation_admin.imports.models import ImportBatch, ImportRow
from mediation_admin.rosters.enums import Certification, Identity, Roster, Sex, Standing
from mediation_admin.rosters.models import Mediator, MediatorListing, Membership, Organisation, OrganisationListing

ROSTER = Path(__file__).parents[3] / "mediation_admin" / "demo" / "data" / "宛城区_特邀调解员名册.xlsx"


def bring_in(session, actor, path=ROSTER):
    """Pre-check and write a workbook; the report."""
    report = imports.precheck_file(subject_code="rosters", path=path, actor=actor, court_id=actor.court_id)
    session.commit()
    done = imports.commit_batch(actor=actor, batch_id=report["batch"])
    session.commit()
    return report, done


def test_the_real_roster_brings_in_eleven_mediators_and_their_organisation(court_a):
    session, actor = court_a
    report, done = bring_in(session, actor)
    assert report["counts"] == {"new": 11, "changed": 0, "unchanged": 0, "faulty": 0}, report["remarks"]
    assert done["status"] == "committed"
    people = {m.name: m for m in session.scalars(select(Mediator))}
    assert len(people) == 11
    organisation = session.scalars(select(Organisation)).one()
    assert organisation.name == "市工商联商会人民调解委员会"
    assert session.scalar(select(func.count()).select_from(Membership)) == 11
    first = people["卢玉"]
    assert first.sex is Sex.FEMALE
    assert first.phone == "19900019353"
    assert (first.pinyin, first.initials) == ("luyu", "ly")
    assert first.identities == [Identity.INDUSTRY]
    assert first.work_unit == "某律师事务所 律师"
    assert first.speciality_text == "合同纠纷、民间借贷"
    assert first.specialities == ["private_loan"]
    assert people["于丽"].identities == [Identity.DEPUTY, Identity.LAWYER]
    assert people["于丽"].specialities == ["labour", "traffic"]
    listing = session.scalars(select(MediatorListing).where(MediatorListing.mediator_id == first.id)).one()
    assert (str(listing.term_start), str(listing.term_end)) == ("2021-07-01", "2027-06-30")
    assert listing.certificate_no == "调解字第001号"
    assert (listing.roster, listing.certification, listing.standing) == (
        Roster.INVITED,
        Certification.CERTIFIED,
        Standing.ACTIVE,
    )


def test_birth_months_of_every_spelling_are_read(court_a):
    session, actor = court_a
    bring_in(session, actor)
    months = dict(session.execute(select(Mediator.name, Mediator.birth_month)).all())
    assert months["卢玉"] == "1966-07"
    assert months["孟静"] == "1981-02"
    assert months["金英"] == "1978-08"
    assert months["董雪"] == "1958-06"


def test_importing_the_same_roster_twice_changes_nothing(court_a):
    session, actor = court_a
    bring_in(session, actor)
    before = session.execute(select(Mediator.id, Mediator.version, Mediator.updated_at).order_by(Mediator.id)).all()
    again = imports.precheck_file(subject_code="rosters", path=ROSTER, actor=actor, court_id=actor.court_id)
    assert again["counts"] == {"new": 0, "changed": 0, "unchanged": 11, "faulty": 0}
    assert again["unchanged_file"]
    done = imports.commit_batch(actor=actor, batch_id=again["batch"])
    session.commit()
    assert done["status"] == "checked"
    after = session.execute(select(Mediator.id, Mediator.version, Mediator.updated_at).order_by(Mediator.id)).all()
    assert after == before


def test_undoing_takes_everything_back(court_a):
    session, actor = court_a
    _, done = bring_in(session, actor)
    undone = imports.undo_batch(actor=actor, batch_id=done["batch"])
    session.commit()
    assert (undone["status"], undone["kept"]) == ("undone", [])
    for table in (Mediator, MediatorListing, Membership, Organisation, OrganisationListing):
        assert session.execute(select(func.count()).select_from(table.__table__)).scalar() == 0, table.__tablename__


def test_nothing_is_written_by_the_pre_check(court_a):
    session, actor = court_a
    report = imports.precheck_file(subject_code="rosters", path=ROSTER, actor=actor, court_id=actor.court_id)
    session.commit()
    assert session.execute(select(func.count()).select_from(Mediator.__table__)).scalar() == 0
    rows = session.scalar(select(func.count()).select_from(ImportRow).where(ImportRow.batch_id == report["batch"]))
    assert rows == 11
    batch = session.get(ImportBatch, report["batch"])
    assert batch.stored_name is not None
