"""The sweep sends what is due, whatever the adapters do."""

from mediation_admin.exchange import jobs, queries
from mediation_admin.exchange.enums import HandOffKind, HandOffState
from mediation_admin.exchange.models import HandOff
from mediation_admin.exchange.senders import Answer, Rejected
from mediation_admin.schedule import PERIODIC
from tests import people
from tests.factories import hand_offs


def _sweep(app) -> int:
    with app.app_context():
        try:
            return jobs.sweep()
        finally:
            jobs.db.session.remove()


def _state(session, row) -> HandOff:
    session.rollback()
    session.refresh(row)
    return row


def test_the_sweep_sends_and_keeps_the_reply(app, clerk, join):
    actor, session = clerk
    row = hand_offs.a_hand_off(actor, payload_ref="filing:12")
    session.commit()
    told = join(lambda sending: Answer("已收到", external_no="N-1"))
    assert _sweep(app) == 1
    assert (told[0].payload_ref, told[0].idempotency_key, told[0].number) == ("filing:12", row.idempotency_key, 1)
    held = _state(session, row)
    assert (held.state, held.reply, held.external_no) == (HandOffState.ACCEPTED, "已收到", "N-1")
    assert _sweep(app) == 0


def test_trouble_is_kept_in_our_words_and_tried_again(app, clerk, join):
    actor, session = clerk
    row = hand_offs.a_hand_off(actor)
    session.commit()

    def down(sending):
        raise ConnectionError("10.1.2.3 refused 13900001234")

    join(down)
    _sweep(app)
    held = _state(session, row)
    assert held.state is HandOffState.FAILED
    assert "1390000" not in held.error
    assert held.next_try_at is not None


def test_a_refusal_stops_the_row_and_not_its_neighbours(app, clerk, join):
    actor, session = clerk
    rows = [hand_offs.a_hand_off(actor) for _ in range(3)]
    session.commit()

    def picky(sending):
        if sending.hand_off_id == rows[1].id:
            raise Rejected("缺少被告地址，请补充后重试。")
        return Answer("已收到", final=True)

    join(picky)
    assert _sweep(app) == 3
    assert [_state(session, row).state for row in rows] == [
        HandOffState.ANSWERED,
        HandOffState.STUCK,
        HandOffState.ANSWERED,
    ]
    assert _state(session, rows[1]).error == "缺少被告地址，请补充后重试。"


def test_kinds_without_sender_wait_and_the_others_go(app, clerk, join):
    actor, session = clerk
    waits, goes = hand_offs.a_hand_off(actor, HandOffKind.JUDGMENT), hand_offs.a_hand_off(actor)
    session.commit()
    join(lambda sending: Answer("已收到"))
    _sweep(app)
    assert _state(session, waits).state is HandOffState.WAITING
    assert _state(session, goes).state is HandOffState.ACCEPTED


def test_the_sweep_is_in_the_schedule(app):
    assert any(one.work is jobs.sweep and one.every for one in PERIODIC)


def test_support_sees_how_many_are_stuck(app, clerk, working_as):
    actor, session = clerk
    hand_offs.fail(hand_offs.a_hand_off(actor), for_good=True)
    hand_offs.a_hand_off(actor)
    session.commit()
    with working_as(*people.acting(app, people.support)) as desk:
        assert queries.stuck_count(desk) == 1
