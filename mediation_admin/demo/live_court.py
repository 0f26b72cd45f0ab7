"""The live demo court: this month's cases in every state, each brought there by the real operations."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from mediation_admin.assignment import operations as assignment
from mediation_admin.assignment.models import Assignment
from mediation_admin.cases import operations as cases
from mediation_admin.cases.enums import CaseKind, CaseSource, PartyRole
from mediation_admin.cases.models import Case, CaseEvent
from mediation_admin.cases.operations.editing import data_of
from mediation_admin.cases.operations.moving import SYSTEM
from mediation_admin.cases.rules import CaseData, PartyData
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor
from mediation_admin.courts.models import Court
from mediation_admin.demo.inventing import Inventor
from mediation_admin.demo.live_roster import EMPLOYER, NAMESAKE, list_everybody
from mediation_admin.demo.stories import STORIES, SUBJECTS, Step, Story, Subject
from mediation_admin.reference.queries import calendar

# What a mediator says when asked, so that the table lets the case go on.
_SAID: dict[str, dict[str, Any]] = {
    "accept": {"no_conflict": True},
    "request_close": {"mediator_signed": True},
    "close_on_paper": {"signed_on_paper": True},
    "all_signed": {"all_signed": True},
    "settle": {"withdrawal_recorded": True},
}
_BY_THE_SYSTEM = ("all_signed", "recall", "expire")


def fill(court: Court, *, admin: Actor, clerks: tuple[Actor, ...], today: date) -> int:
    """Enter the roster and tell every story; returns how many cases there are. Flushes.

    The session must be in a scope that lets it write in the court.
    """
    organisations, mediators = list_everybody(admin, court, today)
    teller = _Teller(court, admin, clerks, today, organisations, mediators)
    # The oldest first, so that numbers run with the days and a full desk is full when the next case comes.
    for story in sorted(STORIES, key=lambda one: -one.ago):
        teller.tell(story)
    return len(STORIES)


class _Teller:
    def __init__(
        self,
        court: Court,
        admin: Actor,
        clerks: tuple[Actor, ...],
        today: date,
        organisations: Mapping[str, int],
        mediators: Mapping[str, int],
    ) -> None:
        self.court, self.admin, self.clerks, self.today = court, admin, clerks, today
        self.organisations, self.mediators = organisations, mediators
        self.calendar = calendar(db.session)
        self.inventor = Inventor()
        self.told = 0

    def tell(self, story: Story) -> None:
        """Open the case and make its moves, each on its day; then let the timeline show those days."""
        clerk = self.clerks[self.told % len(self.clerks)]
        self.told += 1
        by_party = story.kind is CaseKind.INTERNET
        days = [self.day(story.ago)]
        case = cases.open_case(
            actor=clerk,
            court_id=self.court.id,
            data=self.data(story, days[0]),
            submit=not (story.draft or by_party),
            source=CaseSource.PARTY if by_party else CaseSource.COURT,
            today=days[0],
        )
        for step in story.steps:
            day = self.day_of_the_night_run(step, case) or self.day(step.ago)
            if day > self.today:
                continue  # a long holiday has moved the deadline that this step waits for
            self.make(case, step, clerk, day)
            days.append(day)
        self.date_back(case, days)

    def day(self, ago: int) -> date:
        """So many days ago; a working day on or before, because courts made these steps."""
        day = self.today - timedelta(days=ago)
        while ago and not self.calendar.is_workday(day):
            day -= timedelta(days=1)
        return day

    def day_of_the_night_run(self, step: Step, case: Case) -> date | None:
        """The working day after the deadline, on which the night run takes back or ends a case; None for other steps."""
        late = {"recall": case.response_due_on, "expire": case.due_on}.get(step.move)
        return self.calendar.on_or_after(late + timedelta(days=1)) if late else None

    def make(self, case: Case, step: Step, clerk: Actor, day: date) -> None:
        """One step, through the operation a clerk's screen would call."""
        said = dict(step.said)
        if step.move == "plan":
            plan = replace(data_of(case), plan=self.words(case, SUBJECTS_OF[case.cause_code].plan))
            cases.edit_case(actor=clerk, case_id=case.id, data=plan, version=case.version, today=day)
        elif step.move == "assign":
            best = assignment.rank_case(case, today=day).offered[0].facts.mediator_id
            assignment.assign_mediator(actor=clerk, case_id=case.id, mediator_id=best, today=day)
        elif step.move == "change_mediator":
            best = assignment.rank_case(case, today=day).offered[0].facts.mediator_id
            assignment.change_mediator(actor=clerk, case_id=case.id, mediator_id=best, today=day, **said)
        elif step.move == "assign_organisation":
            to = self.organisations[said["organisation"]]
            assignment.assign_organisation(actor=clerk, case_id=case.id, organisation_id=to, today=day)
        else:
            if step.move == "apply":
                said["mediator_id"] = assignment.rank_case(case, today=day).offered[0].facts.mediator_id
            if step.move == "name_mediator":
                said["mediator_id"] = self.mediators["俞某安"]
            actor = SYSTEM if step.move in _BY_THE_SYSTEM else self.admin if step.move == "delete" else clerk
            said |= _SAID.get(step.move, {})
            cases.move(actor=actor, case_id=case.id, move=step.move, today=day, **said)

    def date_back(self, case: Case, days: list[date]) -> None:
        """Give events and assignments the day they are told of: made just now, they would all show this minute."""
        session, now = db.session(), clock.now()
        events = session.scalars(select(CaseEvent.id).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)).all()
        moments = [min(_moment(day, self.told + place), now) for place, day in enumerate(days)]
        for ident, moment in zip(events, sorted(moments), strict=True):
            session.execute(update(CaseEvent).where(CaseEvent.id == ident).values(at=moment))
        table = Assignment.__table__
        for ident, day in session.execute(select(table.c.id, table.c.assigned_on).where(table.c.case_id == case.id)):
            moment = min(_moment(day, self.told + 1), now)
            session.execute(update(table).where(table.c.id == ident).values(assigned_at=moment))

    # -- what the case is about -----------------------------------------------------------------------------------------

    def data(self, story: Story, day: date) -> CaseData:
        """The form of the case, filled in."""
        subject = SUBJECTS[story.about]
        amount = Decimal(self.inventor.number(*subject.amount)) if subject.amount else None
        parties = self.parties(story, subject)
        names = {
            "a": next((party.name for party in parties if party.role is PartyRole.APPLICANT), "申请人"),
            "b": next((party.name for party in parties if party.role is PartyRole.RESPONDENT), "被申请人"),
            "amount": f"{amount:,}" if amount else "",
        }
        return CaseData(
            kind=story.kind,
            registered_on=day,
            cause_code=subject.cause_code,
            simplified=story.simplified,
            amount=amount,
            claim=subject.claim.format(**names),
            facts=subject.facts.format(**names),
            inner_case_no=self.inner_number(day) if story.kind is CaseKind.POST_FILING and not story.draft else None,
            parties=tuple(parties),
        )

    def inner_number(self, day: date) -> str:
        """A number as the inner network would have given it."""
        return f"（{day.year}）{self.court.code}民初{2000 + self.told}号"

    def words(self, case: Case, text: str) -> str:
        """A text of the subject with this case's names and amount."""
        amount = f"{case.amount:,.0f}" if case.amount else ""
        return text.format(a=case.applicants.split("、")[0], b=case.respondents.split("、")[0], amount=amount)

    def parties(self, story: Story, subject: Subject) -> list[PartyData]:
        """Both sides, with the twist of the story."""
        no_phone = {
            "no phones": (None, None),
            "applicants without phone": (None, ""),
            "respondent without phone": ("", None),
        }.get(story.twist, ("", ""))
        applicants = [self.party(PartyRole.APPLICANT, subject.applicant, no_phone[0]) for _ in range(story.applicants)]
        respondents = [
            self.party(PartyRole.RESPONDENT, subject.respondent, no_phone[1]) for _ in range(story.respondents)
        ]
        if story.twist == "employer of a mediator":
            applicants[0] = replace(applicants[0], name=EMPLOYER)
        if story.twist == "namesake of a mediator":
            respondents[0] = self.inventor.natural(PartyRole.RESPONDENT, name=NAMESAKE)
        if story.twist == "no respondent":
            respondents = []
        if story.agents:
            applicants[0] = replace(applicants[0], agents=(self.inventor.agent(special=True),))
        if story.agents > 1:
            respondents[0] = replace(respondents[0], agents=(self.inventor.agent(special=False),))
        return applicants + respondents

    def party(self, role: PartyRole, trade: str | None, phone: str | None) -> PartyData:
        """A company of that trade, or a person."""
        if trade is not None:
            return self.inventor.company(role, trade, phone=phone)
        return self.inventor.natural(role, phone=phone, papers=self.told % 4 != 0)


SUBJECTS_OF = {subject.cause_code: subject for subject in SUBJECTS.values()}


def _moment(day: date, place: int) -> datetime:
    # Office hours, not all at once.
    return clock.start_of(day) + timedelta(hours=9, minutes=(place * 37) % 480)
