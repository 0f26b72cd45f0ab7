"""Assigning one case, with the ranking kept as the reason.

The case's state is written by ``cases.operations.move`` (row locked); the partial unique index on active assignments is
the second guard: two clerks at once never assign one case twice.
"""

from datetime import date
from typing import Any

from mediation_admin.assignment import queries, rules
from mediation_admin.assignment.enums import Exclusion
from mediation_admin.assignment.models import Assignment
from mediation_admin.cases import operations as cases
from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.lifecycle import MOVES, refusal_of
from mediation_admin.cases.models import Case
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch

# How much of the ranking is kept with the assignment: enough to answer 为什么是他 and 为什么不是他 later.
KEPT_OFFERED = 20
KEPT_EXCLUDED = 100
# The key under which a move's event says that its assignment is written here, with its place in the ranking.
OWN = "assignment"


def rank_case(case: Case, *, today: date | None = None) -> rules.Ranking:
    """The candidates for one case, now. Who holds the case already is not offered it again."""
    today = today or clock.today()
    pool = [m for m in queries.pool_of(db.session(), case.court_id, today) if m.mediator_id != case.mediator_id]
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
    """Assign one case to a mediator of the court's roster (T3).

    Refuses (RuleBroken): a mediator whom a rule excludes — a namesake of a party may be confirmed to be another
    person with ``confirmed_not_same_person`` and a reason —, a case that somebody else assigned meanwhile, and what
    the lifecycle's T3 refuses (R01 where the court has set it). Source: 在线调解规则 §12, §13.
    """
    today = today or clock.today()
    case = _locked(case_id, "assign", today)
    ranking = rank_case(case, today=today)
    _refuse_excluded(ranking, mediator_id, confirmed_not_same_person, reason)
    # The organisation a case was sent to stays with it; it is not named anew by the assignment.
    organisation_id = case.organisation_id
    words = reason.strip() or reason_of(ranking, mediator_id)
    case = cases.move(
        actor=actor,
        case_id=case.id,
        move="assign",
        mediator_id=mediator_id,
        organisation_id=organisation_id,
        reason=words,
        data={OWN: place_of(ranking, mediator_id)},
        today=today,
    )
    return _add(
        assignment_for(
            case, actor, words, today, ranking=as_json(ranking), organisation_stays=organisation_id is not None
        )
    )


def assign_organisation(
    *, actor: Actor, case_id: int, organisation_id: int, reason: str = "", today: date | None = None
) -> Assignment:
    """Assign one case to an organisation, which names its own mediator afterwards.

    An organisation bound to a ministry goes by 总对总调解 (T4), another by 指派 (T3).
    """
    today = today or clock.today()
    _locked(case_id, "assign", today)
    words = reason.strip() or "交由调解组织确定调解员"
    ministry = queries.ministry_of(db.session(), organisation_id)
    case = cases.move(
        actor=actor,
        case_id=case_id,
        move="assign_ministry" if ministry else "assign",
        organisation_id=organisation_id,
        reason=words,
        data={OWN: {}},
        today=today,
    )
    return _add(assignment_for(case, actor, words, today))


def change_mediator(
    *, actor: Actor, case_id: int, mediator_id: int, reason: str, today: date | None = None
) -> Assignment:
    """Give a case under mediation to another mediator (T15b, 在线调解规则 §14): the old assignment ends, a new one starts.

    Refuses an excluded mediator and an empty reason.
    """
    today = today or clock.today()
    case = _locked(case_id, "change_mediator", today)
    ranking = rank_case(case, today=today)
    _refuse_excluded(ranking, mediator_id, False, reason)
    organisation_id = case.organisation_id
    case = cases.move(
        actor=actor,
        case_id=case.id,
        move="change_mediator",
        mediator_id=mediator_id,
        organisation_id=organisation_id,
        reason=reason.strip(),
        data={OWN: place_of(ranking, mediator_id)},
        today=today,
    )
    return _add(
        assignment_for(
            case, actor, reason.strip(), today, ranking=as_json(ranking), organisation_stays=organisation_id is not None
        )
    )


def withdraw(*, actor: Actor, case_id: int, reason: str, today: date | None = None) -> Case:
    """Take back an assignment that nobody has accepted yet (T3b); the assignment is ended, not deleted."""
    return cases.move(actor=actor, case_id=case_id, move="withdraw_assignment", reason=reason, today=today)


def assignment_for(case: Case, actor: Actor, reason: str, today: date, **values: Any) -> Assignment:
    """The row of an assignment the case has just been given."""
    return Assignment(
        court_id=case.court_id,
        case_id=case.id,
        mediator_id=case.mediator_id,
        organisation_id=case.organisation_id,
        assigned_at=clock.now(),
        assigned_on=today,
        assigned_by=actor.account_id,
        reason=reason,
        response_due_on=case.response_due_on,
        **values,
    )


def _add(assignment: Assignment) -> Assignment:
    db.session.add(assignment)
    db.session.flush()
    return assignment


def refusal(case: Case, today: date) -> RuleBroken | None:
    """Why nobody can be picked for the case now, whoever it would be; None if somebody can."""
    name = "change_mediator" if case.state is CaseState.MEDIATING else "assign"
    return _refused(case, name, today)


def _refused(case: Case, name: str, today: date) -> RuleBroken | None:
    refused = refusal_of(MOVES[name], cases.facts_of(case, today=today, move=name))
    return RuleBroken(refused.message, field=refused.field, repair=refused.repair) if refused else None


def _locked(case_id: int, name: str, today: date) -> Case:
    """The case under lock; what somebody else did meanwhile is said before anything is ranked."""
    case = fetch(db.session(), Case, case_id, with_for_update=True)
    refused = _refused(case, name, today)
    if refused is not None:
        raise refused
    return case


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
        raise RuleBroken("该调解员不在候选名单中，请从候选名单中选择。", field="mediator_id")


def place_of(ranking: rules.Ranking, mediator_id: int) -> dict[str, Any]:
    """Place and points of the one who was chosen; empty for one who was confirmed against an exclusion."""
    for place, ranked in enumerate(ranking.offered, start=1):
        if ranked.facts.mediator_id == mediator_id:
            return {"place": place, "points": ranked.total}
    return {}


def reason_of(ranking: rules.Ranking, mediator_id: int) -> str:
    """The reason where the clerk wrote none: the place and the two factors that earned most of their points."""
    for place, ranked in enumerate(ranking.offered, start=1):
        if ranked.facts.mediator_id == mediator_id:
            best = sorted(ranked.points, key=lambda p: -p.points / rules.WEIGHTS[p.factor])[:2]
            return f"推荐第 {place} 位（{ranked.total:g} 分）：" + "；".join(p.why for p in best)
    return "按工作安排指派"


def as_json(ranking: rules.Ranking, offered: int = KEPT_OFFERED, excluded: int = KEPT_EXCLUDED) -> dict[str, Any]:
    """The ranking as it is kept with the assignment."""
    return {
        "offered": [
            {
                "id": r.facts.mediator_id,
                "name": r.facts.name,
                "total": r.total,
                "points": [{"factor": p.factor.value, "points": p.points, "why": p.why} for p in r.points],
            }
            for r in ranking.offered[:offered]
        ],
        "excluded": [
            {"id": e.facts.mediator_id, "name": e.facts.name, "rule": e.rule.value, "why": e.why}
            for e in ranking.excluded[:excluded]
        ],
        "candidates": len(ranking.offered),
    }
