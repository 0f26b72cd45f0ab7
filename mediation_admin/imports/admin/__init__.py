"""The import wizard for any subject; each subject gives it a screen."""

from mediation_admin.imports.admin.wizard import ImportScreen

__all__ = ["ImportScreen"]
