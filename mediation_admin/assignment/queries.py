"""What the ranking rules need to know, read in a handful of set-based statements whatever the size of the roster."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, joinedload

from mediation_admin.assignment.enums import AssignmentEnd
from mediation_admin.assignment.models import Assignment
from mediation_admin.assignment.rules import CandidateFacts, CaseFacts, CourtAverages
from mediation_admin.cases.enums import LOAD_STATES, SUCCESSES, PartyType
from mediation_admin.cases.models import Agent, Case, Party
from mediation_admin.core.crypto import comparable
from mediation_admin.reference.models import DisputeType
from mediation_admin.rosters.enums import Certification, Standing
from mediation_admin.rosters.models import (
    Mediator,
    MediatorListing,
    Membership,
    Organisation,
    OrganisationListing,
)

# How far back a record counts for success and response.
RECORD = timedelta(days=730)
# A court's roster has about a hundred mediators; beyond this something is wrong and the page would not help.
LARGEST_ROSTER = 3_000


def pool_of(session: Session, court_id: int, today: date) -> list[CandidateFacts]:
    """Everybody with a listing at the court that was not revoked, with desk and record. Five statements."""
    listed = session.execute(
        select(
            MediatorListing.mediator_id,
            MediatorListing.certification,
            MediatorListing.standing,
            MediatorListing.term_start,
            MediatorListing.term_end,
            MediatorListing.max_open,
            Mediator.name,
            Mediator.specialities,
            Mediator.work_unit,
            comparable(Mediator.phone_index),
            comparable(Mediator.id_number_index),
            (Mediator.home_court_id == court_id).label("in_area"),
        )
        .join(Mediator, Mediator.id == MediatorListing.mediator_id)
        .where(MediatorListing.court_id == court_id, MediatorListing.revoked_at.is_(None))
        .order_by(MediatorListing.mediator_id)
        .limit(LARGEST_ROSTER)
    ).all()
    ids = [row.mediator_id for row in listed]
    loads = dict(
        session.execute(
            select(Case.mediator_id, func.count())
            .where(Case.mediator_id.in_(ids), Case.state.in_(LOAD_STATES), Case.deleted_at.is_(None))
            .group_by(Case.mediator_id)
        ).all()
    )
    record = {
        row.mediator_id: (row.closed, row.succeeded)
        for row in session.execute(
            select(
                Case.mediator_id,
                func.count().label("closed"),
                func.count().filter(Case.result.in_(SUCCESSES)).label("succeeded"),
            )
            .where(Case.mediator_id.in_(ids), Case.ended_on >= today - RECORD, Case.deleted_at.is_(None))
            .group_by(Case.mediator_id)
        )
    }
    answers = {
        row.mediator_id: (row.assigned, row.in_time)
        for row in session.execute(
            select(
                Assignment.mediator_id,
                func.count().label("assigned"),
                func.count().filter(Assignment.accepted_on <= Assignment.response_due_on).label("in_time"),
            )
            .where(
                Assignment.mediator_id.in_(ids),
                Assignment.assigned_on >= today - RECORD,
                _answered_or_late(today),
            )
            .group_by(Assignment.mediator_id)
        )
    }
    organisations: dict[int, dict[int, str]] = defaultdict(dict)
    for mediator_id, organisation_id, name in session.execute(
        select(Membership.mediator_id, Organisation.id, Organisation.name)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.mediator_id.in_(ids), Membership.ended_at.is_(None))
    ):
        organisations[mediator_id][organisation_id] = name
    return [
        CandidateFacts(
            mediator_id=row.mediator_id,
            name=row.name,
            certified=row.certification is Certification.CERTIFIED,
            active=row.standing is Standing.ACTIVE,
            term_start=row.term_start,
            term_end=row.term_end,
            open_cases=loads.get(row.mediator_id, 0),
            max_open=row.max_open,
            specialities=frozenset(row.specialities),
            organisation_ids=frozenset(organisations[row.mediator_id]),
            organisations="、".join(organisations[row.mediator_id].values()),
            in_area=row.in_area,
            closed=record.get(row.mediator_id, (0, 0))[0],
            succeeded=record.get(row.mediator_id, (0, 0))[1],
            assigned=answers.get(row.mediator_id, (0, 0))[0],
            accepted_in_time=answers.get(row.mediator_id, (0, 0))[1],
            work_unit=row.work_unit,
            phone_index=row.phone_index,
            id_number_index=row.id_number_index,
        )
        for row in listed
    ]


def _answered_or_late(today: date):
    # An assignment that still has time to be answered says nothing about promptness yet; a withdrawn one never will,
    # and one that only goes on (继续调解) has no answer to wait for.
    return and_(
        Assignment.response_due_on.is_not(None),
        (Assignment.accepted_on.is_not(None)) | (Assignment.response_due_on < today),
        (Assignment.end_kind.is_(None)) | Assignment.end_kind.not_in((AssignmentEnd.WITHDRAWN, AssignmentEnd.UNDONE)),
    )


def averages_of(pool: Sequence[CandidateFacts]) -> CourtAverages:
    """The court's own success and response rates; national figures while it has none (2025: 65.4 % succeeded)."""
    closed, succeeded = sum(m.closed for m in pool), sum(m.succeeded for m in pool)
    assigned, in_time = sum(m.assigned for m in pool), sum(m.accepted_in_time for m in pool)
    fallback = CourtAverages()
    return CourtAverages(
        success_rate=succeeded / closed if closed else fallback.success_rate,
        response_rate=in_time / assigned if assigned else fallback.response_rate,
    )


def case_facts(session: Session, case_ids: Iterable[int]) -> dict[int, CaseFacts]:
    """Case id → what the rules need of it, in four statements for any number of cases."""
    ids = list(case_ids)
    labels = dict(session.execute(select(DisputeType.code, DisputeType.name)).all())
    people: dict[int, set[str]] = defaultdict(set)
    organisations: dict[int, set[str]] = defaultdict(set)
    phones: dict[int, set[bytes]] = defaultdict(set)
    papers: dict[int, set[bytes]] = defaultdict(set)
    for row in session.execute(
        select(
            Party.case_id, Party.name, Party.type, comparable(Party.phone_index), comparable(Party.id_number_index)
        ).where(Party.case_id.in_(ids))
    ):
        (people if row.type is PartyType.NATURAL else organisations)[row.case_id].add(row.name)
        _note(phones[row.case_id], row.phone_index)
        _note(papers[row.case_id], row.id_number_index)
    for row in session.execute(
        select(Party.case_id, Agent.name, comparable(Agent.phone_index), comparable(Agent.id_number_index))
        .join(Party, Party.id == Agent.party_id)
        .where(Party.case_id.in_(ids))
    ):
        people[row.case_id].add(row.name)
        _note(phones[row.case_id], row.phone_index)
        _note(papers[row.case_id], row.id_number_index)
    declined: dict[int, set[int]] = defaultdict(set)
    changed: dict[int, set[int]] = defaultdict(set)
    for row in session.execute(
        select(Assignment.case_id, Assignment.mediator_id, Assignment.end_kind).where(
            Assignment.case_id.in_(ids), Assignment.mediator_id.is_not(None), Assignment.end_kind.is_not(None)
        )
    ):
        if row.end_kind in (AssignmentEnd.DECLINED, AssignmentEnd.TIMED_OUT):
            declined[row.case_id].add(row.mediator_id)
        elif row.end_kind is AssignmentEnd.CHANGED:
            changed[row.case_id].add(row.mediator_id)
    return {
        row.id: CaseFacts(
            case_id=row.id,
            dispute_type_code=row.dispute_type_code,
            dispute_type_label=labels.get(row.dispute_type_code, ""),
            organisation_id=row.organisation_id,
            people=frozenset(people[row.id]),
            organisations=frozenset(organisations[row.id]),
            phone_indexes=frozenset(phones[row.id]),
            id_indexes=frozenset(papers[row.id]),
            declined_by=frozenset(declined[row.id]),
            changed_from=frozenset(changed[row.id]),
        )
        for row in session.execute(
            select(Case.id, Case.dispute_type_code, Case.organisation_id).where(Case.id.in_(ids))
        )
    }


def _note(found: set[bytes], value: bytes | None) -> None:
    if value is not None:
        found.add(value)


def assignments_of(session: Session, case_id: int) -> list[Assignment]:
    """Every assignment the case has had, newest first."""
    return list(
        session.scalars(
            select(Assignment)
            .where(Assignment.case_id == case_id)
            .options(joinedload(Assignment.mediator), joinedload(Assignment.organisation))
            .order_by(Assignment.id.desc())
            .limit(50)
        )
    )


def ministry_of(session: Session, organisation_id: int) -> str | None:
    """The ministry an organisation is bound to, None for one that is bound to none."""
    return session.scalar(select(Organisation.ministry_code).where(Organisation.id == organisation_id))


def certified_organisations(session: Session, court_id: int) -> list[Any]:
    """(id, name, ministry) of the organisations a case may be sent to, by pinyin."""
    return list(
        session.execute(
            select(Organisation.id, Organisation.name, Organisation.ministry_code)
            .join(OrganisationListing, OrganisationListing.organisation_id == Organisation.id)
            .where(
                OrganisationListing.court_id == court_id,
                OrganisationListing.revoked_at.is_(None),
                OrganisationListing.certification == Certification.CERTIFIED,
                OrganisationListing.standing == Standing.ACTIVE,
            )
            .order_by(Organisation.pinyin, Organisation.id)
            .limit(500)
        )
    )
