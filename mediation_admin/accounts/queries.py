"""Reads of accounts: who is signed in, who holds which role, what the lists show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Row, Select, and_, bindparam, case, func, literal, select, true
from sqlalchemy.orm import Session, aliased, object_session

from mediation_admin.accounts import password_rules, rules
from mediation_admin.accounts.enums import AccountState, PasswordProfile
from mediation_admin.accounts.models import (
    Account,
    FormerPassword,
    LoginSession,
    OneTimeLink,
    RoleGrant,
    SecurityPolicy,
)
from mediation_admin.core import clock
from mediation_admin.core.admin import preferences
from mediation_admin.core.admin.models import ListPreference
from mediation_admin.core.crypto import blind_index, normalise_phone
from mediation_admin.core.scope import unfenced
from mediation_admin.courts.models import Court
from mediation_admin.permissions import EXCLUSIVE_ROLES, Role

_accounts, _grants, _sessions, _courts, _preferences, _policy = (
    Account.__table__,
    RoleGrant.__table__,
    LoginSession.__table__,
    Court.__table__,
    ListPreference.__table__,
    SecurityPolicy.__table__,
)


def phone_index(phone: str) -> bytes | None:
    """The blind index of a phone as typed."""
    return blind_index("phone", normalise_phone(phone))


# -- who is signed in -----------------------------------------------------------------------------------------------

# Every request asks this, before any scope exists: Core columns, joins by key only, one statement made once.
_SIGNED_IN = (
    select(
        _sessions.c.id,
        _sessions.c.account_id,
        _sessions.c.created_at,
        _sessions.c.seen_at,
        _accounts.c.name,
        _accounts.c.must_change_password,
        _accounts.c.password_changed_at,
        _accounts.c.preferences,
        _grants.c.id.label("grant_id"),
        _grants.c.role,
        _grants.c.court_id,
        _courts.c.name.label("court_name"),
        _policy.c.profile,
        _policy.c.idle_minutes,
        _policy.c.absolute_hours,
        # What the person prefers on the list that is asked for, if it is one: read along, it costs no statement.
        select(preferences.AS_ONE_VALUE)
        .where(_preferences.c.account_id == _sessions.c.account_id, _preferences.c.list_code == bindparam("list_code"))
        .scalar_subquery()
        .label("list_preference"),
    )
    .join(_accounts, and_(_accounts.c.id == _sessions.c.account_id, _accounts.c.disabled_at.is_(None)))
    .outerjoin(_grants, and_(_grants.c.id == _sessions.c.grant_id, _grants.c.revoked_at.is_(None)))
    .outerjoin(_courts, _courts.c.id == _grants.c.court_id)
    .outerjoin(_policy, true())
    .where(_sessions.c.token_hash == bindparam("token_hash"), _sessions.c.ended_at.is_(None))
)


def signed_in(session: Session, token_hash: bytes, list_code: str = "") -> Row[Any] | None:
    """The live session behind a token with its account, the role in use and what the frame of a page shows.

    Sent as text, since every request pays for it: nothing in it is fenced, and its values are the driver's own.
    """
    connection = session.connection()
    sent = connection.exec_driver_sql(_as_text(connection.dialect), {"token_hash": token_hash, "list_code": list_code})
    return sent.one_or_none()


@lru_cache(maxsize=1)
def _as_text(dialect: Dialect) -> str:
    return str(_SIGNED_IN.compile(dialect=dialect))


def policy_read_along(row: Row[Any]) -> rules.Policy:
    """The security policy that ``signed_in`` read along with a session."""
    if row.profile is None:
        return rules.Policy()
    return rules.Policy(PasswordProfile(row.profile), row.idle_minutes, row.absolute_hours)


def policy(session: Session) -> rules.Policy:
    """The security policy that holds now."""
    row = session.execute(select(_policy.c.profile, _policy.c.idle_minutes, _policy.c.absolute_hours)).one_or_none()
    return rules.Policy() if row is None else policy_read_along(row)


def policy_row(session: Session) -> SecurityPolicy | None:
    """The row of the policy to be changed, locked; None before the first change."""
    return session.scalar(select(SecurityPolicy).with_for_update())


def requirements_of(session: Session, account: Account | None) -> password_rules.Requirements:
    """What the policy asks of an account's password; None: of somebody who has no account yet."""
    return password_rules.requirements(policy(session).profile)


def former_passwords(session: Session, account_id: int, count: int) -> Sequence[str]:
    """The hashes of the passwords a person gave up last."""
    statement = select(FormerPassword.password_hash).where(FormerPassword.account_id == account_id)
    return session.scalars(statement.order_by(FormerPassword.id.desc()).limit(count)).all()


def names_of_courts(session: Session, account_id: int) -> set[str]:
    """The names, short names, codes and pinyin of the courts a person works in: what others would try as a password."""
    columns = (_courts.c.name, _courts.c.short_name, _courts.c.code, _courts.c.pinyin)
    rows = session.execute(
        select(*columns)
        .join(_grants, _grants.c.court_id == _courts.c.id)
        .where(_grants.c.account_id == account_id, _grants.c.revoked_at.is_(None))
    )
    found = {word for row in rows for word in row if word}
    return found | {word.removesuffix("人民法院").removesuffix("renminfayuan") for word in found}


def count_older_passwords(session: Session, moment: datetime) -> int:
    """How many accounts in use have a password that was set before the moment."""
    return session.scalar(
        select(func.count())
        .select_from(_accounts)
        .where(_accounts.c.disabled_at.is_(None), _accounts.c.password_changed_at <= moment)
    )


def sessions_of(session: Session, account_id: int) -> Sequence[LoginSession]:
    """A person's own open sessions, the latest first. Asked by the owner, whatever the role in use."""
    statement = (
        select(LoginSession)
        .where(LoginSession.account_id == account_id, LoginSession.ended_at.is_(None))
        .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
    )
    return session.scalars(unfenced(statement, "a person's own sessions")).all()


# -- roles ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role a person can work in now."""

    grant_id: int
    role: Role
    court_id: int | None
    court_name: str

    @property
    def label(self) -> str:
        """法官 · 南阳市宛城区人民法院."""
        return f"{self.role.label} · {self.court_name}" if self.court_name else self.role.label


def roles_held(session: Session, account_id: int) -> list[HeldRole]:
    """The roles a person holds now, over all courts: they are the person's own."""
    rows = session.execute(
        select(_grants.c.id, _grants.c.role, _grants.c.court_id, _courts.c.name)
        .outerjoin(_courts, _courts.c.id == _grants.c.court_id)
        .where(_grants.c.account_id == account_id, _grants.c.revoked_at.is_(None))
        .order_by(_grants.c.id)
    )
    return [HeldRole(grant_id, Role(role), court_id, name or "") for grant_id, role, court_id, name in rows]


def exclusive_roles_held(session: Session, account_id: int) -> list[Role]:
    """Which of the three administrator roles a person holds now."""
    return [held.role for held in roles_held(session, account_id) if held.role in EXCLUSIVE_ROLES]


def name_of_holder(session: Session, account_id: int, role: str, court_id: int | None) -> str | None:
    """The name of a person who still holds this role, None if not (background work asks)."""
    return session.scalar(
        select(_accounts.c.name)
        .join(_grants, _grants.c.account_id == _accounts.c.id)
        .where(
            _accounts.c.id == account_id,
            _accounts.c.disabled_at.is_(None),
            _grants.c.role == role,
            _grants.c.court_id.is_not_distinct_from(court_id),
            _grants.c.revoked_at.is_(None),
        )
    )


# -- single rows ----------------------------------------------------------------------------------------------------


def account_of_phone(session: Session, phone: str, *, lock: bool = False) -> Account | None:
    """The account of a phone, wherever it works: one phone is one account on the whole platform."""
    statement = select(Account).where(Account.phone_index == phone_index(phone))
    if lock:
        statement = statement.with_for_update()
    statement = statement.execution_options(populate_existing=True)
    return session.scalar(unfenced(statement, "a phone belongs to one account on the whole platform"))


def own_account(session: Session, account_id: int) -> Account:
    """A person's own account, before or whatever the role in use. Locked, since it is read to be changed."""
    statement = select(Account).where(Account.id == account_id).with_for_update()
    statement = statement.execution_options(populate_existing=True)
    return session.scalars(unfenced(statement, "a person's own account")).one()


def own_account_shown(session: Session, account_id: int) -> Account:
    """The same to look at, without a lock."""
    statement = select(Account).where(Account.id == account_id)
    return session.scalars(unfenced(statement, "a person's own account")).one()


def open_link(session: Session, token_hash: bytes, moment: datetime, *, lock: bool = False) -> OneTimeLink | None:
    """The link behind a token while it works; None once it is used, taken back or too old."""
    statement = select(OneTimeLink).where(
        OneTimeLink.token_hash == token_hash,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.revoked_at.is_(None),
        OneTimeLink.expires_at > moment,
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalar(unfenced(statement, "whoever holds the token may use the link"))


def platform_is_empty(session: Session) -> bool:
    """Whether nobody has an account yet."""
    return session.scalar(select(_accounts.c.id).limit(1)) is None


# -- lists ----------------------------------------------------------------------------------------------------------


def accounts_shown() -> Select[Any]:
    """The columns of the user list; the fence decides whose users and which of their roles."""
    roles = (
        select(func.array_agg(RoleGrant.role + "|" + func.coalesce(Court.short_name, "")))
        .outerjoin(Court, Court.id == RoleGrant.court_id)
        .where(RoleGrant.account_id == Account.id, RoleGrant.revoked_at.is_(None))
        .scalar_subquery()
    )
    return select(
        Account.id,
        Account.name,
        Account.phone,
        Account.last_signed_in_at,
        Account.created_at,
        state().label("state"),
        roles.label("roles"),
    )


def state() -> ColumnElement[str]:
    """SQL: how an account stands; the same decision as rules.state_of."""
    asked = password_rules.requirements(PasswordProfile.DENGBAO)
    profile = func.coalesce(select(_policy.c.profile).scalar_subquery(), rules.Policy().profile.value)
    return case(
        (Account.disabled_at.is_not(None), AccountState.DISABLED.value),
        (Account.password_hash.is_(None), AccountState.INVITED.value),
        (Account.locked_until.between(func.now(), func.now() + rules.BACK_OFF), AccountState.LOCKED.value),
        (
            and_(
                profile == literal(PasswordProfile.DENGBAO.value),
                Account.password_changed_at <= func.now() - asked.lasts,
            ),
            AccountState.EXPIRED.value,
        ),
        else_=AccountState.ACTIVE.value,
    )


def state_of(account: Account) -> AccountState:
    """How an account stands now."""
    moment, asked = clock.now(), requirements_of(object_session(account), account)
    return rules.state_of(
        disabled_at=account.disabled_at,
        locked_until=account.locked_until,
        has_password=account.password_hash is not None,
        moment=moment,
        is_expired=password_rules.is_expired(account.password_changed_at, moment, asked),
    )


def grants_shown(session: Session, account_id: int) -> Sequence[Row[Any]]:
    """A person's roles with who gave them, the present ones first; those of other courts stay behind the fence."""
    granter = aliased(Account)
    return session.execute(
        select(
            RoleGrant.id,
            RoleGrant.account_id,
            RoleGrant.role,
            RoleGrant.granted_at,
            RoleGrant.revoked_at,
            Court.name.label("court_name"),
            granter.name.label("granted_by"),
        )
        .outerjoin(Court, Court.id == RoleGrant.court_id)
        .outerjoin(granter, granter.id == RoleGrant.granted_by)
        .where(RoleGrant.account_id == account_id)
        .order_by(RoleGrant.revoked_at.is_not(None), RoleGrant.id.desc())
    ).all()


def holds(role: Role | None = None, court_id: int | None = None) -> ColumnElement[bool]:
    """SQL: somebody who holds a role now: this one, in this court, or any that the fence lets through."""
    found = select(RoleGrant.id).where(RoleGrant.account_id == Account.id, RoleGrant.revoked_at.is_(None))
    if role is not None:
        found = found.where(RoleGrant.role == role)
    if court_id is not None:
        found = found.where(RoleGrant.court_id == court_id)
    return found.correlate(Account).exists()


def name_starts(text: str) -> ColumnElement[bool]:
    """SQL: the name begins with the text."""
    return Account.name.startswith(text, autoescape=True)


def has_phone(text: str) -> ColumnElement[bool]:
    """SQL: the phone is the text."""
    return Account.phone_index == phone_index(text)


def court_name(session: Session, court_id: int) -> str | None:
    """The full name of a court."""
    return session.scalar(select(_courts.c.name).where(_courts.c.id == court_id))
