"""The contract with adapters: who sends which kind of hand-off, what he is told and what he answers.

An adapter is a function ``(Sending) -> Answer``. It is called outside any transaction, may be called twice for one
hand-off (a process dies, a reply gets lost) and so hands the idempotency key on. It raises ``Rejected`` where another
try would be refused just the same; any other error counts as passing trouble and is tried again later.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mediation_admin.exchange.enums import HandOffKind


@dataclass(frozen=True, slots=True)
class Sending:
    """What an adapter is told. ``payload_ref`` names what is to be sent; the adapter loads it itself."""

    hand_off_id: int
    kind: HandOffKind
    court_id: int
    case_id: int | None
    organisation_id: int | None
    reference: str
    target_name: str
    payload_ref: str
    idempotency_key: str
    number: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other end said: ``words`` for the ledger (no personal data), its own number, whether that was all.

    ``final`` False: it has taken the hand-off and will answer later, through ``operations.record_answer``.
    """

    words: str
    external_no: str = ""
    final: bool = False


class Rejected(Exception):
    """The other end will never take this as it is. ``words`` (Chinese, no personal data) say why and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


Sender = Callable[[Sending], Answer]
_senders: dict[HandOffKind, Sender] = {}


def register_sender(kind: HandOffKind, sender: Sender) -> None:
    """Join the adapter that sends a kind of hand-off; waiting rows go out at the next sweep."""
    _senders[kind] = sender


def forget_sender(kind: HandOffKind) -> None:
    """Take an adapter out again; its kind waits from then on."""
    _senders.pop(kind, None)


def sender_of(kind: HandOffKind) -> Sender | None:
    """The adapter of a kind, None while nobody has joined one."""
    return _senders.get(kind)


def kinds_with_sender() -> tuple[HandOffKind, ...]:
    """The kinds that can be sent now."""
    return tuple(_senders)
