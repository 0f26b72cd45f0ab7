"""Reads about the people of a court and the roles they hold, as the lists show them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from mediation_admin.accounts import queries
from mediation_admin.accounts.enums import GrantState
from mediation_admin.accounts.models import Account, CourtMember, RoleGrant
from mediation_admin.accounts.queries import in_force, not_over
from mediation_admin.courts.models import Court
from mediation_admin.permissions import Role

MOST_DEPARTMENTS = 50


def members_shown(court_id: int) -> Select[Any]:
    """The people of a court: who has a place there, with the roles he can work in now and in the days to come."""
    roles = (
        select(func.array_agg(RoleGrant.role))
        .where(
            RoleGrant.account_id == Account.id,
            RoleGrant.court_id == court_id,
            RoleGrant.revoked_at.is_(None),
            not_over(RoleGrant),
        )
        .scalar_subquery()
    )
    return (
        select(
            Account.id,
            Account.name,
            Account.phone,
            CourtMember.department,
            CourtMember.post,
            CourtMember.left_at,
            Account.last_signed_in_at,
            Account.created_at,
            queries.state().label("state"),
            roles.label("roles"),
        )
        .join(CourtMember, CourtMember.account_id == Account.id)
        .where(CourtMember.court_id == court_id)
    )


def is_here() -> ColumnElement[bool]:
    """SQL: the person has not left."""
    return CourtMember.left_at.is_(None)


def has_left() -> ColumnElement[bool]:
    """SQL: the person has left; old records still name him."""
    return CourtMember.left_at.is_not(None)


def named_like(text: str) -> ColumnElement[bool]:
    """SQL: by name, or by pinyin (whole or initials) where the text is Latin."""
    typed = "".join(text.split())
    if typed.isascii():
        low = typed.lower()
        return or_(
            Account.name_initials.startswith(low, autoescape=True), Account.name_pinyin.startswith(low, autoescape=True)
        )
    return Account.name.contains(typed, autoescape=True)


def departments(session: Session, court_id: int) -> Sequence[str]:
    """The departments and tribunals the court has written so far, to choose from while typing."""
    statement = (
        select(CourtMember.department)
        .where(CourtMember.court_id == court_id, CourtMember.department != "")
        .group_by(CourtMember.department)
        .order_by(func.count().desc(), CourtMember.department)
        .limit(MOST_DEPARTMENTS)
    )
    return session.scalars(statement).all()


def colleagues(session: Session, court_id: int, *, but: int) -> Sequence[Row[Any]]:
    """(id, name, department) of the active people of a court, to hand work to or to stand in."""
    return session.execute(
        select(Account.id, Account.name, CourtMember.department)
        .outerjoin(CourtMember, and_(CourtMember.account_id == Account.id, CourtMember.court_id == court_id))
        .where(
            Account.id != but,
            Account.disabled_at.is_(None),
            Account.password_hash.is_not(None),
            queries.holds(court_id=court_id),
        )
        .order_by(Account.name_pinyin, Account.id)
    ).all()


def to_invite(session: Session, account_ids: Sequence[int]) -> Sequence[Account]:
    """Of these people, who has not set a password yet and is not switched off."""
    statement = select(Account).where(
        Account.id.in_(account_ids), Account.password_hash.is_(None), Account.disabled_at.is_(None)
    )
    return session.scalars(statement.order_by(Account.id)).all()


# -- people × roles -------------------------------------------------------------------------------------------------


def grants_listed() -> Select[Any]:
    """Every role somebody was given, with whose, where, for how long and by whom."""
    granter, colleague = aliased(Account), aliased(Account)
    return (
        select(
            RoleGrant.id,
            Account.id.label("account_id"),
            Account.name,
            RoleGrant.role,
            Court.name.label("court"),
            CourtMember.department,
            CourtMember.post,
            grant_state().label("state"),
            RoleGrant.granted_at,
            RoleGrant.valid_from,
            RoleGrant.valid_until,
            RoleGrant.revoked_at,
            granter.name.label("granted_by"),
            colleague.name.label("stands_in_for"),
        )
        .join(Account, Account.id == RoleGrant.account_id)
        .outerjoin(Court, Court.id == RoleGrant.court_id)
        .outerjoin(
            CourtMember,
            and_(CourtMember.account_id == RoleGrant.account_id, CourtMember.court_id == RoleGrant.court_id),
        )
        .outerjoin(granter, granter.id == RoleGrant.granted_by)
        .outerjoin(colleague, colleague.id == RoleGrant.stands_in_for)
    )


def grant_state() -> ColumnElement[str]:
    """SQL: how a role stands; the same decision as rules.grant_state."""
    return case(
        (RoleGrant.revoked_at.is_not(None), GrantState.REVOKED.value),
        (RoleGrant.valid_until <= func.now(), GrantState.OVER.value),
        (RoleGrant.valid_from > func.now(), GrantState.TO_COME.value),
        else_=GrantState.IN_FORCE.value,
    )


def of_court(court_id: int) -> ColumnElement[bool]:
    """SQL: the role is for this court."""
    return RoleGrant.court_id == court_id


def holders(session: Session) -> dict[Role, int]:
    """How many people work in each role now, of those the fence lets through."""
    rows = session.execute(
        select(RoleGrant.role, func.count(func.distinct(RoleGrant.account_id)))
        .join(Account, and_(Account.id == RoleGrant.account_id, Account.disabled_at.is_(None)))
        .where(in_force(RoleGrant))
        .group_by(RoleGrant.role)
    )
    return {Role(role): count for role, count in rows}
