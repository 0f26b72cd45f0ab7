"""Assigning: one case or many, with the ranking kept as the reason, undoable while nobody has accepted.

The case's state is written by ``cases.operations.move`` (row locked), the partial unique index on active assignments is
the second guard: two clerks at once never assign one case twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.assignment import queries, rules
from mediation_admin.assignment.enums import AssignmentEnd, Exclusion
from mediation_admin.assignment.models import Assignment
from mediation_admin.audit.recording import record
from mediation_admin.cases import operations as cases
from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.models import Case, CaseEvent
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.courts.models import Court

CHUNK = 200
# How much of the ranking is kept with the assignment: enough to answer 为什么是他 and 为什么不是他 later.
KEPT_OFFERED = 20


def rank_case(case: Case, *, today: date | None = None) -> rules.Ranking:
    """The candidates for one case, now."""
    today = today or clock.today()
    pool = queries.pool_of(db.session(), case.court_id, today)
    facts = queries.case_facts(db.session(), [case.id])[case.id]
    return rules.rank(pool, facts, queries.averages_of(pool), today)


def assign_mediator(
    *,
    actor: Actor,
    case_id: int,
    mediator_id: int,
    reason: str = "",
    confirmed_not_same_person: bool = False,
    today: date | None = None,
) -> Assignment:
    """Assign one case to a mediator of the court's roster.

    Refuses (RuleBroken): a mediator whom a rule excludes — a namesake of a party may be confirmed to be another
    person with ``confirmed_not_same_person`` and a reason —, a case that somebody else assigned meanwhile, and what
    the lifecycle's T3 refuses (R01 where the court has set it). Source: 在线调解规则 §12, §13.
    """
    session = db.session()
    today = today or clock.today()
    case = fetch(session, Case, case_id, with_for_update=True)
    pool = queries.pool_of(session, case.court_id, today)
    facts = queries.case_facts(session, [case.id])[case.id]
    ranking = rules.rank(pool, facts, queries.averages_of(pool), today)
    _refuse_excluded(ranking, mediator_id, confirmed_not_same_person, reason)
    return _assign(actor, case, mediator_id, ranking, reason, today, None)


def assign_organisation(
    *, actor: Actor, case_id: int, organisation_id: int, reason: str = "", today: date | None = None
) -> Assignment:
    """Assign one case to an organisation, which names its own mediator afterwards."""
    session = db.session()
    today = today or clock.today()
    case = fetch(session, Case, case_id, with_for_update=True)
    words = reason.strip() or "交由调解组织确定调解员"
    case = cases.move(
        actor=actor, case_id=case.id, move="assign", organisation_id=organisation_id, reason=words, today=today
    )
    assignment = Assignment(
        court_id=case.court_id,
        case_id=case.id,
        organisation_id=organisation_id,
        assigned_on=today,
        assigned_by=actor.account_id,
        reason=words,
        response_due_on=case.response_due_on,
    )
    session.add(assignment)
    session.flush()
    return assignment


def withdraw(*, actor: Actor, case_id: int, reason: str, today: date | None = None) -> Case:
    """Take back an assignment that nobody has accepted yet (T3b); the assignment is ended, not deleted."""
    return cases.move(actor=actor, case_id=case_id, move="withdraw_assignment", reason=reason, today=today)


def _refuse_excluded(ranking: rules.Ranking, mediator_id: int, confirmed: bool, reason: str) -> None:
    for out in ranking.excluded:
        if out.facts.mediator_id != mediator_id:
            continue
        if out.rule is Exclusion.CONFLICT_SAME_NAME and confirmed:
            if not reason.strip():
                raise RuleBroken("请写明已核实该调解员与当事人不是同一人的依据。", field="reason")
            return
        raise RuleBroken(f"不能指派给{out.facts.name}：{out.why}。请选择其他调解员。", field="mediator_id")
    if all(r.facts.mediator_id != mediator_id for r in ranking.offered):
        raise RuleBroken("该调解员不在本院名册中，请从候选名单中选择。", field="mediator_id")


def _assign(
    actor: Actor,
    case: Case,
    mediator_id: int,
    ranking: rules.Ranking,
    reason: str,
    today: date,
    bulk_job_id: int | None,
) -> Assignment:
    words = reason.strip() or _reason_of(ranking, mediator_id)
    case = cases.move(
        actor=actor,
        case_id=case.id,
        move="assign",
        mediator_id=mediator_id,
        # The organisation a case was sent to stays with it; it is not named anew by the assignment.
        organisation_id=case.organisation_id,
        reason=words,
        today=today,
    )
    assignment = Assignment(
        court_id=case.court_id,
        case_id=case.id,
        mediator_id=mediator_id,
        organisation_id=case.organisation_id,
        assigned_on=today,
        assigned_by=actor.account_id,
        reason=words,
        ranking=as_json(ranking),
        response_due_on=case.response_due_on,
        bulk_job_id=bulk_job_id,
    )
    db.session.add(assignment)
    db.session.flush()
    return assignment


def _reason_of(ranking: rules.Ranking, mediator_id: int) -> str:
    for place, ranked in enumerate(ranking.offered, start=1):
        if ranked.facts.mediator_id == mediator_id:
            best = sorted(ranked.points, key=lambda p: -p.points / rules.WEIGHTS[p.factor])[:2]
            return f"推荐第 {place} 位（{ranked.total:g} 分）：" + "；".join(p.why for p in best)
    return "按工作安排指派"


def as_json(ranking: rules.Ranking) -> dict[str, Any]:
    """The ranking as it is kept with the assignment."""
    return {
        "offered": [
            {
                "id": r.facts.mediator_id,
                "name": r.facts.name,
                "total": r.total,
                "points": [{"factor": p.factor.value, "points": p.points, "why": p.why} for p in r.points],
            }
            for r in ranking.offered[:KEPT_OFFERED]
        ],
        "excluded": [
            {"id": e.facts.mediator_id, "name": e.facts.name, "rule": e.rule.value, "why": e.why}
            for e in ranking.excluded[:100]
        ],
    }


# ---- many at once -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planned:
    """What a rehearsal says of one case: the mediator it would go to, or why it would not be assigned."""

    case_id: int
    case_no: str
    mediator_id: int | None = None
    mediator: str = ""
    points: float = 0
    refusal: str = ""


@dataclass(slots=True)
class Plan:
    """A rehearsed bulk assignment."""

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
        """How many cases each mediator would get, most first."""
        counts: dict[str, int] = {}
        for p in self.assigned:
            counts[p.mediator] = counts.get(p.mediator, 0) + 1
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


class _Desk:
    """The roster of one court during a bulk assignment: every case given away makes its mediator's desk fuller."""

    def __init__(self, court_id: int, today: date) -> None:
        self.today = today
        self.pool = queries.pool_of(db.session(), court_id, today)
        self.averages = queries.averages_of(self.pool)

    def rank(self, facts: rules.CaseFacts) -> rules.Ranking:
        return rules.rank(self.pool, facts, self.averages, self.today)

    def give(self, mediator_id: int) -> None:
        self.pool = queries.one_more(self.pool, mediator_id)


def rehearse(
    *, actor: Actor, case_ids: Sequence[int], mediator_id: int | None = None, today: date | None = None
) -> Plan:
    """What a bulk assignment would do, without doing it: to one mediator, or each case to its best candidate."""
    session = db.session()
    today = today or clock.today()
    plan = Plan()
    desks: dict[int, _Desk] = {}
    for start in range(0, len(case_ids), CHUNK):
        ids = list(case_ids[start : start + CHUNK])
        rows = session.execute(
            select(Case.id, Case.case_no, Case.court_id, Case.state, Case.deleted_at, Case.missing_phones).where(
                Case.id.in_(ids)
            )
        ).all()
        facts = queries.case_facts(session, ids)
        for row in sorted(rows, key=lambda r: ids.index(r.id)):
            refusal = _not_assignable(session, row)
            if refusal:
                plan.planned.append(Planned(row.id, row.case_no or "草稿", refusal=refusal))
                continue
            desk = desks.setdefault(row.court_id, _Desk(row.court_id, today))
            chosen, why = _choose(desk.rank(facts[row.id]), mediator_id)
            if chosen is None:
                plan.planned.append(Planned(row.id, row.case_no, refusal=why))
                continue
            desk.give(chosen.facts.mediator_id)
            plan.planned.append(Planned(row.id, row.case_no, chosen.facts.mediator_id, chosen.facts.name, chosen.total))
    return plan


def _not_assignable(session: Session, row: Any) -> str:
    if row.deleted_at is not None:
        return "案件在回收站中"
    if row.state is not CaseState.TO_ASSIGN:
        return f"案件状态是“{row.state.label}”，只有“待指派”的案件可以指派"
    if row.missing_phones:
        court = session.get(Court, row.court_id)
        if court is not None and court.refuse_assignment_without_phone:
            return "当事人手机号为空，本院设置为不予指派；请先补充手机号"
    return ""


def _choose(ranking: rules.Ranking, mediator_id: int | None) -> tuple[rules.Ranked | None, str]:
    if mediator_id is None:
        if ranking.offered:
            return ranking.offered[0], ""
        return None, "没有可指派的调解员：名册中的调解员均被排除，请打开案件查看各自原因"
    for ranked in ranking.offered:
        if ranked.facts.mediator_id == mediator_id:
            return ranked, ""
    return None, rules.why_not(ranking, mediator_id, mediator_id)


def assign_many(
    *,
    actor: Actor,
    case_ids: Sequence[int],
    mediator_id: int | None,
    reason: str,
    bulk_job_id: int,
    progress: Callable[[int, int], None],
    today: date | None = None,
) -> Plan:
    """Carry out a bulk assignment in the caller's transaction: all of it or nothing.

    A case that changed since the rehearsal is left alone and named with its reason. ``progress(done, total)`` may
    raise to cancel.
    """
    session = db.session()
    today = today or clock.today()
    plan = Plan()
    desks: dict[int, _Desk] = {}
    # Locked in id order, so that two bulk assignments that overlap wait for each other instead of dying.
    ordered = sorted(set(case_ids))
    for start in range(0, len(ordered), CHUNK):
        ids = ordered[start : start + CHUNK]
        rows = session.scalars(
            select(Case)
            .where(Case.id.in_(ids))
            .order_by(Case.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        facts = queries.case_facts(session, ids)
        for case in rows:
            refusal = _not_assignable(session, case)
            desk = desks.setdefault(case.court_id, _Desk(case.court_id, today))
            ranking = desk.rank(facts[case.id])
            chosen, why = (None, refusal) if refusal else _choose(ranking, mediator_id)
            if chosen is None:
                plan.planned.append(Planned(case.id, case.case_no or "草稿", refusal=why))
                continue
            try:
                _assign(actor, case, chosen.facts.mediator_id, ranking, reason, today, bulk_job_id)
            except RuleBroken as broken:
                plan.planned.append(Planned(case.id, case.case_no, refusal=broken.message))
                continue
            desk.give(chosen.facts.mediator_id)
            plan.planned.append(
                Planned(case.id, case.case_no, chosen.facts.mediator_id, chosen.facts.name, chosen.total)
            )
        progress(min(start + CHUNK, len(ordered)), len(ordered))
        session.expunge_all()
    record(
        session,
        "assignment:bulk:carried_out",
        f"批量指派：{len(plan.assigned)} 件已指派，{len(plan.refused)} 件未指派",
        object_type="job",
        object_id=bulk_job_id,
    )
    return plan


def undo_bulk(
    *, actor: Actor, bulk_job_id: int, progress: Callable[[int, int], None], today: date | None = None
) -> tuple[int, list[Planned]]:
    """Take back a bulk assignment: every case whose mediator has not yet accepted goes back to 待指派.

    Returns how many went back and, with reasons, those that did not.
    """
    session = db.session()
    rows = session.execute(
        select(Assignment.case_id, Case.case_no, Case.state)
        .join(Case, Case.id == Assignment.case_id)
        .where(Assignment.bulk_job_id == bulk_job_id, Assignment.ended_at.is_(None))
        .order_by(Assignment.case_id)
    ).all()
    back, kept = 0, []
    for done, row in enumerate(rows, start=1):
        if row.state is not CaseState.TO_ACCEPT:
            kept.append(Planned(row.case_id, row.case_no, refusal=f"案件已是“{row.state.label}”，未撤回"))
            continue
        cases.move(
            actor=actor,
            case_id=row.case_id,
            move="withdraw_assignment",
            reason="撤销批量指派",
            today=today,
            data={"undo_of": bulk_job_id},
        )
        back += 1
        if done % CHUNK == 0:
            progress(done, len(rows))
    record(
        session,
        "assignment:bulk:undone",
        f"撤销批量指派：{back} 件退回待指派，{len(kept)} 件保留",
        object_type="job",
        object_id=bulk_job_id,
    )
    return back, kept


# ---- how an assignment learns that it ended ------------------------------------------------------------------------

_ENDS = {
    "decline": AssignmentEnd.DECLINED,
    "recall": AssignmentEnd.TIMED_OUT,
    "withdraw_assignment": AssignmentEnd.WITHDRAWN,
    "change_mediator": AssignmentEnd.CHANGED,
}


@cases.follow()
def keep_assignment_in_step(case: Case, event: CaseEvent, actor: Actor) -> None:
    """Close, accept or renew the active assignment when the case moves."""
    session = db.session()
    active = session.scalar(
        select(Assignment).where(Assignment.case_id == case.id, Assignment.ended_at.is_(None)).with_for_update()
    )
    if event.move == "accept" and active is not None:
        active.accepted_on = case.accepted_on
        return
    ends = event.move in _ENDS
    over = case.state in (CaseState.CLOSED, CaseState.TERMINATED)
    if active is not None and (ends or over):
        undone = bool(event.data.get("undo_of"))
        active.ended_at = clock.now()
        active.end_kind = AssignmentEnd.UNDONE if undone else _ENDS.get(event.move, AssignmentEnd.CASE_ENDED)
        active.end_reason = event.detail
        session.flush()
    if event.move == "change_mediator" and (case.mediator_id or case.organisation_id):
        session.add(
            Assignment(
                court_id=case.court_id,
                case_id=case.id,
                mediator_id=case.mediator_id,
                organisation_id=case.organisation_id,
                assigned_on=case.assigned_on or clock.today(),
                assigned_by=actor.account_id,
                reason=event.detail or "更换调解员",
                response_due_on=case.response_due_on,
            )
        )
