"""Every move of the table made on a real row, and long random walks: the database's own checks never disagree."""

import random
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from mediation_admin.cases import operations
from mediation_admin.cases.enums import CaseKind, CaseSource, CaseState, EndReason
from mediation_admin.cases.lifecycle import MOVES
from mediation_admin.cases.models import Case, CaseEvent
from mediation_admin.cases.operations import moving
from mediation_admin.core.errors import RuleBroken
from tests.factories import cases
from tests.factories.cases import TODAY


@pytest.fixture
def team(office):
    """An organisation bound to a ministry, with the office's mediator and another one as members."""
    other = cases.a_mediator(office.session, office.court_id, "另一某")
    office.other = other
    office.organisation = cases.an_organisation(
        office.session, office.court_id, members=(office.mediator, other), ministry_code="acfic"
    )
    return office


def _internet(team):
    case = cases.a_case(team.actor, submit=False, kind=CaseKind.INTERNET)
    return operations.move(
        actor=team.actor, case_id=case.id, move="apply", mediator_id=team.mediator.id, today=TODAY
    )


def _unchosen(team):
    case = _internet(team)
    return operations.move(actor=team.actor, case_id=case.id, move="decline_application", ground="unfit", today=TODAY)


def _with_organisation(team):
    case = cases.a_case(team.actor)
    return operations.move(
        actor=team.actor, case_id=case.id, move="assign", organisation_id=team.organisation.id, today=TODAY
    )


def _suspended(team):
    case = cases.a_case_in("mediating", team.actor, team.mediator.id)
    return operations.move(actor=team.actor, case_id=case.id, move="suspend", reason="可疑", today=TODAY)


def _deleted(team):
    return operations.move(
        actor=team.actor, case_id=cases.a_case(team.actor).id, move="delete", reason="重复", today=TODAY
    )


def _in(state):
    return lambda team: cases.a_case_in(state, team.actor, team.mediator.id)


LATER = TODAY + timedelta(days=60)
# move → (how the case comes about, what is said, as whom, when, the state afterwards)
MADE = {
    "submit": (_in("draft"), {}, "court", TODAY, CaseState.TO_ASSIGN),
    "apply": (lambda team: cases.a_case(team.actor, submit=False, kind=CaseKind.INTERNET), {"mediator_id": 0}, "court",
              TODAY, CaseState.TO_ACCEPT),
    "return_application": (_internet, {"ground": "no_jurisdiction"}, "court", TODAY, CaseState.RETURNED),
    "assign": (_in("to_assign"), {"mediator_id": 0}, "court", TODAY, CaseState.TO_ACCEPT),
    "assign_ministry": (_in("to_assign"), {"organisation_id": 0}, "court", TODAY, CaseState.TO_ACCEPT),
    "name_mediator": (_with_organisation, {"mediator_id": 0}, "court", TODAY, CaseState.TO_ACCEPT),
    "withdraw_assignment": (_in("to_accept"), {"reason": "指派有误"}, "court", TODAY, CaseState.TO_ASSIGN),
    "accept": (_in("to_accept"), {"no_conflict": True}, "court", TODAY, CaseState.MEDIATING),
    "decline": (_in("to_accept"), {"ground": "conflict"}, "court", TODAY, CaseState.TO_ASSIGN),
    "decline_application": (_internet, {"ground": "unfit"}, "court", TODAY, CaseState.TO_ACCEPT),
    "recall": (_in("to_accept"), {}, "court", LATER, CaseState.TO_ASSIGN),
    "recall_application": (_internet, {}, "system", LATER, CaseState.TO_ACCEPT),
    "choose_again": (_unchosen, {"mediator_id": 0}, "court", TODAY, CaseState.TO_ACCEPT),
    "expire_application": (_unchosen, {}, "system", LATER, CaseState.TERMINATED),
    "ask_change": (_in("mediating"), {"reason": "与对方相识"}, "court", TODAY, CaseState.MEDIATING),
    "change_mediator": (_in("mediating"), {"mediator_id": -1, "reason": "准许"}, "court", TODAY, CaseState.TO_ACCEPT),
    "extend": (_in("mediating"), {"days": 10, "consent": True}, "court", TODAY, CaseState.MEDIATING),
    "suspend": (_in("mediating"), {"reason": "可疑"}, "court", TODAY, CaseState.MEDIATING),
    "unsuspend": (_suspended, {"reason": "排除"}, "court", TODAY, CaseState.MEDIATING),
    "request_close": (_in("mediating"), {"mediator_signed": True}, "court", TODAY, CaseState.CLOSING),
    "all_signed": (_in("closing"), {"all_signed": True}, "system", TODAY, CaseState.CLOSED),
    "close_on_paper": (_in("closing"), {"signed_on_paper": True}, "court", TODAY, CaseState.CLOSED),
    "close_refused": (_in("closing"), {"reason": "被申请人拒签"}, "court", TODAY, CaseState.TERMINATED),
    "settle": (_in("mediating"), {"withdrawal_recorded": True}, "court", TODAY, CaseState.CLOSED),
    "terminate": (_in("mediating"), {"end_reason": EndReason.REFUSED}, "court", TODAY, CaseState.TERMINATED),
    "expire": (_in("mediating"), {}, "system", LATER, CaseState.TERMINATED),
    "resume": (_in("terminated"), {"reason": "愿意再谈"}, "court", LATER, CaseState.MEDIATING),
    "delete": (_in("closed"), {"reason": "重复"}, "court", TODAY, CaseState.CLOSED),
    "restore": (_deleted, {}, "court", TODAY, CaseState.TO_ASSIGN),
}
# Made by opening, editing and backfilling, which have tests of their own.
BY_OTHER_OPERATIONS = {"save_draft", "receive", "backfill", "backfill_change", "edit", "supplement"}


def test_every_move_is_made_here_or_by_its_own_operation():
    assert set(MADE) | BY_OTHER_OPERATIONS == set(MOVES)


@pytest.mark.parametrize("name", MADE)
def test_each_move_writes_its_state_and_one_event(team, name):
    make, said, who, day, expected = MADE[name]
    case = make(team)
    stand_in = {"mediator_id": {0: team.mediator.id, -1: team.other.id}, "organisation_id": {0: team.organisation.id}}
    said = {key: stand_in[key][value] if key in stand_in else value for key, value in said.items()}
    came_from = case.state
    actor = moving.SYSTEM if who == "system" else team.actor
    operations.move(actor=actor, case_id=case.id, move=name, today=day, **said)
    team.session.commit()
    assert case.state is expected
    events = team.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.move == name)).all()
    assert len(events) == 1
    assert (events[-1].from_state, events[-1].to_state) == (came_from.value, expected.value)
    assert (events[-1].actor_name == "系统") == (who == "system")


def test_a_pushed_case_comes_with_its_inner_number(office):
    case = operations.open_case(
        actor=moving.SYSTEM,
        court_id=office.court_id,
        data=cases.case_data(inner_case_no="（2024）豫1302民初12号"),
        submit=True,
        source=CaseSource.PUSHED,
        today=TODAY,
    )
    event = office.session.scalars(select(CaseEvent)).one()
    assert (event.move, case.state, case.inner_case_no) == ("receive", CaseState.TO_ASSIGN, "（2024）豫1302民初12号")


def _said(rng, team):
    return {
        "reason": "随意",
        "ground": rng.choice(["other", "unfit", "no_jurisdiction"]),
        "mediator_id": rng.choice([team.mediator.id, team.other.id, None]),
        "organisation_id": rng.choice([team.organisation.id, None]),
        "end_reason": rng.choice([EndReason.REFUSED, EndReason.OTHER]),
        "days": rng.randint(1, 15),
        **dict.fromkeys(
            ("consent", "no_conflict", "mediator_signed", "signed_on_paper", "all_signed", "withdrawal_recorded"), True
        ),
    }


@pytest.mark.parametrize("seed", range(12))
def test_a_random_walk_never_meets_a_check_constraint(team, seed):
    rng = random.Random(seed)
    case = cases.a_case(team.actor, kind=rng.choice(list(CaseKind)))
    names = sorted(set(MADE))
    today, made = TODAY, 0
    for _ in range(60):
        today += timedelta(days=rng.choice([0, 0, 1, 3, 40]))
        name = rng.choice(names)
        if name == "delete" and rng.random() < 0.8:
            continue
        actor = moving.SYSTEM if not MOVES[name].court_may or rng.random() < 0.2 else team.actor
        try:
            operations.move(actor=actor, case_id=case.id, move=name, today=today, **_said(rng, team))
        except RuleBroken:
            continue
        made += 1
        team.session.flush()
    held = team.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)).all()
    assert len(held) == made + 1
    # The events tell the whole story: each begins where the last one ended.
    for before, after in pairwise(held):
        assert after.from_state == before.to_state
    assert held[-1].to_state == team.session.get(Case, case.id).state.value
