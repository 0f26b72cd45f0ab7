"""Reads of the rosters: conditions for lists, lookups for rules, and the one statement assignment asks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, any_, exists, false, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from mediation_admin.audit.enums import AuditKind
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core.crypto import blind_indexes, comparable, normalise_phone
from mediation_admin.core.scope import unfenced
from mediation_admin.reference.models import DisputeType
from mediation_admin.rosters.enums import Certification, Roster, Standing
from mediation_admin.rosters.models import Mediator, MediatorListing, Membership, Organisation, OrganisationListing

_LATIN = re.compile(r"[a-z]+")


def mediator_with_phone(phone: str | None) -> Select[tuple[Mediator]]:
    """The mediator of the whole platform who has this (normalised) phone."""
    return unfenced(
        select(Mediator).where(
            Mediator.phone_index.in_(blind_indexes("phone", phone)) if phone else false(),
        ),
        "R02: a mediator's phone is unique on the whole platform",
    )


def active_listing(court_id: int, mediator_id: int) -> Select[tuple[MediatorListing]]:
    """The mediator's present place on a court's roster."""
    return select(MediatorListing).where(
        MediatorListing.court_id == court_id,
        MediatorListing.mediator_id == mediator_id,
        MediatorListing.revoked_at.is_(None),
    )


def active_organisation_listing(court_id: int, organisation_id: int) -> Select[tuple[OrganisationListing]]:
    """The organisation's present place on a court's roster."""
    return select(OrganisationListing).where(
        OrganisationListing.court_id == court_id,
        OrganisationListing.organisation_id == organisation_id,
        OrganisationListing.revoked_at.is_(None),
    )


# -- conditions for lists ----------------------------------------------------------------------------------------------


def on_roster(roster: Roster) -> ColumnElement[bool]:
    """Listings of this roster that were not revoked."""
    return and_(MediatorListing.roster == roster, MediatorListing.revoked_at.is_(None))


def mediator_matches(text: str) -> ColumnElement[bool]:
    """Name (any part), full pinyin or initials (from the start), whole phone or its last four digits."""
    plain = re.sub(r"\s", "", text)
    if not plain:
        return false()
    digits = normalise_phone(plain)
    if digits.isdigit():
        return _phone_is(digits)
    if _LATIN.fullmatch(plain.lower()):
        latin = plain.lower()
        return or_(
            Mediator.initials.startswith(latin, autoescape=True),
            Mediator.pinyin.startswith(latin, autoescape=True),
            Mediator.name.icontains(plain, autoescape=True),
        )
    return Mediator.name.contains(plain, autoescape=True)


def organisation_matches(text: str) -> ColumnElement[bool]:
    """Name (any part), full pinyin or initials (from the start), whole phone of the contact."""
    plain = re.sub(r"\s", "", text)
    if not plain:
        return false()
    digits = normalise_phone(plain)
    if digits.isdigit():
        return Organisation.contact_phone_index.in_(blind_indexes("phone", digits))
    if _LATIN.fullmatch(plain.lower()):
        latin = plain.lower()
        return or_(
            Organisation.initials.startswith(latin, autoescape=True),
            Organisation.pinyin.startswith(latin, autoescape=True),
            Organisation.name.icontains(plain, autoescape=True),
        )
    return Organisation.name.contains(plain, autoescape=True)


def phone_matches(text: str) -> ColumnElement[bool]:
    """A whole phone or its last four digits; anything else matches nobody."""
    digits = normalise_phone(text)
    return _phone_is(digits) if digits.isdigit() else false()


def _phone_is(digits: str) -> ColumnElement[bool]:
    if len(digits) == 4:
        return Mediator.phone_tail_index.in_(blind_indexes("phone-tail", digits))
    return Mediator.phone_index.in_(blind_indexes("phone", digits))


def with_speciality(codes: Iterable[str]) -> ColumnElement[bool]:
    """Mediators who state at least one of these dispute types."""
    return Mediator.specialities.overlap(list(codes))


def member_of(organisation_id: int) -> ColumnElement[bool]:
    """Mediators who belong to the organisation now."""
    return exists().where(
        Membership.mediator_id == Mediator.id,
        Membership.organisation_id == organisation_id,
        Membership.ended_at.is_(None),
    )


def term_ends_by(day: date) -> ColumnElement[bool]:
    """Listings whose term has ended or ends by that day."""
    return MediatorListing.term_end <= day


def term_ends_within(days: int, today: date) -> ColumnElement[bool]:
    """Listings whose term ends from today within so many days."""
    return MediatorListing.term_end.between(today, today + timedelta(days=days))


def without_phone() -> ColumnElement[bool]:
    """Mediators whose phone is to be supplied (待补)."""
    return Mediator.phone_index.is_(None)


def eligible(today: date) -> ColumnElement[bool]:
    """Listings whose holder may be assigned cases today: certified, in standing, within term (rules.why_not_eligible)."""
    return and_(
        MediatorListing.revoked_at.is_(None),
        MediatorListing.certification == Certification.CERTIFIED,
        MediatorListing.standing == Standing.ACTIVE,
        or_(MediatorListing.term_start.is_(None), MediatorListing.term_start <= today),
        or_(MediatorListing.term_end.is_(None), MediatorListing.term_end >= today),
    )


# -- whole answers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListedMediator:
    """A mediator on a court's roster with all that assignment and reports ask."""

    mediator_id: int
    listing_id: int
    name: str
    pinyin: str
    roster: Roster
    certification: Certification
    standing: Standing
    term_start: date | None
    term_end: date | None
    max_open: int | None
    specialities: frozenset[str]
    speciality_text: str
    work_unit: str
    full_time: bool | None
    has_phone: bool
    phone_index: bytes | None
    id_number_index: bytes | None
    organisation_ids: frozenset[int]
    organisations: str


def listed_mediators(session: Session, court_id: int, *, only_eligible_on: date | None = None) -> list[ListedMediator]:
    """Everybody on a court's roster now, in the order of their names' pinyin: one statement.

    ``only_eligible_on`` leaves out those who may not be assigned cases on that day. Memberships are those in
    organisations that the session may see.
    """
    members = (
        select(
            Membership.mediator_id,
            func.array_agg(Organisation.id).label("ids"),
            func.string_agg(Organisation.name, "、").label("names"),
        )
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.ended_at.is_(None))
        .group_by(Membership.mediator_id)
        .subquery()
    )
    statement = (
        select(
            Mediator.id,
            MediatorListing.id,
            Mediator.name,
            Mediator.pinyin,
            MediatorListing.roster,
            MediatorListing.certification,
            MediatorListing.standing,
            MediatorListing.term_start,
            MediatorListing.term_end,
            MediatorListing.max_open,
            Mediator.specialities,
            Mediator.speciality_text,
            Mediator.work_unit,
            Mediator.full_time,
            comparable(Mediator.phone_index),
            comparable(Mediator.id_number_index),
            members.c.ids,
            members.c.names,
        )
        .join(MediatorListing, MediatorListing.mediator_id == Mediator.id)
        .outerjoin(members, members.c.mediator_id == Mediator.id)
        .where(MediatorListing.court_id == court_id, MediatorListing.revoked_at.is_(None))
        .order_by(Mediator.pinyin, Mediator.id)
    )
    if only_eligible_on is not None:
        statement = statement.where(eligible(only_eligible_on))
    return [
        ListedMediator(
            mediator_id=row[0],
            listing_id=row[1],
            name=row[2],
            pinyin=row[3],
            roster=row[4],
            certification=row[5],
            standing=row[6],
            term_start=row[7],
            term_end=row[8],
            max_open=row[9],
            specialities=frozenset(row[10]),
            speciality_text=row[11],
            work_unit=row[12],
            full_time=row[13],
            has_phone=row[14] is not None,
            phone_index=row[14],
            id_number_index=row[15],
            organisation_ids=frozenset(row[16] or ()),
            organisations=row[17] or "",
        )
        for row in session.execute(statement)
    ]


def organisation_names(session: Session, court_id: int) -> list[tuple[int, str]]:
    """(id, name) of the organisations on a court's roster now, by pinyin: for choices."""
    return [
        (ident, name)
        for ident, name in session.execute(
            select(Organisation.id, Organisation.name)
            .join(OrganisationListing, OrganisationListing.organisation_id == Organisation.id)
            .where(OrganisationListing.court_id == court_id, OrganisationListing.revoked_at.is_(None))
            .order_by(Organisation.pinyin, Organisation.id)
        )
    ]


def organisations_of(session: Session, mediator_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """Mediator id → [(organisation id, name)] for the ids of a page: one statement."""
    found: dict[int, list[tuple[int, str]]] = {}
    rows = session.execute(
        select(Membership.mediator_id, Organisation.id, Organisation.name)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.mediator_id.in_(list(mediator_ids)), Membership.ended_at.is_(None))
        .order_by(Organisation.pinyin)
    )
    for mediator_id, organisation_id, name in rows:
        found.setdefault(mediator_id, []).append((organisation_id, name))
    return found


def member_counts(session: Session, organisation_ids: Iterable[int]) -> dict[int, int]:
    """Organisation id → number of members now, for the ids of a page: one statement."""
    return dict(
        session.execute(
            select(Membership.organisation_id, func.count())
            .where(Membership.organisation_id.in_(list(organisation_ids)), Membership.ended_at.is_(None))
            .group_by(Membership.organisation_id)
        ).all()
    )


def history(
    session: Session, mediator_or_organisation: str, ident: int, listing_ids: Iterable[int]
) -> list[AuditEntry]:
    """What was done to a person or organisation and their places on the roster, newest first, a hundred at most."""
    of_row = and_(AuditEntry.object_type == mediator_or_organisation, AuditEntry.object_id == ident)
    of_listing = and_(
        AuditEntry.object_type == f"{mediator_or_organisation}_listing", AuditEntry.object_id.in_(list(listing_ids))
    )
    # Who looked is for whoever reads the audit (audit/panels.py).
    done = select(AuditEntry).where(or_(of_row, of_listing), AuditEntry.kind == AuditKind.CHANGE)
    return list(session.scalars(done.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(100)))


def find_mediators(session: Session, court_id: int, text: str, *, limit: int = 20) -> list[tuple[int, str, str, str]]:
    """(id, name, work unit, organisations) of people on the court's roster, for a type-ahead."""
    names = organisation_names_of(Mediator.id)
    statement = (
        select(Mediator.id, Mediator.name, Mediator.work_unit, names)
        .join(MediatorListing, MediatorListing.mediator_id == Mediator.id)
        .where(MediatorListing.court_id == court_id, MediatorListing.revoked_at.is_(None))
        .order_by(Mediator.pinyin, Mediator.id)
        .limit(limit)
    )
    if text.strip():
        statement = statement.where(mediator_matches(text))
    return [(ident, name, unit, orgs or "") for ident, name, unit, orgs in session.execute(statement)]


def find_organisations(session: Session, court_id: int, text: str, *, limit: int = 20) -> list[tuple[int, str]]:
    """(id, name) of organisations on the court's roster, for a type-ahead."""
    statement = (
        select(Organisation.id, Organisation.name)
        .join(OrganisationListing, OrganisationListing.organisation_id == Organisation.id)
        .where(OrganisationListing.court_id == court_id, OrganisationListing.revoked_at.is_(None))
        .order_by(Organisation.pinyin, Organisation.id)
        .limit(limit)
    )
    if text.strip():
        statement = statement.where(organisation_matches(text))
    return [(ident, name) for ident, name in session.execute(statement)]


def organisation_names_of(mediator_id: Any) -> Any:
    """The names of a mediator's organisations as a column of a list (甲、乙)."""
    return (
        select(func.string_agg(Organisation.name, "、"))
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.mediator_id == mediator_id, Membership.ended_at.is_(None))
        .scalar_subquery()
    )


def speciality_words() -> ColumnElement[str | None]:
    """What a mediator is good at, as a column of a list: the words of the roster, else the dispute types chosen."""
    chosen = (
        select(func.string_agg(DisputeType.name, aggregate_order_by(literal_column("'、'"), DisputeType.position)))
        .where(DisputeType.code == any_(Mediator.specialities))
        .correlate(Mediator)
        .scalar_subquery()
    )
    return func.coalesce(func.nullif(Mediator.speciality_text, ""), chosen)


def member_count_of(organisation_id: Any) -> Any:
    """The number of an organisation's members as a column of a list."""
    return (
        select(func.count())
        .select_from(Membership)
        .where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None))
        .scalar_subquery()
    )


def members_of(session: Session, court_id: int, organisation_id: int) -> list[Any]:
    """The members of an organisation with their place on this court's roster (if any), by pinyin."""
    return list(
        session.execute(
            select(
                Mediator.id,
                Mediator.name,
                Mediator.sex,
                Mediator.work_unit,
                speciality_words().label("speciality_text"),
                MediatorListing.standing,
                MediatorListing.term_end,
            )
            .join(Membership, Membership.mediator_id == Mediator.id)
            .outerjoin(
                MediatorListing,
                and_(
                    MediatorListing.mediator_id == Mediator.id,
                    MediatorListing.court_id == court_id,
                    MediatorListing.revoked_at.is_(None),
                ),
            )
            .where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None))
            .order_by(Mediator.pinyin, Mediator.id)
        )
    )


def listings_of(session: Session, kind: type[MediatorListing] | type[OrganisationListing], ident: int) -> list[Any]:
    """All places the person or organisation has or had on the rosters this session may see, newest first."""
    key = MediatorListing.mediator_id if kind is MediatorListing else OrganisationListing.organisation_id
    return list(
        session.scalars(select(kind).where(key == ident).order_by(kind.revoked_at.is_(None).desc(), kind.id.desc()))
    )


def audited_under(session: Session, name: str) -> list[tuple[str, int]]:
    """(table, id) of the mediators and organisations of exactly this name: what their entries in the audit are about."""
    people = session.scalars(select(Mediator.id).where(Mediator.name == name).limit(20))
    bodies = session.scalars(select(Organisation.id).where(Organisation.name == name).limit(20))
    return [*(("mediator", ident) for ident in people), *(("organisation", ident) for ident in bodies)]
