"""The ledger's changes: opened once, claimed once, helped along with a reason, in one's own court."""

import contextvars
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from mediation_admin.audit.models import AuditEntry
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Scope, enter
from mediation_admin.exchange import operations, queries, rules
from mediation_admin.exchange.enums import HandOffKind, HandOffState, HandOffStep
from mediation_admin.exchange.models import HandOff
from mediation_admin.exchange.senders import Answer
from tests import people
from tests.factories import hand_offs


def _steps(session, row) -> list[HandOffStep]:
    return [one.step for one in reversed(queries.events_of(session, row.id))]


def test_the_same_key_is_the_same_hand_off(clerk):
    actor, session = clerk
    first = hand_offs.a_hand_off(actor, idempotency_key="filing:1")
    again = hand_offs.a_hand_off(actor, idempotency_key="filing:1", reference="另一个案号")
    assert again.id == first.id
    assert again.reference == first.reference
    assert _steps(session, first) == [HandOffStep.OPENED]


def test_nothing_is_opened_for_another_court(app, clerk):
    actor, _ = clerk
    with pytest.raises(NotFound):
        hand_offs.a_hand_off(actor, court_id=people.court_of(app, people.clerk_b))


def test_what_comes_in_is_never_sent(clerk, join):
    actor, _ = clerk
    row = hand_offs.a_hand_off(actor, HandOffKind.MINISTRY_RESULT)
    join(lambda sending: Answer("收到"), HandOffKind.MINISTRY_RESULT)
    assert row.state is HandOffState.ACCEPTED
    assert operations.claim_due(limit=10) == []


def test_without_a_sender_a_hand_off_waits(clerk, join):
    actor, session = clerk
    row = hand_offs.a_hand_off(actor)
    assert operations.claim_due(limit=10) == []
    join(lambda sending: Answer("收到"), HandOffKind.JUDGMENT)
    assert operations.claim_due(limit=10) == []
    session.refresh(row)
    assert row.state is HandOffState.WAITING


def test_a_try_succeeds_and_the_answer_comes_later(clerk, join):
    actor, session = clerk
    row = hand_offs.a_hand_off(actor)
    join(lambda sending: Answer("收到"))
    (sending,) = operations.claim_due(limit=10)
    assert row.state is HandOffState.SENDING
    assert operations.record_success(
        hand_off_id=row.id, number=sending.number, answer=Answer("已收到", external_no="N-7")
    )
    assert (row.state, row.external_no) == (HandOffState.ACCEPTED, "N-7")
    operations.record_answer(idempotency_key=row.idempotency_key, words="已立案")
    assert (row.state, row.reply, row.external_no) == (HandOffState.ANSWERED, "已立案", "N-7")
    assert _steps(session, row) == [HandOffStep.OPENED, HandOffStep.ACCEPTED, HandOffStep.ANSWERED]


def test_an_answer_to_an_unknown_key_is_nobodys(clerk):
    assert operations.record_answer(idempotency_key="查无", words="已立案") is None


def test_failures_wait_longer_and_longer_and_then_stop(clerk):
    actor, session = clerk
    row = hand_offs.a_hand_off(actor)
    hand_offs.fail(row)
    assert row.state is HandOffState.FAILED
    assert row.next_try_at - clock.now() <= rules.PAUSES[0]
    hand_offs.fail(row, rules.MOST_FAILURES - 1)
    assert (row.state, row.next_try_at) == (HandOffState.STUCK, None)
    assert _steps(session, row).count(HandOffStep.FAILED) == rules.MOST_FAILURES
    assert _steps(session, row)[-1] is HandOffStep.STUCK


def test_a_refusal_for_good_stops_at_once(clerk):
    actor, _ = clerk
    row = hand_offs.fail(hand_offs.a_hand_off(actor), for_good=True, words="缺少被告地址")
    assert (row.state, row.error, row.tries) == (HandOffState.STUCK, "缺少被告地址", 1)


def test_a_try_taken_for_dead_changes_nothing_any_more(clerk, join):
    actor, session = clerk
    row = hand_offs.a_hand_off(actor)
    join(lambda sending: Answer("收到"))
    (sending,) = operations.claim_due(limit=1)
    row.lease_until = clock.now() - timedelta(seconds=1)
    session.flush()
    assert operations.release_interrupted(limit=10) == 1
    assert row.state is HandOffState.FAILED
    assert not operations.record_success(hand_off_id=row.id, number=sending.number, answer=Answer("收到"))
    assert row.state is HandOffState.FAILED


def test_a_person_sends_again_with_a_reason_and_the_audit_says_so(clerk):
    actor, session = clerk
    row = hand_offs.fail(hand_offs.a_hand_off(actor), rules.MOST_FAILURES)
    with pytest.raises(RuleBroken):
        operations.retry(actor=actor, hand_off_id=row.id, reason="  ")
    operations.retry(actor=actor, hand_off_id=row.id, reason="对方已恢复")
    assert (row.state, row.failures) == (HandOffState.WAITING, 0)
    assert row.tries == rules.MOST_FAILURES
    said = session.scalars(select(AuditEntry.sentence).where(AuditEntry.tag == "exchange:hand_off:retried")).one()
    assert said == f"重试移送：在线立案移送（{row.reference}），理由：对方已恢复"


def test_what_was_given_up_is_not_sent_again(clerk, join):
    actor, _ = clerk
    row = hand_offs.a_hand_off(actor)
    join(lambda sending: Answer("收到"))
    operations.cancel(actor=actor, hand_off_id=row.id, reason="重复登记")
    assert operations.claim_due(limit=10) == []
    with pytest.raises(RuleBroken, match="已经放弃"):
        operations.retry(actor=actor, hand_off_id=row.id, reason="再试")
    with pytest.raises(RuleBroken, match="已经放弃"):
        operations.cancel(actor=actor, hand_off_id=row.id, reason="再次")


def test_another_courts_hand_off_does_not_exist(app, clerk, working_as):
    actor, session = clerk
    row = hand_offs.a_hand_off(actor)
    session.commit()
    other, scope = people.acting(app, people.clerk_b)
    with working_as(other, scope), pytest.raises(NotFound):
        operations.retry(actor=other, hand_off_id=row.id, reason="越界")


def test_support_reaches_the_hand_offs_of_every_court(app, clerk, working_as):
    actor, session = clerk
    row = hand_offs.fail(hand_offs.a_hand_off(actor), for_good=True)
    session.commit()
    helper, scope = people.acting(app, people.support)
    with working_as(helper, scope) as desk:
        operations.retry(actor=helper, hand_off_id=row.id, reason="对方已恢复")
        desk.commit()
        assert desk.get(HandOff, row.id).state is HandOffState.WAITING


def test_s30_two_sweeps_never_take_one_hand_off(app, clerk, join):
    actor, session = clerk
    made = {hand_offs.a_hand_off(actor).id for _ in range(12)}
    session.commit()
    join(lambda sending: Answer("收到"))
    start, taken, wrong = threading.Barrier(4), [], []

    def sweep() -> None:
        with app.app_context():
            enter(db.session(), operations.SYSTEM, Scope.everything("a sweep of this test"))
            try:
                start.wait(timeout=30)
                taken.extend(one.hand_off_id for one in operations.claim_due(limit=5))
                db.session.commit()
            except Exception as error:
                wrong.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=contextvars.Context().run, args=(sweep,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not wrong
    assert len(taken) == len(set(taken))
    assert set(taken) <= made
    assert len(taken) >= 5


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("reference = ''", "ck_hand_off_reference_given"),
        ("failures = 3", "ck_hand_off_failures_are_tries"),
        ("lease_until = now()", "ck_hand_off_sending_has_a_lease"),
        ("next_try_at = null", "ck_hand_off_open_has_next_try"),
    ],
)
def test_the_database_knows_what_a_hand_off_is(clerk, change, name):
    actor, session = clerk
    row = hand_offs.a_hand_off(actor)
    with pytest.raises(IntegrityError, match=name):
        session.execute(text(f"update hand_off set {change} where id = :id"), {"id": row.id})
    session.rollback()
