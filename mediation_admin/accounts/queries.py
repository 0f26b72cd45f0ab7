"""Reads of accounts: who is signed in, who holds which role, what the lists show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Row, Select, and_, bindparam, case, func, literal, or_, select, true
from sqlalchemy.orm import Session, aliased, object_session

from mediation_admin.accounts import password_rules, rules
from mediation_admin.accounts.enums import AccountState, GrantState, PasswordProfile
from mediation_admin.accounts.models import (
    Account,
    CourtMember,
    FormerPassword,
    LoginSession,
    OneTimeLink,
    RecoveryCode,
    ResetRequest,
    RoleGrant,
    SecondFactor,
    SecurityPolicy,
)
from mediation_admin.approvals.enums import ApprovalState
from mediation_admin.approvals.models import Approval
from mediation_admin.core import clock
from mediation_admin.core.admin import preferences
from mediation_admin.core.admin.models import ListPreference
from mediation_admin.core.crypto import blind_index, blind_indexes, normalise_phone
from mediation_admin.core.scope import unfenced
from mediation_admin.courts.models import Court
from mediation_admin.permissions import ADMINISTRATOR_ROLES, EXCLUSIVE_ROLES, Role

_accounts, _grants, _sessions, _courts, _preferences, _policy, _factors = (
    Account.__table__,
    RoleGrant.__table__,
    LoginSession.__table__,
    Court.__table__,
    ListPreference.__table__,
    SecurityPolicy.__table__,
    SecondFactor.__table__,
)


# The account of whom a stand-in (代理) stands in for.
_colleagues = _accounts.alias("colleague")


def in_force(grants: Any) -> ColumnElement[bool]:
    """SQL: the role can be worked in now: begun, neither over nor taken back. ``grants``: RoleGrant or its columns."""
    return and_(
        grants.revoked_at.is_(None),
        or_(grants.valid_from.is_(None), grants.valid_from <= func.now()),
        not_over(grants),
    )


def not_over(grants: Any) -> ColumnElement[bool]:
    """SQL: the role has no end, or one that is still to come."""
    return or_(grants.valid_until.is_(None), grants.valid_until > func.now())


def phone_index(phone: str) -> bytes | None:
    """The blind index of a phone as typed, to be stored. Searching asks ``has_phone``."""
    return blind_index("phone", normalise_phone(phone))


def phone_indexes(phone: str) -> tuple[bytes, ...]:
    """What the stored index of a phone may be: one per key while the keys are being changed."""
    return blind_indexes("phone", normalise_phone(phone))


def has_phone(phone: str) -> ColumnElement[bool]:
    """The account with this phone as typed, also while the keys are being changed."""
    return Account.phone_index.in_(phone_indexes(phone))


# -- who is signed in -----------------------------------------------------------------------------------------------

# Every request asks this, before any scope exists: Core columns, joins by key only, one statement made once.
_SIGNED_IN = (
    select(
        _sessions.c.id,
        _sessions.c.account_id,
        _sessions.c.created_at,
        _sessions.c.seen_at,
        _sessions.c.factor_at,
        _sessions.c.proven_at,
        _factors.c.confirmed_at.label("factor_confirmed_at"),
        _accounts.c.name,
        _accounts.c.must_change_password,
        _accounts.c.password_changed_at,
        _accounts.c.preferences,
        _grants.c.id.label("grant_id"),
        _grants.c.role,
        _grants.c.court_id,
        _colleagues.c.name.label("stands_in_for"),
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
    .outerjoin(_grants, and_(_grants.c.id == _sessions.c.grant_id, in_force(_grants.c)))
    .outerjoin(_colleagues, _colleagues.c.id == _grants.c.stands_in_for)
    .outerjoin(_courts, _courts.c.id == _grants.c.court_id)
    .outerjoin(_factors, _factors.c.account_id == _sessions.c.account_id)
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
    with_factor = account is not None and has_factor(session, account.id)
    return password_rules.requirements(policy(session).profile, has_factor=with_factor)


def second_factor(session: Session, account_id: int, *, lock: bool = False) -> SecondFactor | None:
    """A person's own authenticator, also one that is only being set up."""
    statement = select(SecondFactor).where(SecondFactor.account_id == account_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalar(statement)


def has_factor(session: Session, account_id: int) -> bool:
    """Whether the person signs in with a second factor."""
    held = select(_factors.c.account_id).where(
        _factors.c.account_id == account_id, _factors.c.confirmed_at.is_not(None)
    )
    return session.scalar(held) is not None


def count_recovery_codes(session: Session, account_id: int) -> int:
    """How many recovery codes a person has left."""
    codes = RecoveryCode.__table__
    statement = select(func.count()).where(codes.c.account_id == account_id, codes.c.used_at.is_(None))
    return session.scalar(statement)


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
    """A role a person can work in now. ``stands_in_for``: the name of whom he stands in for, "" in his own role."""

    grant_id: int
    role: Role
    court_id: int | None
    court_name: str
    valid_until: datetime | None = None
    stands_in_for: str = ""

    @property
    def label(self) -> str:
        """法官（代 张三） · 南阳市宛城区人民法院."""
        role = self.role.label + (f"（代 {self.stands_in_for}）" if self.stands_in_for else "")
        return f"{role} · {self.court_name}" if self.court_name else role


def roles_held(session: Session, account_id: int) -> list[HeldRole]:
    """The roles a person can work in now, over all courts: they are the person's own."""
    return _roles(session, account_id, in_force(_grants.c))


def roles_kept(session: Session, account_id: int) -> list[HeldRole]:
    """The same with those whose first day is still to come: what a new role must fit beside."""
    return _roles(session, account_id, and_(_grants.c.revoked_at.is_(None), not_over(_grants.c)))


def _roles(session: Session, account_id: int, condition: ColumnElement[bool]) -> list[HeldRole]:
    rows = session.execute(
        select(
            _grants.c.id, _grants.c.role, _grants.c.court_id, _courts.c.name, _grants.c.valid_until, _colleagues.c.name
        )
        .outerjoin(_courts, _courts.c.id == _grants.c.court_id)
        .outerjoin(_colleagues, _colleagues.c.id == _grants.c.stands_in_for)
        .where(_grants.c.account_id == account_id, condition)
        .order_by(_grants.c.id)
    )
    return [
        HeldRole(grant_id, Role(role), court_id, court or "", until, colleague or "")
        for grant_id, role, court_id, court, until, colleague in rows
    ]


def exclusive_roles_held(session: Session, account_id: int) -> list[Role]:
    """Which of the three administrator roles a person holds now."""
    return [held.role for held in roles_held(session, account_id) if held.role in EXCLUSIVE_ROLES]


def name_of_holder(session: Session, account_id: int, role: str, court_id: int | None) -> str | None:
    """The name of a person who still holds this role, None if not (background work asks). A stand-in's name says so."""
    found = session.execute(
        select(_accounts.c.name, _colleagues.c.name)
        .join(_grants, _grants.c.account_id == _accounts.c.id)
        .outerjoin(_colleagues, _colleagues.c.id == _grants.c.stands_in_for)
        .where(
            _accounts.c.id == account_id,
            _accounts.c.disabled_at.is_(None),
            _grants.c.role == role,
            _grants.c.court_id.is_not_distinct_from(court_id),
            in_force(_grants.c),
        )
        .limit(1)
    ).one_or_none()
    return None if found is None else name_at_work(*found)


def name_at_work(name: str, stands_in_for: str | None) -> str:
    """How somebody is called in what he does: 李四, or 李四（代 张三） while he stands in for a colleague."""
    return f"{name}（代 {stands_in_for}）" if stands_in_for else name


def works_outside(session: Session, account_id: int, court_id: int) -> bool:
    """Whether a person has roles, now or to come, in another court or on the platform."""
    return any(one.court_id != court_id for one in roles_kept(session, account_id))


def holds_administrator_role(session: Session, account_id: int) -> bool:
    """Whether a person is an administrator of any kind, now or soon."""
    return any(one.role in ADMINISTRATOR_ROLES for one in roles_kept(session, account_id))


def count_active(session: Session, role: Role, court_id: int | None, *, but: Iterable[int | None] = ()) -> int:
    """How many other people can go on in a role: switched on, with a password, in a role without an end."""
    statement = (
        select(func.count(func.distinct(RoleGrant.account_id)))
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            RoleGrant.role == role,
            RoleGrant.court_id.is_not_distinct_from(court_id),
            in_force(RoleGrant),
            RoleGrant.valid_until.is_(None),
            Account.disabled_at.is_(None),
            Account.password_hash.is_not(None),
            Account.id.not_in([one for one in but if one is not None]),
        )
    )
    return session.scalar(unfenced(statement, "whether somebody else can decide, or remains")) or 0


def phones_of_active(
    session: Session, role: Role, court_id: int | None, *, but: Iterable[int | None] = ()
) -> list[str]:
    """The numbers of the people who work in a role of a court now, to tell them something."""
    found = session.scalars(
        select(Account)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.role == role,
            RoleGrant.court_id.is_not_distinct_from(court_id),
            in_force(RoleGrant),
            Account.disabled_at.is_(None),
            Account.password_hash.is_not(None),
        )
    )
    return list(dict.fromkeys(one.phone for one in found if one.id not in set(but)))


def is_active(session: Session, account_id: int) -> bool:
    """Whether a person can sign in: switched on, with a password."""
    return bool(
        session.scalar(
            select(_accounts.c.disabled_at.is_(None) & _accounts.c.password_hash.is_not(None)).where(
                _accounts.c.id == account_id
            )
        )
    )


def grants_kept(session: Session, account_id: int, court_id: int | None = None) -> Sequence[RoleGrant]:
    """A person's roles not taken back and not over, as rows; of one court, or all that the fence lets through."""
    statement = select(RoleGrant).where(
        RoleGrant.account_id == account_id, RoleGrant.revoked_at.is_(None), not_over(RoleGrant)
    )
    if court_id is not None:
        statement = statement.where(RoleGrant.court_id == court_id)
    return session.scalars(statement.order_by(RoleGrant.id)).all()


def is_in_use(grant: RoleGrant, moment: datetime) -> bool:
    """Whether a role can be worked in at a moment; the same decision as ``in_force``."""
    state = rules.grant_state(
        valid_from=grant.valid_from, valid_until=grant.valid_until, revoked_at=grant.revoked_at, moment=moment
    )
    return state is GrantState.IN_FORCE


def requests_about(session: Session, account_id: int, court_id: int) -> Sequence[Approval]:
    """What waits to be decided about a person, asked by this court or for it."""
    statement = select(Approval).where(
        Approval.about_id == account_id,
        Approval.state == ApprovalState.WAITING,
        Approval.expires_at > func.now(),
        or_(Approval.court_id == court_id, Approval.asked_court_id == court_id),
    )
    return session.scalars(statement.order_by(Approval.id)).all()


def member_of(session: Session, court_id: int, account_id: int) -> CourtMember | None:
    """A person's place in a court, also one he has left."""
    statement = select(CourtMember).where(CourtMember.court_id == court_id, CourtMember.account_id == account_id)
    return session.scalar(statement)


# -- single rows ----------------------------------------------------------------------------------------------------


def account_of_phone(session: Session, phone: str, *, lock: bool = False) -> Account | None:
    """The account of a phone, wherever it works: one phone is one account on the whole platform."""
    statement = select(Account).where(has_phone(phone))
    if lock:
        statement = statement.with_for_update()
    statement = statement.execution_options(populate_existing=True)
    return session.scalar(unfenced(statement, "a phone belongs to one account on the whole platform"))


def index_in_use(session: Session, phone: str) -> bytes:
    """The blind index by which the platform knows a phone; while keys are being changed that may be the old one."""
    possible = phone_indexes(phone)
    held = session.scalar(
        unfenced(select(Account.phone_index).where(Account.phone_index.in_(possible)), "a phone asks for a new password")
    )
    return held or possible[0]


def account_of_index(session: Session, index: bytes, *, lock: bool = False) -> Account | None:
    """The account of a phone whose blind index is known."""
    statement = select(Account).where(Account.phone_index == index)
    if lock:
        statement = statement.with_for_update()
    statement = statement.execution_options(populate_existing=True)
    return session.scalar(unfenced(statement, "whoever holds the phone may get a new password"))


def reset_requests_since(session: Session, index: bytes, moment: datetime) -> Sequence[datetime]:
    """When a code was asked for to this number since the moment."""
    statement = select(ResetRequest.created_at).where(
        ResetRequest.phone_index == index, ResetRequest.created_at > moment
    )
    return session.scalars(statement).all()


def reset_request(session: Session, request_id: int) -> ResetRequest:
    """The request a code is to be sent for."""
    return session.scalars(select(ResetRequest).where(ResetRequest.id == request_id).with_for_update()).one()


def open_reset_request(session: Session, token_hash: bytes, moment: datetime) -> ResetRequest | None:
    """The request behind a browser's token while its code works, locked; None once it is used or too old."""
    statement = (
        select(ResetRequest)
        .where(
            ResetRequest.token_hash == token_hash,
            ResetRequest.used_at.is_(None),
            ResetRequest.expires_at > moment,
            ResetRequest.created_at <= moment + rules.CLOCK_SLACK,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalar(statement)


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
        .where(RoleGrant.account_id == Account.id, in_force(RoleGrant))
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
        (Account.locked_until.between(func.now(), func.now() + rules.BACK_OFF + rules.CLOCK_SLACK), AccountState.LOCKED.value),
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


def grants_shown(session: Session, account_id: int, court_id: int | None = None) -> Sequence[Row[Any]]:
    """A person's roles with who gave them, the present ones first; those of other courts stay behind the fence."""
    granter, colleague = aliased(Account), aliased(Account)
    of_court = [RoleGrant.court_id == court_id] if court_id is not None else []
    return session.execute(
        select(
            RoleGrant.id,
            RoleGrant.account_id,
            RoleGrant.role,
            RoleGrant.granted_at,
            RoleGrant.revoked_at,
            RoleGrant.valid_from,
            RoleGrant.valid_until,
            Court.name.label("court_name"),
            granter.name.label("granted_by"),
            colleague.name.label("stands_in_for"),
        )
        .outerjoin(Court, Court.id == RoleGrant.court_id)
        .outerjoin(granter, granter.id == RoleGrant.granted_by)
        .outerjoin(colleague, colleague.id == RoleGrant.stands_in_for)
        .where(RoleGrant.account_id == account_id, *of_court)
        .order_by(RoleGrant.revoked_at.is_not(None), RoleGrant.id.desc())
    ).all()


def holds(role: Role | None = None, court_id: int | None = None) -> ColumnElement[bool]:
    """SQL: somebody who holds a role now: this one, in this court, or any that the fence lets through."""
    found = select(RoleGrant.id).where(RoleGrant.account_id == Account.id, in_force(RoleGrant))
    if role is not None:
        found = found.where(RoleGrant.role == role)
    if court_id is not None:
        found = found.where(RoleGrant.court_id == court_id)
    return found.correlate(Account).exists()


def name_starts(text: str) -> ColumnElement[bool]:
    """SQL: the name begins with the text."""
    return Account.name.startswith(text, autoescape=True)


def account_name(session: Session, account_id: int) -> str:
    """A person's name."""
    return session.scalars(select(_accounts.c.name).where(_accounts.c.id == account_id)).one()


def court_name(session: Session, court_id: int) -> str | None:
    """The full name of a court."""
    return session.scalar(select(_courts.c.name).where(_courts.c.id == court_id))


def people_named(session: Session, text: str) -> list[tuple[int, str, str]]:
    """(id, name, roles) of the first people whose name begins with the text, as the fence lets them be seen."""
    found = session.execute(
        select(Account.id, Account.name).where(name_starts(text)).order_by(Account.name, Account.id).limit(20)
    ).all()
    held: dict[int, list[str]] = {}
    grants = select(RoleGrant.account_id, RoleGrant.role).where(
        RoleGrant.account_id.in_([row.id for row in found]), RoleGrant.revoked_at.is_(None)
    )
    for account_id, role in session.execute(grants):
        held.setdefault(account_id, []).append(role.label)
    return [(row.id, row.name, "、".join(held.get(row.id, []))) for row in found]
