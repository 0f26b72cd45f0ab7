"""The roster screens of the back office, in menu order."""

from mediation_admin.rosters.admin.certification import MediatorCertificationList, OrganisationCertificationList
from mediation_admin.rosters.admin.importing import OrganisationImportView, RosterImportView
from mediation_admin.rosters.admin.mediators import MediatorList, OtherMediatorList
from mediation_admin.rosters.admin.organisations import OrganisationList

__all__ = [
    "MediatorCertificationList",
    "MediatorList",
    "OrganisationCertificationList",
    "OrganisationImportView",
    "OrganisationList",
    "OtherMediatorList",
    "RosterImportView",
]
