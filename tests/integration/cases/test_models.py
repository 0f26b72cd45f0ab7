"""The database knows the invariants too: each CHECK by name."""

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from mediation_admin.cases.models import Case, Party
from tests.factories import cases

_case = Case.__table__


@pytest.mark.parametrize(
    ("constraint", "state", "values"),
    [
        ("ended_has_date", "to_assign", {"ended_on": cases.TODAY}),
        ("ended_has_result", "to_assign", {"result": "failed"}),
        ("closed_is_success", "closed", {"result": "failed"}),
        ("terminated_is_failure", "terminated", {"result": "agreement"}),
        ("assigned_has_mediator", "to_accept", {"mediator_id": None}),
        ("unassigned_has_no_mediator", "mediating", {"state": "to_assign"}),
        ("accepted_after_registered", "mediating", {"registered_on": cases.TODAY.replace(year=2025)}),
        ("ended_after_start", "closed", {"ended_on": cases.TODAY.replace(year=2023)}),
        ("amount_positive", "to_assign", {"amount": -1}),
        ("suspended_while_mediating", "to_assign", {"suspended": True}),
        ("extension_cap", "mediating", {"extended_days": 31}),
        ("submitted_has_number", "to_assign", {"case_no": None}),
        ("case_state", "to_assign", {"state": "lost"}),
    ],
)
def test_the_database_refuses(office, constraint, state, values):
    case = cases.a_case_in(state, office.actor, office.mediator.id)
    with pytest.raises((IntegrityError, LookupError), match=constraint if constraint != "case_state" else "lost|case_state"):
        office.session.connection().execute(update(_case).where(_case.c.id == case.id).values(**values))


def test_a_case_number_is_one_on_the_whole_platform(office):
    first, second = cases.a_case(office.actor), cases.a_case(office.actor)
    with pytest.raises(IntegrityError, match="uq_mediation_case_case_no"):
        office.session.connection().execute(update(_case).where(_case.c.id == second.id).values(case_no=first.case_no))


def test_a_phone_is_there_exactly_when_its_state_says_so(office):
    party = cases.a_case(office.actor).parties[0]
    table = Party.__table__
    with pytest.raises(IntegrityError, match="phone_state_fits"):
        office.session.connection().execute(update(table).where(table.c.id == party.id).values(phone=None))


def test_two_parties_cannot_stand_in_one_place(office):
    party = cases.a_case(office.actor).parties[0]
    table = Party.__table__
    with pytest.raises(IntegrityError, match="uq_party_case_id_role_position"):
        office.session.connection().execute(
            insert(table).values(
                court_id=party.court_id, case_id=party.case_id, role="applicant", position=0, name="某", phone_state="missing",
                type="natural",
            )
        )


def test_personal_data_lie_encrypted(office):
    cases.a_case(office.actor, parties=(
        cases.a_party(id_number="11010519491231002X", address="某市某区某路一号"), cases.a_party(cases.PartyRole.RESPONDENT)
    ))
    raw = office.session.connection().exec_driver_sql("select phone, id_number, address from party order by id").first()
    for value, plain in zip(raw, ("13900001234", "11010519491231002X", "某路一号"), strict=True):
        assert plain.encode() not in bytes(value)
