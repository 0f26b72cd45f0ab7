"""Assigning many cases at once: rehearsed, carried out whole or not at all, undoable while nobody has accepted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from mediation_admin.assignment import queries, rules
from mediation_admin.assignment.models import Assignment
from mediation_admin.assignment.operations.following import assignments_at_hand
from mediation_admin.assignment.operations.picking import OWN, as_json, assignment_for, place_of, reason_of
from mediation_admin.audit.recording import record
from mediation_admin.cases import operations as cases
from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.lifecycle import MOVES, refusal_of
from mediation_admin.cases.models import Case
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor
from mediation_admin.courts.models import Court

CHUNK = 500
# Of a bulk assignment less of each ranking is kept: the clerk looked at the whole, not at each case.
KEPT_OFFERED, KEPT_EXCLUDED = 5, 20

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one case: the mediator it goes to, or why it is not assigned and where that is mended."""

    case_id: int
    case_no: str
    mediator_id: int | None = None
    mediator: str = ""
    points: float = 0
    refusal: str = ""
    repair: str | None = None


@dataclass(slots=True)
class Plan:
    """A bulk assignment, rehearsed or carried out."""

    planned: list[Planned] = field(default_factory=list)

    @property
    def assigned(self) -> list[Planned]:
        """The cases that find a mediator."""
        return [p for p in self.planned if p.mediator_id is not None]

    @property
    def refused(self) -> list[Planned]:
        """The cases that do not, each with its reason."""
        return [p for p in self.planned if p.mediator_id is None]

    def per_mediator(self) -> list[tuple[str, int]]:
        """How many cases each mediator gets, most first."""
        counts: dict[int, list[Any]] = {}
        for p in self.assigned:
            counts.setdefault(p.mediator_id, [p.mediator, 0])[1] += 1
        return sorted(((name, count) for name, count in counts.values()), key=lambda item: (-item[1], item[0]))


class _Hall:
    """The rosters of the courts in play, each with its desks filling up, and the courts' settings."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._desks: dict[int, rules.Desks] = {}
        # Held here because the session holds rows only as long as somebody else does.
        self._courts: dict[int, Court] = {}

    def court(self, court_id: int) -> Court | None:
        """The settings of a court, read once."""
        if court_id not in self._courts:
            self._courts[court_id] = db.session.get(Court, court_id)
        return self._courts[court_id]

    def desks(self, court_id: int) -> rules.Desks:
        """The desks of a court, read once."""
        if court_id not in self._desks:
            pool = queries.pool_of(db.session(), court_id, self._today)
            self._desks[court_id] = rules.Desks(pool, queries.averages_of(pool), self._today)
        return self._desks[court_id]


def rehearse(
    *, actor: Actor, case_ids: Sequence[int], mediator_id: int | None = None, today: date | None = None
) -> Plan:
    """What a bulk assignment would do, without doing it: to one mediator, or each case to its best candidate."""
    today = today or clock.today()
    plan, hall = Plan(), _Hall(today)
    for ids in _chunks(sorted(set(case_ids))):
        rows = db.session.scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id)).all()
        facts = queries.case_facts(db.session(), ids)
        for case in rows:
            planned, _ = _choose(case, facts[case.id], hall, mediator_id, today)
            plan.planned.append(planned)
    return plan


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield list(ids[start : start + CHUNK])


def _choose(
    case: Case, facts: rules.CaseFacts, hall: _Hall, mediator_id: int | None, today: date
) -> tuple[Planned, rules.Ranking | None]:
    """Who gets the case, and the ranking that says why; a desk is one case fuller afterwards."""
    number = case.case_no or "草稿"
    refused = refusal_of(
        MOVES["assign"], cases.facts_of(case, today=today, court=hall.court(case.court_id), move="assign")
    )
    if refused is not None:
        return Planned(case.id, number, refusal=refused.message, repair=refused.repair), None
    desks = hall.desks(case.court_id)
    ranking = desks.rank(facts)
    chosen = next((r for r in ranking.offered if mediator_id in (None, r.facts.mediator_id)), None)
    if chosen is None and mediator_id is None:
        why = "没有可指派的调解员：名册中的调解员均被排除，请打开案件查看各自原因"
        return Planned(case.id, number, refusal=why, repair="assign"), None
    if chosen is None:
        why = rules.why_not(ranking, mediator_id, mediator_id)
        return Planned(case.id, number, refusal=why, repair="assign"), None
    desks.give(chosen.facts.mediator_id)
    return Planned(case.id, number, chosen.facts.mediator_id, chosen.facts.name, chosen.total), ranking


def assign_many(
    *,
    actor: Actor,
    case_ids: Sequence[int],
    mediator_id: int | None,
    reason: str,
    bulk_job_id: int,
    progress: Progress,
    today: date | None = None,
) -> Plan:
    """Carry out a bulk assignment in the caller's transaction: all of it or nothing.

    A case that changed since the rehearsal is left alone and named with its reason. ``progress(done, total)`` may
    raise to cancel. Cases are locked in the order of their ids, so that two bulk assignments that overlap wait for
    each other instead of dying.
    """
    session = db.session()
    today = today or clock.today()
    plan, hall = Plan(), _Hall(today)
    ordered = sorted(set(case_ids))
    done = 0
    for ids in _chunks(ordered):
        rows = session.scalars(
            select(Case)
            .where(Case.id.in_(ids))
            .order_by(Case.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        facts = queries.case_facts(session, ids)
        chosen: dict[int, tuple[Planned, dict[str, Any]]] = {}
        for case in rows:
            planned, ranking = _choose(case, facts[case.id], hall, mediator_id, today)
            if ranking is None:
                plan.planned.append(planned)
                continue
            words = reason.strip() or reason_of(ranking, planned.mediator_id)
            said = {
                "mediator_id": planned.mediator_id,
                "organisation_id": case.organisation_id,
                "reason": words,
                "data": {OWN: place_of(ranking, planned.mediator_id) | {"bulk": bulk_job_id}},
            }
            kept = {
                "reason": words,
                "ranking": as_json(ranking, KEPT_OFFERED, KEPT_EXCLUDED),
                "organisation_stays": case.organisation_id is not None,
            }
            chosen[case.id] = (planned, {"said": said, "kept": kept})
        _carry_out(actor, chosen, plan, today, bulk_job_id)
        done += len(ids)
        progress(done, len(ordered))
    plan.planned.sort(key=lambda planned: planned.case_id)
    record(
        session,
        "assignment:bulk:carried_out",
        f"批量指派：{len(plan.assigned)} 件已指派，{len(plan.refused)} 件未指派",
        object_type="job",
        object_id=bulk_job_id,
    )
    return plan


def _carry_out(
    actor: Actor, chosen: dict[int, tuple[Planned, dict[str, Any]]], plan: Plan, today: date, bulk_job_id: int
) -> None:
    session = db.session()
    outcomes = cases.move_many(
        actor=actor, case_ids=list(chosen), move="assign", today=today, given=lambda case: chosen[case.id][1]["said"]
    )
    for outcome in outcomes:
        planned, words = chosen[outcome.case_id]
        if outcome.case is None:
            refusal = outcome.refusal
            plan.planned.append(
                Planned(planned.case_id, planned.case_no, refusal=refusal.message, repair=refusal.repair)
            )
            continue
        session.add(assignment_for(outcome.case, actor, today=today, bulk_job_id=bulk_job_id, **words["kept"]))
        plan.planned.append(planned)
    session.flush()


def undo_bulk(
    *, actor: Actor, bulk_job_id: int, progress: Progress, today: date | None = None
) -> tuple[int, list[Planned]]:
    """Take back a bulk assignment in the caller's transaction: cases whose mediator has not yet accepted go back.

    Returns how many went back to 待指派 and, with reasons, those that did not: an accepted case is its mediator's.
    """
    session = db.session()
    rows = session.execute(
        select(Assignment.case_id, Case.case_no, Case.state)
        .join(Case, Case.id == Assignment.case_id)
        .where(Assignment.bulk_job_id == bulk_job_id)
        .order_by(Assignment.case_id)
    ).all()
    numbers = {row.case_id: row.case_no for row in rows}
    active = set(
        session.scalars(
            select(Assignment.case_id).where(Assignment.bulk_job_id == bulk_job_id, Assignment.ended_at.is_(None))
        )
    )
    kept = [
        Planned(row.case_id, row.case_no, refusal=f"案件已是“{row.state.label}”，未撤回")
        for row in rows
        if row.case_id not in active or row.state is not CaseState.TO_ACCEPT
    ]
    left = {planned.case_id for planned in kept}
    going = [row.case_id for row in rows if row.case_id not in left]
    back = 0
    for done, ids in enumerate(_chunks(going), start=1):
        # Cases before assignments, in the order in which every move locks them.
        session.execute(select(Case.id).where(Case.id.in_(ids)).order_by(Case.id).with_for_update())
        held = session.scalars(
            select(Assignment)
            .where(Assignment.case_id.in_(ids), Assignment.ended_at.is_(None))
            .order_by(Assignment.case_id)
            .with_for_update()
        ).all()
        with assignments_at_hand(held):
            outcomes = cases.move_many(
                actor=actor,
                case_ids=ids,
                move="withdraw_assignment",
                today=today,
                given={"reason": "撤销批量指派", "data": {"undo_of": bulk_job_id}},
            )
        for outcome in outcomes:
            if outcome.refusal is not None:
                kept.append(Planned(outcome.case_id, numbers[outcome.case_id], refusal=outcome.refusal.message))
            else:
                back += 1
        session.flush()
        progress(min(done * CHUNK, len(going)), len(going))
    record(
        session,
        "assignment:bulk:undone",
        f"撤销批量指派：{back} 件退回待指派，{len(kept)} 件保留",
        object_type="job",
        object_id=bulk_job_id,
    )
    return back, kept
