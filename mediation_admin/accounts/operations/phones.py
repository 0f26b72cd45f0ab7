"""Changing somebody's phone for him: it is his way in, so it takes a proof, and both numbers are told."""

from sqlalchemy import select

from mediation_admin.accounts import queries, rules
from mediation_admin.accounts.enums import PhoneProof, SessionEnd
from mediation_admin.accounts.models import Account, PhoneChange
from mediation_admin.accounts.operations import ending, telling
from mediation_admin.accounts.operations.people import check_phone
from mediation_admin.audit.recording import record
from mediation_admin.core.crypto import mask_name, mask_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch


def change_phone(*, actor: Actor, account_id: int, phone: str, proof: PhoneProof, reason: str) -> PhoneChange:
    """Give an account another phone. The old number stops at once: sessions and open links end, the next sign-in is
    by the new one; both numbers get a message, and the change is kept for good.

    Refused: the same number; one that has an account; no reason; one's own phone (我的账号 does that); for a court,
    an administrator's phone and that of somebody with roles elsewhere (the support desk changes those).
    """
    session = db.session()
    account = fetch(session, Account, account_id, with_for_update=True)
    if account.id == actor.account_id:
        raise RuleBroken("不能更换自己的登录手机号，请由另一位管理员办理。", field="phone")
    if actor.court_id is not None:
        rules.check_court_may_change_phone(
            elsewhere=queries.works_outside(session, account.id, actor.court_id),
            administrator=queries.holds_administrator_role(session, account.id),
        )
    phone, reason = check_phone(phone), rules.check_phone_reason(reason)
    if phone == account.phone:
        raise RuleBroken("新手机号与现在的相同。", field="phone")
    held = queries.account_of_phone(session, phone)
    if held is not None:
        raise RuleBroken(f"新手机号已有账号（{mask_name(held.name)}），一个手机号只能属于一个账号。", field="phone")
    old = account.phone
    changed = PhoneChange(
        account_id=account.id,
        court_id=actor.court_id,
        old_phone=old,
        new_phone=phone,
        proof=proof,
        reason=reason,
        changed_by=actor.account_id,
        changed_by_name=actor.name,
    )
    session.add(changed)
    account.phone, account.phone_index = phone, queries.phone_index(phone)
    ending.end_sessions(session, account.id, SessionEnd.CREDENTIAL_CHANGED)
    ending.revoke_links(session, account.id)
    session.flush()
    record(
        session,
        "account:phone:changed",
        f"{account.name}的手机号由 {mask_phone(old)} 改为 {mask_phone(phone)}（{proof.label}）：{reason}",
        object_type="account",
        object_id=account.id,
        actor=actor,
    )
    telling.phone_changed(actor, account, old)
    return changed


def phone_changes(account_id: int) -> list[PhoneChange]:
    """A person's changes of phone, the latest first."""
    statement = select(PhoneChange).where(PhoneChange.account_id == account_id).order_by(PhoneChange.id.desc())
    return list(db.session.scalars(statement))
