"""What each move writes beside the state: dates, result, who mediates. Pure: facts in, column values out."""

from collections.abc import Callable
from datetime import date
from typing import Any

from mediation_admin.cases.enums import CaseState, EndReason, Result
from mediation_admin.cases.facts import Facts, Given
from mediation_admin.cases.lifecycle import Move
from mediation_admin.cases.rules.deadlines import Deadlines, due_after_acceptance, extended_due, response_due
from mediation_admin.reference.workdays import Deadline

Values = dict[str, Any]
Effect = Callable[[Facts, Given, Deadlines], Values]

_NOBODY: Values = {"mediator_id": None, "organisation_id": None, "assigned_on": None, "response_due_on": None}
_NO_CLOCK: Values = {"accepted_on": None, "due_on": None, "due_provisional": False, "extended_days": 0}
_NO_END: Values = {"ended_on": None, "result": None, "end_reason": None, "signed_all": None, "close_requested_on": None}


def effects_of(move: Move, facts: Facts, given: Given, deadlines: Deadlines) -> Values:
    """Column → value for every column the move writes, the state included."""
    values = _EFFECTS[move.name](facts, given, deadlines) if move.name in _EFFECTS else {}
    target = move.target(facts.state)
    if target is not None:
        values = {"state": target, **values}
    return values


def result_for(end_reason: EndReason) -> Result:
    """The result an end reason means where none is named (§4.2)."""
    return Result.PROCEDURAL if end_reason is EndReason.OTHER else Result.FAILED


def _day(facts: Facts, given: Given) -> date:
    return given.on or facts.today


def _due(deadline: Deadline) -> Values:
    return {"due_on": deadline.day, "due_provisional": deadline.provisional}


def _assign(facts: Facts, given: Given, deadlines: Deadlines) -> Values:
    return {
        "mediator_id": given.mediator_id,
        "organisation_id": given.organisation_id,
        "chosen_by_party": False,
        "assigned_on": facts.today,
        "response_due_on": response_due(facts.today, deadlines.calendar).day,
        **_NO_CLOCK,
    }


def _choose(facts: Facts, given: Given, deadlines: Deadlines) -> Values:
    return {**_assign(facts, given, deadlines), "chosen_by_party": True}


def _back_to_court(_facts: Facts, _given: Given, _deadlines: Deadlines) -> Values:
    return {**_NOBODY, **_NO_CLOCK, "chosen_by_party": False}


def _choose_again(facts: Facts, _given: Given, deadlines: Deadlines) -> Values:
    # The party has the same three working days to choose as a mediator has to answer.
    return {**_NOBODY, "response_due_on": response_due(facts.today, deadlines.calendar).day}


def _accept(facts: Facts, given: Given, deadlines: Deadlines) -> Values:
    day = _day(facts, given)
    deadline = due_after_acceptance(day, facts.kind, facts.simplified, facts.registered_on, deadlines)
    return {"accepted_on": day, "extended_days": 0, **_due(deadline)}


def _extend(facts: Facts, given: Given, deadlines: Deadlines) -> Values:
    assert facts.due_on is not None and given.days is not None, "the table asked for both"
    return {
        "extended_days": facts.extended_days + given.days,
        **_due(extended_due(facts.due_on, given.days, deadlines.calendar)),
    }


def _end(facts: Facts, given: Given, result: Result, reason: EndReason, signed: bool | None = None) -> Values:
    return {
        "ended_on": _day(facts, given),
        "result": result,
        "end_reason": reason,
        "signed_all": signed,
        "suspended": False,
    }


def _terminate(facts: Facts, given: Given, _deadlines: Deadlines) -> Values:
    assert given.end_reason is not None, "the table asked for it"
    return _end(facts, given, given.result or result_for(given.end_reason), given.end_reason)


def _resume(facts: Facts, _given: Given, deadlines: Deadlines) -> Values:
    values = dict(_NO_END)
    if facts.due_on is None or facts.due_on < facts.today:
        # Taken up again after its time: the time is counted anew, or the night run would end it at once.
        again = due_after_acceptance(facts.today, facts.kind, facts.simplified, facts.registered_on, deadlines)
        values |= {**_due(again), "extended_days": 0}
    return values


_EFFECTS: dict[str, Effect] = {
    "assign": _assign,
    "assign_ministry": _assign,
    "apply": _choose,
    "choose_again": _choose,
    "change_mediator": lambda f, g, d: {**_assign(f, g, d), "suspended": False},
    "name_mediator": lambda f, g, d: {"mediator_id": g.mediator_id},
    "withdraw_assignment": _back_to_court,
    "decline": _back_to_court,
    "recall": _back_to_court,
    "return_application": _back_to_court,
    "decline_application": _choose_again,
    "recall_application": _choose_again,
    "accept": _accept,
    "extend": _extend,
    "suspend": lambda f, g, d: {"suspended": True},
    "unsuspend": lambda f, g, d: {"suspended": False},
    "request_close": lambda f, g, d: {"close_requested_on": _day(f, g)},
    "all_signed": lambda f, g, d: _end(f, g, Result.AGREEMENT, EndReason.AGREEMENT, True),
    "close_on_paper": lambda f, g, d: _end(f, g, Result.AGREEMENT, EndReason.AGREEMENT, False),
    "close_refused": lambda f, g, d: _end(f, g, Result.FAILED, EndReason.REFUSE_SIGN, False),
    "settle": lambda f, g, d: _end(f, g, Result.SETTLED_WITHDRAWN, EndReason.WITHDRAWN_SETTLED),
    "terminate": _terminate,
    "expire": lambda f, g, d: _end(f, g, Result.FAILED, EndReason.EXPIRED),
    "expire_application": lambda f, g, d: _end(f, g, Result.PROCEDURAL, EndReason.EXPIRED),
    "resume": _resume,
}


def backfill_values(state: CaseState, given: Given, facts: Facts, deadlines: Deadlines) -> Values:
    """The dates and results of a case that follows a ledger row (T1b); ``state`` comes from rules.state_for_backfill."""
    row = given.backfill
    values: Values = {
        "state": state,
        "accepted_on": row.accepted_on,
        "ended_on": row.ended_on,
        "result": row.result,
        "end_reason": row.end_reason or _reason_of(row.result),
        "signed_all": None,
        # The organisation a ledger names stays on a case that waits for its mediator.
        "mediator_id": row.mediator_id,
        "organisation_id": row.organisation_id,
        "due_on": None,
        "due_provisional": False,
    }
    if state is CaseState.TO_ASSIGN:
        values["accepted_on"] = None
    if row.accepted_on is not None and state is not CaseState.TO_ASSIGN:
        values |= _due(
            due_after_acceptance(row.accepted_on, facts.kind, facts.simplified, facts.registered_on, deadlines)
        )
    return values


def _reason_of(result: Result | None) -> EndReason | None:
    """Success says its own reason; a failure's is a gap until somebody knows it."""
    return {Result.AGREEMENT: EndReason.AGREEMENT, Result.SETTLED_WITHDRAWN: EndReason.WITHDRAWN_SETTLED}.get(result)
