"""Cases for tests, through the operations: what a factory makes is what the platform could have made."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from mediation_admin.cases import operations, rules
from mediation_admin.cases.enums import AgentKind, CaseKind, EndReason, PartyRole, Result
from mediation_admin.cases.models import Case
from mediation_admin.core.crypto import blind_index
from mediation_admin.core.scope import Actor
from mediation_admin.rosters.models import Mediator, MediatorListing, Membership, Organisation, OrganisationListing

# A Tuesday in a year whose holidays are published, far from any.
TODAY = date(2024, 3, 12)


def a_party(role: PartyRole = PartyRole.APPLICANT, name: str = "", **values: Any) -> rules.PartyData:
    """A party with a name, a phone and nothing else."""
    named = name or {"applicant": "申请某甲", "respondent": "被申某乙", "third": "第三某丙"}[role.value]
    return rules.PartyData(role=role, name=named, **{"phone": "13900001234", **values})


def an_agent(name: str = "代理某", **values: Any) -> rules.AgentData:
    """A lawyer with a phone."""
    return rules.AgentData(name=name, **{"kind": AgentKind.LAWYER, "phone": "13900005678", **values})


def case_data(**values: Any) -> rules.CaseData:
    """What a form would hold: enough to be submitted and, later, closed."""
    parties = values.pop("parties", (a_party(), a_party(PartyRole.RESPONDENT)))
    return rules.CaseData(
        parties=tuple(parties),
        **{
            "kind": CaseKind.PRE_FILING,
            "registered_on": TODAY,
            "cause_code": "108.3",
            "facts": "借款到期未还。",
            "plan": "分三期归还。",
            **values,
        },
    )


def a_case(actor: Actor, *, submit: bool = True, today: date = TODAY, **values: Any) -> Case:
    """A case waiting to be assigned (or a draft), in the actor's court; flushed."""
    return operations.open_case(
        actor=actor, court_id=actor.court_id, data=case_data(**values), submit=submit, today=today
    )


def a_mediator(session: Session, court_id: int, name: str = "调解某", **values: Any) -> Mediator:
    """A certified mediator on a court's roster, straight into the tables; flushed."""
    phone = values.pop("phone", None)
    mediator = Mediator(name=name, home_court_id=court_id, phone=phone, phone_index=blind_index("phone", phone), **values)
    session.add(mediator)
    session.flush()
    session.add(MediatorListing(court_id=court_id, mediator_id=mediator.id))
    session.flush()
    return mediator


def an_organisation(
    session: Session, court_id: int, name: str = "某调解委员会", members: tuple[Mediator, ...] = (), **values: Any
) -> Organisation:
    """A certified organisation on a court's roster with its members; flushed."""
    organisation = Organisation(name=name, home_court_id=court_id, **values)
    session.add(organisation)
    session.flush()
    session.add(OrganisationListing(court_id=court_id, organisation_id=organisation.id))
    for member in members:
        session.add(Membership(organisation_id=organisation.id, mediator_id=member.id))
    session.flush()
    return organisation


def a_case_in(state: str, actor: Actor, mediator_id: int, *, today: date = TODAY, **values: Any) -> Case:
    """A case brought to a state by its moves."""
    if state == "draft":
        return a_case(actor, submit=False, today=today, **values)
    case = a_case(actor, today=today, **values)
    for name, said in _WAYS[state]:
        if "mediator_id" in said:
            said = {**said, "mediator_id": mediator_id}
        operations.move(actor=actor, case_id=case.id, move=name, today=today, **said)
    return case


Step = tuple[str, dict[str, Any]]
_ASSIGN: Step = ("assign", {"mediator_id": 0})
_ACCEPT: Step = ("accept", {"no_conflict": True})
_REQUEST: Step = ("request_close", {"mediator_signed": True})
_WAYS: dict[str, list[Step]] = {
    "to_assign": [],
    "to_accept": [_ASSIGN],
    "mediating": [_ASSIGN, _ACCEPT],
    "closing": [_ASSIGN, _ACCEPT, _REQUEST],
    "closed": [_ASSIGN, _ACCEPT, _REQUEST, ("close_on_paper", {"signed_on_paper": True})],
    "settled": [_ASSIGN, _ACCEPT, ("settle", {"withdrawal_recorded": True})],
    "terminated": [_ASSIGN, _ACCEPT, ("terminate", {"end_reason": EndReason.DEADLOCK})],
}
Maker = Callable[..., Case]


def a_backfilled_row(**values: Any) -> rules.BackfilledCase:
    """A ledger row of a case that ended with an agreement."""
    case_values = values.pop("case", {})
    return rules.BackfilledCase(
        case=case_data(**{"registered_on": date(2022, 1, 4), **case_values}),
        **{
            "accepted_on": date(2022, 1, 6),
            "ended_on": date(2022, 1, 20),
            "result": Result.AGREEMENT,
            **values,
        },
    )
