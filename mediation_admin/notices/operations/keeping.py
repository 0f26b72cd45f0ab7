"""Looking into a message, sending a failed one again, erasing texts that are of no use any more."""

from sqlalchemy import update

from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.crypto import mask_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.notices import handover, queries
from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.models import OutgoingMessage

ERASED_AT_ONCE = 1000


def look(*, actor: Actor, message_id: int, reason: str) -> tuple[OutgoingMessage, str]:
    """The message with its content, code and link included while it is kept; every look is in the audit.

    Refused: a look without a reason.
    """
    session = db.session()
    message = fetch(session, OutgoingMessage, message_id)
    if not reason.strip():
        raise RuleBroken("请写明查看的理由。", field="reason")
    record(
        session,
        "notice:content:revealed",
        f"查看了短信（编号 {message.id}，{message.template.label}，{message.phone_masked}）的内容，理由：{reason.strip()}",
        object_type="outgoing_message",
        object_id=message.id,
        court_id=message.court_id,
    )
    return message, message.text or message.outline


def why_not_again(message: OutgoingMessage) -> str | None:
    """Why a message cannot be sent again; None if it can."""
    if message.state not in (MessageState.FAILED, MessageState.GIVEN_UP):
        return "只有发送失败或已放弃的短信可以重新发送。"
    if message.text is None or message.expires_at <= clock.now():
        return "内容已过有效期，不能再发。请让本人重新获取，或由经办人重新发起。"
    return None


def retry(*, actor: Actor, message_id: int, reason: str) -> OutgoingMessage:
    """Send a failed message again, once more from the first try. Refused: without a reason; what has not failed; what
    is past its use."""
    session = db.session()
    message = fetch(session, OutgoingMessage, message_id, with_for_update=True)
    if not reason.strip():
        raise RuleBroken("请写明重新发送的理由。", field="reason")
    refused = why_not_again(message)
    if refused:
        raise RuleBroken(refused)
    message.state, message.due_at, message.vendor_id = MessageState.WAITING, clock.now(), ""
    message.tries = message.checks = 0
    session.flush()
    record(
        session,
        "notice:message:retried",
        f"重新发送短信（编号 {message.id}，{message.template.label}，{mask_phone(message.phone)}），理由：{reason.strip()}",
        object_type="outgoing_message",
        object_id=message.id,
        court_id=message.court_id,
    )
    handover.after_commit(session, message.id)
    return message


def erase_texts() -> int:
    """Erase the full texts past their time, codes and links first of all; the outline stays. Returns how many."""
    session = db.session()
    ids = queries.to_erase(session, clock.now(), ERASED_AT_ONCE)
    if ids:
        session.execute(
            update(OutgoingMessage)
            .where(OutgoingMessage.id.in_(ids))
            .values(text=None, variables=None)
            .execution_options(synchronize_session=False)
        )
    return len(ids)
