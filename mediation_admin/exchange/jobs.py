"""The sweep: sends what is due, outside any transaction, and notes what came of it."""

import logging

from mediation_admin.core.db import db
from mediation_admin.core.scope import Scope, enter
from mediation_admin.exchange import operations
from mediation_admin.exchange.senders import Rejected, Sending, sender_of

log = logging.getLogger(__name__)

AT_ONCE = 20
_TROUBLE = "对方系统没有响应或返回异常，将自动重试。"


def sweep() -> int:
    """Send what is due, at most twenty a round; returns how many rows were touched."""
    _enter()
    dead = operations.release_interrupted(limit=AT_ONCE)
    claimed = operations.claim_due(limit=AT_ONCE)
    db.session.commit()
    for sending in claimed:
        _send(sending)
    return dead + len(claimed)


def _send(sending: Sending) -> None:
    sender = sender_of(sending.kind)
    held = {"hand_off_id": sending.hand_off_id, "number": sending.number}
    try:
        if sender is None:
            raise LookupError(f"no sender for {sending.kind}")
        answer = sender(sending)
    except Rejected as rejected:
        operations.record_failure(**held, words=rejected.words, for_good=True)
    except Exception:
        # What a stranger's system says may hold anything: it goes to the log, the ledger gets our own words.
        log.exception("hand-off %s (%s), try %s", sending.hand_off_id, sending.kind, sending.number)
        db.session.rollback()
        operations.record_failure(**held, words=_TROUBLE)
    else:
        operations.record_success(**held, answer=answer)
    db.session.commit()


def _enter() -> None:
    enter(db.session(), operations.SYSTEM, Scope.everything("what is due is handed over for every court"))
