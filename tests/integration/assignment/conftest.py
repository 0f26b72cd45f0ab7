"""A court's administrator with cases that await a mediator and a roster to choose from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mediation_admin.assignment.models import Assignment
from mediation_admin.cases.models import Case
from mediation_admin.core.scope import Actor, Scope
from mediation_admin.rosters.models import Mediator, MediatorListing
from tests import people
from tests.factories import cases


@dataclass
class Desk:
    """Who assigns, in a session of that scope."""

    session: Session
    actor: Actor
    scope: Scope

    def mediator(self, name: str, *, listing: dict[str, Any] | None = None, **values: Any) -> Mediator:
        """A mediator on the court's roster; ``listing`` changes the listing."""
        made = cases.a_mediator(self.session, self.actor.court_id, name, **values)
        held = self.session.scalars(select(MediatorListing).where(MediatorListing.mediator_id == made.id)).one()
        for key, value in (listing or {}).items():
            setattr(held, key, value)
        self.session.flush()
        return made

    def case(self, **values: Any) -> Case:
        """A case that awaits a mediator."""
        return cases.a_case(self.actor, **values)

    def many(self, count: int) -> list[int]:
        """So many cases that await a mediator, copied from one inside the database; their ids."""
        model = self.case()
        columns = [
            c.name for c in Case.__table__.columns if c.name not in ("id", "case_no", "case_serial", "case_year")
        ]
        listed = ", ".join(columns)
        made = self.session.execute(
            text(
                f"insert into mediation_case ({listed}, case_no, case_year, case_serial) "
                f"select {listed}, '甲' || n, 2024, n + 1000 from mediation_case, generate_series(1, :count) n "
                "where id = :id returning id"
            ),
            {"count": count, "id": model.id},
        )
        return sorted(made.scalars())

    def active(self, case: Case) -> Assignment | None:
        """The assignment that holds now."""
        return self.session.scalar(
            select(Assignment)
            .where(Assignment.case_id == case.id, Assignment.ended_at.is_(None))
            .execution_options(populate_existing=True)
        )

    def all(self, case: Case) -> list[Assignment]:
        """Every assignment the case has had, oldest first."""
        return list(
            self.session.scalars(
                select(Assignment)
                .where(Assignment.case_id == case.id)
                .order_by(Assignment.id)
                .execution_options(populate_existing=True)
            )
        )


@pytest.fixture
def desk(app: Flask, working_as) -> Iterator[Desk]:
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        yield Desk(session, actor, scope)


@pytest.fixture
def today() -> date:
    """A Tuesday in a year whose holidays are published."""
    return cases.TODAY
