"""A court that hands things over, and adapters that do as the test says."""

from collections.abc import Callable, Iterator

import pytest

from mediation_admin.exchange import senders
from mediation_admin.exchange.enums import HandOffKind
from mediation_admin.exchange.senders import Answer, Sending
from tests import people


@pytest.fixture
def clerk(app, working_as):
    """(actor, session) of a clerk of court A."""
    actor, scope = people.acting(app, people.clerk_a)
    with working_as(actor, scope) as session:
        yield actor, session


@pytest.fixture
def join() -> Iterator[Callable[..., list[Sending]]]:
    """Joins an adapter for a kind; what it was told is collected."""
    told: list[Sending] = []

    def joined(answer: Callable[[Sending], Answer], kind: HandOffKind = HandOffKind.FILING) -> list[Sending]:
        def send(sending: Sending) -> Answer:
            told.append(sending)
            return answer(sending)

        senders.register_sender(kind, send)
        return told

    yield joined
    for kind in HandOffKind:
        senders.forget_sender(kind)
