"""Ending what lets a person in: sessions and links. Used by every change that must shut the door."""

from datetime import timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from mediation_admin.accounts.enums import LinkPurpose, SessionEnd
from mediation_admin.accounts.models import LoginSession, OneTimeLink
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor

LINKS_KEPT = timedelta(days=30)
SESSIONS_KEPT = timedelta(days=180)

_sessions, _links = LoginSession.__table__, OneTimeLink.__table__


def end_sessions(session: Session, account_id: int, how: SessionEnd, *, but: int | None = None) -> int:
    """End a person's open sessions, all or all but one; returns how many."""
    statement = update(_sessions).where(_sessions.c.account_id == account_id, _sessions.c.ended_at.is_(None))
    if but is not None:
        statement = statement.where(_sessions.c.id != but)
    return session.execute(statement.values(ended_at=clock.now(), ended_how=how)).rowcount


def end_oldest_sessions(session: Session, account_id: int, keep: int) -> None:
    """End the sessions beyond the ``keep`` latest ones."""
    beyond = (
        select(_sessions.c.id)
        .where(_sessions.c.account_id == account_id, _sessions.c.ended_at.is_(None))
        .order_by(_sessions.c.created_at.desc(), _sessions.c.id.desc())
        .offset(keep)
    )
    session.execute(
        update(_sessions).where(_sessions.c.id.in_(beyond)).values(ended_at=clock.now(), ended_how=SessionEnd.TOO_MANY)
    )


def revoke_links(session: Session, account_id: int | None, purpose: LinkPurpose | None = None) -> None:
    """Take back a person's open links (None: the set-up links, which belong to nobody)."""
    statement = update(_links).where(
        _links.c.account_id.is_not_distinct_from(account_id), _links.c.used_at.is_(None), _links.c.revoked_at.is_(None)
    )
    if purpose is not None:
        statement = statement.where(_links.c.purpose == purpose)
    session.execute(statement.values(revoked_at=clock.now()))


def sign_everybody_out(*, actor: Actor, because: str) -> int:
    """End every open session of everybody and take back every open reset and set-up link; returns how many sessions.

    For the day after a restore (sessions and links of the backup's day would live again) or a break-in. Invitations
    stay: whoever holds one has no password yet. Needs a session over all courts.
    """
    session = db.session()
    ended = session.execute(
        update(_sessions)
        .where(_sessions.c.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_how=SessionEnd.TOO_OLD)
    ).rowcount
    session.execute(
        update(_links)
        .where(_links.c.purpose != LinkPurpose.INVITE, _links.c.used_at.is_(None), _links.c.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    record(session, "account:sessions:ended", f"结束了所有人的登录（{ended} 个）：{because}", actor=actor)
    return ended


def clear_old_sign_ins() -> int:
    """Delete links that nobody can use any more and sessions that are long over (S34); returns how many rows.

    Who signed in when stays in the audit. Needs a session over all courts.
    """
    session, moment = db.session(), clock.now()
    over = moment - LINKS_KEPT
    links = session.execute(
        delete(_links).where(or_(_links.c.used_at < over, _links.c.revoked_at < over, _links.c.expires_at < over))
    ).rowcount
    sessions = session.execute(delete(_sessions).where(_sessions.c.ended_at < moment - SESSIONS_KEPT)).rowcount
    if links or sessions:
        record(session, "account:sign_ins:deleted", f"按保留期限删除一次性链接 {links} 个、已结束的登录 {sessions} 个")
    return links + sessions
