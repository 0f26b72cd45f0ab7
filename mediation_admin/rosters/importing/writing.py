"""Writing the rows of a roster workbook that were confirmed: organisations first, then people, listings, memberships."""

from typing import TYPE_CHECKING, Any

from mediation_admin.core.enums import LabelledEnum
from mediation_admin.imports.subjects import Run, Written
from mediation_admin.rosters import operations, rules
from mediation_admin.rosters.data import ListingData, OrganisationData
from mediation_admin.rosters.models import Mediator, MediatorListing, Membership

if TYPE_CHECKING:
    from mediation_admin.rosters.importing.subject import Plan


def write_rows(run: Run, plans: list["Plan"]) -> list[Written]:
    """Write a chunk; one answer per plan. A few flushes for all of them, so that the inserts go out together."""
    session = run.session
    made_organisations = [_add_missing_organisations(run, plan) for plan in plans]
    mediators: list[Mediator] = []
    befores: list[dict[str, Any] | None] = []
    for plan in plans:
        if plan.held is None:
            mediator = Mediator(home_court_id=run.court_id, identities=[], specialities=[])
            befores.append(None)
        else:
            mediator = plan.held.mediator
            befores.append(_before(plan))
        operations.set_person(mediator, plan.person)
        mediators.append(mediator)
    session.add_all(mediator for mediator in mediators if mediator.id is None)
    session.flush()
    listings = [_listing(run, plan, mediator) for plan, mediator in zip(plans, mediators, strict=True)]
    session.add_all(listing for listing in listings if listing.id is None)
    session.flush()
    memberships = [_memberships(run, plan, mediator) for plan, mediator in zip(plans, mediators, strict=True)]
    session.add_all(one for several in memberships for one in several)
    session.flush()
    written = []
    for plan, mediator, listing, joined, founded, before in zip(
        plans, mediators, listings, memberships, made_organisations, befores, strict=True
    ):
        is_new_place = plan.held is None or plan.held.listing is None
        trace = {
            "mediator": mediator.id if plan.held is None else None,
            "listing": listing.id if is_new_place else None,
            "memberships": [one.id for one in joined],
            "organisations": founded,
        }
        written.append(Written(mediator.id, {key: value for key, value in trace.items() if value}, before))
    return written


def _add_missing_organisations(run: Run, plan: "Plan") -> list[int]:
    known: dict[str, int] = run.memory["organisations"]
    founded = []
    for name in plan.organisations:
        if name not in known:
            place = operations.add_organisation(
                actor=run.actor,
                court_id=run.court_id,
                organisation=OrganisationData(name=name),
                listing=ListingData(),
                batch_id=run.batch_id,
            )
            known[name] = place.organisation_id
            founded.append(place.organisation_id)
    return founded


def _before(plan: "Plan") -> dict[str, Any]:
    """The values that are about to be replaced, as JSON."""
    held = plan.held
    return {
        "person": {name: _plain(getattr(held.mediator, name)) for name in plan.person},
        "listing": {name: _plain(getattr(held.listing, name)) for name in plan.listing} if held.listing else {},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, LabelledEnum):
        return value.value
    return value if value is None or isinstance(value, str | int | bool | list) else str(value)


def _listing(run: Run, plan: "Plan", mediator: Mediator) -> MediatorListing:
    if plan.held is not None and plan.held.listing is not None:
        for name, value in plan.listing.items():
            setattr(plan.held.listing, name, value)
        return plan.held.listing
    wished = {"roster": rules.roster_for(mediator.identities), **plan.listing}
    return MediatorListing(
        court_id=run.court_id,
        mediator_id=mediator.id,
        granted_by=run.actor.account_id,
        batch_id=run.batch_id,
        **wished,
    )


def _memberships(run: Run, plan: "Plan", mediator: Mediator) -> list[Membership]:
    known: dict[str, int] = run.memory["organisations"]
    ids = dict.fromkeys(known[name] for name in plan.organisations)
    return [Membership(organisation_id=ident, mediator_id=mediator.id, batch_id=run.batch_id) for ident in ids]
