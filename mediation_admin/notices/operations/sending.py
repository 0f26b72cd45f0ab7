"""Putting a message into the outbox. Nothing is sent here: that comes after the commit."""

import json
import secrets
from datetime import datetime, timedelta

from mediation_admin.core import clock
from mediation_admin.core.crypto import normalise_phone
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor
from mediation_admin.courts.models import Court
from mediation_admin.notices import handover, queries, rules, templates
from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.notices.templates import Template
from mediation_admin.notices.vendors import vendor_in_use
from mediation_admin.notices.vendors.settings import public_address

# Without the letters and digits that are mistaken for one another on a small screen.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CHECK_CODE_LENGTH = 8
PLATFORM = "在线调解平台"


def send(
    *, actor: Actor, template: Template, phone: str, facts: dict[str, str], court_id: int | None = None
) -> OutgoingMessage:
    """Put one message into the outbox; it is delivered after the caller's commit, and a vendor that is down changes
    nothing for the caller. ``facts`` are exactly those of the template (``templates.wording(template).facts``);
    ``court_id`` is the court in whose name it goes out, None for the platform's.

    Refused (RuleBroken): a number that is no mobile number; for what somebody asked for (codes, links) more than the
    template's limit or 20 messages of all kinds in 24 hours to one number. A message that only informs is never
    refused: beyond the limit its row says that it was left out. Raises ValueError for wrong facts. Whoever sends to
    more than a thousand numbers commits in between: each number is held until the commit.
    """
    session = db.session()
    made = templates.wording(template)
    if set(facts) != set(made.facts):
        raise ValueError(f"the message {template} takes {sorted(made.facts)}, not {sorted(facts)}")
    phone = normalise_phone(phone)
    rules.check_phone(phone)
    index = queries.phone_index(phone)
    queries.hold_number(session, index)
    moment = clock.now()
    wait = _wait(phone, template, moment)
    if wait is not None and made.asked_for:
        raise rules.refuse_more(wait)
    court = session.get(Court, court_id) if court_id is not None else None
    vendor = vendor_in_use()
    sign = vendor.sign_for(court.code if court else None, court.short_name if court else "")
    values = {
        "court": court.name if court else PLATFORM,
        **{name: rules.clean(name, facts[name]) for name in made.facts},
        "check": "".join(secrets.choice(_ALPHABET) for _ in range(_CHECK_CODE_LENGTH)),
    }
    if vendor.is_real and "link" in values:
        # Whatever host the request named: the vendor's template holds the true one, and the outbox says the same.
        values["link"] = public_address(templates.LINK_PATH + values["link"].rpartition("/")[2])
    verify = public_address("/verify")
    expires_at = moment + made.lasts
    message = OutgoingMessage(
        template=template,
        court_id=court_id,
        phone=phone,
        phone_index=index,
        check_code=values["check"],
        outline=templates.outline(template, sign, values, verify),
        text=templates.text(template, sign, values, verify),
        variables=json.dumps({"sign": sign, "values": values}, ensure_ascii=False),
        state=MessageState.WAITING,
        due_at=moment,
        expires_at=expires_at,
        erase_at=expires_at if made.secret else moment + rules.KEPT_WITH_TEXT,
        requester_id=actor.account_id,
        requester_name=actor.name,
        created_at=moment,
    )
    if wait is not None:
        message.state, message.due_at = MessageState.GIVEN_UP, None
        message.last_error = "向这个号码发送的次数已达上限，这条提醒没有发送。"
    session.add(message)
    session.flush()
    if message.state is MessageState.WAITING:
        handover.after_commit(session, message.id)
    return message


def _wait(phone: str, template: Template, moment: datetime) -> timedelta | None:
    limits = templates.wording(template).limits
    longest = max(limit.within for limit in (*limits, templates.ALL_KINDS))
    recent = queries.messages_since(db.session(), phone, moment - longest)
    same = [when for kind, when in recent if kind is template]
    waits = [
        rules.limit_reached(same, limits, moment),
        rules.limit_reached([when for _, when in recent], [templates.ALL_KINDS], moment),
    ]
    return max((wait for wait in waits if wait is not None), default=None)
