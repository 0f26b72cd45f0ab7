"""What a row of a roster workbook asks for."""

from datetime import date

import pytest

from mediation_admin.imports.enums import Level
from mediation_admin.imports.subjects import Note, Row
from mediation_admin.rosters.enums import Identity, Roster, Sex
from mediation_admin.rosters.importing.wishes import wish_of

TODAY = date(2024, 3, 12)
TYPES = {"民间借贷": "private_loan", "物业": "property_service", "劳动争议": "labour"}
WHOLE = {
    "name": "王某某",
    "sex": Sex.FEMALE,
    "phone": "19900001111",
    "identities": [Identity.LAWYER],
    "specialities": ["民间借贷"],
}


def wish(notes=(), **values):
    return wish_of(Row(3, {**WHOLE, **values}, list(notes)), TYPES.get, TODAY)


def of_level(wished, level):
    return [(note.field, note.message) for note in wished.notes if note.level is level]


def test_a_whole_row_needs_no_remark():
    assert wish().notes == []


def test_empty_cells_are_no_wishes():
    wished = wish(work_unit="", remark=None)
    assert "work_unit" not in wished.person
    assert "remark" not in wished.person


def test_specialities_become_dispute_types_and_the_text_stays():
    wished = wish(specialities=["民间借贷纠纷", "物业", "合同纠纷"])
    assert wished.person["specialities"] == ["private_loan", "property_service"]
    assert wished.person["speciality_text"] == "民间借贷纠纷、物业、合同纠纷"
    [(field, message)] = of_level(wished, Level.WARNING)
    assert field == "specialities"
    assert "“合同纠纷”" in message and "物业" not in message


def test_a_landline_is_no_sign_in_name():
    wished = wish(phone="0377-61234567")
    assert wished.phone is None
    assert [field for field, _ in of_level(wished, Level.WARNING)] == ["phone"]
    assert of_level(wished, Level.GAP) == [("phone", "手机号待补")]


@pytest.mark.parametrize(
    ("missing", "gap"),
    [("phone", "phone"), ("sex", "sex"), ("identities", "identities"), ("specialities", "specialities")],
)
def test_what_the_form_requires_is_counted_when_it_is_missing(missing, gap):
    assert [field for field, _ in of_level(wish(**{missing: None}), Level.GAP)] == [gap]


def test_a_faulty_cell_is_not_called_missing_as_well():
    assert wish([Note("phone", "少一位")], phone=None).notes == []


def test_birth_months_are_stored_as_months_and_impossible_ones_are_faults():
    assert wish(birth_month=date(1978, 8, 1)).person["birth_month"] == "1978-08"
    assert [field for field, _ in of_level(wish(birth_month=date(2020, 1, 1)), Level.FAULT)] == ["birth_month"]


def test_a_term_that_ends_before_it_begins_is_a_fault_of_its_end():
    wished = wish(term_start=date(2024, 1, 2), term_end=date(2024, 1, 1))
    assert [field for field, _ in of_level(wished, Level.FAULT)] == ["term_end"]


@pytest.mark.parametrize(
    ("identities", "stated", "roster"),
    [
        ([Identity.LAWYER], None, Roster.INVITED),
        ([Identity.LAWYER], Roster.OTHER, Roster.OTHER),
        ([Identity.JUDGE], None, Roster.OTHER),
        ([Identity.JUDGE], Roster.INVITED, Roster.OTHER),
    ],
)
def test_the_roster_follows_from_the_identities(identities, stated, roster):
    wished = wish(identities=identities, roster=stated)
    assert wished.listing["roster"] is roster


def test_unit_and_post_stand_together():
    assert wish(work_unit="某律师事务所", post="律师").person["work_unit"] == "某律师事务所 律师"
