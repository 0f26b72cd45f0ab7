"""Reads of approvals: what somebody has to decide, what he asked for."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from mediation_admin.approvals import kinds
from mediation_admin.approvals.enums import ApprovalState, Whose
from mediation_admin.approvals.models import Approval
from mediation_admin.core.scope import Actor
from mediation_admin.courts.models import Court


def state() -> ColumnElement[str]:
    """SQL: how a request stands now; the same as rules.state_at."""
    return case(
        (and_(Approval.state == ApprovalState.WAITING, Approval.expires_at <= func.now()), ApprovalState.EXPIRED.value),
        else_=Approval.state,
    )


def shown(actor: Actor) -> Select[Any]:
    """The requests this person has something to do with: asked, to decide, or decided."""
    return (
        select(
            Approval.id,
            Approval.kind,
            Approval.title,
            Approval.reason,
            Approval.asked_by_name,
            Approval.asked_at,
            Approval.expires_at,
            Approval.decided_by_name,
            Approval.decided_at,
            Court.name.label("court"),
            state().label("state"),
        )
        .outerjoin(Court, Court.id == Approval.court_id)
        .where(or_(*(whose(actor, one) for one in Whose), decidable(actor)))
    )


def whose(actor: Actor, relation: Whose) -> ColumnElement[bool]:
    """SQL: what the request is to this person."""
    if relation is Whose.ASKED:
        return Approval.asked_by == actor.account_id
    if relation is Whose.DECIDED:
        return Approval.decided_by == actor.account_id
    return and_(
        decidable(actor),
        Approval.state == ApprovalState.WAITING,
        Approval.expires_at > func.now(),
        Approval.asked_by != actor.account_id,
        Approval.about_id.is_distinct_from(actor.account_id),
    )


def decidable(actor: Actor) -> ColumnElement[bool]:
    """SQL: of a kind this role decides, in its court or, for the platform, in any."""
    codes = kinds.decided_with(actor)
    if not codes:
        return false()
    found = Approval.kind.in_(codes)
    return found if actor.court_id is None else and_(found, Approval.court_id == actor.court_id)


def count_to_decide(session: Session, actor: Actor) -> int:
    """How many requests wait for this person."""
    if not kinds.decided_with(actor):
        return 0
    return session.scalar(select(func.count()).select_from(Approval).where(whose(actor, Whose.TO_DECIDE))) or 0


def waiting_for(session: Session, key: str) -> Approval | None:
    """The request for this very thing that waits now."""
    return session.scalar(select(Approval).where(Approval.key == key, Approval.state == ApprovalState.WAITING))
