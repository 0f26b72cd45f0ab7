"""Rosters as workbooks: the plug-in that lets a court bring in its mediators at once."""

from mediation_admin.rosters.importing.subject import MEDIATORS, MediatorImport

__all__ = ["MEDIATORS", "MediatorImport"]
