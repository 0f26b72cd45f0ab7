"""What support does for a person. Each step takes a reason, is in the audit, is told to the person by SMS and stands on
his own page. Support never sees or sets a password (S6): it sends links to the number on record."""

from collections.abc import Callable

from mediation_admin.accounts import operations as accounts
from mediation_admin.accounts import queries as account_queries
from mediation_admin.accounts.enums import AccountState, PhoneProof, SessionEnd
from mediation_admin.accounts.models import Account
from mediation_admin.accounts.operations import ending
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.crypto import mask_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.pictures import Upload
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.notices import operations as notices
from mediation_admin.notices.templates import Template
from mediation_admin.notices.vendors.settings import public_address
from mediation_admin.support import queries, rules, store
from mediation_admin.support.enums import ProofKind, SupportStep
from mediation_admin.support.models import Proof, SupportAct


def unlock(*, actor: Actor, account_id: int, reason: str) -> SupportAct:
    """Lift the pause after wrong passwords. Refused: an account that is not locked, and whatever ``_begin`` refuses."""
    account, reason = _begin(actor, account_id, reason)
    if account_queries.state_of(account) is not AccountState.LOCKED:
        raise RuleBroken("账号没有被锁定，无需解锁。")
    account.locked_until, account.failed_count = None, 0
    return _done(actor, account, SupportStep.UNLOCKED, reason)


def end_sessions(*, actor: Actor, account_id: int, reason: str) -> SupportAct:
    """End every sign-in of a person at once. Refused: where there is none, and whatever ``_begin`` refuses."""
    account, reason = _begin(actor, account_id, reason)
    count = ending.end_sessions(db.session(), account.id, SessionEnd.ENDED_BY_STAFF)
    if not count:
        raise RuleBroken("该用户现在没有登录，无需结束。")
    return _done(actor, account, SupportStep.SESSIONS_ENDED, reason, result=f"结束 {count} 处登录")


def send_link(*, actor: Actor, account_id: int, reason: str) -> SupportAct:
    """Send the link by which a person sets a (new) password, to the number on record and nowhere else.

    Refused: an account that is switched off, more links than the number may get, and whatever ``_begin`` refuses.
    """
    account, reason = _begin(actor, account_id, reason)
    return _send_link(actor, account, reason, None)


def let_in_by_work_card(*, actor: Actor, account_id: int, reason: str, organisation: str, upload: Upload) -> SupportAct:
    """Help somebody of a ministry's organisation back in after looking at the work card: the card's picture is kept
    with the organisation's name, the link goes to the number on record (seeds/001 六.2(1)). Refused: as ``send_link``."""
    account, reason = _begin(actor, account_id, reason)
    proof = _keep_proof(actor, account, ProofKind.WORK_CARD, upload, organisation)
    return _send_link(actor, account, reason, proof)


def correct_phone(
    *,
    actor: Actor,
    account_id: int,
    reason: str,
    phone: str,
    kind: ProofKind,
    upload: Upload,
    organisation: str = "",
) -> SupportAct:
    """Give an account the number its owner has now, after a recorded proof. Both numbers are told, sessions and links
    end. Refused: a number that has an account, and whatever ``_begin`` refuses."""
    account, reason = _begin(actor, account_id, reason)
    proof = _keep_proof(actor, account, kind, upload, organisation)
    old = mask_phone(account.phone)
    accounts.change_phone(actor=actor, account_id=account.id, phone=phone, proof=PhoneProof.SUPPORT, reason=reason)
    result = f"{old} 改为 {mask_phone(account.phone)}"
    return _done(actor, account, SupportStep.PHONE_CORRECTED, reason, result=result, proof=proof)


def reset_factor(
    *, actor: Actor, account_id: int, reason: str, kind: ProofKind, upload: Upload, organisation: str = ""
) -> SupportAct:
    """Take the second factor off the account of somebody who has lost the authenticator and every recovery code, after
    a recorded proof. The password stays, sessions end. Refused: an account without one, one's own, the three
    administrators (at the server only), and a proof as ``correct_phone``."""
    account, reason = _begin(actor, account_id, reason, queries.why_not_reset_factor)
    proof = _keep_proof(actor, account, kind, upload, organisation)
    accounts.reset_second_factor(actor=actor, account_id=account.id, reason=reason)
    return _done(actor, account, SupportStep.SECOND_FACTOR_RESET, reason, result="原验证器和恢复码作废", proof=proof)


def note_identity_step(*, actor: Actor, account_id: int, approved: bool, result: str) -> SupportAct:
    """Put the decision of an identity review among what support did for a person."""
    step = SupportStep.IDENTITY_APPROVED if approved else SupportStep.IDENTITY_REFUSED
    act = SupportAct(
        account_id=account_id,
        step=step,
        reason="实名人工审核",
        result=result,
        actor_id=actor.account_id,
        actor_name=actor.name,
        at=clock.now(),
    )
    db.session().add(act)
    return act


def look_at_proof(*, actor: Actor, proof_id: int) -> tuple[Proof, bytes]:
    """A kept proof in clear; each look is in the audit."""
    proof = fetch(db.session(), Proof, proof_id)
    held = store.content(proof.file_name)
    record(
        db.session(),
        "support:proof:viewed",
        f"查看了用户（编号 {proof.account_id}）的{proof.kind.label}影像（编号 {proof.id}）",
        object_type="account",
        object_id=proof.account_id,
        actor=actor,
    )
    return proof, held


def _begin(
    actor: Actor, account_id: int, reason: str, why_not: Callable[..., str | None] = queries.why_not_help
) -> tuple[Account, str]:
    """The account, locked, and the reason as kept. Refused: no reason, one's own account, the three administrators,
    and whatever ``why_not(session, actor, account id)`` says."""
    reason = rules.check_reason(reason)
    account = fetch(db.session(), Account, account_id, with_for_update=True)
    why = why_not(db.session(), actor, account.id)
    if why is not None:
        raise RuleBroken(why)
    return account, reason


def _send_link(actor: Actor, account: Account, reason: str, proof: Proof | None) -> SupportAct:
    invited = account.password_hash is None
    if invited:
        token = accounts.create_invitation(actor=actor, account_id=account.id)
    else:
        token = accounts.create_reset_link(actor=actor, account_id=account.id)
    notices.send(
        actor=actor,
        template=Template.INVITATION if invited else Template.RESET_LINK,
        phone=account.phone,
        facts={"name": account.name, "link": public_address(f"/sign-in/link/{token}")},
    )
    step = SupportStep.INVITED_AGAIN if invited else SupportStep.LINK_SENT
    if proof is not None:
        step = SupportStep.LET_IN_BY_WORK_CARD
    result = f"链接已发往 {account.phone_masked}"
    return _done(actor, account, step, reason, result=result, proof=proof)


def _keep_proof(actor: Actor, account: Account, kind: ProofKind, upload: Upload, organisation: str) -> Proof:
    organisation = organisation.strip()
    if kind is ProofKind.WORK_CARD and not organisation:
        raise RuleBroken("请填写工作证上的单位或组织名称。", field="organisation")
    name, digest = store.keep(upload)
    proof = Proof(
        account_id=account.id,
        kind=kind,
        organisation=organisation,
        file_name=name,
        mime=upload.mime,
        sha256=digest,
        kept_by=actor.account_id,
        at=clock.now(),
    )
    db.session().add(proof)
    db.session().flush()
    return proof


def _done(
    actor: Actor, account: Account, step: SupportStep, reason: str, *, result: str = "", proof: Proof | None = None
) -> SupportAct:
    session = db.session()
    moment = clock.now()
    act = SupportAct(
        account_id=account.id,
        step=step,
        reason=reason,
        result=result,
        proof_id=proof.id if proof else None,
        actor_id=actor.account_id,
        actor_name=actor.name,
        at=moment,
    )
    session.add(act)
    session.flush()
    shown = f"，凭{proof.kind.label}" + (f"（{proof.organisation}）" if proof.organisation else "") if proof else ""
    record(
        session,
        f"support:account:{step.value}",
        f"为{account.name}办理“{step.label}”{shown}{f'：{result}' if result else ''}，理由：{reason}",
        object_type="account",
        object_id=account.id,
        actor=actor,
    )
    notices.send(
        actor=actor,
        template=Template.SUPPORT_ACTED,
        phone=account.phone,
        facts={"name": account.name, "when": moment_text(moment), "what": step.label},
    )
    return act
