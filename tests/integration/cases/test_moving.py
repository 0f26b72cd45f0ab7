"""Moves on real rows: what is written, what is refused, who may, what others hear of it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from mediation_admin.cases import operations
from mediation_admin.cases.enums import CaseState, EndReason, Result
from mediation_admin.cases.lifecycle import MOVES
from mediation_admin.cases.models import Case, CaseEvent
from mediation_admin.cases.operations import looking, moving
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor
from tests import people
from tests.factories import cases
from tests.factories.cases import TODAY


def test_a_submitted_case_has_a_number_and_waits_for_a_mediator(office):
    case = cases.a_case(office.actor)
    assert case.state is CaseState.TO_ASSIGN
    assert case.case_no == "（2024）豫1302诉前调1号"
    assert (case.applicants, case.respondents, case.cause_text) == ("申请某甲", "被申某乙", "民间借贷纠纷")


def test_a_draft_has_no_number_until_it_is_submitted(office):
    case = cases.a_case(office.actor, submit=False)
    assert case.case_no is None
    operations.move(actor=office.actor, case_id=case.id, move="submit", today=TODAY)
    assert case.case_no == "（2024）豫1302诉前调1号"


def test_assigning_starts_three_working_days_and_accepting_starts_thirty(office):
    case = cases.a_case_in("mediating", office.actor, office.mediator.id)
    assert case.response_due_on == date(2024, 3, 15)
    # 30 days after 12 March is 11 April, a Thursday.
    assert (case.accepted_on, case.due_on, case.due_provisional) == (TODAY, date(2024, 4, 11), False)


def test_a_mediator_who_is_not_on_the_roster_is_refused(office, app, working_as):
    actor_b, scope_b = people.acting(app, people.clerk_b)
    with working_as(actor_b, scope_b) as session:
        stranger_id = cases.a_mediator(session, actor_b.court_id, "外院某").id
        session.commit()
    case = cases.a_case(office.actor)
    with pytest.raises(RuleBroken, match="未在本院名册") as refused:
        operations.move(actor=office.actor, case_id=case.id, move="assign", mediator_id=stranger_id, today=TODAY)
    assert refused.value.field == "mediator_id"
    assert case.state is CaseState.TO_ASSIGN


def test_a_role_without_the_permission_is_refused(office, app):
    case = cases.a_case(office.actor)
    judge, _ = people.acting(app, people.judge_a)
    with pytest.raises(RuleBroken, match="角色"):
        operations.move(actor=judge, case_id=case.id, move="assign", mediator_id=office.mediator.id, today=TODAY)


def test_a_case_of_another_court_does_not_exist(office, app, working_as):
    case_id = cases.a_case(office.actor).id
    office.session.commit()
    actor_b, scope_b = people.acting(app, people.clerk_b)
    with working_as(actor_b, scope_b), pytest.raises(NotFound):
        operations.move(actor=actor_b, case_id=case_id, move="delete", reason="试试", today=TODAY)


def test_the_court_acts_on_behalf_of_the_mediator_and_the_event_says_so(office):
    case = cases.a_case_in("mediating", office.actor, office.mediator.id)
    event = office.session.scalars(select(CaseEvent).where(CaseEvent.move == "accept")).one()
    assert (event.actor_name, event.on_behalf_of) == ("甲管理", "调解员调解某")
    assert (event.from_state, event.to_state) == ("to_accept", "mediating")
    assert event.data["after"]["due_on"] == case.due_on.isoformat()


def test_declining_brings_the_case_back_and_the_event_keeps_who_declined(office):
    case = cases.a_case_in("to_accept", office.actor, office.mediator.id)
    operations.move(actor=office.actor, case_id=case.id, move="decline", ground="beyond_expertise", today=TODAY)
    assert (case.state, case.mediator_id, case.response_due_on) == (CaseState.TO_ASSIGN, None, None)
    event = office.session.scalars(select(CaseEvent).where(CaseEvent.move == "decline")).one()
    assert event.data["before"]["mediator_id"] == office.mediator.id
    assert event.title == "不予接受：超出专业能力"


def test_an_agreement_needs_every_phone(office):
    parties = (cases.a_party(), cases.a_party(cases.PartyRole.RESPONDENT, phone=None))
    case = cases.a_case_in("mediating", office.actor, office.mediator.id, parties=parties)
    with pytest.raises(RuleBroken, match="手机号") as refused:
        operations.move(actor=office.actor, case_id=case.id, move="request_close", mediator_signed=True, today=TODAY)
    assert refused.value.repair == "edit#parties"


def test_a_placeholder_phone_also_keeps_the_agreement_back(office):
    parties = (cases.a_party(phone="10000000000"), cases.a_party(cases.PartyRole.RESPONDENT))
    case = cases.a_case_in("mediating", office.actor, office.mediator.id, parties=parties)
    assert case.missing_phones == 0
    with pytest.raises(RuleBroken, match="待核实"):
        operations.move(actor=office.actor, case_id=case.id, move="request_close", mediator_signed=True, today=TODAY)


def test_assignment_goes_on_without_a_phone_unless_the_court_keeps_the_old_refusal(office):
    parties = (cases.a_party(), cases.a_party(cases.PartyRole.RESPONDENT, phone=None))
    case = cases.a_case_in("to_accept", office.actor, office.mediator.id, parties=parties)
    assert case.state is CaseState.TO_ACCEPT
    looking.court_of(office.court_id).refuse_assignment_without_phone = True
    another = cases.a_case(office.actor, parties=parties)
    with pytest.raises(RuleBroken, match="手机号为空") as refused:
        operations.move(
            actor=office.actor, case_id=another.id, move="assign", mediator_id=office.mediator.id, today=TODAY
        )
    assert refused.value.repair == "edit#parties"


@pytest.mark.parametrize(
    ("state", "result", "reason"),
    [
        ("closed", Result.AGREEMENT, EndReason.AGREEMENT),
        ("settled", Result.SETTLED_WITHDRAWN, EndReason.WITHDRAWN_SETTLED),
        ("terminated", Result.FAILED, EndReason.DEADLOCK),
    ],
)
def test_each_end_has_its_result_reason_and_date(office, state, result, reason):
    case = cases.a_case_in(state, office.actor, office.mediator.id)
    assert (case.result, case.end_reason, case.ended_on) == (result, reason, TODAY)


def test_taking_up_again_forgets_the_end_and_counts_anew_when_the_time_was_over(office):
    case = cases.a_case_in("terminated", office.actor, office.mediator.id)
    later = TODAY + timedelta(days=100)
    operations.move(actor=office.actor, case_id=case.id, move="resume", reason="双方愿意再谈", today=later)
    assert (case.state, case.result, case.end_reason, case.ended_on) == (CaseState.MEDIATING, None, None, None)
    assert case.due_on > later
    event = office.session.scalars(select(CaseEvent).where(CaseEvent.move == "resume")).one()
    assert event.data["before"]["result"] == "failed"


def test_an_extension_moves_the_deadline_and_adds_up_to_thirty_days(office):
    case = cases.a_case_in("mediating", office.actor, office.mediator.id)
    operations.move(actor=office.actor, case_id=case.id, move="extend", days=20, consent=True, today=TODAY)
    assert (case.due_on, case.extended_days) == (date(2024, 5, 6), 20)  # 1 to 5 May is a holiday
    with pytest.raises(RuleBroken, match="1 至 10 天"):
        operations.move(actor=office.actor, case_id=case.id, move="extend", days=11, consent=True, today=TODAY)


def test_deleting_needs_a_reason_and_can_be_taken_back(office):
    case = cases.a_case(office.actor)
    with pytest.raises(RuleBroken, match="删除理由"):
        operations.move(actor=office.actor, case_id=case.id, move="delete", today=TODAY)
    operations.move(actor=office.actor, case_id=case.id, move="delete", reason="重复登记", today=TODAY)
    assert case.deleted_at is not None
    with pytest.raises(RuleBroken, match="回收站"):
        operations.move(actor=office.actor, case_id=case.id, move="assign", mediator_id=office.mediator.id, today=TODAY)
    operations.move(actor=office.actor, case_id=case.id, move="restore", today=TODAY)
    assert (case.deleted_at, case.state) == (None, CaseState.TO_ASSIGN)


def test_a_party_may_ask_for_another_mediator_once(office):
    case = cases.a_case_in("mediating", office.actor, office.mediator.id)
    other = cases.a_mediator(office.session, office.court_id, "另一某")
    operations.move(actor=office.actor, case_id=case.id, move="ask_change", reason="与对方相识", today=TODAY)
    operations.move(
        actor=office.actor, case_id=case.id, move="change_mediator", mediator_id=other.id, reason="准许", today=TODAY
    )
    assert (case.state, case.mediator_id, case.accepted_on, case.due_on) == (CaseState.TO_ACCEPT, other.id, None, None)
    operations.move(actor=office.actor, case_id=case.id, move="accept", no_conflict=True, today=TODAY)
    with pytest.raises(RuleBroken, match="视为不愿继续调解"):
        operations.move(actor=office.actor, case_id=case.id, move="ask_change", reason="还是不行", today=TODAY)


def test_a_suspended_case_cannot_be_closed_until_the_court_decides(office):
    case = cases.a_case_in("mediating", office.actor, office.mediator.id)
    operations.move(actor=office.actor, case_id=case.id, move="suspend", reason="双方陈述高度一致", today=TODAY)
    with pytest.raises(RuleBroken, match="中止"):
        operations.move(actor=office.actor, case_id=case.id, move="settle", withdrawal_recorded=True, today=TODAY)
    operations.move(actor=office.actor, case_id=case.id, move="unsuspend", reason="排除", today=TODAY)
    operations.move(actor=office.actor, case_id=case.id, move="settle", withdrawal_recorded=True, today=TODAY)
    assert case.state is CaseState.CLOSED


def test_only_the_system_closes_by_the_last_signature(office):
    case = cases.a_case_in("closing", office.actor, office.mediator.id)
    with pytest.raises(RuleBroken):
        operations.move(actor=office.actor, case_id=case.id, move="all_signed", all_signed=True, today=TODAY)
    operations.move(actor=moving.SYSTEM, case_id=case.id, move="all_signed", all_signed=True, today=TODAY)
    assert (case.state, case.signed_all) == (CaseState.CLOSED, True)


def test_many_cases_move_at_once_and_a_refused_one_stays(office):
    good = [cases.a_case(office.actor) for _ in range(3)]
    draft = cases.a_case(office.actor, submit=False)
    outcomes = operations.move_many(
        actor=office.actor,
        case_ids=[case.id for case in [*good, draft]],
        move="assign",
        today=TODAY,
        given={"mediator_id": office.mediator.id},
    )
    assert [outcome.refusal is None for outcome in outcomes] == [True, True, True, False]
    assert {case.state for case in good} == {CaseState.TO_ACCEPT}
    assert draft.state is CaseState.DRAFT
    assert len(office.session.scalars(select(CaseEvent).where(CaseEvent.move == "assign")).all()) == 3


def test_followers_hear_of_the_moves_they_follow(office, monkeypatch):
    heard = []
    monkeypatch.setattr(moving, "_followers", [])
    operations.follow("decline")(lambda case, event, actor: heard.append((case.id, event.move, event.id, actor.name)))
    case = cases.a_case_in("to_accept", office.actor, office.mediator.id)
    operations.move(actor=office.actor, case_id=case.id, move="decline", ground="unfit", today=TODAY)
    assert [(ident, name, who) for ident, name, _, who in heard] == [(case.id, "decline", "甲管理")]
    assert heard[0][2] is not None


def test_following_a_move_that_does_not_exist_is_an_error():
    with pytest.raises(ValueError, match="no such moves"):
        operations.follow("asign")


def test_a_move_cannot_be_told_what_it_does_not_know(office):
    case = cases.a_case(office.actor)
    with pytest.raises(TypeError, match="mediator"):
        operations.move(actor=office.actor, case_id=case.id, move="assign", mediator=1, today=TODAY)


def test_a_second_clerk_who_assigns_the_same_case_is_refused(office):
    case = cases.a_case_in("to_accept", office.actor, office.mediator.id)
    with pytest.raises(RuleBroken, match="当前是“待受理”"):
        operations.move(actor=office.actor, case_id=case.id, move="assign", mediator_id=office.mediator.id, today=TODAY)


def test_every_change_of_state_is_in_the_audit(office):
    case = cases.a_case_in("to_accept", office.actor, office.mediator.id)
    tags = office.session.connection().exec_driver_sql(
        "select changes->'state' from audit_entry where object_type = 'mediation_case' and object_id = %s order by id",
        (case.id,),
    )
    assert [row[0] for row in tags] == [[None, "to_assign"], ["to_assign", "to_accept"]]


def test_the_actor_of_the_system_needs_no_permission():
    assert Actor(None, "系统", "system", None) == moving.SYSTEM
    assert {move.name for move in MOVES.values() if not move.court_may} == {"receive", "all_signed"}


def test_the_case_is_read_anew_under_the_lock(office):
    case = cases.a_case(office.actor)
    office.session.commit()
    office.session.connection().exec_driver_sql(
        "update mediation_case set cause_text = '别处改过' where id = %s", (case.id,)
    )
    operations.move(actor=office.actor, case_id=case.id, move="assign", mediator_id=office.mediator.id, today=TODAY)
    assert office.session.scalar(select(Case.cause_text).where(Case.id == case.id)) == "别处改过"


def test_a_change_the_court_made_of_its_own_accord_is_not_the_partys_one(office):
    case = cases.a_case_in("mediating", office.actor, office.mediator.id)
    other = cases.a_mediator(office.session, office.court_id, "另一某")
    operations.move(
        actor=office.actor, case_id=case.id, move="change_mediator", mediator_id=other.id, reason="原调解员住院", today=TODAY
    )
    operations.move(actor=office.actor, case_id=case.id, move="accept", no_conflict=True, today=TODAY)
    operations.move(actor=office.actor, case_id=case.id, move="ask_change", reason="与对方相识", today=TODAY)
    assert case.state is CaseState.MEDIATING
