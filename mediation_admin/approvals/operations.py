"""Asking, approving, refusing, withdrawing. All flush, none commits; each leaves its line in the audit."""

from typing import Any

from sqlalchemy import select, update

from mediation_admin.approvals import kinds, rules
from mediation_admin.approvals.enums import ApprovalState
from mediation_admin.approvals.models import Approval
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor, fetch

_approvals = Approval.__table__


def ask(
    *,
    actor: Actor,
    kind: str,
    key: str,
    title: str,
    reason: str,
    payload: dict[str, Any],
    court_id: int | None,
    about_id: int | None = None,
) -> Approval:
    """Ask somebody else to decide. ``title`` says what, in a sentence without personal numbers.

    Refused: without a reason; the same thing (``key``) while it is waiting already.
    """
    session = db.session()
    wanted = kinds.kind_of(kind)
    reason = rules.check_reason(reason)
    moment = clock.now()
    # One that waited too long makes room for the new one.
    session.execute(
        update(_approvals)
        .where(_approvals.c.key == key, _approvals.c.state == ApprovalState.WAITING, _approvals.c.expires_at <= moment)
        .values(state=ApprovalState.EXPIRED, decided_at=moment)
    )
    if session.scalar(select(Approval.id).where(Approval.key == key, Approval.state == ApprovalState.WAITING)):
        raise RuleBroken(f"同样的申请已在等待审批（由{wanted.deciders}审批），请勿重复提交。", repair="/approvals/")
    made = Approval(
        kind=kind,
        key=key,
        title=title,
        reason=reason,
        payload=payload,
        court_id=court_id,
        about_id=about_id,
        asked_by=actor.account_id,
        asked_by_name=actor.name,
        asked_court_id=actor.court_id,
        asked_role=actor.role,
        asked_at=moment,
        expires_at=moment + rules.LASTS,
        state=ApprovalState.WAITING,
    )
    session.add(made)
    session.flush()
    _record(made, "asked", f"申请{title}，理由：{reason}", actor)
    if wanted.asked is not None:
        wanted.asked(made)
    return made


def approve(*, actor: Actor, approval_id: int, note: str = "") -> Approval:
    """批准: it is done in the same transaction. Refused: one's own request, one about oneself, one that no longer waits,
    and whatever the kind refuses now; a kind this role does not decide, or another court's, does not exist (NotFound)."""
    approval = _locked(actor, approval_id)
    kinds.kind_of(approval.kind).apply(actor, approval)
    return _decide(actor, approval, ApprovalState.APPROVED, note.strip(), "批准")


def refuse(*, actor: Actor, approval_id: int, note: str) -> Approval:
    """拒绝, with a reason for the asker. Refused: as ``approve``; without a reason."""
    said = note.strip()
    if not said:
        raise RuleBroken("请写明拒绝的原因，申请人会看到。", field="note")
    return _decide(actor, _locked(actor, approval_id), ApprovalState.REFUSED, said, "拒绝")


def withdraw(*, actor: Actor, approval_id: int) -> Approval:
    """撤回 one's own request. Refused: one that no longer waits; somebody else's does not exist (NotFound)."""
    approval = fetch(db.session(), Approval, approval_id, with_for_update=True)
    if approval.asked_by != actor.account_id:
        raise NotFound(f"approval {approval_id}")
    rules.check_waits(rules.state_at(approval.state, approval.expires_at, clock.now()))
    _withdraw(approval)
    _record(approval, "withdrawn", f"撤回申请：{approval.title}", actor)
    return approval


def withdraw_for(*, actor: Actor, approval: Approval) -> Approval:
    """Withdraw the waiting request of somebody who leaves."""
    _withdraw(approval)
    _record(approval, "withdrawn", f"申请人离开，撤回{approval.asked_by_name}的申请：{approval.title}", actor)
    return approval


def _withdraw(approval: Approval) -> None:
    approval.state, approval.decided_at = ApprovalState.WITHDRAWN, clock.now()
    db.session().flush()


def may_decide(actor: Actor, approval: Approval) -> bool:
    """Whether this role decides such requests of this court; whose request it is, is asked apart."""
    reaches = actor.court_id is None or actor.court_id == approval.court_id
    return reaches and actor.may(kinds.kind_of(approval.kind).permission)


def _locked(actor: Actor, approval_id: int) -> Approval:
    # Two deciders at once: the second finds it decided.
    approval = fetch(db.session(), Approval, approval_id, with_for_update=True)
    kind = kinds.kind_of(approval.kind)
    if not may_decide(actor, approval):
        raise NotFound(f"approval {approval_id}")
    rules.check_waits(rules.state_at(approval.state, approval.expires_at, clock.now()))
    rules.check_is_another(
        account_id=actor.account_id, asked_by=approval.asked_by, about_id=approval.about_id, deciders=kind.deciders
    )
    return approval


def _decide(actor: Actor, approval: Approval, state: ApprovalState, note: str, word: str) -> Approval:
    approval.state, approval.note = state, note
    approval.decided_by, approval.decided_by_name, approval.decided_at = actor.account_id, actor.name, clock.now()
    db.session().flush()
    said = f"，意见：{note}" if note else ""
    _record(approval, state.value, f"{word}{approval.asked_by_name}的申请：{approval.title}{said}", actor)
    kind = kinds.kind_of(approval.kind)
    if kind.decided is not None:
        kind.decided(approval)
    return approval


def _record(approval: Approval, verb: str, sentence: str, actor: Actor) -> None:
    record(
        db.session(),
        f"approval:request:{verb}",
        sentence,
        object_type="approval",
        object_id=approval.id,
        court_id=approval.court_id,
        actor=actor,
    )
