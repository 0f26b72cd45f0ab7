"""Accounts come, are switched off and on."""

import re
from collections.abc import Iterable

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from mediation_admin.accounts import queries
from mediation_admin.accounts.enums import SessionEnd
from mediation_admin.accounts.models import Account
from mediation_admin.accounts.operations import ending, telling
from mediation_admin.accounts.operations.roles import grant_role, keep_an_administrator
from mediation_admin.core import clock
from mediation_admin.core.crypto import mask_name, normalise_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.pinyin import name_pinyin
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.permissions import Role

_accounts = Account.__table__
_PHONE = re.compile(r"1\d{10}")


class PhoneTaken(RuleBroken):
    """The phone has an account already. ``account_id`` is whose; the sentence names him masked."""

    def __init__(self, message: str, account_id: int) -> None:
        super().__init__(message, field="phone")
        self.account_id = account_id


def create_account(*, actor: Actor, name: str, phone: str, roles: Iterable[tuple[Role, int | None]] = ()) -> Account:
    """Add a person with the roles (role, court id) he starts with; he has no password until he sets one by a link.

    Refused: an empty name, a phone that is no mobile number, a phone that has an account already (PhoneTaken: its
    masked name is said, so that the role can be added there instead), and whatever ``grant_role`` refuses.
    """
    session = db.session()
    name, phone = check_name(name), check_phone(phone)
    _check_free(phone)
    account = Account(name=name, phone=phone, phone_index=queries.phone_index(phone))
    set_name(account, name)
    try:
        with session.begin_nested():
            session.add(account)
            session.flush()
    except IntegrityError:
        # Somebody else entered the same person at the same moment.
        _check_free(phone)
        raise
    for role, court_id in roles:
        grant_role(actor=actor, account=account, role=role, court_id=court_id)
    return account


def _check_free(phone: str) -> None:
    held = queries.account_of_phone(db.session(), phone)
    if held is not None:
        raise PhoneTaken(
            f"手机号已有账号（{mask_name(held.name)}）。一人只有一个账号：请打开该用户，为其增加角色。", held.id
        )


def set_name(account: Account, name: str) -> None:
    """A name with its pinyin, by which lists find it."""
    account.name = name
    account.name_pinyin, account.name_initials = name_pinyin(name)


def check_name(name: str) -> str:
    """The name as it is kept. Refuses an empty one."""
    said = name.strip()
    if not said:
        raise RuleBroken("请填写姓名。", field="name")
    return said


def check_phone(phone: str) -> str:
    """The phone as it is kept. Refuses what is no mobile number."""
    digits = normalise_phone(phone)
    if not _PHONE.fullmatch(digits):
        raise RuleBroken("请输入 11 位手机号。", field="phone")
    return digits


def disable_account(*, actor: Actor, account_id: int) -> Account:
    """Switch an account off: every session ends at once, open links stop working (S7).

    Refused: one's own account; for a court, somebody who works elsewhere too; the last active administrator.
    """
    session = db.session()
    account = fetch(session, Account, account_id, with_for_update=True)
    if account.id == actor.account_id:
        raise RuleBroken("不能停用自己的账号，请由另一位管理员办理。")
    if account.disabled_at is not None:
        raise RuleBroken("这个账号已经停用。")
    if actor.court_id is not None and queries.works_outside(session, account.id, actor.court_id):
        raise RuleBroken(
            "该用户还有本院以外的角色，停用会影响那里的工作。请办理“离开本院”；停用整个账号请联系系统管理员。"
        )
    keep_an_administrator(actor, account.id)
    account.disabled_at, account.disabled_court_id = clock.now(), actor.court_id
    ending.end_sessions(session, account.id, SessionEnd.ACCOUNT_DISABLED)
    ending.revoke_links(session, account.id)
    session.flush()
    telling.switched_off(actor, account)
    return account


def enable_account(*, actor: Actor, account_id: int) -> Account:
    """Switch an account on again, with the roles it still holds and without a lock left from before.

    Refused: a court, for an account the platform or another court switched off.
    """
    account = fetch(db.session(), Account, account_id, with_for_update=True)
    if account.disabled_at is None:
        raise RuleBroken("这个账号没有停用。")
    if actor.court_id is not None and account.disabled_court_id != actor.court_id:
        raise RuleBroken("这个账号不是本院停用的，请联系系统管理员启用。")
    account.disabled_at, account.disabled_court_id = None, None
    account.failed_count, account.locked_until = 0, None
    db.session().flush()
    telling.switched_on(actor, account)
    return account


def set_preferences(*, actor: Actor, theme: str, text: str, single_keys: bool) -> None:
    """Keep how the pages shall look to the actor. Nobody else's business, so the audit has no line of it."""
    db.session().execute(
        update(_accounts)
        .where(_accounts.c.id == actor.account_id)
        .values(preferences={"theme": theme, "text": text, "single_keys": single_keys})
    )
