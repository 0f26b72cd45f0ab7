"""The lifecycle table, cell by cell: every state × every move, every condition, and walks through it at random."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediation_admin.cases import conditions, rulebook
from mediation_admin.cases.effects import effects_of
from mediation_admin.cases.enums import (
    ENDED_STATES,
    SUCCESSES,
    CaseKind,
    CaseSource,
    CaseState,
    EndReason,
    Gap,
    Result,
    Who,
)
from mediation_admin.cases.facts import Chosen, Facts, Given
from mediation_admin.cases.lifecycle import MOVES, offers, refusal_of
from mediation_admin.cases.rules.deadlines import Deadlines
from mediation_admin.permissions import Permission, Role, permissions_of
from mediation_admin.reference.workdays import Calendar

S = CaseState
NEW = None
TODAY = date(2024, 3, 12)

# The table said a second time, independently: move → (from, to). "=" stays, "row" follows from the ledger.
EXPECTED = {
    "save_draft": ({NEW}, S.DRAFT),
    "submit": ({NEW, S.DRAFT}, S.TO_ASSIGN),
    "receive": ({NEW}, S.TO_ASSIGN),
    "backfill": ({NEW}, "row"),
    "backfill_change": ({S.TO_ASSIGN, S.MEDIATING, S.CLOSED, S.TERMINATED}, "row"),
    "apply": ({NEW, S.DRAFT}, S.TO_ACCEPT),
    "return_application": ({S.TO_ASSIGN, S.TO_ACCEPT}, S.RETURNED),
    "assign": ({S.TO_ASSIGN}, S.TO_ACCEPT),
    "assign_ministry": ({S.TO_ASSIGN}, S.TO_ACCEPT),
    "name_mediator": ({S.TO_ACCEPT, S.MEDIATING}, "="),
    "withdraw_assignment": ({S.TO_ACCEPT}, S.TO_ASSIGN),
    "accept": ({S.TO_ACCEPT}, S.MEDIATING),
    "decline": ({S.TO_ACCEPT}, S.TO_ASSIGN),
    "decline_application": ({S.TO_ACCEPT}, "="),
    "recall": ({S.TO_ACCEPT}, S.TO_ASSIGN),
    "recall_application": ({S.TO_ACCEPT}, "="),
    "choose_again": ({S.TO_ACCEPT}, "="),
    "expire_application": ({S.TO_ACCEPT}, S.TERMINATED),
    "edit": ({S.DRAFT, S.TO_ASSIGN, S.TO_ACCEPT, S.MEDIATING}, "="),
    "supplement": ({S.CLOSED, S.TERMINATED}, "="),
    "ask_change": ({S.MEDIATING}, "="),
    "change_mediator": ({S.MEDIATING}, S.TO_ACCEPT),
    "extend": ({S.MEDIATING}, "="),
    "suspend": ({S.MEDIATING}, "="),
    "unsuspend": ({S.MEDIATING}, "="),
    "request_close": ({S.MEDIATING}, S.CLOSING),
    "all_signed": ({S.CLOSING}, S.CLOSED),
    "close_on_paper": ({S.CLOSING}, S.CLOSED),
    "close_refused": ({S.CLOSING}, S.TERMINATED),
    "settle": ({S.MEDIATING}, S.CLOSED),
    "terminate": ({S.MEDIATING}, S.TERMINATED),
    "expire": ({S.MEDIATING}, S.TERMINATED),
    "resume": ({S.CLOSING, S.CLOSED, S.TERMINATED}, S.MEDIATING),
    "delete": (set(S), "="),
    "restore": (set(S), "="),
}

CERTIFIED = Chosen(
    mediator_id=9,
    mediator_name="调解某",
    mediator_certified=True,
    organisation_id=5,
    organisation_name="某调解委员会",
    organisation_certified=True,
    ministry_code="acfic",
    belongs=True,
)
EVERYTHING_SAID = Given(
    reason="写明的理由",
    ground="other",
    chosen=CERTIFIED,
    end_reason=EndReason.DEADLOCK,
    days=5,
    consent=True,
    no_conflict=True,
    mediator_signed=True,
    signed_on_paper=True,
    all_signed=True,
    withdrawal_recorded=True,
    backfill=object(),
)


def willing(state, move="submit"):
    """A case on which nothing but its state can stand in the way of the move."""
    nobody = move in ("choose_again", "expire_application", "name_mediator")
    return Facts(
        state=state,
        today=TODAY,
        registered_on=TODAY,
        kind=CaseKind.INTERNET if CaseKind.PRE_FILING not in MOVES[move].kinds else CaseKind.PRE_FILING,
        source=CaseSource.PARTY,
        backfilled=move in ("backfill_change", "supplement"),
        deleted=move == "restore",
        suspended=move == "unsuspend",
        response_due_on=TODAY - timedelta(days=1),
        accepted_on=TODAY,
        due_on=TODAY - timedelta(days=1) if move == "expire" else TODAY + timedelta(days=9),
        mediator_id=None if nobody else 1,
        chosen_by_party=CaseKind.PRE_FILING not in MOVES[move].kinds,
        organisation_id=2 if move == "name_mediator" else None,
        applicants=1,
        respondents=1,
        cause_known=True,
        facts_written=True,
        plan_written=True,
        gaps=(Gap.PLAN,),
    )


def test_the_table_has_exactly_the_expected_moves():
    assert set(MOVES) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("state", [NEW, *S], ids=lambda s: s.value if s else "new")
def test_every_cell(state, name):
    move, (allowed_from, target) = MOVES[name], EXPECTED[name]
    refused = refusal_of(move, willing(state, name), EVERYTHING_SAID)
    if state not in allowed_from:
        assert refused is not None
        assert move.label in refused.message
        return
    assert refused is None, refused
    if target == "row":
        assert move.target(state) is None
    else:
        assert move.target(state) == (state if target == "=" else target)


@pytest.mark.parametrize("name", EXPECTED)
def test_every_required_answer_is_asked_for(name):
    move = MOVES[name]
    state = move.frm[0]
    for ask in move.asks:
        empty = {"mediator_id": replace(CERTIFIED, mediator_id=None), "organisation_id": replace(CERTIFIED, organisation_id=None)}
        if ask.name in empty:
            said = replace(EVERYTHING_SAID, chosen=empty[ask.name])
        else:
            blank = {"long": "", "choice": "" if ask.name == "ground" else None, "tick": False, "date": None, "days": None}
            said = replace(EVERYTHING_SAID, **{ask.name: blank[ask.kind]})
        refused = refusal_of(move, willing(state, name), said)
        if ask.required:
            assert refused is not None
            assert refused.field == ask.name
            assert ask.label in refused.message
        else:
            assert refused is None


@pytest.mark.parametrize("name", EXPECTED)
def test_a_deleted_case_only_comes_back(name):
    refused = refusal_of(MOVES[name], replace(willing(MOVES[name].frm[0], name), deleted=True), EVERYTHING_SAID)
    assert (refused is None) == (name == "restore")


BROKEN = {
    "has_applicant": ("submit", {"applicants": 0}, {}, "edit#parties"),
    "has_respondent": ("submit", {"respondents": 0}, {}, "edit#parties"),
    "has_cause": ("submit", {"cause_known": False}, {}, "edit#cause_code"),
    "phones_if_court_asks": ("assign", {"refuse_without_phone": True, "missing_phones": 1}, {}, "edit#parties"),
    "phones_ready": ("request_close", {"unverified_phones": 1}, {}, "edit#parties"),
    "facts_written": ("request_close", {"facts_written": False}, {}, "edit#facts"),
    "plan_written": ("request_close", {"plan_written": False}, {}, "edit#plan"),
    "mediator_named": ("accept", {"mediator_id": None}, {}, "name_mediator"),
    "mediator_not_named": ("name_mediator", {"mediator_id": 1}, {}, "change_mediator"),
    "not_suspended": ("settle", {"suspended": True}, {}, "unsuspend"),
    "is_suspended": ("unsuspend", {"suspended": False}, {}, None),
    "response_time_over": ("recall", {"response_due_on": TODAY}, {}, "withdraw_assignment"),
    "mediation_time_over": ("expire", {"due_on": TODAY}, {}, "terminate"),
    "clock_is_running": ("expire", {"backfilled": True}, {}, "terminate"),
    "has_deadline": ("extend", {"due_on": None}, {}, "edit#accepted_on"),
    "extension_left": ("extend", {"extended_days": 30}, {}, None),
    "was_mediated": ("resume", {"accepted_on": None}, {}, None),
    "no_followup": ("resume", {"followup": "司法确认"}, {}, "followup"),
    "first_change": ("ask_change", {"changes_of_mediator": 1}, {}, "terminate"),
    "is_deleted": ("restore", {"deleted": False}, {}, None),
    "is_backfilled": ("supplement", {"backfilled": False}, {}, None),
    "has_gaps": ("supplement", {"gaps": ()}, {}, None),
    "not_lived_on": ("backfill_change", {"lived_on": True}, {}, None),
    "by_application": ("return_application", {"source": CaseSource.COURT}, {}, None),
    "named_by_court": ("withdraw_assignment", {"chosen_by_party": True}, {}, "return_application"),
    "chosen_by_party": ("decline_application", {"chosen_by_party": False}, {}, None),
    "nobody_chosen_yet": ("choose_again", {"mediator_id": 1}, {}, None),
    "somebody_chosen": ("decline_application", {"mediator_id": None}, {}, "choose_again"),
    "day_fits": ("terminate", {}, {"on": TODAY + timedelta(days=1)}, None),
    "somebody_named": ("assign", {}, {"chosen": Chosen()}, None),
    "certified_here": ("assign", {}, {"chosen": Chosen(mediator_id=3)}, None),
    "bound_to_ministry": ("assign_ministry", {}, {"chosen": replace(CERTIFIED, ministry_code=None)}, None),
    "of_the_organisation": ("name_mediator", {}, {"chosen": replace(CERTIFIED, belongs=False)}, None),
    "another_one": ("change_mediator", {"mediator_id": 9}, {}, None),
    "within_extension_cap": ("extend", {"extended_days": 28}, {"days": 3}, None),
    "failure_reason_fits": ("terminate", {}, {"end_reason": EndReason.AGREEMENT}, None),
    "result_is_failure": ("terminate", {}, {"result": Result.AGREEMENT}, None),
    "signatures_complete": ("all_signed", {}, {"all_signed": False}, None),
    "row_is_given": ("backfill", {}, {"backfill": None}, None),
}


def test_every_condition_of_the_table_has_an_example_here():
    used = {one.__name__ for move in MOVES.values() for one in (*move.conditions, *move.checks)}
    assert used == set(BROKEN)


@pytest.mark.parametrize("condition", BROKEN)
def test_each_condition_refuses_with_its_own_words_and_says_where_it_is_mended(condition):
    name, facts, said, repair = BROKEN[condition]
    move = MOVES[name]
    broken = replace(willing(move.frm[-1], name), **facts)
    refused = refusal_of(move, broken, replace(EVERYTHING_SAID, **said))
    assert refused is not None
    own = getattr(conditions, condition)(broken, replace(EVERYTHING_SAID, **said))
    assert refused == own
    assert refused.message.endswith("。")
    assert refused.repair == repair
    if repair and not repair.startswith("edit") and repair != "followup":
        assert repair in MOVES


def test_a_reason_other_needs_words():
    said = replace(EVERYTHING_SAID, end_reason=EndReason.OTHER, reason="")
    refused = refusal_of(MOVES["terminate"], willing(S.MEDIATING, "terminate"), said)
    assert (refused.field, refused.message) == ("reason", "终止原因为“其他”时，请写明具体情况。")


def test_every_state_can_be_reached():
    reached = {target for move in MOVES.values() for target in move.to}
    assert reached == set(S)


def test_every_state_but_the_last_has_a_way_on():
    for state in S:
        ways = [m.name for m in MOVES.values() if state in m.frm and m.to and m.to != (state,)]
        assert bool(ways) == (state is not S.RETURNED)


@pytest.mark.parametrize("role", Role)
def test_buttons_are_those_the_role_carries(role):
    held = permissions_of(role)
    for state in S:
        for offer in offers(willing(state), held):
            assert offer.move.permission in held
            assert state in offer.move.frm
            assert offer.move.court_may and offer.move.button


def test_only_the_administrator_sees_delete_and_nobody_deletes_twice():
    admin = permissions_of(Role.COURT_ADMIN)
    assert "delete" in {o.move.name for o in offers(willing(S.CLOSED), admin)}
    assert "delete" not in {o.move.name for o in offers(willing(S.CLOSED), permissions_of(Role.CLERK))}
    gone = replace(willing(S.CLOSED), deleted=True)
    assert [o.move.name for o in offers(gone, admin)] == ["restore"]


def test_steps_of_others_are_named_as_theirs():
    assert {m.name for m in MOVES.values() if m.who is Who.PARTY} == {"apply", "choose_again", "ask_change"}
    assert all(move.permission in set(Permission) for move in MOVES.values())


def test_the_printed_rulebook_is_current():
    page = Path("docs/guide/lifecycle.md").read_text(encoding="utf-8")
    assert page == rulebook.rulebook(), "print it anew: python -m mediation_admin.cases.rulebook > docs/guide/lifecycle.md"


def test_the_rulebook_names_every_move_and_every_state():
    page = rulebook.rulebook()
    for move in MOVES.values():
        assert f"| {move.number} | {move.label} |" in page
    for state in S:
        assert f"| {state.label} |" in page


# -- walks ------------------------------------------------------------------------------------------------------------

DEADLINES = Deadlines(Calendar(()), date(2025, 1, 1))
WALKED = [name for name in MOVES if EXPECTED[name][1] != "row" and name not in ("delete", "restore", "edit", "supplement")]


def invariants(facts):
    """What models.py repeats as CHECK constraints, said once more over the facts."""
    is_ended = facts.state in ENDED_STATES
    assert is_ended == (facts.ended_on is not None) == (facts.result is not None)
    if facts.state is S.CLOSED:
        assert facts.result in SUCCESSES
    if facts.state is S.TERMINATED:
        assert facts.result not in SUCCESSES
    if facts.state in (S.TO_ACCEPT, S.CLOSING) and facts.kind is not CaseKind.INTERNET:
        assert facts.mediator_id is not None or facts.organisation_id is not None
    if facts.state in (S.DRAFT, S.TO_ASSIGN, S.RETURNED):
        assert facts.mediator_id is None
    if facts.accepted_on is not None:
        assert facts.accepted_on >= facts.registered_on
    if facts.ended_on is not None:
        assert facts.ended_on >= (facts.accepted_on or facts.registered_on)
    if facts.state is S.MEDIATING:
        assert facts.due_on is not None
    assert not facts.suspended or facts.state is S.MEDIATING
    assert 0 <= facts.extended_days <= 30


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(CaseKind),
    steps=st.lists(st.tuples(st.sampled_from(WALKED), st.integers(0, 20), st.integers(1, 12)), max_size=30),
)
def test_no_walk_through_the_table_breaks_an_invariant(kind, steps):
    start = replace(willing(None), kind=kind, backfilled=False, mediator_id=None, accepted_on=None, due_on=None, response_due_on=None)
    facts = replace(start, **effects_of(MOVES["submit"], start, EVERYTHING_SAID, DEADLINES))
    for name, wait, days in steps:
        facts = replace(facts, today=facts.today + timedelta(days=wait))
        move = MOVES[name]
        said = replace(EVERYTHING_SAID, days=days)
        if refusal_of(move, facts, said) is not None:
            continue
        values = effects_of(move, facts, said, DEADLINES)
        known = {key: value for key, value in values.items() if key in Facts.__dataclass_fields__}
        facts = replace(facts, **known)
        invariants(facts)
