"""The pure rules of a case: deadlines, identity papers and phones, gaps, names, and what a ledger row means."""

from mediation_admin.cases.rules.backfill import BackfillFacts, state_for_backfill
from mediation_admin.cases.rules.data import AgentData, BackfilledCase, CaseData, PartyData
from mediation_admin.cases.rules.deadlines import (
    Deadlines,
    days_left,
    default_kind,
    due_after_acceptance,
    extended_due,
    regime_of,
    response_due,
)
from mediation_admin.cases.rules.gaps import GapFacts, gaps_of
from mediation_admin.cases.rules.identity import IdFacts, read_credit_code, read_id_number, read_phone
from mediation_admin.cases.rules.names import party_type_of, query_terms, search_terms, summary

__all__ = [
    "AgentData",
    "BackfillFacts",
    "BackfilledCase",
    "CaseData",
    "Deadlines",
    "GapFacts",
    "IdFacts",
    "PartyData",
    "days_left",
    "default_kind",
    "due_after_acceptance",
    "extended_due",
    "gaps_of",
    "party_type_of",
    "query_terms",
    "read_credit_code",
    "read_id_number",
    "read_phone",
    "regime_of",
    "response_due",
    "search_terms",
    "state_for_backfill",
    "summary",
]
