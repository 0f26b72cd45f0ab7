"""Accounts come, get roles, lose them, are switched off and on."""

import re
from collections.abc import Iterable

from sqlalchemy import update

from mediation_admin.accounts import queries, rules
from mediation_admin.accounts.enums import SessionEnd
from mediation_admin.accounts.models import Account, RoleGrant
from mediation_admin.accounts.operations import ending
from mediation_admin.core import clock
from mediation_admin.core.crypto import mask_name, normalise_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor, fetch, scope_of
from mediation_admin.permissions import Role

_accounts = Account.__table__
_PHONE = re.compile(r"1\d{10}")


def create_account(*, actor: Actor, name: str, phone: str, roles: Iterable[tuple[Role, int | None]] = ()) -> Account:
    """Add a person with the roles (role, court id) he starts with; he has no password until he sets one by a link.

    Refused: an empty name, a phone that is no mobile number, a phone that has an account already (its masked name is
    said, so that the role can be added there instead), and whatever ``grant_role`` refuses.
    """
    session = db.session()
    name = name.strip()
    phone = normalise_phone(phone)
    if not name:
        raise RuleBroken("请填写姓名。", field="name")
    if not _PHONE.fullmatch(phone):
        raise RuleBroken("请输入 11 位手机号。", field="phone")
    held = queries.account_of_phone(session, phone)
    if held is not None:
        raise RuleBroken(
            f"手机号已有账号（{mask_name(held.name)}）。一人只有一个账号：请打开该用户，为其增加角色。", field="phone"
        )
    account = Account(name=name, phone=phone, phone_index=queries.phone_index(phone))
    session.add(account)
    session.flush()
    for role, court_id in roles:
        grant_role(actor=actor, account=account, role=role, court_id=court_id)
    return account


def grant_role(*, actor: Actor, account: Account, role: Role, court_id: int | None = None) -> RoleGrant:
    """Give a person a role; it can be worked in from the next sign-in or switch of role.

    Refused: a court role without court and the reverse; a second of the three administrators; one of the three at a
    screen (it takes two people); a role held already; a court outside the actor's scope (NotFound).
    """
    session = db.session()
    rules.check_role_has_its_court(role, court_id)
    rules.check_may_grant(by_operator=actor.account_id is None, role=role)
    _check_court(court_id)
    # Two grants at once to one person wait for each other here.
    account = queries.own_account(session, account.id)
    held = queries.roles_held(session, account.id)
    rules.check_administrators_stay_apart(role, [one.role for one in held])
    if any(one.role is role and one.court_id == court_id for one in held):
        raise RuleBroken(f"该用户已经有“{role.label}”这个角色。", field="role")
    grant = RoleGrant(
        account_id=account.id, role=role, court_id=court_id, granted_at=clock.now(), granted_by=actor.account_id
    )
    session.add(grant)
    session.flush()
    return grant


def revoke_role(*, actor: Actor, grant_id: int) -> RoleGrant:
    """Take a role back; whoever works in it is out of it at the next request. Refused: a role taken back already,
    one's own role, a row outside the actor's scope (NotFound)."""
    session = db.session()
    grant = fetch(session, RoleGrant, grant_id, with_for_update=True)
    _check_court(grant.court_id)
    if grant.revoked_at is not None:
        raise RuleBroken("这个角色已经收回。")
    if grant.account_id == actor.account_id:
        raise RuleBroken("不能收回自己的角色，请由另一位管理员办理。")
    grant.revoked_at, grant.revoked_by = clock.now(), actor.account_id
    session.flush()
    return grant


def disable_account(*, actor: Actor, account_id: int) -> Account:
    """Switch an account off: every session ends at once, open links stop working. Refused: one's own account."""
    session = db.session()
    account = fetch(session, Account, account_id, with_for_update=True)
    if account.id == actor.account_id:
        raise RuleBroken("不能停用自己的账号，请由另一位管理员办理。")
    if account.disabled_at is not None:
        raise RuleBroken("这个账号已经停用。")
    account.disabled_at = clock.now()
    ending.end_sessions(session, account.id, SessionEnd.ACCOUNT_DISABLED)
    ending.revoke_links(session, account.id)
    session.flush()
    return account


def enable_account(*, actor: Actor, account_id: int) -> Account:
    """Switch an account on again, with the roles it still holds and without a lock left from before."""
    account = fetch(db.session(), Account, account_id, with_for_update=True)
    if account.disabled_at is None:
        raise RuleBroken("这个账号没有停用。")
    account.disabled_at, account.failed_count, account.locked_until = None, 0, None
    db.session().flush()
    return account


def set_preferences(*, actor: Actor, theme: str, text: str, single_keys: bool) -> None:
    """Keep how the pages shall look to the actor. Nobody else's business, so the audit has no line of it."""
    db.session().execute(
        update(_accounts)
        .where(_accounts.c.id == actor.account_id)
        .values(preferences={"theme": theme, "text": text, "single_keys": single_keys})
    )


def _check_court(court_id: int | None) -> None:
    scope = scope_of(db.session())
    if scope is None or scope.court_ids is None or scope.platform:
        return
    if court_id not in (scope.write_court_ids or ()):
        raise NotFound(f"court {court_id}")
