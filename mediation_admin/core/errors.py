"""Errors that carry a sentence for the person at the screen."""


class RuleBroken(Exception):
    """A rule refuses what was asked.

    ``message`` is a Chinese sentence that says what to do, ``field`` the form field it belongs to, ``repair`` the
    address or anchor where it can be mended.
    """

    def __init__(self, message: str, *, field: str | None = None, repair: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.repair = repair


class NotFound(Exception):
    """The row does not exist, or not for this person: both look the same from outside."""


class ScopeMissing(RuntimeError):
    """A fenced table was read or written by a session that has no scope: a programming error, never shown as data."""
