"""Rosters as workbooks: the plug-ins that let a court bring in its mediators and organisations at once."""

from mediation_admin.rosters.importing.organisations import ORGANISATIONS, OrganisationImport
from mediation_admin.rosters.importing.subject import MEDIATORS, MediatorImport

__all__ = ["MEDIATORS", "ORGANISATIONS", "MediatorImport", "OrganisationImport"]
