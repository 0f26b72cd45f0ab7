"""People: how they sign in, and the roles they hold."""

from mediation_admin.accounts.joining import court_name, idle_seconds, init_app, preferences, prove, role_name

__all__ = ["court_name", "idle_seconds", "init_app", "preferences", "prove", "role_name"]
