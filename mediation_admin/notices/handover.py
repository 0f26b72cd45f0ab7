"""After the commit, the ids of new messages go to the queue. With the queue down the rows wait and the sweep sends them."""

import logging
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from mediation_admin.core import jobs

log = logging.getLogger(__name__)

_PENDING = "messages_to_deliver"
ENTRY_POINT = "mediation_admin.notices.jobs.deliver"


def after_commit(session: Session, message_id: int) -> None:
    """Hand this message over once the running transaction is committed."""
    session.info.setdefault(_PENDING, []).append(message_id)


def install(session_class: Any) -> None:
    """Hang the hand-over on the session class; called once by create_app."""

    @event.listens_for(session_class, "after_commit")
    def _hand_over(session: Session) -> None:
        for message_id in session.info.pop(_PENDING, []):
            _enqueue(message_id)

    @event.listens_for(session_class, "after_rollback")
    def _forget(session: Session) -> None:
        session.info.pop(_PENDING, None)


def _enqueue(message_id: int) -> None:
    if not jobs.hand_over(ENTRY_POINT, message_id, job_timeout=120, result_ttl=0, failure_ttl=3600):
        log.warning("queue server unreachable; message %s waits for the sweep", message_id)
