"""A court with a little of everything, and files that are asked for, made and read back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.assignment import operations as assignment
from mediation_admin.core.jobs import JobStatus
from mediation_admin.core.scope import Actor, Scope
from mediation_admin.exports import operations
from mediation_admin.exports.enums import ExportFormat
from mediation_admin.exports.models import ExportRequest
from tests import people
from tests.factories import cases, rosters
from tests.factories.cases import TODAY, a_party

# What must never leave in clear.
PHONES = ("13911112222", "13933334444", "13955556666")
ID_NUMBER = "110101199003077491"


@dataclass
class Files:
    """Somebody of court A who asks for files."""

    session: Session
    actor: Actor
    scope: Scope
    run_jobs: Callable[[], int]
    made: list[Path] = field(default_factory=list)

    def ask(self, code: str, params=(), **how) -> ExportRequest:
        """A request, committed; a worker may take it."""
        how = {"keys": None, "file_format": ExportFormat.XLSX, **how}
        made = operations.request_export(actor=self.actor, code=code, params=list(params), **how)
        self.session.commit()
        return made

    def export(self, code: str, params=(), **how) -> Path:
        """The finished file."""
        request_id = self.ask(code, params, **how).id
        self.run_jobs()
        request = self.request(request_id)
        assert request.job.status is JobStatus.READY, request.job.message
        return operations.exports_folder() / request.stored_name

    def request(self, request_id: int) -> ExportRequest:
        """The request as it stands now."""
        self.session.rollback()
        self.session.expire_all()
        return self.session.scalars(select(ExportRequest).where(ExportRequest.id == request_id)).one()

    def left_behind(self) -> list[str]:
        """Everything that lies in the folder of exports."""
        return sorted(path.name for path in operations.exports_folder().iterdir())


@pytest.fixture
def files(app: Flask, working_as, run_jobs) -> Iterator[Files]:
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        for path in operations.exports_folder().iterdir():
            path.unlink()
        yield Files(session, actor, scope, run_jobs)


@pytest.fixture
def court(files: Files) -> Files:
    """Cases in several states, a mediator, an organisation, and what the audit says of them."""
    listing = rosters.a_listed_mediator(files.actor, "钱某", phone=PHONES[0], id_number=ID_NUMBER)
    rosters.a_listed_organisation(files.actor, "某商会调解委员会", contact_name="赵某", contact_phone=PHONES[1])
    parties = (
        a_party(name="=1+1", phone=PHONES[2]),
        a_party(cases.PartyRole.RESPONDENT, "某某商贸有限公司", phone=None),
    )
    waiting = cases.a_case(files.actor, parties=parties, amount=Decimal("12345.60"))
    case = cases.a_case(files.actor)
    assignment.assign_mediator(actor=files.actor, case_id=case.id, mediator_id=listing.mediator_id, today=TODAY)
    for state in ("mediating", "settled", "terminated"):
        cases.a_case_in(state, files.actor, listing.mediator_id)
    assert waiting.gaps, "a case with something missing shows how gaps are spelled"
    files.session.commit()
    return files
