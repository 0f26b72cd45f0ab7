"""Hand-offs for tests, through the operations."""

from itertools import count
from typing import Any

from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor
from mediation_admin.exchange import operations
from mediation_admin.exchange.enums import HandOffKind
from mediation_admin.exchange.models import HandOff

_numbers = count(1)


def a_hand_off(actor: Actor, kind: HandOffKind = HandOffKind.FILING, **values: Any) -> HandOff:
    """A hand-off of the actor's court on its way out; flushed."""
    number = next(_numbers)
    return operations.open_hand_off(
        actor=actor,
        **{
            "court_id": actor.court_id,
            "kind": kind,
            "reference": f"（2024）豫1302诉前调{number}号",
            "idempotency_key": f"test:{kind.value}:{number}",
            **values,
        },
    )


def fail(row: HandOff, times: int = 1, *, words: str = "对方系统没有响应。", for_good: bool = False) -> HandOff:
    """Let so many tries fail in a row; flushed."""
    for _ in range(times):
        operations.begin_try(row, clock.now())
        db.session.flush()
        operations.record_failure(hand_off_id=row.id, number=row.tries, words=words, for_good=for_good)
    return row
