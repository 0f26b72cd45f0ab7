"""Mediators: entered once on the whole platform, invited by each court, edited, joined to organisations."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.crypto import blind_index, mask_name, mask_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.pinyin import name_pinyin
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.rosters import queries, rules
from mediation_admin.rosters.data import ListingData, PersonData
from mediation_admin.rosters.enums import Identity, Roster
from mediation_admin.rosters.models import Mediator, MediatorListing, Membership, Organisation

STALE = "这条记录刚刚被别人改过，请刷新后再改，您填的内容没有保存。"


class PhoneTaken(RuleBroken):
    """The phone belongs to a mediator of the platform already (R02): invite that person instead of entering anew."""

    def __init__(self, mediator: Mediator, *, listed_here: bool) -> None:
        who = f"{mask_name(mediator.name)}（{mask_phone(mediator.phone)}）"
        advice = (
            "该调解员已在本院名册中，请直接编辑。" if listed_here else "可以邀请该调解员加入本院名册，不必重复录入。"
        )
        super().__init__(f"这个手机号已经在平台上，属于{who}。{advice}", field="phone", repair="invite")
        self.mediator_id = mediator.id
        self.masked_name = mask_name(mediator.name)
        self.listed_here = listed_here


def add_mediator(
    *,
    actor: Actor,
    court_id: int,
    person: PersonData,
    listing: ListingData,
    organisation_ids: Iterable[int] = (),
    batch_id: int | None = None,
) -> MediatorListing:
    """Enter a person and list them at the court. Refuses a phone that is on the platform (PhoneTaken), impossible
    birth months and terms, and a judge among the invited mediators."""
    _refuse_taken_phone(court_id, rules.read_phone(person.phone), None)
    mediator = Mediator(home_court_id=court_id)
    fill_person(mediator, person)
    db.session.add(mediator)
    _flush()
    return _list_at(actor, court_id, mediator, listing, organisation_ids, batch_id)


def invite_mediator(
    *,
    actor: Actor,
    court_id: int,
    phone: str,
    listing: ListingData,
    organisation_ids: Iterable[int] = (),
    batch_id: int | None = None,
) -> MediatorListing:
    """List a person whom another court entered (邀请加入本院). Their own data stay as they are.

    The inviter must know the whole phone: an id alone would let a court collect strangers. Refuses a phone nobody has
    and a person who is on this court's roster already.
    """
    mediator = db.session.scalar(queries.mediator_with_phone(rules.read_phone(phone)))
    if mediator is None:
        raise RuleBroken("平台上没有使用这个手机号的调解员，请核对号码，或直接新增。", field="phone")
    if db.session.scalar(queries.active_listing(court_id, mediator.id)) is not None:
        raise PhoneTaken(mediator, listed_here=True)
    made = _list_at(actor, court_id, mediator, listing, organisation_ids, batch_id)
    record(
        db.session(),
        "roster:mediator:invited",
        f"邀请调解员（编号 {mediator.id}）加入本院名册",
        object_type="mediator",
        object_id=mediator.id,
        court_id=court_id,
    )
    return made


def edit_mediator(
    *,
    actor: Actor,
    court_id: int,
    mediator_id: int,
    person: PersonData,
    version: int | None = None,
    organisation_ids: Iterable[int] | None = None,
) -> Mediator:
    """Change a person listed at this court. Refuses a stale ``version``, a phone of somebody else, and a person who is
    not on this court's roster (NotFound)."""
    mediator = fetch(db.session(), Mediator, mediator_id)
    if version is not None and version != mediator.version:
        raise RuleBroken(STALE)
    _refuse_taken_phone(court_id, rules.read_phone(person.phone), mediator.id)
    fill_person(mediator, person)
    listing = db.session.scalar(queries.active_listing(court_id, mediator.id))
    if listing is not None and rules.roster_for(person.identities) is Roster.OTHER:
        listing.roster = Roster.OTHER
    _flush()
    if organisation_ids is not None:
        set_memberships(actor=actor, mediator_id=mediator.id, organisation_ids=organisation_ids)
    return mediator


def fill_person(mediator: Mediator, person: PersonData) -> None:
    """Write the values of a form into the row, with everything that is computed from them."""
    set_person(mediator, {one.name: getattr(person, one.name) for one in fields(PersonData)})


def set_person(mediator: Mediator, values: Mapping[str, Any]) -> None:
    """Write some values (names of PersonData) into the row, with everything that is computed from them."""
    checked = dict(values)
    if "name" in checked:
        checked["name"] = checked["name"].strip()
        if not checked["name"]:
            raise RuleBroken("请输入姓名。", field="name")
        mediator.pinyin, mediator.initials = name_pinyin(checked["name"])
    if "identities" in checked:
        checked["identities"] = [str(Identity(one).value) for one in checked["identities"]]
    if "birth_month" in checked:
        checked["birth_month"] = rules.read_birth_month(checked["birth_month"], clock.today())
    if "phone" in checked:
        phone = checked["phone"] = rules.read_phone(checked["phone"])
        mediator.phone_index = blind_index("phone", phone)
        mediator.phone_tail_index = blind_index("phone-tail", phone[-4:]) if phone else None
    if "id_number" in checked:
        checked["id_number"] = rules.read_id_number(checked["id_number"])
        mediator.id_number_index = blind_index("id", checked["id_number"])
    for name, value in checked.items():
        # An encrypted column makes other bytes of the same text each time: leave equal values alone.
        if getattr(mediator, name) != value:
            setattr(mediator, name, value)


def set_memberships(
    *, actor: Actor, mediator_id: int, organisation_ids: Iterable[int], batch_id: int | None = None
) -> list[Membership]:
    """Make the person a member of exactly these organisations of the court; others end (and are kept). Returns new ones.

    Organisations of other courts are not touched: the fence does not show them.
    """
    wanted = set(organisation_ids)
    visible = set(db.session.scalars(select(Organisation.id).where(Organisation.id.in_(wanted))))
    if wanted - visible:
        raise RuleBroken("所选的调解组织不在本院名册中，请重新选择。", field="organisations")
    held = db.session.scalars(
        select(Membership).where(Membership.mediator_id == mediator_id, Membership.ended_at.is_(None))
    ).all()
    for membership in held:
        if membership.organisation_id not in wanted:
            membership.ended_at = clock.now()
    # A loop in id order, so that two people saving the same form do not wait for each other crosswise.
    new = [
        Membership(organisation_id=ident, mediator_id=mediator_id, batch_id=batch_id)
        for ident in sorted(wanted - {m.organisation_id for m in held})
    ]
    db.session.add_all(new)
    _flush()
    return new


def _list_at(
    actor: Actor,
    court_id: int,
    mediator: Mediator,
    listing: ListingData,
    organisation_ids: Iterable[int],
    batch_id: int | None,
) -> MediatorListing:
    rules.check_term(listing.term_start, listing.term_end)
    roster = listing.roster or rules.roster_for(mediator.identities)
    rules.check_roster(roster, mediator.identities)
    row = MediatorListing(
        court_id=court_id,
        mediator_id=mediator.id,
        roster=roster,
        certification=listing.certification,
        term_start=listing.term_start,
        term_end=listing.term_end,
        certificate_no=listing.certificate_no.strip(),
        max_open=listing.max_open,
        granted_by=actor.account_id,
        batch_id=batch_id,
    )
    db.session.add(row)
    _flush()
    wanted = list(organisation_ids)
    if wanted:
        set_memberships(actor=actor, mediator_id=mediator.id, organisation_ids=wanted, batch_id=batch_id)
    return row


def _refuse_taken_phone(court_id: int, phone: str | None, own_id: int | None) -> None:
    if phone is None:
        return
    holder = db.session.scalar(queries.mediator_with_phone(phone))
    if holder is not None and holder.id != own_id:
        listed = db.session.scalar(queries.active_listing(court_id, holder.id)) is not None
        raise PhoneTaken(holder, listed_here=listed)


def _flush() -> None:
    try:
        db.session.flush()
    except StaleDataError as error:
        raise RuleBroken(STALE) from error
    except IntegrityError as error:
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", "") or ""
        sentence = _REFUSED.get(name)
        if sentence is None:
            raise
        raise RuleBroken(sentence[1], field=sentence[0]) from error


# Two people entering the same thing at the same moment: the database decides, and this is what the second one reads.
_REFUSED = {
    "uq_mediator_phone_index": ("phone", "这个手机号刚刚被别人录入，请刷新后查看。"),
    "uq_mediator_listing_active": ("phone", "该调解员刚刚被列入本院名册，请刷新后查看。"),
    "uq_membership_active": ("organisations", "该调解员刚刚加入了这个组织，请刷新后查看。"),
    "ck_mediator_birth_month_form": ("birth_month", "出生年月请写成 1978-08 这样。"),
    "ck_mediator_listing_term_order": ("term_end", "聘期至不能早于聘任日期。"),
}
