"""Delivering: claim first, then ask the vendor, then write down what it said. Each is a transaction of its own.

A process killed between the vendor's call and the last commit leaves a row that is still 发送中. When its lease is over,
whoever finds it does not send again: he asks the vendor whether it knows the message by our reference (OutId,
SessionContext). Only a vendor that surely does not know it gets it a second time; one that cannot say gets it never,
and the row says why.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime

from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.notices import queries, rules
from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.notices.vendors import (
    OutcomeUnknown,
    Outgoing,
    Receipt,
    Refused,
    Unavailable,
    VendorError,
    vendor_in_use,
)

log = logging.getLogger(__name__)

UNKNOWN = "发送结果不明，短信服务商也查不到记录。为避免重复没有自动重发；如本人确未收到，请按“重新发送”。"


@dataclass(frozen=True, slots=True)
class Step:
    """One claimed step: sending (``looks_up`` False), or asking what became of it."""

    message_id: int
    looks_up: bool
    tries: int
    checks: int
    outgoing: Outgoing


def claim(message_id: int) -> Step | None:
    """Take up the next step of a message, if it is due and nobody has it. A message that is of no use any more is
    expired instead. The caller commits before it asks the vendor."""
    session = db.session()
    moment = clock.now()
    message = queries.claimable(session, message_id, moment)
    if message is None:
        return None
    looks_up = message.state is not MessageState.WAITING
    if not looks_up and (message.variables is None or message.expires_at <= moment):
        message.state, message.due_at = MessageState.EXPIRED, None
        message.last_error = message.last_error or "到有效期时还没有发出。"
        session.flush()
        return None
    if looks_up and message.vendor != vendor_in_use().code:
        # The vendor was changed meanwhile: the new one knows nothing of it, and nobody else can be asked.
        message.due_at = None
        if message.state is MessageState.SENDING:
            message.state, message.last_error = MessageState.GIVEN_UP, UNKNOWN
        session.flush()
        return None
    if looks_up:
        message.checks += 1
    else:
        message.state, message.tried_at, message.checks = MessageState.SENDING, moment, 0
        message.tries += 1
        message.vendor = vendor_in_use().code
    message.due_at = moment + rules.LEASE
    session.flush()
    # A message may be looked up after its text was erased; then nothing of it can be sent.
    held = json.loads(message.variables or '{"sign": "", "values": {}}')
    outgoing = Outgoing(
        # Of this try alone: a try that failed and was repeated by hand is another message to the vendor.
        reference=f"m{message.id}n{message.tries}t{message.tried_at:%y%m%d%H%M%S}",
        phone=message.phone,
        template=message.template,
        sign=held["sign"],
        values=held["values"],
        tried_at=message.tried_at,
        vendor_id=message.vendor_id,
    )
    return Step(message.id, looks_up, message.tries, message.checks, outgoing)


def ask_vendor(step: Step) -> Receipt | VendorError | None:
    """Do the step at the vendor. Outside any transaction, and never raising: what goes wrong is an answer too."""
    vendor = vendor_in_use()
    try:
        return vendor.find(step.outgoing) if step.looks_up else vendor.send(step.outgoing)
    except VendorError as error:
        return error
    except Exception:
        log.exception("message %s: the vendor's answer was not understood", step.message_id)
        return OutcomeUnknown("短信服务商的回答无法识别。")


def settle(step: Step, answer: Receipt | VendorError | None) -> MessageState | None:
    """Write down what the vendor said; None if somebody else has taken the message up meanwhile."""
    session = db.session()
    message = queries.locked(session, step.message_id)
    if message.due_at is None or (message.tries, message.checks) != (step.tries, step.checks):
        log.warning("message %s was taken up by another; the answer of try %s is dropped", message.id, step.tries)
        return None
    moment = clock.now()
    if isinstance(answer, VendorError):
        message.last_error = answer.words[:300]
    if isinstance(answer, Receipt):
        _note_receipt(message, answer, moment)
    elif not step.looks_up:
        _after_failed_try(message, answer, moment)
    elif message.state is MessageState.SENT:
        message.due_at = rules.next_question(message.checks, moment)
    else:
        _after_lookup_in_vain(message, answer, moment)
    session.flush()
    return message.state


def _note_receipt(message: OutgoingMessage, receipt: Receipt, moment: datetime) -> None:
    message.vendor_id = receipt.vendor_id or message.vendor_id
    message.last_error = receipt.words[:300] if receipt.state is MessageState.FAILED else ""
    if receipt.state is MessageState.FAILED:
        message.state, message.due_at = MessageState.FAILED, None
        return
    message.sent_at = message.sent_at or message.tried_at or moment
    if receipt.state is MessageState.DELIVERED:
        message.state, message.due_at, message.delivered_at = MessageState.DELIVERED, None, moment
    else:
        message.state, message.due_at = MessageState.SENT, rules.next_question(message.checks, moment)


def _after_failed_try(message: OutgoingMessage, answer: VendorError | None, moment: datetime) -> None:
    if isinstance(answer, Refused):
        message.state, message.due_at = MessageState.FAILED, None
    elif isinstance(answer, Unavailable):
        _wait_or_give_up(message, moment)
    else:
        # Perhaps it is on its way: the vendor is asked before anything is sent again.
        message.due_at = rules.next_question(0, moment)


def _after_lookup_in_vain(message: OutgoingMessage, answer: VendorError | None, moment: datetime) -> None:
    tried_at = message.tried_at or message.created_at
    if answer is None and moment - tried_at >= rules.RECORDS_LAG:
        _wait_or_give_up(message, moment)
        return
    message.due_at = rules.next_question(message.checks, moment)
    if message.due_at is None:
        message.state, message.last_error = MessageState.GIVEN_UP, UNKNOWN


def _wait_or_give_up(message: OutgoingMessage, moment: datetime) -> None:
    due_at = rules.next_try(message.tries, moment)
    message.state, message.due_at = (MessageState.GIVEN_UP, None) if due_at is None else (MessageState.WAITING, due_at)
