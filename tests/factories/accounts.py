"""People, their roles, sessions and links, straight into the tables (no rule is asked; operations are tested apart)."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import count

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.accounts.enums import LinkPurpose
from mediation_admin.accounts.factors import new_secret, step_of
from mediation_admin.accounts.models import Account, CourtMember, LoginSession, OneTimeLink, RoleGrant, SecondFactor
from mediation_admin.accounts.passwords import hash_password
from mediation_admin.accounts.queries import phone_index
from mediation_admin.accounts.tokens import new_token, token_hash
from mediation_admin.core import clock
from mediation_admin.core.pinyin import name_pinyin
from mediation_admin.core.scope import unfenced
from mediation_admin.permissions import Role

GOOD_PASSWORD = "Lq7-Wumdk-zB"
_numbers = count(1)


def a_phone() -> str:
    """A phone nobody has: the 139 0000 block, invented."""
    return f"1390000{next(_numbers):04d}"


def an_account(
    session: Session,
    name: str = "王某",
    *,
    phone: str = "",
    roles: Iterable[tuple[Role, int | None]] = (),
    password: str | None = None,
    **values: object,
) -> Account:
    """A person with roles (role, court id), and with a password only if one is given (hashing is dear); flushed."""
    phone = phone or a_phone()
    account = Account(
        name=name,
        phone=phone,
        phone_index=phone_index(phone),
        **{
            "password_hash": hash_password(password) if password else None,
            "name_pinyin": name_pinyin(name)[0],
            "name_initials": name_pinyin(name)[1],
            **values,
        },
    )
    session.add(account)
    session.flush()
    for role, court_id in roles:
        a_grant(session, account, role, court_id)
    return account


def a_grant(session: Session, account: Account, role: Role, court_id: int | None = None, **values: object) -> RoleGrant:
    """A role held by a person, with his place in the court; flushed."""
    if court_id is not None:
        a_member(session, account, court_id)
    grant = RoleGrant(account_id=account.id, role=role, court_id=court_id, **{"granted_at": clock.now(), **values})
    session.add(grant)
    session.flush()
    return grant


def a_member(session: Session, account: Account, court_id: int, **values: object) -> CourtMember:
    """A person's place in a court: the one he has, or a new one; flushed."""
    statement = select(CourtMember).where(CourtMember.account_id == account.id, CourtMember.court_id == court_id)
    member = session.scalar(unfenced(statement, "a test arranges"))
    if member is None:
        member = CourtMember(account_id=account.id, court_id=court_id)
        session.add(member)
    for key, value in values.items():
        setattr(member, key, value)
    session.flush()
    return member


def a_session(
    session: Session, account: Account, grant: RoleGrant | None = None, **values: object
) -> tuple[LoginSession, str]:
    """An open session that has passed all there is to pass, and its token; flushed."""
    token, moment = new_token(), clock.now()
    started = LoginSession(
        account_id=account.id,
        token_hash=token_hash(token),
        grant_id=grant.id if grant else None,
        **{"created_at": moment, "seen_at": moment, "proven_at": moment, "factor_at": moment, **values},
    )
    session.add(started)
    session.flush()
    return started, token


def an_authenticator(session: Session, account: Account, **values: object) -> str:
    """Switch a second factor on for a person; returns its secret. Flushed."""
    secret = new_secret()
    session.add(
        SecondFactor(account_id=account.id, secret=secret, **{"confirmed_at": clock.now(), "last_step": None, **values})
    )
    session.flush()
    return secret


def a_code(secret: str, steps: int = 0) -> str:
    """What the authenticator shows now, or some half minutes later."""
    return pyotp.HOTP(secret).at(step_of(clock.now()) + steps)


def a_link(
    session: Session, purpose: LinkPurpose, account: Account | None = None, **values: object
) -> tuple[OneTimeLink, str]:
    """An open one-time link and its token; flushed."""
    token, moment = new_token(), clock.now()
    link = OneTimeLink(
        purpose=purpose,
        account_id=account.id if account else None,
        token_hash=token_hash(token),
        **{"created_at": moment, "expires_at": moment + timedelta(hours=1), **values},
    )
    session.add(link)
    session.flush()
    return link, token
