"""Mediation organisations: entered and listed by a court, edited."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from mediation_admin.core.crypto import blind_index
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.pinyin import title_pinyin
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.rosters import rules
from mediation_admin.rosters.data import ListingData, OrganisationData
from mediation_admin.rosters.models import Organisation, OrganisationListing

STALE = "这条记录刚刚被别人改过，请刷新后再改，您填的内容没有保存。"


def add_organisation(
    *,
    actor: Actor,
    court_id: int,
    organisation: OrganisationData,
    listing: ListingData,
    batch_id: int | None = None,
) -> OrganisationListing:
    """Enter an organisation and list it at the court (R24: the court creates it, the ministry binds it later).

    Refuses a name the court has already.
    """
    _refuse_taken_name(court_id, organisation.name, None)
    row = Organisation(home_court_id=court_id)
    fill_organisation(row, organisation)
    db.session.add(row)
    _flush()
    rules.check_term(listing.term_start, listing.term_end)
    place = OrganisationListing(
        court_id=court_id,
        organisation_id=row.id,
        certification=listing.certification,
        term_start=listing.term_start,
        term_end=listing.term_end,
        certificate_no=listing.certificate_no.strip(),
        granted_by=actor.account_id,
        batch_id=batch_id,
    )
    db.session.add(place)
    _flush()
    return place


def edit_organisation(
    *, actor: Actor, court_id: int, organisation_id: int, organisation: OrganisationData, version: int | None = None
) -> Organisation:
    """Change an organisation listed at this court. Refuses a stale ``version`` and a name the court has already."""
    row = fetch(db.session(), Organisation, organisation_id)
    if version is not None and version != row.version:
        raise RuleBroken(STALE)
    _refuse_taken_name(court_id, organisation.name, row.id)
    fill_organisation(row, organisation)
    _flush()
    return row


def fill_organisation(row: Organisation, data: OrganisationData) -> None:
    """Write the values of a form into the row, with everything that is computed from them."""
    set_organisation(row, {one.name: getattr(data, one.name) for one in fields(OrganisationData)})


def set_organisation(row: Organisation, values: Mapping[str, Any]) -> None:
    """Write some values (names of OrganisationData) into the row, with everything that is computed from them."""
    checked = dict(values)
    if "name" in checked:
        checked["name"] = checked["name"].strip()
        if not checked["name"]:
            raise RuleBroken("请输入组织名称。", field="name")
        row.pinyin, row.initials = title_pinyin(checked["name"])
    if "contact_phone" in checked:
        checked["contact_phone"] = rules.read_contact_phone(checked["contact_phone"])
        row.contact_phone_index = blind_index("phone", checked["contact_phone"])
    for name, value in checked.items():
        # An encrypted column makes other bytes of the same text each time: leave equal values alone.
        if getattr(row, name) != value:
            setattr(row, name, value)


def _refuse_taken_name(court_id: int, name: str, own_id: int | None) -> None:
    # The fence narrows this to organisations the court has (or had) listed.
    holder = db.session.scalar(
        select(Organisation.id)
        .join(OrganisationListing, OrganisationListing.organisation_id == Organisation.id)
        .where(
            Organisation.name == name.strip(),
            OrganisationListing.court_id == court_id,
            OrganisationListing.revoked_at.is_(None),
        )
    )
    if holder is not None and holder != own_id:
        raise RuleBroken(f"本院名册中已有“{name.strip()}”，请直接编辑。", field="name")


def _flush() -> None:
    try:
        db.session.flush()
    except StaleDataError as error:
        raise RuleBroken(STALE) from error
    except IntegrityError as error:
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", "") or ""
        if name == "uq_organisation_home_court_id_name":
            raise RuleBroken(
                "本院已录入过同名的调解组织（可能已除名），请换一个名称或恢复原来的。", field="name"
            ) from error
        raise
