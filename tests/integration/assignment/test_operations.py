"""Assigning on real rows: who is kept out and why, what is kept, what moves leave behind, and who wins a race."""

import contextvars
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text

from mediation_admin.assignment import operations, rules
from mediation_admin.assignment.enums import AssignmentEnd, Exclusion
from mediation_admin.assignment.models import Assignment
from mediation_admin.cases import operations as lifecycle
from mediation_admin.cases.enums import CaseKind, CaseState, EndReason, PartyRole, PartyType
from mediation_admin.cases.models import Case, CaseEvent
from mediation_admin.cases.operations import moving
from mediation_admin.cases.rules import AgentData
from mediation_admin.core import clock
from mediation_admin.core.crypto import blind_index
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import enter
from mediation_admin.rosters.enums import Certification, Standing
from tests import people
from tests.factories import cases
from tests.factories.cases import TODAY, a_party

YESTERDAY = TODAY - timedelta(days=1)


def _excluded(ranking: rules.Ranking, mediator) -> Exclusion | None:
    return next((out.rule for out in ranking.excluded if out.facts.mediator_id == mediator.id), None)


# -- who is kept out, through real rows -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "listing"),
    [
        (Exclusion.NOT_CERTIFIED, {"certification": Certification.PENDING}),
        (Exclusion.NOT_ACTIVE, {"standing": Standing.SUSPENDED}),
        (Exclusion.TERM_NOT_BEGUN, {"term_start": TODAY + timedelta(days=1)}),
        (Exclusion.TERM_OVER, {"term_end": YESTERDAY}),
        (Exclusion.FULL, {"max_open": 0}),
    ],
)
def test_the_roster_keeps_a_mediator_out(desk, rule, listing):
    kept_out = desk.mediator("钱某", listing=listing)
    case = desk.case()
    assert _excluded(operations.rank_case(case, today=TODAY), kept_out) is rule
    with pytest.raises(RuleBroken, match="不能指派给钱某"):
        operations.assign_mediator(actor=desk.actor, case_id=case.id, mediator_id=kept_out.id, today=TODAY)
    assert desk.active(case) is None


@pytest.mark.parametrize("listing", [{"term_start": TODAY, "term_end": TODAY}, {"max_open": 1}])
def test_the_last_day_and_the_last_place_still_count(desk, listing):
    mediator = desk.mediator("钱某", listing=listing)
    made = operations.assign_mediator(actor=desk.actor, case_id=desk.case().id, mediator_id=mediator.id, today=TODAY)
    assert made.mediator_id == mediator.id


def test_a_full_desk_is_counted_from_the_cases_on_it(desk):
    mediator = desk.mediator("钱某", listing={"max_open": 2})
    for _ in range(2):
        operations.assign_mediator(actor=desk.actor, case_id=desk.case().id, mediator_id=mediator.id, today=TODAY)
    with pytest.raises(RuleBroken, match="在手 2 件，上限 2 件"):
        operations.assign_mediator(actor=desk.actor, case_id=desk.case().id, mediator_id=mediator.id, today=TODAY)


def test_a_mediator_who_is_a_party_is_not_offered(desk):
    phone = "13912340000"
    mediator = desk.mediator("钱某", phone=phone)
    case = desk.case(parties=(a_party(phone=phone), a_party(PartyRole.RESPONDENT)))
    assert _excluded(operations.rank_case(case, today=TODAY), mediator) is Exclusion.CONFLICT_SAME_PERSON


def test_a_mediator_who_is_known_by_the_identity_number_of_a_party_is_not_offered(desk):
    number = "110101199003077491"
    mediator = desk.mediator("钱某", id_number_index=blind_index("id", number))
    case = desk.case(parties=(a_party(id_number=number), a_party(PartyRole.RESPONDENT)))
    assert _excluded(operations.rank_case(case, today=TODAY), mediator) is Exclusion.CONFLICT_SAME_PERSON


def test_a_mediator_who_is_a_partys_agent_is_not_offered(desk):
    phone = "13912340000"
    mediator = desk.mediator("钱某", phone=phone)
    agent = AgentData(name="代理某", kind="lawyer", phone=phone)
    case = desk.case(parties=(a_party(agents=(agent,)), a_party(PartyRole.RESPONDENT)))
    assert _excluded(operations.rank_case(case, today=TODAY), mediator) is Exclusion.CONFLICT_SAME_PERSON


def test_a_namesake_is_kept_out_until_a_clerk_says_why_it_is_another_person(desk):
    namesake = desk.mediator("被申某乙")
    case = desk.case()
    assert _excluded(operations.rank_case(case, today=TODAY), namesake) is Exclusion.CONFLICT_SAME_NAME
    ask = {"actor": desk.actor, "case_id": case.id, "mediator_id": namesake.id, "today": TODAY}
    with pytest.raises(RuleBroken, match="依据"):
        operations.assign_mediator(**ask, confirmed_not_same_person=True)
    made = operations.assign_mediator(**ask, confirmed_not_same_person=True, reason="身份证号不同")
    assert made.reason == "身份证号不同"
    assert made.ranking["excluded"][0]["rule"] == "conflict_same_name"


def test_a_mediator_employed_by_a_party_is_not_offered(desk):
    employed = desk.mediator("钱某", work_unit="某某商贸有限公司法务部")
    company = a_party(PartyRole.RESPONDENT, "某某商贸有限公司", type=PartyType.LEGAL)
    case = desk.case(parties=(a_party(), company))
    assert _excluded(operations.rank_case(case, today=TODAY), employed) is Exclusion.CONFLICT_EMPLOYER


def test_who_declined_or_let_the_time_pass_or_was_changed_is_not_offered_the_case_again(desk):
    first, second, third, fourth = (desk.mediator(f"钱{n}某") for n in "甲乙丙丁")
    case = desk.case()
    operations.assign_mediator(actor=desk.actor, case_id=case.id, mediator_id=first.id, today=TODAY)
    lifecycle.move(actor=desk.actor, case_id=case.id, move="decline", ground="unfit", today=TODAY)
    operations.assign_mediator(actor=desk.actor, case_id=case.id, mediator_id=second.id, today=TODAY)
    late = TODAY + timedelta(days=10)
    lifecycle.move(actor=moving.SYSTEM, case_id=case.id, move="recall", today=late)
    operations.assign_mediator(actor=desk.actor, case_id=case.id, mediator_id=third.id, today=late)
    lifecycle.move(actor=desk.actor, case_id=case.id, move="accept", no_conflict=True, today=late)
    changed = operations.change_mediator(
        actor=desk.actor, case_id=case.id, mediator_id=fourth.id, reason="当事人申请更换", today=late
    )
    assert (changed.mediator_id, case.state) == (fourth.id, CaseState.TO_ACCEPT)
    ranking = operations.rank_case(case, today=late)
    assert [_excluded(ranking, m) for m in (first, second, third)] == [
        Exclusion.DECLINED_BEFORE,
        Exclusion.DECLINED_BEFORE,
        Exclusion.CHANGED_BEFORE,
    ]


def test_a_mediator_of_another_court_does_not_exist_here(desk, app, working_as):
    actor_b, scope_b = people.acting(app, people.clerk_b)
    with working_as(actor_b, scope_b) as session:
        stranger_id = cases.a_mediator(session, actor_b.court_id, "外院某").id
        session.commit()
    with pytest.raises(RuleBroken, match="候选名单"):
        operations.assign_mediator(actor=desk.actor, case_id=desk.case().id, mediator_id=stranger_id, today=TODAY)


def test_a_case_of_another_court_cannot_be_assigned(desk, app, working_as):
    case = desk.case()
    desk.session.commit()
    actor_b, scope_b = people.acting(app, people.clerk_b)
    with working_as(actor_b, scope_b) as session:
        mediator = cases.a_mediator(session, actor_b.court_id)
        with pytest.raises(NotFound):
            operations.assign_mediator(actor=actor_b, case_id=case.id, mediator_id=mediator.id, today=TODAY)


# -- what is kept -------------------------------------------------------------------------------------------------------


def test_the_ranking_is_kept_as_the_reason(desk):
    loans = desk.mediator("钱某", specialities=["private_loan"])
    busy = desk.mediator("赵某", specialities=["private_loan"], listing={"max_open": 1})
    out = desk.mediator("孙某", listing={"term_end": YESTERDAY})
    operations.assign_mediator(actor=desk.actor, case_id=desk.case().id, mediator_id=loans.id, today=TODAY)
    case = desk.case()
    made = operations.assign_mediator(actor=desk.actor, case_id=case.id, mediator_id=busy.id, today=TODAY)
    assert made.reason.startswith("推荐第 1 位（")
    assert [one["name"] for one in made.ranking["offered"]] == ["赵某", "钱某"]
    assert {p["factor"] for p in made.ranking["offered"][0]["points"]} == {f.value for f in rules.WEIGHTS}
    assert [(one["id"], one["rule"]) for one in made.ranking["excluded"]] == [(out.id, "term_over")]
    assert (made.assigned_on, made.response_due_on) == (TODAY, case.response_due_on)
    event = desk.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)).all()[-1]
    assert event.data["assignment"] == {"place": 1, "points": made.ranking["offered"][0]["total"]}


def test_the_clerks_own_reason_stands_before_the_computed_one(desk):
    mediator = desk.mediator("钱某")
    made = operations.assign_mediator(
        actor=desk.actor, case_id=desk.case().id, mediator_id=mediator.id, reason=" 熟悉商圈 ", today=TODAY
    )
    assert made.reason == "熟悉商圈"


def test_a_missing_phone_holds_nothing_up_unless_the_court_says_so(desk):
    mediator = desk.mediator("钱某")
    parties = (a_party(phone=None), a_party(PartyRole.RESPONDENT))
    assert operations.assign_mediator(
        actor=desk.actor, case_id=desk.case(parties=parties).id, mediator_id=mediator.id, today=TODAY
    )
    moving.court_of(desk.actor.court_id).refuse_assignment_without_phone = True
    case = desk.case(parties=parties)
    with pytest.raises(RuleBroken, match="手机号为空") as refused:
        operations.assign_mediator(actor=desk.actor, case_id=case.id, mediator_id=mediator.id, today=TODAY)
    assert refused.value.repair == "edit#parties"
    plan = operations.rehearse(actor=desk.actor, case_ids=[case.id], today=TODAY)
    assert "手机号为空" in plan.refused[0].refusal
    assert plan.refused[0].repair == "edit#parties"


def test_an_organisation_gets_a_case_and_names_its_mediator_later(desk):
    member = desk.mediator("钱某")
    organisation = cases.an_organisation(desk.session, desk.actor.court_id, members=(member,))
    case = desk.case()
    made = operations.assign_organisation(
        actor=desk.actor, case_id=case.id, organisation_id=organisation.id, today=TODAY
    )
    assert (made.mediator_id, made.organisation_id, case.state) == (None, organisation.id, CaseState.TO_ACCEPT)
    lifecycle.move(actor=desk.actor, case_id=case.id, move="name_mediator", mediator_id=member.id, today=TODAY)
    assert desk.active(case).mediator_id == member.id


def test_an_organisation_of_a_ministry_gets_the_case_by_the_ministrys_way(desk):
    organisation = cases.an_organisation(desk.session, desk.actor.court_id, ministry_code="acfic")
    case = desk.case()
    operations.assign_organisation(actor=desk.actor, case_id=case.id, organisation_id=organisation.id, today=TODAY)
    moves = desk.session.scalars(select(CaseEvent.move).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id))
    assert list(moves)[-1] == "assign_ministry"
    assert len(desk.all(case)) == 1


def test_the_organisation_a_case_came_with_outlives_the_assignment(desk):
    member = desk.mediator("钱某")
    organisation = cases.an_organisation(desk.session, desk.actor.court_id, members=(member,))
    case = desk.case()
    case.organisation_id = organisation.id
    desk.session.flush()
    operations.assign_mediator(actor=desk.actor, case_id=case.id, mediator_id=member.id, today=TODAY)
    operations.withdraw(actor=desk.actor, case_id=case.id, reason="指派有误", today=TODAY)
    assert (case.state, case.mediator_id, case.organisation_id) == (CaseState.TO_ASSIGN, None, organisation.id)


# -- how an assignment follows its case ----------------------------------------------------------------------------------


@pytest.fixture
def assigned(desk):
    case, mediator = desk.case(), desk.mediator("钱某")
    operations.assign_mediator(actor=desk.actor, case_id=case.id, mediator_id=mediator.id, today=TODAY)
    return case


def _make(desk, case, *steps):
    for step in steps:
        name, said = step if isinstance(step, tuple) else (step, {})
        actor = moving.SYSTEM if name in ("recall", "expire", "all_signed") else desk.actor
        day = said.pop("today", TODAY)
        lifecycle.move(actor=actor, case_id=case.id, move=name, today=day, **said)


ACCEPT = ("accept", {"no_conflict": True})
CLOSE = ("request_close", {"mediator_signed": True})


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        ([("decline", {"ground": "unfit", "reason": "超出能力"})], AssignmentEnd.DECLINED),
        ([("withdraw_assignment", {"reason": "指派有误"})], AssignmentEnd.WITHDRAWN),
        ([("recall", {"today": date(2024, 3, 20)})], AssignmentEnd.TIMED_OUT),
        ([ACCEPT, ("settle", {"withdrawal_recorded": True})], AssignmentEnd.CASE_ENDED),
        ([ACCEPT, ("terminate", {"end_reason": EndReason.DEADLOCK})], AssignmentEnd.CASE_ENDED),
        ([ACCEPT, ("expire", {"today": date(2024, 5, 20)})], AssignmentEnd.CASE_ENDED),
        ([ACCEPT, CLOSE, ("close_on_paper", {"signed_on_paper": True})], AssignmentEnd.CASE_ENDED),
        ([ACCEPT, CLOSE, ("all_signed", {"all_signed": True})], AssignmentEnd.CASE_ENDED),
        ([ACCEPT, CLOSE, ("close_refused", {"reason": "拒绝签字"})], AssignmentEnd.CASE_ENDED),
    ],
)
def test_each_move_that_ends_the_matter_ends_the_assignment_with_its_reason(desk, assigned, steps, end):
    _make(desk, assigned, *((name, dict(said)) for name, said in steps))
    held = desk.all(assigned)
    assert [row.end_kind for row in held] == [end]
    assert held[0].ended_at is not None
    assert held[0].end_reason


@pytest.mark.parametrize(
    "steps",
    [
        [ACCEPT],
        [ACCEPT, ("extend", {"days": 5, "consent": True})],
        [ACCEPT, ("suspend", {"reason": "疑似"}), ("unsuspend", {"reason": "排除"})],
        [ACCEPT, CLOSE],
        [ACCEPT, CLOSE, ("resume", {"reason": "再谈"})],
        [("delete", {"reason": "误录"}), ("restore", {})],
    ],
)
def test_other_moves_leave_the_assignment_alone(desk, assigned, steps):
    _make(desk, assigned, *((name, dict(said)) for name, said in steps))
    assert len(desk.all(assigned)) == 1
    assert desk.active(assigned) is not None


def test_acceptance_is_kept_with_the_assignment(desk, assigned):
    _make(desk, assigned, ("accept", {"no_conflict": True}))
    assert desk.active(assigned).accepted_on == assigned.accepted_on == TODAY


@pytest.mark.parametrize(
    "end", [("settle", {"withdrawal_recorded": True}), ("terminate", {"end_reason": EndReason.REFUSED})]
)
def test_taking_a_case_up_again_begins_an_assignment_that_awaits_no_answer(desk, assigned, end):
    _make(
        desk,
        assigned,
        ("accept", {"no_conflict": True}),
        (end[0], dict(end[1])),
        ("resume", {"reason": "双方愿意再谈"}),
    )
    first, second = desk.all(assigned)
    assert (first.end_kind, second.ended_at) == (AssignmentEnd.CASE_ENDED, None)
    assert second.mediator_id == first.mediator_id
    assert (second.accepted_on, second.response_due_on) == (TODAY, None)


def test_a_change_made_on_the_ordinary_page_keeps_one_active_assignment(desk, assigned):
    other = desk.mediator("赵某")
    _make(
        desk,
        assigned,
        ("accept", {"no_conflict": True}),
        ("change_mediator", {"mediator_id": other.id, "reason": "准许更换"}),
    )
    old, new = desk.all(assigned)
    assert (old.end_kind, old.end_reason) == (AssignmentEnd.CHANGED, "准许更换")
    assert (new.mediator_id, new.ended_at, new.response_due_on) == (other.id, None, assigned.response_due_on)


def test_an_assignment_made_by_the_plain_move_is_an_assignment_too(desk):
    case, mediator = desk.case(), desk.mediator("钱某")
    _make(desk, case, ("assign", {"mediator_id": mediator.id, "reason": "直接指派"}))
    assert [(row.mediator_id, row.reason) for row in desk.all(case)] == [(mediator.id, "直接指派")]


def test_a_partys_own_choice_is_followed_too(desk):
    first, second = desk.mediator("钱某"), desk.mediator("赵某")
    case = desk.case(submit=False, kind=CaseKind.INTERNET)
    _make(
        desk,
        case,
        ("apply", {"mediator_id": first.id}),
        ("decline_application", {"ground": "unfit"}),
        ("choose_again", {"mediator_id": second.id}),
    )
    assert [(row.mediator_id, row.end_kind) for row in desk.all(case)] == [
        (first.id, AssignmentEnd.DECLINED),
        (second.id, None),
    ]
    _make(desk, case, ("return_application", {"ground": "not_online"}))
    assert desk.all(case)[-1].end_kind is AssignmentEnd.RETURNED


# -- many at once --------------------------------------------------------------------------------------------------------


def _job(desk) -> int:
    return desk.session.execute(
        text(
            "insert into job (kind, params, status, role) values ('assignment.bulk', '{}', 'running', '') returning id"
        )
    ).scalar_one()


def test_a_rehearsal_changes_nothing_and_says_what_the_run_then_does(desk):
    people_ = [desk.mediator(f"钱{n}某", listing={"max_open": 2}) for n in "甲乙"]
    ids = [desk.case().id for _ in range(5)]
    draft = desk.case(submit=False)
    desk.session.commit()
    plan = operations.rehearse(actor=desk.actor, case_ids=[*ids, draft.id], today=TODAY)
    assert desk.session.scalar(select(func.count()).select_from(Assignment)) == 0
    assert plan.per_mediator() == [("钱乙某", 2), ("钱甲某", 2)]
    assert [p.case_id for p in plan.refused] == [ids[4], draft.id]
    assert "均被排除" in plan.refused[0].refusal
    done = operations.assign_many(
        actor=desk.actor,
        case_ids=[*ids, draft.id],
        mediator_id=None,
        reason="",
        bulk_job_id=_job(desk),
        progress=lambda *_: None,
        today=TODAY,
    )
    assert done.planned == plan.planned
    assert {m.id for m in people_} == set(desk.session.scalars(select(Assignment.mediator_id)))


def test_a_bulk_assignment_to_one_mediator_stops_at_the_desks_limit(desk):
    mediator = desk.mediator("钱某", listing={"max_open": 3})
    desk.mediator("赵某")
    plan = operations.assign_many(
        actor=desk.actor,
        case_ids=[desk.case().id for _ in range(5)],
        mediator_id=mediator.id,
        reason="专人办理",
        bulk_job_id=_job(desk),
        progress=lambda *_: None,
        today=TODAY,
    )
    assert len(plan.assigned) == 3
    assert {p.refusal for p in plan.refused} == {"钱某未列入候选：在手案件已达上限（在手 3 件，上限 3 件）。"}
    assert set(desk.session.scalars(select(Assignment.reason))) == {"专人办理"}


def test_a_thousand_cases_are_given_out_and_taken_back(desk, count_sql):
    for n in range(10):
        desk.mediator(f"钱{n}某", listing={"max_open": 500})
    ids = desk.many(1_000)
    desk.session.commit()
    told = []
    job_id = _job(desk)
    with count_sql() as statements:
        plan = operations.assign_many(
            actor=desk.actor,
            case_ids=ids,
            mediator_id=None,
            reason="",
            bulk_job_id=job_id,
            progress=lambda done, total: told.append((done, total)),
            today=TODAY,
        )
    assert (len(plan.assigned), told) == (1_000, [(500, 1_000), (1_000, 1_000)])
    assert len(statements) < 1_400, "a bulk assignment must not ask case by case"
    assert dict(plan.per_mediator()) == {f"钱{n}某": 100 for n in range(10)}
    states = select(Case.state, func.count()).group_by(Case.state)
    assert dict(desk.session.execute(states).all()) == {CaseState.TO_ACCEPT: 1_000, CaseState.TO_ASSIGN: 1}
    back, kept = operations.undo_bulk(actor=desk.actor, bulk_job_id=job_id, progress=lambda *_: None, today=TODAY)
    assert (back, kept) == (1_000, [])
    assert desk.session.execute(states).all() == [(CaseState.TO_ASSIGN, 1_001)]
    assert set(desk.session.scalars(select(Assignment.end_kind))) == {AssignmentEnd.UNDONE}


def test_what_a_mediator_has_accepted_is_not_undone(desk):
    desk.mediator("钱某")
    first, second, third = (desk.case() for _ in range(3))
    job_id = _job(desk)
    operations.assign_many(
        actor=desk.actor,
        case_ids=[first.id, second.id, third.id],
        mediator_id=None,
        reason="",
        bulk_job_id=job_id,
        progress=lambda *_: None,
        today=TODAY,
    )
    lifecycle.move(actor=desk.actor, case_id=first.id, move="accept", no_conflict=True, today=TODAY)
    lifecycle.move(actor=desk.actor, case_id=third.id, move="decline", ground="unfit", today=TODAY)
    back, kept = operations.undo_bulk(actor=desk.actor, bulk_job_id=job_id, progress=lambda *_: None, today=TODAY)
    assert back == 1
    assert [(k.case_id, k.refusal) for k in kept] == [
        (first.id, "案件已是“调解中”，未撤回"),
        (third.id, "案件已是“待指派”，未撤回"),
    ]
    assert desk.active(first) is not None
    assert (first.state, second.state) == (CaseState.MEDIATING, CaseState.TO_ASSIGN)


@pytest.mark.parametrize("kind", CaseKind)
def test_what_the_court_assigned_goes_back_whatever_kind_of_case_it_is(desk, kind):
    mediator = desk.mediator("钱某")
    single, bulk = desk.case(kind=kind), desk.case(kind=kind)
    operations.assign_mediator(actor=desk.actor, case_id=single.id, mediator_id=mediator.id, today=TODAY)
    operations.withdraw(actor=desk.actor, case_id=single.id, reason="指派有误", today=TODAY)
    assert (single.state, single.mediator_id) == (CaseState.TO_ASSIGN, None)
    job_id = _job(desk)
    operations.assign_many(
        actor=desk.actor,
        case_ids=[bulk.id],
        mediator_id=None,
        reason="",
        bulk_job_id=job_id,
        progress=lambda *_: None,
        today=TODAY,
    )
    back = operations.undo_bulk(actor=desk.actor, bulk_job_id=job_id, progress=lambda *_: None, today=TODAY)
    assert back == (1, [])
    assert (bulk.state, bulk.mediator_id) == (CaseState.TO_ASSIGN, None)


def test_what_the_party_chose_is_not_the_courts_to_take_back(desk):
    mediator = desk.mediator("钱某")
    case = desk.case(kind=CaseKind.INTERNET, submit=False)
    lifecycle.move(actor=desk.actor, case_id=case.id, move="apply", mediator_id=mediator.id, today=TODAY)
    with pytest.raises(RuleBroken, match="由当事人自行选定"):
        operations.withdraw(actor=desk.actor, case_id=case.id, reason="指派有误", today=TODAY)
    assert (case.state, case.mediator_id) == (CaseState.TO_ACCEPT, mediator.id)


def test_undoing_leaves_a_case_alone_that_somebody_assigned_anew_meanwhile(desk):
    desk.mediator("钱某")
    case = desk.case()
    job_id = _job(desk)
    operations.assign_many(
        actor=desk.actor,
        case_ids=[case.id],
        mediator_id=None,
        reason="",
        bulk_job_id=job_id,
        progress=lambda *_: None,
        today=TODAY,
    )
    operations.withdraw(actor=desk.actor, case_id=case.id, reason="另派", today=TODAY)
    other = desk.mediator("赵某")
    operations.assign_mediator(actor=desk.actor, case_id=case.id, mediator_id=other.id, today=TODAY)
    back, kept = operations.undo_bulk(actor=desk.actor, bulk_job_id=job_id, progress=lambda *_: None, today=TODAY)
    assert (back, [k.case_id for k in kept]) == (0, [case.id])
    assert desk.active(case).mediator_id == other.id


def test_a_bulk_assignment_undone_leaves_the_ledgers_organisation_on_the_case(desk):
    member = desk.mediator("钱某")
    organisation = cases.an_organisation(desk.session, desk.actor.court_id, members=(member,))
    case = desk.case()
    case.organisation_id = organisation.id
    desk.session.flush()
    job_id = _job(desk)
    operations.assign_many(
        actor=desk.actor,
        case_ids=[case.id],
        mediator_id=None,
        reason="",
        bulk_job_id=job_id,
        progress=lambda *_: None,
        today=TODAY,
    )
    operations.undo_bulk(actor=desk.actor, bulk_job_id=job_id, progress=lambda *_: None, today=TODAY)
    desk.session.commit()
    desk.session.refresh(case)
    assert (case.state, case.organisation_id) == (CaseState.TO_ASSIGN, organisation.id)


# -- two at once ----------------------------------------------------------------------------------------------------------


def test_fifty_clerks_assigning_one_case_at_the_same_moment_make_one_assignment(desk, app):
    # Nobody's clock is turned back in the threads: they work on the day it is.
    today = clock.today()
    mediators = [desk.mediator(f"钱{n}某").id for n in range(5)]
    case_id = cases.a_case(desk.actor, today=today, registered_on=today).id
    desk.session.commit()
    start, outcomes, lock = threading.Barrier(50), [], threading.Lock()

    def one_clerk(number: int) -> None:
        with app.app_context():
            enter(db.session(), desk.actor, desk.scope)
            start.wait()
            try:
                operations.assign_mediator(actor=desk.actor, case_id=case_id, mediator_id=mediators[number % 5])
                db.session.commit()
                outcome = "assigned"
            except RuleBroken as broken:
                db.session.rollback()
                outcome = broken.message
            finally:
                db.session.remove()
        with lock:
            outcomes.append(outcome)

    threads = [threading.Thread(target=contextvars.Context().run, args=(one_clerk, number)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("assigned") == 1
    assert len(outcomes) == 50
    assert all("待受理" in words for words in outcomes if words != "assigned"), set(outcomes)
    assert desk.session.scalar(select(func.count()).select_from(Assignment).where(Assignment.case_id == case_id)) == 1


def test_the_database_itself_refuses_a_second_active_assignment(desk, assigned):
    held = desk.active(assigned)
    with pytest.raises(Exception, match="uq_assignment_active"):
        desk.session.execute(
            text(
                "insert into assignment (court_id, case_id, mediator_id, assigned_on, reason) "
                "select court_id, case_id, mediator_id, assigned_on, reason from assignment where id = :id"
            ),
            {"id": held.id},
        )
