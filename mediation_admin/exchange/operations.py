"""Changes to the hand-off ledger. All flush, none commits. The only writer of a hand-off's state."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.dialects.postgresql import insert

from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, check_writes_in, fetch
from mediation_admin.exchange import rules
from mediation_admin.exchange.enums import Direction, HandOffKind, HandOffState, HandOffStep
from mediation_admin.exchange.models import HandOff, HandOffEvent
from mediation_admin.exchange.senders import Answer, Sending, kinds_with_sender

SYSTEM = Actor(None, "系统", "system", None)
_LONGEST_WORDS = 500


def open_hand_off(
    *,
    actor: Actor,
    court_id: int,
    kind: HandOffKind,
    reference: str,
    idempotency_key: str,
    payload_ref: str = "",
    target_name: str = "",
    case_id: int | None = None,
    organisation_id: int | None = None,
) -> HandOff:
    """Put something on its way (or note that something came in); the same key again returns the first row.

    ``reference`` is the case number or the organisation's name, ``payload_ref`` says where the sender finds what to
    send; neither holds personal data. Refused (NotFound): a court the actor may not write in.
    """
    session = db.session()
    check_writes_in(session, court_id)
    direction = rules.direction_of(kind)
    moment = clock.now()
    out = direction is Direction.OUT
    made = session.execute(
        insert(HandOff)
        .values(
            court_id=court_id,
            kind=kind,
            direction=direction,
            target=rules.target_of(kind),
            target_name=target_name,
            case_id=case_id,
            organisation_id=organisation_id,
            reference=reference.strip(),
            payload_ref=payload_ref,
            idempotency_key=idempotency_key,
            # What comes in is here already; what goes out waits for the sweep.
            state=HandOffState.WAITING if out else HandOffState.ACCEPTED,
            next_try_at=moment if out else None,
            accepted_at=None if out else moment,
            opened_by=actor.account_id,
            opened_by_name=actor.name,
        )
        # Two at the same moment: the second waits here for the first one's commit, and adds nothing.
        .on_conflict_do_nothing(index_elements=[HandOff.idempotency_key])
        .returning(HandOff.id)
    ).scalar()
    row = session.scalars(select(HandOff).where(HandOff.idempotency_key == idempotency_key)).one()
    if made is not None:
        _note(row, HandOffStep.OPENED, actor)
        _record(row, "opened", f"登记移送：{row.kind.label}（{row.reference}）")
    session.flush()
    return row


def claim_due(*, limit: int) -> list[Sending]:
    """Take the hand-offs that are due, oldest first, for one round of sending; at most ``limit``.

    Two sweeps at once never take the same row. Kinds nobody can send stay where they are.
    """
    session = db.session()
    moment = clock.now()
    kinds = kinds_with_sender()
    if not kinds:
        return []
    rows = session.scalars(
        select(HandOff)
        .where(
            HandOff.state.in_((HandOffState.WAITING, HandOffState.FAILED)),
            HandOff.direction == Direction.OUT,
            HandOff.kind.in_(kinds),
            HandOff.next_try_at <= moment,
        )
        .order_by(HandOff.next_try_at, HandOff.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        begin_try(row, moment)
    session.flush()
    return [
        Sending(
            row.id,
            row.kind,
            row.court_id,
            row.case_id,
            row.organisation_id,
            row.reference,
            row.target_name,
            row.payload_ref,
            row.idempotency_key,
            row.tries,
        )
        for row in rows
    ]


def begin_try(row: HandOff, moment: datetime) -> None:
    """Mark a locked row as being sent; whoever does this sends it and records what came of it."""
    row.state = HandOffState.SENDING
    row.tries += 1
    row.last_tried_at, row.next_try_at, row.lease_until = moment, None, moment + rules.LEASE


def record_success(*, hand_off_id: int, number: int, answer: Answer) -> bool:
    """Note that the other end has taken it. False when this try no longer holds the row (it was taken for dead)."""
    row = _held(hand_off_id, number)
    if row is None:
        return False
    moment = clock.now()
    row.state = HandOffState.ANSWERED if answer.final else HandOffState.ACCEPTED
    row.lease_until, row.failures, row.error = None, 0, ""
    row.accepted_at, row.external_no, row.reply = moment, answer.external_no, answer.words[:_LONGEST_WORDS]
    if answer.final:
        row.answered_at = moment
    step = HandOffStep.ANSWERED if answer.final else HandOffStep.ACCEPTED
    _note(row, step, SYSTEM, answer.words, number=number)
    db.session().flush()
    return True


def record_failure(*, hand_off_id: int, number: int, words: str, for_good: bool = False) -> bool:
    """Note a failed try: tried again after a pause, or stopped (after the last pause, or ``for_good``).

    False when this try no longer holds the row.
    """
    row = _held(hand_off_id, number)
    if row is None:
        return False
    _fail(row, HandOffStep.FAILED, words, for_good)
    db.session().flush()
    return True


def release_interrupted(*, limit: int) -> int:
    """Count the tries whose process died as failures; returns how many there were."""
    session = db.session()
    rows = session.scalars(
        select(HandOff)
        .where(HandOff.state == HandOffState.SENDING, HandOff.lease_until < clock.now())
        .order_by(HandOff.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        _fail(row, HandOffStep.INTERRUPTED, "发送进程中断，没有收到对方的回复。", False)
    session.flush()
    return len(rows)


def record_answer(*, idempotency_key: str, words: str, external_no: str = "") -> HandOff | None:
    """Note what the other end answered later; None when the ledger does not know the key. A second answer is kept
    among the events and replaces the first."""
    session = db.session()
    row = session.scalars(
        select(HandOff).where(HandOff.idempotency_key == idempotency_key).with_for_update()
    ).one_or_none()
    if row is None:
        return None
    row.state, row.answered_at, row.reply = HandOffState.ANSWERED, clock.now(), words[:_LONGEST_WORDS]
    row.external_no = external_no or row.external_no
    row.lease_until, row.next_try_at, row.error, row.failures = None, None, "", 0
    _note(row, HandOffStep.ANSWERED, SYSTEM, words)
    session.flush()
    return row


def retry(*, actor: Actor, hand_off_id: int, reason: str) -> HandOff:
    """Send again at the next sweep, with all pauses before it. Refused: in a state where nothing is to be sent; a row
    outside the actor's scope (NotFound)."""
    reason = rules.check_reason(reason)
    row = fetch(db.session(), HandOff, hand_off_id, with_for_update=True)
    if (why := rules.why_not_retry(row.state, row.direction)) is not None:
        raise RuleBroken(why)
    row.state, row.next_try_at, row.failures = HandOffState.WAITING, clock.now(), 0
    _note(row, HandOffStep.RETRIED, actor, reason)
    _record(row, "retried", f"重试移送：{row.kind.label}（{row.reference}），理由：{reason}")
    db.session().flush()
    return row


def cancel(*, actor: Actor, hand_off_id: int, reason: str) -> HandOff:
    """Give a hand-off up. Refused: once the other end has it; a row outside the actor's scope (NotFound)."""
    reason = rules.check_reason(reason)
    row = fetch(db.session(), HandOff, hand_off_id, with_for_update=True)
    if (why := rules.why_not_cancel(row.state)) is not None:
        raise RuleBroken(why)
    row.state, row.next_try_at = HandOffState.CANCELLED, None
    _note(row, HandOffStep.CANCELLED, actor, reason)
    _record(row, "cancelled", f"放弃移送：{row.kind.label}（{row.reference}），理由：{reason}")
    db.session().flush()
    return row


def retriable() -> ColumnElement[bool]:
    """SQL: hand-offs a person may send again."""
    states = (HandOffState.WAITING, HandOffState.FAILED, HandOffState.STUCK)
    return and_(HandOff.direction == Direction.OUT, or_(*(HandOff.state == one for one in states)))


def _held(hand_off_id: int, number: int) -> HandOff | None:
    row = fetch(db.session(), HandOff, hand_off_id, with_for_update=True)
    return row if row.state is HandOffState.SENDING and row.tries == number else None


def _fail(row: HandOff, step: HandOffStep, words: str, for_good: bool) -> None:
    moment: datetime = clock.now()
    row.lease_until = None
    row.failures += 1
    row.error = words[:_LONGEST_WORDS]
    _note(row, step, SYSTEM, words, number=row.tries)
    pause = None if for_good else rules.pause_after(row.failures)
    if pause is None:
        row.state, row.next_try_at = HandOffState.STUCK, None
        told = "对方明确拒绝，重发也不会成功" if for_good else f"连续失败 {row.failures} 次"
        _note(row, HandOffStep.STUCK, SYSTEM, f"{told}，等待人工处理。")
    else:
        row.state, row.next_try_at = HandOffState.FAILED, moment + pause


def _note(row: HandOff, step: HandOffStep, actor: Actor, words: str = "", *, number: int = 0) -> None:
    db.session().add(
        HandOffEvent(
            hand_off_id=row.id,
            court_id=row.court_id,
            at=clock.now(),
            step=step,
            number=number,
            actor_id=actor.account_id,
            actor_name=actor.name,
            words=words[:_LONGEST_WORDS],
        )
    )


def _record(row: HandOff, verb: str, sentence: str) -> None:
    record(
        db.session(),
        f"exchange:hand_off:{verb}",
        sentence,
        object_type="hand_off",
        object_id=row.id,
        court_id=row.court_id,
    )
