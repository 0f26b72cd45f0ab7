"""A first look: two demo courts with every kind of case, and people who can sign in and must change their password."""

import json
import re
import stat
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from mediation_admin.accounts.models import Account
from mediation_admin.cases import queries
from mediation_admin.cases.enums import CaseKind, CaseState, EndReason, PartyRole, PhoneState, Result
from mediation_admin.cases.models import Agent, Case, CaseEvent, Party
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, Scope, unfenced
from mediation_admin.courts.models import Court
from mediation_admin.demo.creating import create_demo
from mediation_admin.demo.people import LEDGER_COURT, LIVE_COURT, PEOPLE
from mediation_admin.exchange.enums import HandOffState
from mediation_admin.exchange.models import HandOff
from mediation_admin.permissions import Role
from mediation_admin.reference.queries import calendar
from mediation_admin.reports import queries as reports
from mediation_admin.reports.definition import Question
from tests.factories.accounts import a_code

TRUTH = json.loads((Path(__file__).parents[2] / "data" / "宛城区_2022上半年_truth.json").read_text())
NEW_PASSWORD = "Wk4-Rvmdp=Xc"


def made_a_move(name: str):
    return exists().where(CaseEvent.case_id == Case.id, CaseEvent.move == name)


def parties_of_a_case(*conditions):
    return select(func.count(Party.id)).where(Party.case_id == Case.id, *conditions).scalar_subquery()


def what_a_visitor_should_find(today: date, soon: date) -> dict[str, object]:
    """Name → condition on a case of the live court; each must hold for at least one. ``soon``: three working days on."""
    mediating = Case.state == CaseState.MEDIATING
    return {
        **{f"state {state.label}": Case.state == state for state in CaseState},
        **{f"kind {kind.label}": Case.kind == kind for kind in CaseKind},
        **{f"result {result.label}": Case.result == result for result in Result},
        **{f"end {reason.label}": Case.end_reason == reason for reason in EndReason},
        "suspended": Case.suspended.is_(True),
        "overdue": queries.overdue(today),
        "answer overdue": queries.response_overdue(today),
        "due soon": and_(mediating, Case.due_on.between(today, soon)),
        "extended": Case.extended_days > 0,
        "phones missing": Case.missing_phones > 1,
        "recycle bin": Case.deleted_at.is_not(None),
        "declined": made_a_move("decline"),
        "taken back after three days": made_a_move("recall"),
        "mediator changed": made_a_move("change_mediator"),
        "organisation named its mediator": made_a_move("name_mediator"),
        "with an organisation that has not": and_(Case.organisation_id.is_not(None), Case.mediator_id.is_(None)),
        "taken up again": made_a_move("resume"),
        "several applicants": parties_of_a_case(Party.role == PartyRole.APPLICANT) > 2,
        "several respondents": parties_of_a_case(Party.role == PartyRole.RESPONDENT) > 2,
        "a company": parties_of_a_case(Party.type == "legal") > 0,
        "an agent": exists().where(Party.case_id == Case.id, Agent.party_id == Party.id),
        "a phone to be supplied": parties_of_a_case(Party.phone_state == PhoneState.MISSING) > 0,
    }


# A working day, one in the week of the National Day holiday, one at Spring Festival, and whatever today is.
@pytest.mark.parametrize("day", [None, date(2026, 10, 5), date(2026, 2, 20)], ids=str)
def test_the_live_court_shows_every_kind_of_case_whatever_the_day(day: date | None, db_session: Session) -> None:
    today = day or clock.today()
    made = create_demo(db_session, today=today)
    assert made.live_cases >= 60
    court_id = db_session.scalar(select(Court.id).where(Court.code == LIVE_COURT))
    of_court = Case.court_id == court_id
    soon = calendar(db_session).add_workdays(today, 3)
    missing = [
        name
        for name, condition in what_a_visitor_should_find(today, soon).items()
        if not db_session.scalar(select(exists(select(Case.id).where(of_court, condition))))
    ]
    assert missing == []
    assert db_session.scalar(select(func.max(Case.registered_on)).where(of_court)) <= today
    # Timelines tell the days of the story, not the minute in which it was made up.
    ended = db_session.scalars(select(Case).where(of_court, Case.ended_on.is_not(None))).all()
    for case in ended:
        events = sorted(case.events, key=lambda event: event.id)
        assert clock.local(events[0].at).date() == case.registered_on
        assert [event.at for event in events] == sorted(event.at for event in events)


def test_the_other_court_has_the_published_figures(db_session: Session, working_as) -> None:
    create_demo(db_session)
    db_session.commit()
    court_id = db_session.scalar(select(Court.id).where(Court.code == LEDGER_COURT))
    with working_as(Actor(None, "某人", "court_admin", court_id), Scope.of([court_id])) as session:
        question = Question(date(2022, 1, 1), date(2022, 6, 30), today=clock.today())
        total = reports.ask(session, reports.report_of("by-mediator"), question).total.figures
    assert [total[key] for key in ("received", "closed", "succeeded")] == [
        TRUTH["rows"],
        TRUTH["closed"],
        TRUTH["succeeded"],
    ]
    assert float(total["success_rate"]) == TRUTH["success_rate"]
    waiting = select(func.count(Case.id)).where(Case.court_id == court_id, Case.state == CaseState.TO_ASSIGN)
    assert db_session.scalar(waiting) == TRUTH["by_mediator"]["未指派"]["rows"]


def create(app: Flask, file: Path):
    with app.app_context():
        try:
            return app.test_cli_runner().invoke(args=["demo", "create", "--sign-in-file", str(file)])
        finally:
            db.session.remove()


def passwords_in(text: str) -> dict[str, str]:
    """Phone → password, read from the printed lines."""
    columns = [line.split() for line in text.splitlines()]
    return {words[-2]: words[-1] for words in columns if len(words) >= 4 and words[-2].startswith("199")}


def test_everybody_printed_can_sign_in_once_with_that_password_and_must_choose_another(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    file = tmp_path / "sign-in.txt"
    made = create(app, file)
    assert made.exit_code == 0, made.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    printed = passwords_in(made.output)
    assert printed == passwords_in(file.read_text())
    assert list(printed) == [person.phone for person in PEOPLE]
    assert len(set(printed.values())) == len(PEOPLE)
    assert {role for person in PEOPLE for role, _ in person.roles} == set(Role)
    assert [path.name for path in tmp_path.iterdir()] == ["sign-in.txt"]

    admin = PEOPLE[0]
    entered = client.post("/sign-in/", data={"phone": admin.phone, "password": printed[admin.phone]})
    assert entered.location.startswith("/sign-in/password")
    assert client.get("/cases/").location.startswith("/sign-in/password")  # S5: no page before the password is changed
    changed = client.post(
        "/sign-in/password",
        data={
            "current_password": printed[admin.phone],
            "new_password": NEW_PASSWORD,
            "repeat": NEW_PASSWORD,
        },
    )
    assert changed.status_code == 303, changed.text
    assert client.get("/cases/").location == "/sign-in/enrol"  # S17: nor before the second factor is set up
    key = re.search(r'data-copy="([A-Z2-7]{32})"', client.get("/sign-in/enrol").text)[1]
    assert client.post("/sign-in/enrol", data={"code": a_code(key)}).status_code == 200
    assert client.get("/cases/?state=to_assign").status_code == 200
    stale = app.test_client().post("/sign-in/", data={"phone": admin.phone, "password": printed[admin.phone]})
    assert stale.status_code != 303


def test_a_database_that_is_in_use_gets_no_demo(app: Flask, tmp_path: Path, db_session: Session) -> None:
    db_session.add(Account(name="已有的人", phone="13100000001", phone_index=b"0123456789abcdef"))
    db_session.commit()
    file = tmp_path / "sign-in.txt"
    refused = create(app, file)
    assert refused.exit_code == 1
    assert "不再生成演示数据" in refused.output
    assert not file.exists()
    assert db_session.scalar(unfenced(select(func.count(Account.id)), "a test counts")) == 1


def test_the_ledger_of_hand_offs_has_a_row_to_try_everything_on(db_session: Session) -> None:
    create_demo(db_session)
    held = db_session.execute(select(HandOff.state, HandOff.kind)).all()
    assert {state for state, _ in held} >= {
        HandOffState.WAITING,
        HandOffState.ACCEPTED,
        HandOffState.ANSWERED,
        HandOffState.FAILED,
        HandOffState.STUCK,
    }
    assert len({kind for _, kind in held}) >= 4
