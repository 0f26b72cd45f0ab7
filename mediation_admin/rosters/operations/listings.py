"""A place on a court's roster: its terms, certification, suspension, removal. Granted and revoked, never edited away."""

from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.rosters import rules
from mediation_admin.rosters.data import ListingData
from mediation_admin.rosters.enums import Certification, Roster, Sanction, Standing
from mediation_admin.rosters.models import MediatorListing, OrganisationListing

Listing = MediatorListing | OrganisationListing
Kind = type[MediatorListing] | type[OrganisationListing]


def edit_listing(*, actor: Actor, kind: Kind, listing_id: int, listing: ListingData) -> Listing:
    """Change term, certificate number, cap and roster. Refuses a listing that was revoked, and a judge among the invited."""
    row = _active(kind, listing_id)
    rules.check_term(listing.term_start, listing.term_end)
    if isinstance(row, MediatorListing):
        roster = listing.roster or row.roster
        rules.check_roster(roster, row.mediator.identities)
        row.roster = Roster(roster)
        if listing.max_open is not None and listing.max_open < 0:
            raise RuleBroken("在手上限不能是负数。", field="max_open")
        row.max_open = listing.max_open
    row.term_start, row.term_end = listing.term_start, listing.term_end
    row.certificate_no = listing.certificate_no.strip()
    db.session.flush()
    return row


def certify(*, actor: Actor, kind: Kind, listing_id: int) -> Listing:
    """认证通过. Refuses a listing that is certified already."""
    row = _active(kind, listing_id)
    if row.certification is Certification.CERTIFIED:
        raise RuleBroken("已经认证通过，无需再认证。")
    row.certification, row.reason = Certification.CERTIFIED, ""
    return _told(row, "certified", "认证通过")


def refuse_certification(*, actor: Actor, kind: Kind, listing_id: int, reason: str) -> Listing:
    """认证不通过, with the reason the applicant is told. Refuses a listing that is certified already."""
    row = _active(kind, listing_id)
    if row.certification is Certification.CERTIFIED:
        raise RuleBroken("已经认证通过；如不再聘任，请用“停用”或“除名”。")
    row.certification, row.reason = Certification.REFUSED, _said(reason)
    return _told(row, "refused", "认证不通过")


def suspend(*, actor: Actor, kind: Kind, listing_id: int, reason: str) -> Listing:
    """停用: no new cases from now on; the cases in hand stay (assignment hands them over)."""
    row = _active(kind, listing_id)
    if row.standing is not Standing.ACTIVE:
        raise RuleBroken("只有“在册”的才能停用。")
    row.standing, row.reason = Standing.SUSPENDED, _said(reason)
    return _told(row, "suspended", "停用")


def resume(*, actor: Actor, kind: Kind, listing_id: int) -> Listing:
    """恢复在册 after a suspension."""
    row = _active(kind, listing_id)
    if row.standing is not Standing.SUSPENDED:
        raise RuleBroken("只有“停用”的才能恢复。")
    row.standing, row.reason = Standing.ACTIVE, ""
    return _told(row, "resumed", "恢复在册")


def sanction(*, actor: Actor, kind: Kind, listing_id: int, kind_of_sanction: Sanction, reason: str) -> Listing:
    """警告 or 通报 on the record (特邀调解规定 §28); 除名 is ``remove_from_roster``."""
    if kind_of_sanction is Sanction.REMOVAL:
        return remove_from_roster(actor=actor, kind=kind, listing_id=listing_id, reason=reason)
    row = _active(kind, listing_id)
    row.sanction, row.reason = kind_of_sanction, _said(reason)
    return _told(row, "sanctioned", kind_of_sanction.label)


def remove_from_roster(*, actor: Actor, kind: Kind, listing_id: int, reason: str) -> Listing:
    """除名: the listing is revoked with who, when and why, and kept. The person may be listed again later."""
    row = _active(kind, listing_id)
    row.standing, row.sanction, row.reason = Standing.REMOVED, Sanction.REMOVAL, _said(reason)
    row.revoked_at, row.revoked_by = clock.now(), actor.account_id
    return _told(row, "removed", "除名")


def _active(kind: Kind, listing_id: int) -> Listing:
    row = fetch(db.session(), kind, listing_id, with_for_update=True)
    if row.revoked_at is not None:
        raise RuleBroken("已经从名册中除名，不能再修改；需要时请重新列入。")
    return row


def _said(reason: str) -> str:
    if not reason.strip():
        raise RuleBroken("请写明理由。", field="reason")
    return reason.strip()


def _told(row: Listing, verb: str, words: str) -> Listing:
    db.session.flush()
    noun = "mediator" if isinstance(row, MediatorListing) else "organisation"
    ident = row.mediator_id if isinstance(row, MediatorListing) else row.organisation_id
    label = "调解员" if noun == "mediator" else "调解组织"
    record(
        db.session(),
        f"roster:{noun}:{verb}",
        f"{words}：{label}（编号 {ident}）" + (f"，理由：{row.reason}" if row.reason else ""),
        object_type=noun,
        object_id=ident,
        court_id=row.court_id,
    )
    return row
