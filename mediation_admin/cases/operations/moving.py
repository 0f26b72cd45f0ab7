"""Moves: the one place where the state of a case is written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from mediation_admin.cases import effects
from mediation_admin.cases.enums import CaseState, Who
from mediation_admin.cases.facts import Facts, Given, Refusal
from mediation_admin.cases.lifecycle import MOVES, Move, refusal_of
from mediation_admin.cases.models import Case, CaseEvent
from mediation_admin.cases.operations.looking import Around, backfill_facts, court_of, facts_of, gaps_after
from mediation_admin.cases.rules.backfill import state_for_backfill
from mediation_admin.cases.rules.deadlines import Deadlines
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.courts.operations import next_case_number
from mediation_admin.reference.queries import calendar
from mediation_admin.rosters.models import Mediator

SYSTEM = Actor(None, "系统", "system", None)
PRE_FILING_TYPE = "诉前调"

Follower = Callable[[Case, CaseEvent, Actor], None]
_followers: list[tuple[frozenset[str], Follower]] = []


def follow(*names: str) -> Callable[[Follower], Follower]:
    """Register what a higher subject does in the same transaction after these moves (all moves if none is named).

    The function gets the case as it is now, the event (``event.data["before"]`` holds what the move replaced) and the
    actor. It may write rows of its own subject; it flushes at most and never moves the case again.
    """
    unknown = set(names) - set(MOVES)
    if unknown:
        raise ValueError(f"no such moves: {sorted(unknown)}")

    def register(function: Follower) -> Follower:
        _followers.append((frozenset(names), function))
        return function

    return register


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case of many."""

    case_id: int
    case: Case | None
    refusal: RuleBroken | None


def move(*, actor: Actor, case_id: int, move: str, today: date | None = None, **said: Any) -> Case:
    """Make one move of the lifecycle table: lock the row, ask the table, write state, dates and an event, flush.

    ``said``: reason, on, note, ground, mediator_id, organisation_id, end_reason, result, days, consent, no_conflict,
    mediator_signed, signed_on_paper, all_signed, withdrawal_recorded, data. Raises RuleBroken with what the table
    refuses (``repair`` as in facts.Refusal), NotFound for a case of another court.
    """
    case = fetch(db.session, Case, case_id, with_for_update=True)
    event = carry_out(case, MOVES[move], actor=actor, today=today, said=said)
    db.session.flush()
    _tell_followers(case, event, actor)
    return case


def move_many(
    *,
    actor: Actor,
    case_ids: Iterable[int],
    move: str,
    today: date | None = None,
    given: Mapping[str, Any] | Callable[[Case], Mapping[str, Any]] | None = None,
) -> list[Outcome]:
    """The same move for many cases, locked in the order of their ids and flushed at once; for chunks of some hundred.

    ``given`` is said for all, or asked for each case. A refused case is left as it is and reported; cases that are not
    there for this person are left out.
    """
    rows = db.session.scalars(
        select(Case)
        .where(Case.id.in_(list(case_ids)))
        .order_by(Case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    outcomes, events = [], []
    around = Around(calendar(db.session))
    for case in rows:
        said = given(case) if callable(given) else (given or {})
        try:
            events.append((case, carry_out(case, MOVES[move], actor=actor, today=today, said=said, around=around)))
        except RuleBroken as broken:
            outcomes.append(Outcome(case.id, None, broken))
        else:
            outcomes.append(Outcome(case.id, case, None))
    db.session.flush()
    for case, event in events:
        _tell_followers(case, event, actor)
    return outcomes


def _tell_followers(case: Case, event: CaseEvent, actor: Actor) -> None:
    for names, function in _followers:
        if not names or event.move in names:
            function(case, event, actor)


def carry_out(
    case: Case,
    move: Move,
    *,
    actor: Actor,
    today: date | None,
    said: Mapping[str, Any],
    title: str = "",
    around: Around | None = None,
) -> CaseEvent:
    """Ask the table and, if it allows, write. The only place that writes a case's state; the row is locked or new."""
    today = today or clock.today()
    around = around or Around(calendar(db.session))
    court = around.court(case.court_id)
    deadlines = Deadlines(around.calendar, court.regime_changes_on)
    facts = facts_of(case, today=today, court=court, move=move.name)
    given = _given(case, said, today, around)
    if actor.role != "system" and not (move.court_may and actor.may(move.permission)):
        raise RuleBroken(f"您当前的角色不能办理“{move.label}”。")
    refused = refusal_of(move, facts, given)
    if refused is not None:
        raise broken_by(refused)
    if given.backfill is not None:
        state = state_for_backfill(backfill_facts(given.backfill, today))
        values = effects.backfill_values(state, given, facts, deadlines)
    else:
        values = effects.effects_of(move, facts, given, deadlines)
    if _leaves_draft(case, values):
        values |= number_values(case)
    if move.name == "delete":
        values |= {"deleted_at": clock.now(), "deleted_by": actor.account_id}
    if move.name == "restore":
        values |= {"deleted_at": None, "deleted_by": None}

    before = {key: getattr(case, key) for key in values}
    came_from = case.state
    for key, value in values.items():
        if key != "state":
            setattr(case, key, value)
    if "state" in values:
        case.state = values["state"]
    case.gaps = gaps_after(case)
    event = CaseEvent(
        court_id=case.court_id,
        case=case,
        at=clock.now(),
        happened_on=given.on if given.on != today else None,
        actor_id=actor.account_id,
        actor_name=actor.name,
        on_behalf_of=_on_behalf_of(move, actor, facts),
        move=move.name,
        from_state=came_from,
        to_state=case.state,
        title=title or _title(move, given),
        detail=given.reason.strip() or given.note.strip(),
        # A new case has replaced nothing; its row says what it is.
        data=_event_data(given, before, values if came_from is not None else {}),
    )
    db.session.add(event)
    return event


def broken_by(refusal: Refusal) -> RuleBroken:
    """The table's refusal as the error that screens and jobs understand."""
    return RuleBroken(refusal.message, field=refusal.field, repair=refusal.repair)


# -- what was said ------------------------------------------------------------------------------------------------------

_GIVEN = {field.name for field in fields(Given)} - {"chosen"}


def _given(case: Case, said: Mapping[str, Any], today: date, around: Around) -> Given:
    said = dict(said)
    mediator_id, organisation_id = said.pop("mediator_id", None), said.pop("organisation_id", None)
    unknown = set(said) - _GIVEN
    if unknown:
        raise TypeError(f"a move cannot be told {sorted(unknown)}")
    return Given(chosen=around.chosen(case, mediator_id, organisation_id, today), **said)


# -- numbers and events --------------------------------------------------------------------------------------------------


def _leaves_draft(case: Case, values: Mapping[str, Any]) -> bool:
    return case.case_no is None and values.get("state") not in (None, CaseState.DRAFT)


def number_values(case: Case) -> dict[str, Any]:
    """The platform's own number of a case, taken from the court's counter in the year of registration."""
    number = next_case_number(db.session(), court_of(case.court_id), PRE_FILING_TYPE, case.registered_on.year)
    return {
        "case_no": str(number),
        "case_year": number.year,
        "case_type": number.type_code,
        "case_serial": number.serial,
    }


def _on_behalf_of(move: Move, actor: Actor, facts: Facts) -> str:
    """Whose step by law the court took; empty where it was the court's own or the system's."""
    if actor.role == "system" or move.who in (Who.COURT, Who.SYSTEM):
        return ""
    if move.who is Who.PARTY:
        return "当事人"
    if facts.mediator_id is not None:
        name = db.session.scalar(select(Mediator.name).where(Mediator.id == facts.mediator_id))
        return f"调解员{name}" if name else "调解员"
    return "调解组织" if facts.organisation_id is not None else "调解员"


def _title(move: Move, given: Given) -> str:
    said = [given.chosen.words]
    if given.end_reason is not None:
        said.append(given.end_reason.label)
    if given.ground:
        said.append(next((a.from_label(given.ground).label for a in _grounds(move) if a.from_label(given.ground)), ""))
    if given.days:
        said.append(f"{given.days} 天")
    words = "，".join(word for word in said if word)
    return f"{move.label}：{words}" if words else move.label


def _grounds(move: Move) -> list[type[LabelledEnum]]:
    return [type(ask.choices[0]) for ask in move.asks if ask.name == "ground"]


def _event_data(given: Given, before: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    changed = {key: value for key, value in values.items() if before[key] != value and key != "state"}
    data: dict[str, Any] = {
        "before": {key: json_value(before[key]) for key in changed if before[key] is not None},
        "after": {key: json_value(value) for key, value in changed.items() if value is not None},
    }
    for name in ("ground", "days"):
        if getattr(given, name):
            data[name] = getattr(given, name)
    if given.backfill is not None and given.backfill.source:
        data["ledger"] = dict(given.backfill.source)
    return {key: value for key, value in data.items() if value} | given.data


def json_value(value: Any) -> Any:
    """A column's value as JSON keeps it."""
    if isinstance(value, LabelledEnum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
