"""Rows for the registry of endpoints: each function makes one row of a person's court (or of the person himself).

Names carry ``world.marker(person)``, so that a page which shows another court's row is caught by its text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation_admin.approvals.enums import ApprovalState
from mediation_admin.approvals.models import Approval
from mediation_admin.audit.models import AuditEntry
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.jobs import Job, JobStatus
from mediation_admin.core.scope import Actor, Scope, enter
from mediation_admin.exports.enums import ExportFormat
from mediation_admin.exports.models import ExportRequest
from mediation_admin.imports.enums import BatchStatus
from mediation_admin.imports.models import ImportBatch
from mediation_admin.notices import operations as notices
from mediation_admin.notices.templates import Template
from mediation_admin.permissions import Role
from mediation_admin.support import store
from mediation_admin.support.enums import ProofKind
from mediation_admin.support.models import Proof, VideoRequest
from tests import people
from tests.factories import accounts, cases, hand_offs, rosters
from tests.factories import support as desk_rows
from tests.people import Person

MARKERS = {"a": "甲地记号", "b": "乙地记号"}


class World:
    """What the house tests make rows in."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._numbers = 0
        self._acting: dict[str, tuple[Actor, Scope]] = {}

    def number(self) -> int:
        """A number not used before."""
        self._numbers += 1
        return self._numbers

    @staticmethod
    def place(person: Person) -> str:
        """The court whose rows are the person's own; whoever has none (or none of these) is given court A's."""
        return "b" if person.place == "b" else "a"

    def marker(self, person: Person) -> str:
        """The text that betrays a row of the person's court."""
        return MARKERS[self.place(person)]

    def acting(self, person: Person) -> tuple[Actor, Scope]:
        """The person's actor and scope, asked once: the house tests make thousands of requests."""
        if person.key not in self._acting:
            self._acting[person.key] = people.acting(self.app, person)
        return self._acting[person.key]

    @contextmanager
    def at_work(self, person: Person) -> Iterator[tuple[Session, Actor]]:
        """A session of somebody who may make rows in the person's court; committed at the end."""
        maker = people.clerk_b if self.place(person) == "b" else people.admin_a
        actor, scope = self.acting(maker)
        with self.app.app_context():
            enter(db.session(), actor, scope)
            yield db.session, actor
            db.session.commit()
            db.session.remove()


def audit_entry(world: World, person: Person) -> dict[str, Any]:
    """An entry of the audit of the person's court."""
    with world.at_work(person) as (session, actor):
        record(session(), "case:note:added", f"{world.marker(person)}{world.number()}", court_id=actor.court_id)
        return {"ident": session.scalar(select(func.max(AuditEntry.id)))}


# -- people ---------------------------------------------------------------------------------------------------------


def colleague(world: World, person: Person) -> dict[str, Any]:
    """An account of the person's court, not yet used."""
    with world.at_work(person) as (session, actor):
        name = f"{world.marker(person)}{world.number()}"
        return {"ident": accounts.an_account(session, name, roles=[(Role.JUDGE, actor.court_id)]).id}


def grant(world: World, person: Person) -> dict[str, Any]:
    """A role held in the person's court."""
    with world.at_work(person) as (session, actor):
        account = accounts.an_account(session, f"{world.marker(person)}{world.number()}")
        return {"grant_id": accounts.a_grant(session, account, Role.JUDGE, actor.court_id).id}


def approval(world: World, person: Person) -> dict[str, Any]:
    """A request of the person's court that somebody else asked for: a further role for a colleague."""
    return _approval(world, person, None)


def own_approval(world: World, person: Person) -> dict[str, Any]:
    """A request of the person himself."""
    return _approval(world, person, world.acting(person)[0])


def _approval(world: World, person: Person, asker: Actor | None) -> dict[str, Any]:
    with world.at_work(person) as (session, actor):
        name = f"{world.marker(person)}{world.number()}"
        about = accounts.an_account(session, name, roles=[(Role.JUDGE, actor.court_id)])
        other = accounts.an_account(session, f"{name}甲", roles=[(Role.COURT_ADMIN, actor.court_id)])
        asked = Approval(
            kind="role.grant",
            key=f"test:{about.id}",
            title=f"授予{name}“上级法院”角色",
            reason=name,
            payload={
                "account_id": about.id,
                "role": "higher_court",
                "court_id": actor.court_id,
                "start": None,
                "end": None,
                "stands_in_for": None,
            },
            court_id=actor.court_id,
            about_id=about.id,
            asked_by=asker.account_id if asker else other.id,
            asked_by_name=asker.name if asker else other.name,
            asked_court_id=asker.court_id if asker else actor.court_id,
            asked_role=asker.role if asker else "court_admin",
            asked_at=clock.now(),
            expires_at=clock.now() + timedelta(days=7),
            state=ApprovalState.WAITING,
        )
        session.add(asked)
        session.flush()
        return {"ident": asked.id}


def login_session(world: World, person: Person) -> dict[str, Any]:
    """A session of the person himself, on another device."""
    with world.app.app_context():
        account, held = people.account_of(db.session(), person)
        started, _ = accounts.a_session(db.session(), account, held, device=world.marker(person))
        db.session.commit()
        found = {"ident": started.id}
        db.session.remove()
    return found


def job(world: World, person: Person) -> dict[str, Any]:
    """A background job the person asked for."""
    return {"job_id": _job(world, person)}


def _job(world: World, person: Person, kind: str = "exports.run") -> int:
    actor, scope = world.acting(person)
    with world.app.app_context():
        enter(db.session(), actor, scope)
        asked = Job(
            kind=kind,
            params={},
            requester_id=actor.account_id,
            role=actor.role,
            court_id=actor.court_id,
            status=JobStatus.FAILED,
            message=world.marker(person),
            finished_at=clock.now(),
        )
        db.session.add(asked)
        db.session.commit()
        found = asked.id
        db.session.remove()
    return found


def message(world: World, person: Person) -> dict[str, Any]:
    """A message sent in the name of the person's court."""
    with world.at_work(person) as (_, actor):
        facts = {"name": world.marker(person), "role": "法官"}
        sent = notices.send(
            actor=actor, template=Template.ROLE_GRANTED, phone=accounts.a_phone(), facts=facts, court_id=actor.court_id
        )
        return {"ident": sent.id}


# -- cases ----------------------------------------------------------------------------------------------------------


def case(world: World, person: Person) -> dict[str, Any]:
    """A case waiting to be assigned."""
    return {"ident": party(world, person)["ident"]}


def party(world: World, person: Person) -> dict[str, Any]:
    """A case and one of its parties."""
    with world.at_work(person) as (_, actor):
        applicant = cases.a_party(name=f"{world.marker(person)}{world.number()}")
        made = cases.a_case(actor, parties=(applicant, cases.a_party(cases.PartyRole.RESPONDENT)))
        return {"ident": made.id, "party_id": made.parties[0].id}


def agent(world: World, person: Person) -> dict[str, Any]:
    """A case and somebody who acts for one of its parties."""
    with world.at_work(person) as (_, actor):
        acting_for = cases.an_agent(name=f"{world.marker(person)}{world.number()}")
        applicant = cases.a_party(name=f"{world.marker(person)}{world.number()}", agents=(acting_for,))
        made = cases.a_case(actor, parties=(applicant, cases.a_party(cases.PartyRole.RESPONDENT)))
        return {"ident": made.id, "agent_id": made.parties[0].agents[0].id}


def case_to_assign(world: World, person: Person) -> dict[str, Any]:
    """A case waiting to be assigned, as the pages of assigning call it."""
    return {"case_id": party(world, person)["ident"]}


def bulk_assignment(world: World, person: Person) -> dict[str, Any]:
    """A bulk assignment the person asked for, which came to nothing."""
    return {"job_id": _job(world, person, "assignment.bulk")}


def undone_assignment(world: World, person: Person) -> dict[str, Any]:
    """The undoing of one."""
    return {"job_id": _job(world, person, "assignment.undo")}


# -- rosters --------------------------------------------------------------------------------------------------------


def mediator(world: World, person: Person) -> dict[str, Any]:
    """A mediator on the roster."""
    return {"ident": _mediator(world, person)[0]}


def mediator_listing(world: World, person: Person) -> dict[str, Any]:
    """A mediator's place on the roster."""
    return {"ident": _mediator(world, person)[1]}


def _mediator(world: World, person: Person) -> tuple[int, int]:
    with world.at_work(person) as (_, actor):
        listing = rosters.a_listed_mediator(actor, f"{world.marker(person)}{world.number()}", phone=accounts.a_phone())
        return listing.mediator_id, listing.id


def organisation(world: World, person: Person) -> dict[str, Any]:
    """An organisation on the roster."""
    return {"ident": _organisation(world, person)[0]}


def organisation_listing(world: World, person: Person) -> dict[str, Any]:
    """An organisation's place on the roster."""
    return {"ident": _organisation(world, person)[1]}


def _organisation(world: World, person: Person) -> tuple[int, int]:
    with world.at_work(person) as (_, actor):
        name = f"{world.marker(person)}{world.number()}调解委员会"
        listing = rosters.a_listed_organisation(actor, name, contact_phone=accounts.a_phone())
        return listing.organisation_id, listing.id


# -- hand-offs ------------------------------------------------------------------------------------------------------


def hand_off(world: World, person: Person) -> dict[str, Any]:
    """A hand-off that stopped."""
    with world.at_work(person) as (_, actor):
        row = hand_offs.a_hand_off(actor, reference=f"{world.marker(person)}{world.number()}")
        return {"ident": hand_offs.fail(row, for_good=True).id}


# -- the support desk -----------------------------------------------------------------------------------------------


@contextmanager
def _at_the_desk(world: World) -> Iterator[tuple[Session, Actor]]:
    actor, scope = world.acting(people.support)
    with world.app.app_context():
        enter(db.session(), actor, scope)
        yield db.session, actor
        db.session.commit()
        db.session.remove()


def _helped(session: Session, world: World, person: Person) -> int:
    return accounts.an_account(session, f"{world.marker(person)}{world.number()}").id


def proof(world: World, person: Person) -> dict[str, Any]:
    """A paper that somebody showed."""
    with _at_the_desk(world) as (session, actor):
        kept = Proof(
            account_id=_helped(session(), world, person),
            kind=ProofKind.LETTER,
            file_name=store.keep(desk_rows.an_upload())[0],
            mime="image/png",
            sha256=b"0" * 32,
            kept_by=actor.account_id,
        )
        session.add(kept)
        session.flush()
        return {"proof_id": kept.id}


def identity_review(world: World, person: Person) -> dict[str, Any]:
    """A review that waits."""
    with _at_the_desk(world) as (session, _):
        return {"ident": desk_rows.a_review(_helped(session(), world, person)).id}


def video_request(world: World, person: Person) -> dict[str, Any]:
    """A request for multi-party video that waits."""
    case_id = party(world, person)["ident"]
    with world.at_work(person) as (session, actor):
        row = VideoRequest(
            court_id=actor.court_id,
            case_id=case_id,
            case_no=f"{world.marker(person)}{world.number()}",
            party_count=3,
            reason="三方分处三地",
            asked_by=actor.account_id,
            asked_by_name=actor.name,
            asked_at=clock.now(),
        )
        session.add(row)
        session.flush()
        return {"ident": row.id}


# -- imports and exports --------------------------------------------------------------------------------------------


def case_batch(world: World, person: Person) -> dict[str, Any]:
    """An import of historic cases that was given up."""
    return _batch(world, person, "cases")


def member_batch(world: World, person: Person) -> dict[str, Any]:
    """An import of a court's people that was given up."""
    return _batch(world, person, "court_users")


def roster_batch(world: World, person: Person) -> dict[str, Any]:
    """An import of a roster that was given up."""
    return _batch(world, person, "rosters")


def organisation_batch(world: World, person: Person) -> dict[str, Any]:
    """An import of organisations that was given up."""
    return _batch(world, person, "organisations")


def _batch(world: World, person: Person, subject: str) -> dict[str, Any]:
    with world.at_work(person) as (session, actor):
        batch = ImportBatch(
            court_id=actor.court_id,
            subject=subject,
            status=BatchStatus.ABANDONED,
            file_name=f"{world.marker(person)}.xlsx",
            file_size=1,
            sha256=b"0" * 32,
            asked_by=actor.account_id,
            asked_by_name=actor.name,
        )
        session.add(batch)
        session.flush()
        return {"ident": batch.id}


def export(world: World, person: Person) -> dict[str, Any]:
    """An export the person asked for, which failed."""
    asked = _job(world, person)
    actor, scope = world.acting(person)
    with world.app.app_context():
        enter(db.session(), actor, scope)
        request = ExportRequest(
            job_id=asked,
            requester_id=actor.account_id,
            court_id=actor.court_id,
            source="report:by-mediator",
            title=world.marker(person),
            columns=["name"],
            format=ExportFormat.XLSX,
            file_name="x.xlsx",
        )
        db.session.add(request)
        db.session.commit()
        found = {"ident": request.id}
        db.session.remove()
    return found
