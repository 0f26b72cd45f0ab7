"""The roster of the live demo court: organisations and mediators, each with something to look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mediation_admin.core.scope import Actor
from mediation_admin.courts.models import Court
from mediation_admin.rosters import operations as rosters
from mediation_admin.rosters.data import ListingData, OrganisationData, PersonData
from mediation_admin.rosters.enums import Certification, Identity, OrganisationKind, Sanction, Sex
from mediation_admin.rosters.models import MediatorListing

I = Identity  # noqa: E741 - a column of identities reads as a column


@dataclass(frozen=True, slots=True)
class _Mediator:
    name: str
    sex: Sex
    born: str
    identities: tuple[Identity, ...]
    specialities: tuple[str, ...]
    unit: str = ""
    organisation: str | None = None
    twist: str = ""


ORGANISATIONS = {
    "town": OrganisationData(
        name="某某街道人民调解委员会", kind=OrganisationKind.PEOPLES, head_name="鲁某和", contact_name="鲁某和",
        contact_phone="19900001901", address="虚构路 1 号", accepts="婚姻家庭、邻里、赡养等民间纠纷",
        specialities=["marriage", "neighbour", "inheritance"], duties="调解辖区内的民间纠纷",
    ),
    "property": OrganisationData(
        name="某某区物业纠纷人民调解委员会", kind=OrganisationKind.INDUSTRY, head_name="俞某安", contact_name="俞某安",
        contact_phone="19900001902", address="虚构路 2 号", accepts="物业服务、业主与开发商之间的纠纷",
        specialities=["property_service", "house_sale"], duties="调解物业服务纠纷",
    ),
    "commerce": OrganisationData(
        name="某某区工商联商会调解中心", kind=OrganisationKind.COMMERCIAL, ministry_code="acfic", head_name="袁某平",
        contact_name="袁某平", contact_phone="19900001903", address="虚构大道 3 号", accepts="民营企业之间的合同、股权纠纷",
        specialities=["sale", "company", "construction"], duties="调解涉民营企业纠纷",
    ),
    "lawyers": OrganisationData(
        name="某某律师调解工作室", kind=OrganisationKind.LAWYER, head_name="柳某清", contact_name="柳某清",
        contact_phone="19900001904", address="虚构大道 4 号", accepts="各类民商事纠纷", specialities=["private_loan", "labour_service"],
        duties="律师调解",
    ),
}  # fmt: skip
# Enters and waits for its certification.
PENDING_ORGANISATION = OrganisationData(
    name="某某消费维权调解站", kind=OrganisationKind.PEOPLES, head_name="史某明", contact_name="史某明",
    contact_phone="19900001905", accepts="消费纠纷", specialities=["consumer", "online_shopping"],
)  # fmt: skip

EMPLOYER = "某某银桥小额贷款有限公司"
NAMESAKE = "苏某宁"
W, M = Sex.FEMALE, Sex.MALE

MEDIATORS = (
    _Mediator("鲁某和", M, "1968-03", (I.PEOPLES,), ("marriage", "neighbour", "inheritance"), organisation="town"),
    _Mediator("方某平", W, "1975-11", (I.PEOPLES, I.GRID), ("neighbour", "marriage", "traffic"), organisation="town"),
    _Mediator("苗某顺", W, "1982-06", (I.PEOPLES,), ("traffic", "personal_injury"), organisation="town"),
    _Mediator("俞某安", M, "1971-09", (I.INDUSTRY,), ("property_service", "house_sale"), organisation="property"),
    _Mediator("任某静", W, "1988-01", (I.INDUSTRY,), ("property_service", "lease"), organisation="property"),
    _Mediator("袁某平", M, "1965-04", (I.ENTREPRENEUR, I.CPPCC), ("sale", "company", "construction"), organisation="commerce"),
    _Mediator("柳某清", W, "1979-12", (I.LAWYER,), ("private_loan", "company", "labour_service"), organisation="lawyers"),
    _Mediator("酆某明", M, "1984-08", (I.LAWYER,), ("private_loan", "bank_loan", "sale"), organisation="lawyers"),
    _Mediator(NAMESAKE, W, "1977-05", (I.LEGAL_SERVICE,), ("sale", "lease", "online_shopping")),
    _Mediator("史某山", M, "1958-10", (I.RETIRED_LEGAL,), ("private_loan", "traffic", "inheritance")),
    _Mediator("唐某海", M, "1973-07", (I.ASSESSOR,), ("bank_loan", "private_loan"), unit=f"{EMPLOYER}法务"),
    _Mediator("薛某远", W, "1990-02", (I.EXPERT,), ("construction", "online_shopping", "consumer")),
    _Mediator("雷某林", M, "1969-06", (I.RETIRED_TEACHER,), ("marriage", "neighbour"), twist="one desk"),
    _Mediator("贺某峰", M, "1962-02", (I.PEOPLES,), ("neighbour", "rural_land"), twist="term ends soon"),
    _Mediator("倪某川", W, "1960-12", (I.DEPUTY,), ("labour", "labour_service"), twist="term over"),
    _Mediator("汤某泉", M, "1981-03", (I.NOTARY,), ("inheritance",), twist="suspended"),
    _Mediator("滕某波", W, "1992-09", (I.LAWYER,), ("ip",), twist="pending"),
    _Mediator("殷某舟", M, "1970-05", (I.VILLAGE,), ("rural_land", "neighbour"), twist="warned"),
    _Mediator("罗某岩", M, "1976-08", (I.JUDGE,), ("company",), twist="judge"),
)  # fmt: skip


def list_everybody(actor: Actor, court: Court, today: date) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Enter organisations and mediators and list them at the court; (key → organisation id, name → mediator id)."""
    organisations = {}
    joined = date(today.year - 2, 3, 1)
    for key, data in ORGANISATIONS.items():
        data.division_code, data.joined_on = court.division_code, joined
        place = rosters.add_organisation(
            actor=actor, court_id=court.id, organisation=data, listing=ListingData(term_start=joined)
        )
        organisations[key] = place.organisation_id
    rosters.add_organisation(
        actor=actor,
        court_id=court.id,
        organisation=PENDING_ORGANISATION,
        listing=ListingData(certification=Certification.PENDING),
    )
    mediators = {}
    for number, one in enumerate(MEDIATORS, start=1):
        place = rosters.add_mediator(
            actor=actor,
            court_id=court.id,
            person=PersonData(
                name=one.name,
                sex=one.sex,
                birth_month=one.born,
                phone=f"199000010{number:02d}",
                identities=list(one.identities),
                full_time=number % 3 == 0,
                work_unit=one.unit,
                specialities=list(one.specialities),
                education="本科" if number % 2 else "大专",
                accepts="本院辖区内的民商事纠纷",
            ),
            listing=_listing(one, number, today),
            organisation_ids=[organisations[one.organisation]] if one.organisation else [],
        )
        _happened(actor, place, one.twist)
        mediators[one.name] = place.mediator_id
    return organisations, mediators


def _listing(one: _Mediator, number: int, today: date) -> ListingData:
    start, end = date(today.year - 1, 1, 1), date(today.year + 2, 12, 31)
    if one.twist == "term ends soon":
        end = today + timedelta(days=20)
    if one.twist == "term over":
        start, end = date(today.year - 3, 1, 1), today - timedelta(days=12)
    return ListingData(
        certification=Certification.PENDING if one.twist == "pending" else Certification.CERTIFIED,
        term_start=None if one.twist == "pending" else start,
        term_end=None if one.twist == "pending" else end,
        certificate_no="" if one.twist == "pending" else f"演聘字第 {number:03d} 号",
        max_open=1 if one.twist == "one desk" else None,
    )


def _happened(actor: Actor, place: MediatorListing, twist: str) -> None:
    if twist == "suspended":
        rosters.suspend(actor=actor, kind=MediatorListing, listing_id=place.id, reason="本人申请暂停接案半年")
    if twist == "warned":
        rosters.sanction(
            actor=actor,
            kind=MediatorListing,
            listing_id=place.id,
            kind_of_sanction=Sanction.WARNING,
            reason="两次未在期限内受理且未说明理由",
        )
