"""What every SMS vendor does here, and the three ways in which it can fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.templates import Template


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a vendor gets it. ``reference`` is our own name for it, which the vendor keeps beside it."""

    reference: str
    phone: str
    template: Template
    sign: str
    values: Mapping[str, str]
    tried_at: datetime
    vendor_id: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a vendor says of a message: SENT, DELIVERED or FAILED, its own number for it, and its words."""

    state: MessageState
    vendor_id: str = ""
    words: str = ""


class VendorError(Exception):
    """The vendor did not take a message. The words are for support staff, free of numbers and codes."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Unavailable(VendorError):
    """It surely did not go out, and may go out later: the vendor is away or busy."""


class Refused(VendorError):
    """It did not go out and never will like this: an unknown template, an empty number, a closed account."""


class OutcomeUnknown(VendorError):
    """Nobody knows whether it went out: the answer was lost. It is looked up before anything is sent again."""


class Vendor(Protocol):
    """An SMS vendor."""

    code: str
    label: str
    is_real: bool

    def sign_for(self, court_code: str | None, court_short_name: str) -> str:
        """The sign (签名) that stands in 【】 before the text."""
        ...

    def send(self, message: Outgoing) -> Receipt:
        """Hand a message over. Raises VendorError."""
        ...

    def find(self, message: Outgoing) -> Receipt | None:
        """What became of a message; None if the vendor knows nothing of it. Raises VendorError."""
        ...
