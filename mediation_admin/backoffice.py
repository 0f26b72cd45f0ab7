"""Every back-office screen, in menu order. The listing is the menu."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Join the screens to the app."""
