"""Moves: the one place where the state of a case is written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from mediation_admin.cases import effects, rules
from mediation_admin.cases.enums import CaseState, Gap, PhoneState, Who
from mediation_admin.cases.facts import Chosen, Facts, Given, Refusal
from mediation_admin.cases.lifecycle import MOVES, Move, refusal_of
from mediation_admin.cases.models import Case, CaseEvent, Party
from mediation_admin.cases.rules.backfill import BackfillFacts, state_for_backfill
from mediation_admin.cases.rules.deadlines import Deadlines
from mediation_admin.cases.rules.gaps import PARTY_GAPS
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.courts.models import Court
from mediation_admin.courts.operations import next_case_number
from mediation_admin.reference.queries import calendar
from mediation_admin.reference.workdays import Calendar
from mediation_admin.rosters.enums import Certification, Standing
from mediation_admin.rosters.models import Mediator, MediatorListing, Membership, Organisation, OrganisationListing

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


@dataclass
class Around:
    """What the moves of one call ask for again and again, looked up once: calendar, courts' settings, who was named."""

    calendar: Calendar
    courts: dict[int, Court] = field(default_factory=dict)
    named: dict[tuple[Any, ...], Chosen] = field(default_factory=dict)

    def court(self, court_id: int) -> Court:
        """The court's settings."""
        if court_id not in self.courts:
            self.courts[court_id] = court_of(court_id)
        return self.courts[court_id]

    def chosen(self, case: Case, mediator_id: int | None, organisation_id: int | None, today: date) -> Chosen:
        """The roster's word on who is named."""
        key = (case.court_id, case.organisation_id, mediator_id, organisation_id, today)
        if key not in self.named:
            self.named[key] = chosen(case, mediator_id, organisation_id, today)
        return self.named[key]


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


def court_of(court_id: int) -> Court:
    """The court's settings (kept in the session after the first look)."""
    court = db.session.get(Court, court_id)
    assert court is not None, "a case has a court"
    return court


# -- the case as facts --------------------------------------------------------------------------------------------------


def facts_of(case: Case, *, today: date, court: Court | None = None, move: str | None = None) -> Facts:
    """The case as the table sees it. What needs a look at other rows is looked up only for the moves that ask for it
    (``move`` None: for all of them, as a page of buttons needs)."""
    court = court or court_of(case.court_id)
    return Facts(
        state=case.state,
        today=today,
        registered_on=case.registered_on,
        kind=case.kind,
        source=case.source,
        backfilled=bool(case.backfilled),
        deleted=case.deleted_at is not None,
        suspended=bool(case.suspended),
        simplified=bool(case.simplified),
        response_due_on=case.response_due_on,
        assigned_on=case.assigned_on,
        accepted_on=case.accepted_on,
        due_on=case.due_on,
        close_requested_on=case.close_requested_on,
        ended_on=case.ended_on,
        result=case.result,
        extended_days=case.extended_days or 0,
        mediator_id=case.mediator_id,
        organisation_id=case.organisation_id,
        applicants=1 if case.applicants else 0,
        respondents=1 if case.respondents else 0,
        missing_phones=case.missing_phones or 0,
        unverified_phones=_unverified_phones(case) if move in (None, "request_close") else 0,
        cause_known=bool(case.cause_text),
        facts_written=bool((case.facts or "").strip()),
        plan_written=bool((case.plan or "").strip()),
        gaps=tuple(Gap(gap) for gap in case.gaps or ()),
        regime_changes_on=court.regime_changes_on,
        refuse_without_phone=court.refuse_assignment_without_phone,
        changes_of_mediator=_changes_of_mediator(case) if move in (None, "ask_change") else 0,
        lived_on=_lived_on(case) if move in (None, "backfill_change", "expire") else False,
    )


def _unverified_phones(case: Case) -> int:
    if case.id is None or case.state is not CaseState.MEDIATING:
        return 0
    return (
        db.session.scalar(
            select(func.count(Party.id)).where(Party.case_id == case.id, Party.phone_state == PhoneState.UNVERIFIED)
        )
        or 0
    )


def _changes_of_mediator(case: Case) -> int:
    if case.id is None or case.state is not CaseState.MEDIATING:
        return 0
    return (
        db.session.scalar(
            select(func.count(CaseEvent.id)).where(CaseEvent.case_id == case.id, CaseEvent.move == "change_mediator")
        )
        or 0
    )


# What may happen to a case without taking the word from its ledger.
LEDGER_MOVES = ("backfill", "backfill_change", "supplement", "edit", "announce_deadline")


def _lived_on(case: Case) -> bool:
    if case.id is None or not case.backfilled:
        return False
    return db.session.scalar(
        select(CaseEvent.id).where(CaseEvent.case_id == case.id, CaseEvent.move.not_in(LEDGER_MOVES)).limit(1)
    ) is not None


def backfill_facts(row: rules.BackfilledCase, today: date) -> BackfillFacts:
    """What a ledger row says of the state."""
    return BackfillFacts(
        registered_on=row.case.registered_on,
        today=today,
        accepted_on=row.accepted_on,
        ended_on=row.ended_on,
        result=row.result,
        has_mediator=row.mediator_id is not None,
    )


def gaps_after(case: Case) -> list[str]:
    """The gaps of a case whose own columns changed; those of its parties stay as they are."""
    held = frozenset(gap for gap in case.gaps or () if gap in PARTY_GAPS)
    return [
        gap.value
        for gap in rules.gaps_of(
            rules.GapFacts(
                state=case.state,
                result=case.result,
                party_gaps=held,
                facts_written=bool((case.facts or "").strip()),
                plan_written=bool((case.plan or "").strip()),
                cause_known=case.cause_code is not None,
                has_mediator=case.mediator_id is not None,
                has_accepted_on=case.accepted_on is not None,
                has_end_reason=case.end_reason is not None,
            )
        )
    ]


# -- what was said ------------------------------------------------------------------------------------------------------

_GIVEN = {field.name for field in fields(Given)} - {"chosen"}


def _given(case: Case, said: Mapping[str, Any], today: date, around: Around) -> Given:
    said = dict(said)
    mediator_id, organisation_id = said.pop("mediator_id", None), said.pop("organisation_id", None)
    unknown = set(said) - _GIVEN
    if unknown:
        raise TypeError(f"a move cannot be told {sorted(unknown)}")
    return Given(chosen=around.chosen(case, mediator_id, organisation_id, today), **said)


def chosen(case: Case, mediator_id: int | None, organisation_id: int | None, today: date) -> Chosen:
    """The roster's word on who is named: whether listed at this court, certified, active and within term on ``today``."""
    found: dict[str, Any] = {}
    if mediator_id is not None:
        row = db.session.execute(
            select(Mediator.name, _listed(MediatorListing, MediatorListing.mediator_id, mediator_id, case, today)).where(
                Mediator.id == mediator_id
            )
        ).one_or_none()
        found |= {"mediator_id": mediator_id}
        if row is not None:
            found |= {"mediator_name": row[0], "mediator_certified": row[1]}
        if case.organisation_id is not None:
            found["belongs"] = (
                db.session.scalar(
                    select(Membership.id).where(
                        Membership.mediator_id == mediator_id,
                        Membership.organisation_id == case.organisation_id,
                        Membership.ended_at.is_(None),
                    )
                )
                is not None
            )
    if organisation_id is not None:
        listed = _listed(OrganisationListing, OrganisationListing.organisation_id, organisation_id, case, today)
        row = db.session.execute(
            select(Organisation.name, Organisation.ministry_code, listed).where(Organisation.id == organisation_id)
        ).one_or_none()
        found |= {"organisation_id": organisation_id}
        if row is not None:
            found |= {"organisation_name": row[0], "ministry_code": row[1], "organisation_certified": row[2]}
    return Chosen(**found)


def _listed(listing: Any, column: Any, ident: int, case: Case, today: date) -> Any:
    return (
        select(listing.id)
        .where(
            column == ident,
            listing.court_id == case.court_id,
            listing.revoked_at.is_(None),
            listing.certification == Certification.CERTIFIED,
            listing.standing == Standing.ACTIVE,
            (listing.term_start.is_(None)) | (listing.term_start <= today),
            (listing.term_end.is_(None)) | (listing.term_end >= today),
        )
        .exists()
        .label("certified")
    )


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
