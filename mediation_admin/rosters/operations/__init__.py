"""What can be done to the rosters: people, organisations, and their places on a court's roster."""

from mediation_admin.rosters.operations.listings import (
    certify,
    edit_listing,
    refuse_certification,
    remove_from_roster,
    resume,
    sanction,
    suspend,
)
from mediation_admin.rosters.operations.mediators import (
    PhoneTaken,
    add_mediator,
    edit_mediator,
    fill_person,
    invite_mediator,
    set_memberships,
    set_person,
)
from mediation_admin.rosters.operations.organisations import (
    add_organisation,
    edit_organisation,
    fill_organisation,
    set_organisation,
)

__all__ = [
    "PhoneTaken",
    "add_mediator",
    "add_organisation",
    "certify",
    "edit_listing",
    "edit_mediator",
    "edit_organisation",
    "fill_organisation",
    "fill_person",
    "invite_mediator",
    "refuse_certification",
    "remove_from_roster",
    "resume",
    "sanction",
    "set_memberships",
    "set_organisation",
    "set_person",
    "suspend",
]
