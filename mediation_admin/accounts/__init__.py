"""People: how they sign in, and the roles they hold."""

from mediation_admin.accounts.joining import init_app

__all__ = ["init_app"]
