"""Taking back what a roster import wrote, unless somebody has worked on it since."""

from datetime import date
from typing import Any

from sqlalchemy import and_, delete, exists, select
from sqlalchemy.exc import IntegrityError

from mediation_admin.imports.subjects import Run, WrittenRow
from mediation_admin.rosters import operations, slots
from mediation_admin.rosters.enums import Roster
from mediation_admin.rosters.models import Mediator, MediatorListing, Membership, Organisation, OrganisationListing

CHANGED_SINCE = "导入之后又被修改过（可能是手工修改或后来的导入），请先核对"
IN_USE = "有其他记录在使用"
GONE = "记录已不在本院名册中"


def take_back(run: Run, rows: list[WrittenRow]) -> list[str | None]:
    """One answer per row: None = taken back, else why it stays."""
    session = run.session
    held = {
        mediator.id: mediator
        for mediator in session.scalars(select(Mediator).where(Mediator.id.in_([row.target_id for row in rows])))
    }
    listings = {
        listing.mediator_id: listing
        for listing in session.scalars(
            select(MediatorListing).where(
                MediatorListing.court_id == run.court_id,
                MediatorListing.revoked_at.is_(None),
                MediatorListing.mediator_id.in_(held),
            )
        )
    }
    needed = slots.needs(session, "mediator", [row.target_id for row in rows if "listing" in row.trace])
    answers: list[str | None] = []
    for row in rows:
        why = _why_not(run, row, held.get(row.target_id), listings.get(row.target_id), needed)
        if why is None:
            try:
                with session.begin_nested():
                    _take_back_one(run, row, held[row.target_id], listings[row.target_id])
            except IntegrityError:
                why = IN_USE
        answers.append(why)
    return answers


def _why_not(
    run: Run, row: WrittenRow, mediator: Mediator | None, listing: MediatorListing | None, needed: dict[int, str]
) -> str | None:
    if mediator is None or listing is None:
        return GONE
    if row.target_id in needed:
        return needed[row.target_id]
    touched = max(mediator.updated_at, listing.updated_at)
    # Rows of the batch carry the moment of its transaction; whatever is later was done by somebody else.
    return CHANGED_SINCE if run.written_at is not None and touched > run.written_at else None


def _take_back_one(run: Run, row: WrittenRow, mediator: Mediator, listing: MediatorListing) -> None:
    session = run.session
    joined = row.trace.get("memberships", [])
    if joined:
        session.execute(delete(Membership).where(Membership.id.in_(joined)))
    if "listing" in row.trace:
        session.execute(delete(MediatorListing).where(MediatorListing.id == row.trace["listing"]))
    elif row.before:
        for name, value in row.before["listing"].items():
            setattr(listing, name, _typed(name, value))
    if "mediator" in row.trace:
        _remove_person(run, row.trace["mediator"])
    elif row.before and row.before["person"]:
        operations.set_person(mediator, {name: _typed(name, value) for name, value in row.before["person"].items()})
    session.flush()
    for ident in row.trace.get("organisations", []):
        _remove_organisation(run, ident)


def _remove_person(run: Run, ident: int) -> None:
    # Invited elsewhere meanwhile: the person stays for the other court.
    elsewhere = exists().where(MediatorListing.mediator_id == ident)
    statement = delete(Mediator).where(Mediator.id == ident, ~elsewhere)
    run.session.execute(statement.execution_options(unfenced="the listing that let this court see the person is gone"))


def _remove_organisation(run: Run, ident: int) -> None:
    """Remove an organisation the batch founded, if nobody has joined or used it since."""
    session = run.session
    if slots.needs(session, "organisation", [ident]):
        return
    listing = session.scalar(select(OrganisationListing).where(OrganisationListing.organisation_id == ident))
    members = session.scalar(select(exists().where(and_(Membership.organisation_id == ident))))
    if listing is None or members or (run.written_at is not None and listing.updated_at > run.written_at):
        return
    session.execute(delete(OrganisationListing).where(OrganisationListing.id == listing.id))
    session.execute(
        delete(Organisation)
        .where(Organisation.id == ident, ~exists().where(OrganisationListing.organisation_id == ident))
        .execution_options(unfenced="the listing that let this court see the organisation is gone")
    )


def _typed(name: str, value: Any) -> Any:
    if value is not None and name in ("term_start", "term_end"):
        return date.fromisoformat(value)
    if value is not None and name == "roster":
        return Roster(value)
    return value
