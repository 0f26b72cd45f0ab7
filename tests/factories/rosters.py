"""Mediators, organisations and roster workbooks for tests."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

from mediation_admin.core.scope import Actor
from mediation_admin.rosters import operations
from mediation_admin.rosters.data import ListingData, OrganisationData, PersonData
from mediation_admin.rosters.enums import Identity, Sex
from mediation_admin.rosters.models import MediatorListing, OrganisationListing

TERM = {"term_start": date(2021, 7, 1), "term_end": date(2027, 6, 30)}
HEADINGS = (
    "序号",
    "姓名",
    "性别",
    "手机号码",
    "身份类别",
    "所属调解组织",
    "擅长领域",
    "聘任日期",
    "聘期至",
    "证书编号",
)


def person(name: str = "王某某", **values: Any) -> PersonData:
    """A person as the form would hold one."""
    return PersonData(name=name, **{"sex": Sex.FEMALE, "identities": [Identity.PEOPLES], **values})


def a_listed_mediator(actor: Actor, name: str = "王某某", **values: Any) -> MediatorListing:
    """A person on the roster of the actor's court, through the operation; flushed. ``listing`` overrides the term."""
    listing = values.pop("listing", {})
    organisation_ids = values.pop("organisation_ids", ())
    return operations.add_mediator(
        actor=actor,
        court_id=actor.court_id,
        person=person(name, **values),
        listing=ListingData(**{**TERM, **listing}),
        organisation_ids=organisation_ids,
    )


def a_listed_organisation(actor: Actor, name: str = "某商会人民调解委员会", **values: Any) -> OrganisationListing:
    """An organisation on the roster of the actor's court, through the operation; flushed."""
    return operations.add_organisation(
        actor=actor,
        court_id=actor.court_id,
        organisation=OrganisationData(name=name, **values),
        listing=ListingData(**TERM),
    )


def a_name(number: int) -> str:
    """A name of its own for every number below 2,000: 钱甲一, 钱甲二 …"""
    return f"钱{'甲乙丙丁戊己庚辛壬癸'[number // 200 % 10]}{chr(0x5B50 + number % 200)}"


def roster_row(number: int, **values: Any) -> list[Any]:
    """A line of a roster workbook, in the order of HEADINGS."""
    held = {
        "序号": number,
        "姓名": a_name(number),
        "性别": "女",
        "手机号码": f"1990001{number:04d}",
        "身份类别": "人民调解员",
        "所属调解组织": "某商会人民调解委员会",
        "擅长领域": "民间借贷、物业",
        "聘任日期": "2021-07-01",
        "聘期至": "2027-06-30",
        "证书编号": f"调解字第{number:03d}号",
        **values,
    }
    return [held[heading] for heading in HEADINGS]


def roster_workbook(rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> io.BytesIO:
    """A roster as an xlsx file in memory."""
    book = Workbook()
    sheet = book.active
    sheet.append(["特邀调解员名册"])
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    held = io.BytesIO()
    book.save(held)
    held.seek(0)
    return held
