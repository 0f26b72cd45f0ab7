"""The shapes in which a case comes in, from a form or from a ledger. Values are already read; rules still judge them."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from mediation_admin.cases.enums import (
    AgentKind,
    Authority,
    CaseCategory,
    CaseKind,
    EndReason,
    IdKind,
    PartyRole,
    PartyType,
    Result,
)


@dataclass(frozen=True, slots=True)
class AgentData:
    """An agent of a party (§5.2). ``id`` is the row being edited, None for a new one."""

    name: str
    kind: AgentKind
    authority: Authority = Authority.GENERAL
    phone: str | None = None
    id_number: str | None = None
    firm: str = ""
    licence_no: str = ""
    relation: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class PartyData:
    """A party (§5.2). ``type`` None: judged by the name. ``id`` is the row being edited, None for a new one."""

    role: PartyRole
    name: str
    type: PartyType | None = None
    phone: str | None = None
    id_kind: IdKind | None = None
    id_number: str | None = None
    sex: str | None = None
    birth_date: date | None = None
    nation: str = ""
    division_code: str | None = None
    address: str | None = None
    email: str | None = None
    service_consent: bool = False
    representative: str = ""
    agents: tuple[AgentData, ...] = ()
    id: int | None = None


@dataclass(frozen=True, slots=True)
class CaseData:
    """What the form of a case holds (§5.1). Amounts in yuan."""

    kind: CaseKind
    registered_on: date
    category: CaseCategory = CaseCategory.CIVIL
    cause_code: str | None = None
    cause_text: str = ""
    dispute_type_code: str | None = None
    inner_case_no: str | None = None
    simplified: bool = False
    amount: Decimal | None = None
    claim: str = ""
    facts: str = ""
    plan: str = ""
    remark: str = ""
    ministry_code: str | None = None
    parties: tuple[PartyData, ...] = ()


@dataclass(frozen=True, slots=True)
class BackfilledCase:
    """A historic case (§5.1 新增历史案件). ``case_no`` given is kept, None is generated in the year of registration."""

    case: CaseData
    case_no: str | None = None
    mediator_id: int | None = None
    organisation_id: int | None = None
    accepted_on: date | None = None
    ended_on: date | None = None
    result: Result | None = None
    end_reason: EndReason | None = None
    # The ledger's own words where they say more than our columns; kept on the event.
    source: dict[str, str] = field(default_factory=dict)
