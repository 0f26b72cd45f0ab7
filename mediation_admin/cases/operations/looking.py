"""Looking before a move: the case as facts, the court's settings, and what the roster says of whoever is named."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select

from mediation_admin.cases import rules
from mediation_admin.cases.enums import CaseState, Gap, PhoneState
from mediation_admin.cases.facts import Chosen, Facts
from mediation_admin.cases.models import Case, CaseEvent, Party
from mediation_admin.cases.rules.backfill import BackfillFacts
from mediation_admin.cases.rules.gaps import PARTY_GAPS
from mediation_admin.core.db import db
from mediation_admin.courts.models import Court
from mediation_admin.reference.workdays import Calendar
from mediation_admin.rosters.enums import Certification, Standing
from mediation_admin.rosters.models import Mediator, MediatorListing, Membership, Organisation, OrganisationListing


@dataclass
class Around:
    """What the moves of one call ask for again and again, looked up once: calendar, courts' settings, who was named."""

    calendar: Calendar
    courts: dict[int, Court] = field(default_factory=dict)
    named: dict[tuple[Any, ...], Chosen] = field(default_factory=dict)

    def court(self, court_id: int) -> Court:
        """The court's settings."""
        if court_id not in self.courts:
            self.courts[court_id] = court_of(court_id)
        return self.courts[court_id]

    def chosen(self, case: Case, mediator_id: int | None, organisation_id: int | None, today: date) -> Chosen:
        """The roster's word on who is named."""
        key = (case.court_id, case.organisation_id, mediator_id, organisation_id, today)
        if key not in self.named:
            self.named[key] = chosen(case, mediator_id, organisation_id, today)
        return self.named[key]


def court_of(court_id: int) -> Court:
    """The court's settings (kept in the session after the first look)."""
    court = db.session.get(Court, court_id)
    assert court is not None, "a case has a court"
    return court


def facts_of(case: Case, *, today: date, court: Court | None = None, move: str | None = None) -> Facts:
    """The case as the table sees it. What needs a look at other rows is looked up only for the moves that ask for it
    (``move`` None: for all of them, as a page of buttons needs)."""
    court = court or court_of(case.court_id)
    return Facts(
        state=case.state,
        today=today,
        registered_on=case.registered_on,
        kind=case.kind,
        source=case.source,
        backfilled=bool(case.backfilled),
        deleted=case.deleted_at is not None,
        suspended=bool(case.suspended),
        simplified=bool(case.simplified),
        response_due_on=case.response_due_on,
        assigned_on=case.assigned_on,
        accepted_on=case.accepted_on,
        due_on=case.due_on,
        close_requested_on=case.close_requested_on,
        ended_on=case.ended_on,
        result=case.result,
        extended_days=case.extended_days or 0,
        mediator_id=case.mediator_id,
        organisation_id=case.organisation_id,
        chosen_by_party=bool(case.chosen_by_party),
        applicants=1 if case.applicants else 0,
        respondents=1 if case.respondents else 0,
        missing_phones=case.missing_phones or 0,
        unverified_phones=_unverified_phones(case) if move in (None, "request_close") else 0,
        cause_known=bool(case.cause_text),
        facts_written=bool((case.facts or "").strip()),
        plan_written=bool((case.plan or "").strip()),
        gaps=tuple(Gap(gap) for gap in case.gaps or ()),
        regime_changes_on=court.regime_changes_on,
        refuse_without_phone=court.refuse_assignment_without_phone,
        changes_of_mediator=_changes_of_mediator(case) if move in (None, "ask_change") else 0,
        lived_on=_lived_on(case) if move in (None, "backfill_change", "expire") else False,
    )


def _unverified_phones(case: Case) -> int:
    if case.id is None or case.state is not CaseState.MEDIATING:
        return 0
    return (
        db.session.scalar(
            select(func.count(Party.id)).where(Party.case_id == case.id, Party.phone_state == PhoneState.UNVERIFIED)
        )
        or 0
    )


def _changes_of_mediator(case: Case) -> int:
    if case.id is None or case.state is not CaseState.MEDIATING:
        return 0
    asked, changed = db.session.execute(
        select(
            func.count(CaseEvent.id).filter(CaseEvent.move == "ask_change"),
            func.count(CaseEvent.id).filter(CaseEvent.move == "change_mediator"),
        ).where(CaseEvent.case_id == case.id)
    ).one()
    # A change the court made of its own accord is not the party's.
    return min(asked, changed)


# What may happen to a case without taking the word from its ledger.
LEDGER_MOVES = ("backfill", "backfill_change", "supplement", "edit", "announce_deadline")


def _lived_on(case: Case) -> bool:
    if case.id is None or not case.backfilled:
        return False
    return db.session.scalar(
        select(CaseEvent.id).where(CaseEvent.case_id == case.id, CaseEvent.move.not_in(LEDGER_MOVES)).limit(1)
    ) is not None


def backfill_facts(row: rules.BackfilledCase, today: date) -> BackfillFacts:
    """What a ledger row says of the state."""
    return BackfillFacts(
        registered_on=row.case.registered_on,
        today=today,
        accepted_on=row.accepted_on,
        ended_on=row.ended_on,
        result=row.result,
        has_mediator=row.mediator_id is not None,
    )


def gaps_after(case: Case) -> list[str]:
    """The gaps of a case whose own columns changed; those of its parties stay as they are."""
    held = frozenset(gap for gap in case.gaps or () if gap in PARTY_GAPS)
    return [
        gap.value
        for gap in rules.gaps_of(
            rules.GapFacts(
                state=case.state,
                result=case.result,
                party_gaps=held,
                facts_written=bool((case.facts or "").strip()),
                plan_written=bool((case.plan or "").strip()),
                cause_known=case.cause_code is not None,
                has_mediator=case.mediator_id is not None,
                has_accepted_on=case.accepted_on is not None,
                has_end_reason=case.end_reason is not None,
            )
        )
    ]


def chosen(case: Case, mediator_id: int | None, organisation_id: int | None, today: date) -> Chosen:
    """The roster's word on who is named: whether listed at this court, certified, active and within term on ``today``."""
    found: dict[str, Any] = {}
    if mediator_id is not None:
        row = db.session.execute(
            select(Mediator.name, _listed(MediatorListing, MediatorListing.mediator_id, mediator_id, case, today)).where(
                Mediator.id == mediator_id
            )
        ).one_or_none()
        found |= {"mediator_id": mediator_id}
        if row is not None:
            found |= {"mediator_name": row[0], "mediator_certified": row[1]}
        if case.organisation_id is not None:
            found["belongs"] = (
                db.session.scalar(
                    select(Membership.id).where(
                        Membership.mediator_id == mediator_id,
                        Membership.organisation_id == case.organisation_id,
                        Membership.ended_at.is_(None),
                    )
                )
                is not None
            )
    if organisation_id is not None:
        listed = _listed(OrganisationListing, OrganisationListing.organisation_id, organisation_id, case, today)
        row = db.session.execute(
            select(Organisation.name, Organisation.ministry_code, listed).where(Organisation.id == organisation_id)
        ).one_or_none()
        found |= {"organisation_id": organisation_id}
        if row is not None:
            found |= {"organisation_name": row[0], "ministry_code": row[1], "organisation_certified": row[2]}
    return Chosen(**found)


def _listed(listing: Any, column: Any, ident: int, case: Case, today: date) -> Any:
    return (
        select(listing.id)
        .where(
            column == ident,
            listing.court_id == case.court_id,
            listing.revoked_at.is_(None),
            listing.certification == Certification.CERTIFIED,
            listing.standing == Standing.ACTIVE,
            (listing.term_start.is_(None)) | (listing.term_start <= today),
            (listing.term_end.is_(None)) | (listing.term_end >= today),
        )
        .exists()
        .label("certified")
    )
