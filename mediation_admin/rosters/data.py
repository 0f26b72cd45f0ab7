"""What forms and workbooks hand to the operations: plain values of a person, an organisation, a listing."""

from dataclasses import dataclass, field
from datetime import date

from mediation_admin.rosters.enums import Certification, Identity, OrganisationKind, Roster, Sex


@dataclass(slots=True, kw_only=True)
class PersonData:
    """A mediator as a form holds it (domain facts of 特邀调解员). ``phone`` may be None: 待补."""

    name: str
    sex: Sex | None = None
    birth_month: str | None = None
    phone: str | None = None
    id_number: str | None = None
    nation: str = ""
    political_status: str = ""
    education: str = ""
    identities: list[Identity] = field(default_factory=list)
    full_time: bool | None = None
    work_unit: str = ""
    specialities: list[str] = field(default_factory=list)
    speciality_text: str = ""
    accepts: str = ""
    charges_fee: bool = False
    study: str = ""
    career: str = ""
    expertise: str = ""
    qualifications: str = ""
    training: str = ""
    remark: str = ""


@dataclass(slots=True, kw_only=True)
class ListingData:
    """A place on a court's roster. ``roster`` None = what the person's identities say."""

    roster: Roster | None = None
    certification: Certification = Certification.CERTIFIED
    term_start: date | None = None
    term_end: date | None = None
    certificate_no: str = ""
    max_open: int | None = None


@dataclass(slots=True, kw_only=True)
class OrganisationData:
    """A mediation organisation as a form holds it. ``contacts``: one "name phone" a line."""

    name: str
    kind: OrganisationKind = OrganisationKind.PEOPLES
    ministry_code: str | None = None
    level: str = ""
    superior: str = ""
    head_name: str = ""
    contact_name: str = ""
    contact_phone: str | None = None
    contacts: str | None = None
    division_code: str | None = None
    address: str = ""
    joined_on: date | None = None
    duties: str = ""
    specialities: list[str] = field(default_factory=list)
    accepts: str = ""
    charges_fee: bool = False
    remark: str = ""
