"""People: how they sign in, and the roles they hold."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Join sign-in to the app."""
