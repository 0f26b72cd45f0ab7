"""What a case still lacks. A gap is counted and shown until it is mended; it refuses nothing by itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from mediation_admin.cases.enums import ENDED_STATES, CaseState, Gap, PartyRole, Result


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """What matters of one party."""

    role: PartyRole
    has_phone: bool
    has_id_number: bool


@dataclass(frozen=True, slots=True)
class GapFacts:
    """What matters of the case."""

    state: CaseState | None
    result: Result | None
    party_gaps: frozenset[str]
    facts_written: bool
    plan_written: bool
    cause_known: bool
    has_mediator: bool
    has_accepted_on: bool
    has_end_reason: bool


_PHONE_GAPS = {PartyRole.APPLICANT: Gap.APPLICANT_PHONE, PartyRole.RESPONDENT: Gap.RESPONDENT_PHONE}
_ID_GAPS = {PartyRole.APPLICANT: Gap.APPLICANT_ID, PartyRole.RESPONDENT: Gap.RESPONDENT_ID}


PARTY_GAPS = frozenset({*_PHONE_GAPS.values(), *_ID_GAPS.values()})


def party_gaps_of(parties: Iterable[PartyFacts]) -> frozenset[str]:
    """What the parties lack."""
    found: set[str] = set()
    for party in parties:
        if not party.has_phone and party.role in _PHONE_GAPS:
            found.add(_PHONE_GAPS[party.role])
        if not party.has_id_number and party.role in _ID_GAPS:
            found.add(_ID_GAPS[party.role])
    return frozenset(found)


def gaps_of(facts: GapFacts) -> list[Gap]:
    """The open gaps, in the order of the enum."""
    begun = facts.state is CaseState.MEDIATING or facts.state is CaseState.CLOSING or facts.state in ENDED_STATES
    never_begun = facts.state is CaseState.TERMINATED and facts.result is Result.PROCEDURAL
    found: set[str] = set(facts.party_gaps)
    if not facts.facts_written:
        found.add(Gap.FACTS)
    if facts.result is Result.AGREEMENT and not facts.plan_written:
        found.add(Gap.PLAN)
    if begun and not never_begun and not facts.has_mediator:
        found.add(Gap.MEDIATOR)
    if begun and not never_begun and not facts.has_accepted_on:
        found.add(Gap.ACCEPTED_ON)
    if facts.state is CaseState.TERMINATED and not facts.has_end_reason:
        found.add(Gap.END_REASON)
    if not facts.cause_known:
        found.add(Gap.CAUSE)
    return [gap for gap in Gap if gap in found]
