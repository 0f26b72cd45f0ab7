"""Reading the reference data as forms and importers do."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from mediation_admin.reference import files, queries
from mediation_admin.reference.enums import AliasKind
from mediation_admin.reference.models import CauseAlias
from mediation_admin.reference.operations import load_reference


@pytest.fixture
def session(db_session: Session) -> Session:
    load_reference(db_session)
    return db_session


def test_the_books_of_the_database_answer_as_those_of_the_files(session: Session) -> None:
    book, shipped = queries.cause_book(session), files.cause_book()
    assert book.all() == shipped.all()
    for text in ("民间借贷", "物业费", "居间合同纠纷", "不当得利纠纷"):
        assert book.resolve(text) == shipped.resolve(text)
    calendar = queries.calendar(session)
    assert calendar.published_years == files.calendar().published_years
    assert calendar.is_workday(date(2026, 10, 10))


def test_the_book_is_built_once_and_again_when_an_alias_comes(session: Session) -> None:
    book = queries.cause_book(session)
    assert queries.cause_book(session) is book
    session.add(CauseAlias(alias="老赖", cause_code="108.3", kind=AliasKind.SHORT, source="管理员"))
    session.flush()
    assert queries.cause_book(session).resolve("老赖").code == "108.3"


@pytest.mark.parametrize(
    ("day", "there", "gone"),
    [(date(2022, 6, 1), "cbirc", "nfra"), (date(2023, 5, 17), "cbirc", "nfra"), (date(2023, 5, 18), "nfra", "cbirc")],
)
def test_ministries_follow_the_reform_of_2023(session: Session, day: date, there: str, gone: str) -> None:
    codes = [ministry.code for ministry in queries.ministries(session, day)]
    assert there in codes
    assert gone not in codes
    assert codes[0] == "acfic"


def test_only_partners_are_offered_unless_all_are_asked_for(session: Session) -> None:
    day = date(2026, 6, 1)
    assert "spc" not in [m.code for m in queries.ministries(session, day)]
    assert len(queries.ministries(session, day, partners_only=False)) == 20


def test_ledger_names_of_ministries_and_dispute_types(session: Session) -> None:
    ministries, types = queries.ministry_names(session), queries.dispute_type_names(session)
    assert ministries.resolve("工商联") == "acfic"
    assert ministries.resolve("银保监会") == "cbirc"
    assert types.resolve("邻里/相邻关系") == "neighbour"
    assert types.resolve("道路交通") == "traffic"
    assert types.names["traffic"] == "交通事故"


def test_dispute_types_come_in_order_with_the_rest_last(session: Session) -> None:
    names = [row.name for row in queries.dispute_types(session, date(2026, 1, 1))]
    assert (names[0], names[-1], len(names)) == ("婚姻家庭", "其他", 29)


def test_new_pre_filing_numbers_are_no_longer_offered_in_2025(session: Session) -> None:
    assert "诉前调" in [row.code for row in queries.case_number_types(session, date(2024, 12, 31))]
    assert "诉前调" not in [row.code for row in queries.case_number_types(session, date(2025, 1, 1))]


def test_a_division_is_named_as_it_was_on_a_birth_date(session: Session) -> None:
    assert queries.division_by_code(session, "110103", date(1985, 5, 1)).name == "崇文区"
    assert queries.division_by_code(session, "110103").name == "崇文区"
    assert queries.division_by_code(session, "130503", date(2010, 5, 1)).name == "桥西区"
    assert queries.division_by_code(session, "130503").name == "信都区"
    assert queries.division_by_code(session, "999999") is None


def test_divisions_are_walked_from_the_top(session: Session) -> None:
    assert len(queries.divisions_below(session, None)) == 34
    assert "宛城区" in [row.name for row in queries.divisions_below(session, "411300")]
    assert len(queries.divisions_below(session, "411302")) > 10


def test_divisions_are_found_by_typing(session: Session) -> None:
    assert queries.search_divisions(session, "宛城")[0].code == "411302"
    assert queries.search_divisions(session, "4113")[0].name == "南阳市"
    assert queries.search_divisions(session, "%") == []
    assert queries.search_divisions(session, " ") == []
    assert len(queries.search_divisions(session, "1", limit=7)) == 7
