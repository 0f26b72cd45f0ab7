"""What can be done to the rosters, and what is refused."""

from datetime import date

import pytest
from sqlalchemy import select

from mediation_admin.audit.models import AuditEntry
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.rosters import operations, queries
from mediation_admin.rosters.data import ListingData
from mediation_admin.rosters.enums import Certification, Identity, Roster, Sanction, Standing
from mediation_admin.rosters.models import Mediator, MediatorListing, Membership, OrganisationListing
from tests.factories import rosters as make
from tests.people import clerk_b

TODAY = date(2024, 3, 12)


def test_a_phone_is_unique_on_the_whole_platform(court_a, working):
    with working(clerk_b) as (session, actor):
        make.a_listed_mediator(actor, "孙某某", phone="19900005555")
        session.commit()
    session, actor = court_a
    with pytest.raises(operations.PhoneTaken) as refused:
        make.a_listed_mediator(actor, "另一人", phone="199-0000-5555")
    assert "孙*某" in refused.value.message
    assert "199****5555" in refused.value.message
    assert refused.value.listed_here is False


def test_two_people_may_both_wait_for_a_phone(court_a):
    session, actor = court_a
    first = make.a_listed_mediator(actor, "甲某")
    second = make.a_listed_mediator(actor, "乙某")
    session.commit()
    assert first.mediator_id != second.mediator_id


def test_an_invitation_needs_the_whole_phone_of_somebody_on_the_platform(court_a):
    _session, actor = court_a
    with pytest.raises(RuleBroken, match="没有使用这个手机号"):
        operations.invite_mediator(actor=actor, court_id=actor.court_id, phone="19900005555", listing=ListingData())


def test_nobody_is_listed_twice(court_a):
    _session, actor = court_a
    make.a_listed_mediator(actor, "甲某", phone="19900005555")
    with pytest.raises(operations.PhoneTaken, match="已在本院名册中"):
        operations.invite_mediator(actor=actor, court_id=actor.court_id, phone="19900005555", listing=ListingData())


def test_a_mediator_of_another_court_cannot_be_edited(court_a, working):
    with working(clerk_b) as (session, actor):
        ident = make.a_listed_mediator(actor, "孙某某").mediator_id
        session.commit()
    _, actor = court_a
    with pytest.raises(NotFound):
        operations.edit_mediator(actor=actor, court_id=actor.court_id, mediator_id=ident, person=make.person("改名"))


def test_becoming_a_judge_moves_the_listing(court_a):
    _session, actor = court_a
    listing = make.a_listed_mediator(actor, "甲某")
    operations.edit_mediator(
        actor=actor,
        court_id=actor.court_id,
        mediator_id=listing.mediator_id,
        person=make.person("甲某", identities=[Identity.JUDGE]),
    )
    assert listing.roster is Roster.OTHER
    with pytest.raises(RuleBroken, match="其他调解员名册"):
        operations.edit_listing(
            actor=actor, kind=MediatorListing, listing_id=listing.id, listing=ListingData(roster=Roster.INVITED)
        )


def test_a_removed_listing_stays_as_history_and_a_new_one_may_follow(court_a):
    _session, actor = court_a
    listing = make.a_listed_mediator(actor, "甲某", phone="19900005555")
    operations.remove_from_roster(actor=actor, kind=MediatorListing, listing_id=listing.id, reason="屡次拒接")
    assert (listing.standing, listing.sanction, listing.revoked_by) == (
        Standing.REMOVED,
        Sanction.REMOVAL,
        actor.account_id,
    )
    with pytest.raises(RuleBroken, match="已经从名册中除名"):
        operations.suspend(actor=actor, kind=MediatorListing, listing_id=listing.id, reason="再停用")
    again = operations.invite_mediator(actor=actor, court_id=actor.court_id, phone="19900005555", listing=ListingData())
    assert again.id != listing.id


@pytest.mark.parametrize("step", ["suspend", "remove_from_roster", "refuse_certification"])
def test_steps_against_somebody_need_a_reason(court_a, step):
    _session, actor = court_a
    listing = make.a_listed_mediator(actor, "甲某", listing={"certification": Certification.PENDING})
    with pytest.raises(RuleBroken) as refused:
        getattr(operations, step)(actor=actor, kind=MediatorListing, listing_id=listing.id, reason=" ")
    assert refused.value.field == "reason"


def test_certification_is_decided_once(court_a):
    session, actor = court_a
    place = make.a_listed_organisation(actor)
    place.certification = Certification.PENDING
    session.flush()
    operations.certify(actor=actor, kind=OrganisationListing, listing_id=place.id)
    for step in (operations.certify, operations.refuse_certification):
        with pytest.raises(RuleBroken):
            options = {} if step is operations.certify else {"reason": "材料不全"}
            step(actor=actor, kind=OrganisationListing, listing_id=place.id, **options)


def test_memberships_end_and_are_kept(court_a):
    session, actor = court_a
    first, second = (make.a_listed_organisation(actor, name).organisation_id for name in ("甲组织", "乙组织"))
    ident = make.a_listed_mediator(actor, "甲某", organisation_ids=[first]).mediator_id
    operations.set_memberships(actor=actor, mediator_id=ident, organisation_ids=[second])
    held = {m.organisation_id: m.ended_at is None for m in session.scalars(select(Membership))}
    assert held == {first: False, second: True}


def test_an_organisation_of_another_court_cannot_be_joined(court_a, working):
    with working(clerk_b) as (session, actor):
        foreign = make.a_listed_organisation(actor).organisation_id
        session.commit()
    session, actor = court_a
    with pytest.raises(RuleBroken, match="不在本院名册中"):
        make.a_listed_mediator(actor, "甲某", organisation_ids=[foreign])


def test_steps_are_written_to_the_audit_with_their_reason(court_a):
    session, actor = court_a
    listing = make.a_listed_mediator(actor, "甲某", phone="19900005555")
    operations.suspend(actor=actor, kind=MediatorListing, listing_id=listing.id, reason="本人请假")
    told = session.scalars(select(AuditEntry.sentence)).all()
    assert any("停用" in one and "本人请假" in one for one in told)
    assert not any("19900005555" in one for one in told)


def test_assignment_gets_everybody_with_one_statement(court_a, count_sql):
    session, actor = court_a
    place = make.a_listed_organisation(actor)
    make.a_listed_mediator(
        actor, "赵某", phone="19900005555", organisation_ids=[place.organisation_id], specialities=["sale"]
    )
    make.a_listed_mediator(actor, "白某", listing={"term_end": date(2023, 1, 1)})
    late = make.a_listed_mediator(actor, "陈某")
    operations.suspend(actor=actor, kind=MediatorListing, listing_id=late.id, reason="请假")
    session.commit()
    with count_sql() as statements:
        everybody = queries.listed_mediators(session, actor.court_id)
    assert len(statements) == 1
    assert [one.name for one in everybody] == ["白某", "陈某", "赵某"]
    zhao = everybody[2]
    assert (zhao.specialities, zhao.organisations, zhao.has_phone) == (
        frozenset({"sale"}),
        "某商会人民调解委员会",
        True,
    )
    eligible = queries.listed_mediators(session, actor.court_id, only_eligible_on=TODAY)
    assert [one.name for one in eligible] == ["赵某"]


def test_stored_phones_are_encrypted_and_found_by_their_index(court_a):
    session, actor = court_a
    make.a_listed_mediator(actor, "甲某", phone="19900005555", id_number="11010519491231002X")
    raw = session.connection().exec_driver_sql("select phone, id_number from mediator").one()
    assert all(b"1990000" not in bytes(value) and b"110105" not in bytes(value) for value in raw)
    assert session.scalars(select(Mediator).where(queries.phone_matches("5555"))).one().name == "甲某"
