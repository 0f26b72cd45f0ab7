"""Reads of the support desk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from mediation_admin.accounts import queries as accounts
from mediation_admin.accounts.models import Account, LoginSession, RoleGrant
from mediation_admin.audit.models import AuditEntry
from mediation_admin.cases.models import Case, Party
from mediation_admin.core.crypto import blind_indexes
from mediation_admin.core.scope import Actor, unfenced
from mediation_admin.courts.models import Court
from mediation_admin.notices import queries as notices
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.rosters.models import Mediator
from mediation_admin.support import rules
from mediation_admin.support.enums import ReviewStatus, VideoStatus
from mediation_admin.support.models import AccountSearch, IdentityReview, Proof, SupportAct, VideoRequest

# -- finding --------------------------------------------------------------------------------------------------------


def searches_since(session: Session, actor_id: int | None, since: datetime) -> int:
    """How often somebody has searched."""
    statement = select(func.count(AccountSearch.id)).where(AccountSearch.actor_id == actor_id, AccountSearch.at > since)
    return session.scalar(statement) or 0


def accounts_of_phone(session: Session, phone: str) -> list[int]:
    """The account of exactly this phone."""
    return list(session.scalars(select(Account.id).where(accounts.has_phone(phone))))


def accounts_of_id_number(session: Session, number: str) -> list[int]:
    """The accounts of exactly this ID number: by an approved review, or by the roster, whose phone is the account's."""
    indexes = blind_indexes("id", number)
    reviewed = select(IdentityReview.account_id).where(
        IdentityReview.id_number_index.in_(indexes), IdentityReview.status == ReviewStatus.APPROVED
    )
    # The roster belongs to courts; of it only the phone is used, to find the person's own account.
    on_roster = select(Mediator.phone).where(Mediator.id_number_index.in_(indexes), Mediator.phone.is_not(None))
    phones = session.scalars(unfenced(on_roster, "support looks for an account")).all()
    found = or_(Account.id.in_(reviewed), *(accounts.has_phone(phone) for phone in phones if phone))
    return list(session.scalars(select(Account.id).where(found).order_by(Account.id)))


def accounts_of_name(session: Session, court_id: int, name: str, most: int) -> list[int]:
    """People of one court whose name begins so."""
    held = select(RoleGrant.account_id).where(RoleGrant.court_id == court_id, accounts.in_force(RoleGrant))
    statement = select(Account.id).where(Account.id.in_(held), accounts.name_starts(name)).order_by(Account.id)
    return list(session.scalars(statement.limit(most)))


def found_shown(session: Session, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """The accounts a search has found, as the table shows them."""
    return session.execute(accounts.accounts_shown().where(Account.id.in_(ids)).order_by(Account.id)).all()


# -- one account ----------------------------------------------------------------------------------------------------


def why_not_help(session: Session, actor: Actor, account_id: int) -> str | None:
    """Why this person of support may not act on the account; None where he may."""
    held = [one.role for one in accounts.roles_held(session, account_id)]
    return rules.why_not_help(is_self=account_id == actor.account_id, roles=held)


def why_not_reset_factor(session: Session, actor: Actor, account_id: int) -> str | None:
    """Why this person of support may not take the second factor off the account; None where he may."""
    return rules.why_not_reset_factor(
        is_self=account_id == actor.account_id,
        roles=[one.role for one in accounts.roles_held(session, account_id)],
        has_factor=accounts.has_factor(session, account_id),
    )


def sign_ins_of(session: Session, account_id: int, most: int = 20) -> Sequence[AuditEntry]:
    """Sign-ins and refused ones, the latest first. They stand in the audit of the person's court."""
    statement = (
        select(AuditEntry)
        .where(
            AuditEntry.object_type == "account",
            AuditEntry.object_id == account_id,
            or_(AuditEntry.tag.startswith("account:sign_in:"), AuditEntry.tag == "account:session:started"),
        )
        .order_by(AuditEntry.id.desc())
        .limit(most)
    )
    return session.scalars(unfenced(statement, "support sees a person's own sign-ins, wherever he works")).all()


def sessions_of(session: Session, account_id: int, most: int = 20) -> Sequence[LoginSession]:
    """A person's sign-ins, open ones first, then those that ended lately."""
    return session.scalars(
        select(LoginSession)
        .where(LoginSession.account_id == account_id)
        .order_by(LoginSession.ended_at.is_not(None), LoginSession.id.desc())
        .limit(most)
    ).all()


def messages_to(session: Session, account: Account, most: int = 20) -> Sequence[OutgoingMessage]:
    """What was sent to the number on record, the latest first."""
    return session.scalars(
        select(OutgoingMessage).where(notices.has_phone(account.phone)).order_by(OutgoingMessage.id.desc()).limit(most)
    ).all()


def acts_on(session: Session, account_id: int, most: int = 50) -> Sequence[SupportAct]:
    """What support did for a person, the latest first; asked by support, or by the person himself."""
    statement = select(SupportAct).where(SupportAct.account_id == account_id).order_by(SupportAct.id.desc()).limit(most)
    return session.scalars(unfenced(statement, "a person reads what support did for him")).all()


def proofs_of(session: Session, account_id: int) -> Sequence[Proof]:
    """The proofs kept of a person, the latest first."""
    return session.scalars(select(Proof).where(Proof.account_id == account_id).order_by(Proof.id.desc())).all()


# -- identity reviews -----------------------------------------------------------------------------------------------


def latest_review(session: Session, account_id: int) -> IdentityReview | None:
    """A person's last request, asked by himself."""
    statement = select(IdentityReview).where(IdentityReview.account_id == account_id)
    statement = statement.order_by(IdentityReview.id.desc()).limit(1)
    return session.scalar(unfenced(statement, "a person's own identity review"))


def own_waiting_review(session: Session, account_id: int) -> IdentityReview | None:
    """The request that waits, locked, to be withdrawn by its owner."""
    statement = select(IdentityReview).where(
        IdentityReview.account_id == account_id, IdentityReview.status == ReviewStatus.WAITING
    )
    statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalar(unfenced(statement, "a person's own identity review"))


def verified_identity(session: Session, account_id: int) -> tuple[str, str] | None:
    """(name, ID number) that support has confirmed; None before. New party forms take them read-only (S1, S3)."""
    statement = (
        select(IdentityReview)
        .where(IdentityReview.account_id == account_id, IdentityReview.status == ReviewStatus.APPROVED)
        .order_by(IdentityReview.id.desc())
        .limit(1)
    )
    row = session.scalar(unfenced(statement, "a person's own identity"))
    return (row.name, row.id_number) if row is not None else None


def reviews_shown() -> Select[Any]:
    """The rows of the queue."""
    taker = aliased(Account)
    return (
        select(
            IdentityReview.id,
            IdentityReview.account_id,
            Account.name.label("account_name"),
            IdentityReview.status,
            IdentityReview.asked_at,
            IdentityReview.due_at,
            IdentityReview.decided_at,
            IdentityReview.answer,
            case((IdentityReview.taken_until > func.now(), taker.name)).label("taken_by_name"),
        )
        .join(Account, Account.id == IdentityReview.account_id)
        .outerjoin(taker, taker.id == IdentityReview.taken_by)
    )


def next_review(session: Session, actor_id: int | None, moment: datetime) -> IdentityReview | None:
    """The one to look at next, locked: due first, not being looked at by somebody else, not one's own."""
    return session.scalars(
        select(IdentityReview)
        .where(
            IdentityReview.status == ReviewStatus.WAITING,
            IdentityReview.account_id != actor_id,
            or_(
                IdentityReview.taken_until.is_(None),
                IdentityReview.taken_until <= moment,
                IdentityReview.taken_by == actor_id,
            ),
        )
        # What one has begun comes first.
        .order_by(case((IdentityReview.taken_by == actor_id, 0), else_=1), IdentityReview.due_at, IdentityReview.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=IdentityReview)
        .execution_options(populate_existing=True)
    ).one_or_none()


def photos_to_erase(session: Session, before: datetime, most: int) -> Sequence[IdentityReview]:
    """Reviews decided (or withdrawn) before a moment whose photos are still there, locked."""
    return session.scalars(
        select(IdentityReview)
        .where(IdentityReview.erased_at.is_(None), IdentityReview.decided_at < before)
        .order_by(IdentityReview.decided_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()


def known_files(session: Session) -> set[str]:
    """Every file that some row still names."""
    names: set[str] = set(session.scalars(select(Proof.file_name)))
    for column in (IdentityReview.front_file, IdentityReview.back_file, IdentityReview.holding_file):
        names |= {one for one in session.scalars(select(column).where(column.is_not(None))) if one}
    return names


# -- multi-party video ----------------------------------------------------------------------------------------------


def video_of_case(session: Session, case_id: int) -> Sequence[VideoRequest]:
    """The video requests of a case, the latest first."""
    statement = select(VideoRequest).where(VideoRequest.case_id == case_id).order_by(VideoRequest.id.desc())
    return session.scalars(statement).all()


def latest_videos(session: Session, most: int = 50) -> Sequence[VideoRequest]:
    """The latest video requests in scope."""
    return session.scalars(select(VideoRequest).order_by(VideoRequest.id.desc()).limit(most)).all()


def videos_shown() -> Select[Any]:
    """The rows of the queue of video requests."""
    return select(
        VideoRequest.id,
        VideoRequest.case_no,
        Court.short_name.label("court_name"),
        VideoRequest.party_count,
        VideoRequest.reason,
        VideoRequest.status,
        VideoRequest.asked_at,
        VideoRequest.asked_by_name,
        VideoRequest.decided_at,
        VideoRequest.decided_by_name,
        VideoRequest.answer,
    ).join(Court, Court.id == VideoRequest.court_id)


def party_count(session: Session, case: Case) -> int:
    """How many parties a case has."""
    return session.scalar(select(func.count(Party.id)).where(Party.case_id == case.id)) or 0


# -- what waits -----------------------------------------------------------------------------------------------------


def reviews_waiting() -> ColumnElement[int]:
    """SQL: how many identity reviews wait."""
    return _count(select(func.count(IdentityReview.id)).where(IdentityReview.status == ReviewStatus.WAITING))


def reviews_overdue(moment: datetime) -> ColumnElement[int]:
    """SQL: how many of them are late."""
    return _count(select(func.count(IdentityReview.id)).where(late(moment)))


def late(moment: datetime) -> ColumnElement[bool]:
    """SQL: reviews that wait for longer than they should."""
    return and_(IdentityReview.status == ReviewStatus.WAITING, IdentityReview.due_at < moment)


def videos_waiting() -> ColumnElement[int]:
    """SQL: how many video requests wait."""
    return _count(select(func.count(VideoRequest.id)).where(VideoRequest.status == VideoStatus.WAITING))


def _count(made: Select[Any]) -> ColumnElement[int]:
    return made.scalar_subquery()
