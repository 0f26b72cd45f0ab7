"""A court with a few cases whose figures can be counted on one's fingers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from mediation_admin.assignment import operations as assignment
from mediation_admin.cases import operations as lifecycle
from mediation_admin.cases.enums import EndReason
from mediation_admin.cases.models import Case
from mediation_admin.core.scope import Actor, Scope
from mediation_admin.reports import queries
from mediation_admin.reports.definition import Answer, Line, Question
from mediation_admin.rosters.models import Mediator
from tests import people
from tests.factories import cases
from tests.factories.cases import TODAY

MARCH = Question(date(2024, 3, 1), date(2024, 3, 31), today=date(2024, 4, 30))


@dataclass
class Statistics:
    """The court's cases, and its figures."""

    session: Session
    actor: Actor
    scope: Scope
    first: Mediator
    second: Mediator

    def assigned(self, mediator: Mediator, day: date = TODAY, **values) -> Case:
        """A case given to a mediator."""
        case = cases.a_case(self.actor, today=day, registered_on=day, **values)
        assignment.assign_mediator(actor=self.actor, case_id=case.id, mediator_id=mediator.id, today=day)
        return case

    def move(self, case: Case, name: str, day: date = TODAY, **said) -> None:
        """One move."""
        lifecycle.move(actor=self.actor, case_id=case.id, move=name, today=day, **said)

    def ended(self, mediator: Mediator, accepted: date, ended: date, *, success: bool = True) -> Case:
        """A case accepted and ended on these days."""
        case = self.assigned(mediator)
        self.move(case, "accept", accepted, no_conflict=True)
        if success:
            self.move(case, "settle", ended, withdrawal_recorded=True)
        else:
            self.move(case, "terminate", ended, end_reason=EndReason.DEADLOCK)
        return case

    def ask(self, code: str = "by-mediator", question: Question = MARCH) -> Answer:
        """A report."""
        return queries.ask(self.session, queries.report_of(code), question)

    def line(self, label: str, code: str = "by-mediator", question: Question = MARCH) -> Line:
        """One line of it."""
        return next(line for line in self.ask(code, question).lines if line.label == label)


@pytest.fixture
def statistics(app: Flask, working_as) -> Iterator[Statistics]:
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        first = cases.a_mediator(session, actor.court_id, "钱某", pinyin="qian mou")
        second = cases.a_mediator(session, actor.court_id, "安某", pinyin="an mou")
        yield Statistics(session, actor, scope, first, second)
