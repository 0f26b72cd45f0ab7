"""Messages into the outbox and out of it: limits, claims, failures, a killed process, erasure."""

import threading
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import select, text, update

from mediation_admin.core import clock, crypto, jobs
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import actor_of, enter, scope_of
from mediation_admin.notices import jobs as notice_jobs
from mediation_admin.notices import operations
from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.notices.templates import Template
from mediation_admin.notices.vendors import OutcomeUnknown, Receipt, Refused, Unavailable
from tests import people
from tests.integration.notices.conftest import PHONE

S = MessageState


class StubVendor:
    """A vendor that answers what the test says, and remembers what it was asked."""

    code, label, is_real = "stub", "测试", True

    def __init__(self):
        self.sent, self.asked = [], []
        self.answers = [Receipt(S.SENT, "v1")]
        self.findings = [None]

    def sign_for(self, court_code, court_short_name):
        return "测试法院"

    def send(self, message):
        self.sent.append(message)
        return self._say(self.answers)

    def find(self, message):
        self.asked.append(message)
        return self._say(self.findings)

    @staticmethod
    def _say(answers):
        answer = answers[0] if len(answers) == 1 else answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def vendor(app):
    held = app.extensions["sms_vendor"]
    app.extensions["sms_vendor"] = stub = StubVendor()
    yield stub
    app.extensions["sms_vendor"] = held


def claimed(message_id):
    with notice_jobs.at_work():
        return operations.claim(message_id)


def settled(step, answer):
    with notice_jobs.at_work():
        return operations.settle(step, answer)


def change(**values):
    """Change every row of the outbox behind the platform's back."""
    with db.engine.begin() as connection:
        connection.execute(update(OutgoingMessage.__table__).values(**values))


def make_due():
    change(due_at=clock.now() - timedelta(minutes=1))


# -- in -------------------------------------------------------------------------------------------------------------


def test_a_message_waits_in_the_outbox_and_is_delivered_after_the_commit(send, row, run_jobs, office):
    message_id = send(commit=False)
    assert jobs.queue().job_ids == [], "nothing leaves before the commit"
    office.commit()
    assert row(message_id).state is S.WAITING
    assert run_jobs() == 1
    made = row(message_id)
    assert (made.state, made.tries, made.vendor, made.due_at) == (S.DELIVERED, 1, "simulator", None)
    assert made.sent_at
    assert made.delivered_at


def test_a_message_of_a_transaction_that_failed_is_never_sent(send, office):
    send(commit=False)
    office.rollback()
    office.commit()
    assert jobs.queue().job_ids == []
    assert office.scalars(select(OutgoingMessage)).all() == []


def test_the_text_names_the_court_first_and_ends_with_how_to_verify_it(send, row):
    made = row(send())
    assert made.text.startswith("【宛城区法院】南阳市宛城区人民法院：")
    assert made.text.endswith(f"核验码 {made.check_code}，可在 http://127.0.0.1:8000/verify 核实本短信真伪。")
    assert "481273" in made.text
    assert "481273" not in made.outline
    assert "10分钟内有效" in made.outline


def test_nothing_of_number_and_text_lies_in_the_database_in_clear(send):
    send()
    with db.engine.connect() as connection:
        held = connection.execute(text("select outgoing_message::text as all_of_it from outgoing_message")).scalar()
        raw = connection.execute(text("select phone, text, variables, outline from outgoing_message")).one()
    assert PHONE not in held
    assert all(b"481273" not in bytes(one) and PHONE.encode() not in bytes(one) for one in raw)
    assert crypto.decrypt(bytes(raw.phone), "outgoing_message.phone") == PHONE


def test_wrong_facts_are_a_mistake_of_ours_and_a_wrong_number_is_told(send):
    with pytest.raises(ValueError, match="takes"):
        send(Template.RESET_CODE, name="张三")
    with pytest.raises(ValueError, match="code"):
        send(Template.RESET_CODE, code="把钱转到")
    with pytest.raises(RuleBroken, match="11 位手机号"):
        send(phone="0377-6300000")


# -- limits ---------------------------------------------------------------------------------------------------------


def test_one_number_gets_one_code_a_minute_and_is_told_how_long_to_wait(send):
    send()
    with pytest.raises(RuleBroken, match=r"请 \d+ 秒后再试"):
        send()
    assert send(phone="13900000002"), "another number is not concerned"


def test_one_number_gets_five_codes_a_day_for_finding_a_password_back(send):
    for _ in range(5):
        send()
        change(created_at=clock.now() - timedelta(minutes=5))
    with pytest.raises(RuleBroken, match="次数已达上限，请 23 小时"):
        send()
    change(created_at=clock.now() - timedelta(hours=25))
    assert send()


def test_one_number_gets_twenty_of_all_kinds_a_day_and_a_message_that_informs_is_left_out_in_silence(
    send, row, run_jobs
):
    for n in range(20):
        send((Template.ROLE_GRANTED, Template.ROLE_REVOKED)[n % 2], name="张三", role="法官")
    with pytest.raises(RuleBroken, match="上限"):
        send()
    message_id = send(Template.ACCOUNT_DISABLED, name="张三", when="11月23日")
    made = row(message_id)
    assert (made.state, made.tries) == (S.GIVEN_UP, 0)
    assert "上限" in made.last_error
    assert run_jobs() == 20


def test_a_number_is_counted_over_all_courts(send, app, working_as):
    send()
    actor, scope = people.acting(app, people.clerk_b)
    with working_as(actor, scope), pytest.raises(RuleBroken, match="秒后再试"):
        operations.send(
            actor=actor, template=Template.RESET_CODE, phone=PHONE, facts={"code": "1234"}, court_id=actor.court_id
        )


def test_twenty_at_the_same_moment_for_one_number_are_one_message(office, app):
    actor, scope = actor_of(office()), scope_of(office())
    start, lock = threading.Barrier(20), threading.Lock()
    ends = []

    def ask():
        with app.app_context():
            enter(db.session(), actor, scope)
            start.wait()
            try:
                operations.send(
                    actor=actor,
                    template=Template.RESET_CODE,
                    phone=PHONE,
                    facts={"code": "4711"},
                    court_id=actor.court_id,
                )
                db.session.commit()
                end = "sent"
            except RuleBroken:
                db.session.rollback()
                end = "refused"
            with lock:
                ends.append(end)
            db.session.remove()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["refused"] * 19 + ["sent"]
    assert len(office.scalars(select(OutgoingMessage)).all()) == 1


# -- out ------------------------------------------------------------------------------------------------------------


def test_a_vendor_that_is_away_is_asked_again_later_and_then_given_up(send, row, run_jobs, vendor, sweep):
    vendor.answers = [Unavailable("短信服务商连接不上。")]
    message_id = send(Template.ROLE_GRANTED, name="张三", role="法官")
    run_jobs()
    made = row(message_id)
    assert (made.state, made.tries, made.last_error) == (S.WAITING, 1, "短信服务商连接不上。")
    assert made.due_at > clock.now()
    assert sweep() == 0, "not before its time"
    for _ in range(5):
        make_due()
        assert sweep() == 1
    assert (row(message_id).state, len(vendor.sent)) == (S.GIVEN_UP, 6)


def test_what_the_vendor_refuses_is_not_tried_again(send, row, run_jobs, vendor):
    vendor.answers = [Refused("签名未审核通过。")]
    message_id = send()
    run_jobs()
    made = row(message_id)
    assert (made.state, made.due_at, made.last_error) == (S.FAILED, None, "签名未审核通过。")


def test_with_the_queue_server_down_the_sweep_sends_it(send, row, app, sweep):
    there = app.extensions["redis"]
    away = Redis.from_url("unix:///nowhere/at/all.sock")
    app.extensions["redis"] = away
    try:
        message_id = send()
    finally:
        app.extensions["redis"] = there
        away.close()
    assert jobs.queue().job_ids == []
    make_due()
    assert sweep() == 1
    assert row(message_id).state is S.DELIVERED


def test_a_code_that_ran_out_is_not_sent_any_more(send, row, run_jobs, vendor):
    message_id = send()
    change(expires_at=clock.now())
    run_jobs()
    assert (row(message_id).state, vendor.sent) == (S.EXPIRED, [])


def test_two_workers_that_take_one_message_send_it_once(send, app, vendor):
    message_id = send()
    start = threading.Barrier(4)

    def work():
        with app.app_context():
            start.wait()
            notice_jobs.deliver(message_id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(vendor.sent) == 1


# -- not twice ------------------------------------------------------------------------------------------------------


def test_after_a_kill_the_vendor_is_asked_and_nothing_is_sent_twice(send, row, vendor, sweep, apart):
    message_id = send()
    apart(lambda: operations.ask_vendor(claimed(message_id)))
    assert row(message_id).state is S.SENDING
    assert sweep() == 0, "whoever has it is given his time"
    vendor.findings = [Receipt(S.DELIVERED, "v1")]
    make_due()
    assert sweep() == 1
    assert (row(message_id).state, len(vendor.sent), len(vendor.asked)) == (S.DELIVERED, 1, 1)
    assert vendor.asked[0].reference == vendor.sent[0].reference


def test_only_what_the_vendor_surely_does_not_know_is_sent_again(send, row, run_jobs, vendor, sweep):
    vendor.answers = [OutcomeUnknown("没有等到回答。"), Receipt(S.SENT, "v2")]
    message_id = send()
    run_jobs()
    make_due()
    sweep()
    assert (row(message_id).state, len(vendor.sent)) == (S.SENDING, 1), "its records may lag behind"
    change(tried_at=clock.now() - timedelta(minutes=4))
    make_due()
    sweep()
    assert row(message_id).state is S.WAITING
    make_due()
    sweep()
    assert (row(message_id).state, len(vendor.sent)) == (S.SENT, 2)


def test_a_vendor_that_cannot_say_gets_it_never_again(send, row, run_jobs, vendor, sweep):
    vendor.answers = [OutcomeUnknown("没有等到回答。")]
    vendor.findings = [Unavailable("连接不上。")]
    message_id = send(Template.ROLE_GRANTED, name="张三", role="法官")
    run_jobs()
    for _ in range(6):
        make_due()
        sweep()
    made = row(message_id)
    assert (made.state, len(vendor.sent)) == (S.GIVEN_UP, 1)
    assert "没有自动重发" in made.last_error


def test_the_answer_of_one_who_was_taken_over_is_dropped(send, row, vendor, apart):
    message_id = send()
    step = apart(claimed, message_id)
    make_due()
    vendor.findings = [Receipt(S.DELIVERED, "v1")]
    apart(notice_jobs.deliver, message_id)
    assert apart(settled, step, Refused("晚到的回答")) is None
    assert row(message_id).state is S.DELIVERED


def test_a_vendor_that_was_replaced_meanwhile_cannot_be_asked(send, row, run_jobs, sweep, vendor):
    vendor.answers = [OutcomeUnknown("没有等到回答。")]
    lost = send()
    run_jobs()
    vendor.answers = [Receipt(S.SENT, "v1")]
    handed_over = send(phone="13900000002")
    run_jobs()
    vendor.code = "another"
    make_due()
    sweep()
    assert (row(lost).state, row(handed_over).state) == (S.GIVEN_UP, S.SENT)
    assert row(handed_over).due_at is None
    assert vendor.asked == []


def test_a_vendor_class_that_breaks_is_an_unknown_outcome_and_not_a_crash(send, row, run_jobs, vendor):
    vendor.answers = [ZeroDivisionError()]
    message_id = send()
    run_jobs()
    assert row(message_id).state is S.SENDING
    assert "无法识别" in row(message_id).last_error


# -- receipts and erasure -------------------------------------------------------------------------------------------


def test_what_was_handed_over_is_asked_after_until_it_is_delivered(send, row, run_jobs, vendor, sweep):
    vendor.findings = [Receipt(S.SENT, "v1"), Receipt(S.DELIVERED, "v1")]
    message_id = send()
    run_jobs()
    assert row(message_id).state is S.SENT
    make_due()
    sweep()
    assert row(message_id).state is S.SENT
    make_due()
    sweep()
    assert row(message_id).state is S.DELIVERED


def test_a_receipt_that_says_failed_is_shown_as_failed(send, row, run_jobs, vendor, sweep):
    vendor.findings = [Receipt(S.FAILED, "v1", "空号")]
    message_id = send()
    run_jobs()
    make_due()
    sweep()
    assert (row(message_id).state, row(message_id).last_error) == (S.FAILED, "空号")


def test_a_receipt_that_never_comes_is_not_asked_after_for_ever(send, row, run_jobs, vendor, sweep):
    message_id = send()
    run_jobs()
    for _ in range(6):
        make_due()
        sweep()
    assert (row(message_id).state, row(message_id).due_at) == (S.SENT, None)


def test_codes_and_links_are_erased_when_they_run_out_and_the_outline_stays(send, row, run_jobs, apart):
    code = send()
    notice = send(Template.ROLE_GRANTED, name="张三", role="法官")
    run_jobs()
    assert apart(notice_jobs.erase_texts) == 0
    change(expires_at=clock.now())
    with db.engine.begin() as connection:
        connection.execute(text("update outgoing_message set erase_at = now() where id = :id"), {"id": code})
    assert apart(notice_jobs.erase_texts) == 1
    assert (row(code).text, row(code).variables) == (None, None)
    assert "******" in row(code).outline
    assert "法官" in row(notice).text
