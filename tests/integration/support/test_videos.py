"""多路视频申请: from the case, decided by support, told on the timeline (R20)."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from mediation_admin.audit.models import AuditEntry
from mediation_admin.cases.enums import IdKind
from mediation_admin.cases.models import CaseEvent
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import unfenced
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.support import operations
from mediation_admin.support.enums import VideoStatus
from mediation_admin.support.models import VideoRequest
from tests import people
from tests.factories import cases


def _complete(actor, **values):
    """A case whose parties' data are all there."""
    known = {"id_kind": IdKind.ID_CARD, "id_number": "110105199003071239"}
    return cases.a_case(
        actor,
        parties=(cases.a_party(**known), cases.a_party(cases.PartyRole.RESPONDENT, **known)),
        **values,
    )


@pytest.fixture
def clerk(app, working_as):
    actor, scope = people.acting(app, people.clerk_a)
    with working_as(actor, scope) as session:
        yield actor, session


@pytest.fixture
def asked(clerk):
    actor, session = clerk
    case = _complete(actor)
    row = operations.ask_for_video(actor=actor, case_id=case.id, reason="三方分处三地", party_count=3)
    session.commit()
    return row


def _timeline(session, case_id) -> list[str]:
    session.rollback()
    found = select(CaseEvent.title).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)
    return list(session.scalars(unfenced(found, "a test reads the timeline while support is at work")))


def test_r20_it_is_refused_until_the_parties_data_are_complete(clerk):
    actor, _ = clerk
    case = cases.a_case(actor)
    with pytest.raises(RuleBroken, match="申请人证件号码待补") as refused:
        operations.ask_for_video(actor=actor, case_id=case.id, reason="三方分处三地", party_count=2)
    assert refused.value.repair == "edit#applicants"


@pytest.mark.parametrize(("values", "field"), [({"reason": " "}, "reason"), ({"party_count": 1}, "party_count")])
def test_what_is_missing_is_named(clerk, values, field):
    actor, _ = clerk
    case = _complete(actor)
    with pytest.raises(RuleBroken) as refused:
        operations.ask_for_video(actor=actor, case_id=case.id, **{"reason": "三方", "party_count": 2, **values})
    assert refused.value.field == field


def test_one_request_of_a_case_waits_at_a_time(clerk, asked):
    actor, session = clerk
    with pytest.raises(RuleBroken, match="正在审批"):
        operations.ask_for_video(actor=actor, case_id=asked.case_id, reason="再次", party_count=2)
    operations.withdraw_video(actor=actor, request_id=asked.id)
    again = operations.ask_for_video(actor=actor, case_id=asked.case_id, reason="再次", party_count=2)
    assert again.id != asked.id
    with pytest.raises(RuleBroken, match="不能再办理"):
        operations.withdraw_video(actor=actor, request_id=asked.id)
    session.rollback()


def test_support_decides_and_the_case_and_its_court_learn_of_it(clerk, asked, desk):
    _, session = clerk
    operations.approve_video(actor=desk.actor, request_id=asked.id, answer="已开通")
    desk.session.commit()
    titles = _timeline(session, asked.case_id)
    assert titles[-2:] == ["提交多路视频申请：3 方", "多路视频申请已同意"]
    row = desk.session.get(VideoRequest, asked.id, populate_existing=True)
    assert (row.status, row.answer, row.decided_by_name) == (VideoStatus.APPROVED, "已开通", "客服某")
    sent = session.scalars(select(OutgoingMessage)).one()
    assert (sent.template.value, sent.court_id) == ("approval_decided", asked.court_id)
    assert asked.case_no in sent.outline
    (said,) = desk.said("support:video:approved")
    assert said == f"多路视频申请已同意（{asked.case_no}）：已开通"


def test_a_refusal_needs_a_reason_and_a_decision_is_final(asked, desk):
    with pytest.raises(RuleBroken) as refused:
        operations.refuse_video(actor=desk.actor, request_id=asked.id, answer=" ")
    assert refused.value.field == "answer"
    operations.refuse_video(actor=desk.actor, request_id=asked.id, answer="请先补正授权手续")
    with pytest.raises(RuleBroken, match="未同意"):
        operations.approve_video(actor=desk.actor, request_id=asked.id)


def test_another_court_neither_asks_nor_withdraws(app, asked, working_as):
    actor, scope = people.acting(app, people.clerk_b)
    with working_as(actor, scope):
        with pytest.raises(NotFound):
            operations.ask_for_video(actor=actor, case_id=asked.case_id, reason="越界", party_count=2)
        with pytest.raises(NotFound):
            operations.withdraw_video(actor=actor, request_id=asked.id)


def test_the_audit_entry_belongs_to_the_court_of_the_case(asked, desk):
    found = unfenced(select(AuditEntry.court_id).where(AuditEntry.tag == "support:video:asked"), "a test reads it")
    assert desk.session.scalars(found).one() == asked.court_id


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("party_count = 1", "ck_video_request_party_count_fits"),
        ("decided_at = now()", "ck_video_request_ended_has_moment"),
        ("status = 'refused', decided_at = now()", "ck_video_request_refused_says_why"),
    ],
)
def test_the_database_knows_what_a_request_is(clerk, asked, change, name):
    _, session = clerk
    with pytest.raises(IntegrityError, match=name):
        session.execute(text(f"update video_request set {change} where id = :id"), {"id": asked.id})
    session.rollback()
