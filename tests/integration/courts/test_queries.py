"""Finding courts by typing, and the tree of courts."""

import pytest
from sqlalchemy.orm import Session

from mediation_admin.courts.queries import court_by_code, search_courts, subordinate_ids


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("豫1302", "豫1302"),
        ("宛城", "豫1302"),
        ("南阳宛城", "豫1302"),
        ("南阳市宛城区人民法院", "豫1302"),
        ("wanchengqu", "豫1302"),
        ("nyswcq", "豫1302"),
        ("南阳中院", "豫13"),
        ("河南高院", "豫"),
        ("豫13", "豫13"),
        ("1302", None),
        ("北京互联网", "京0491"),
        ("NYSWCQ", "豫1302"),
    ],
)
def test_a_court_is_found_by_code_name_and_pinyin(session: Session, typed: str, code: str | None) -> None:
    found = search_courts(session, typed)
    assert 0 < len(found) <= 20
    if code:
        assert found[0].code == code


def test_initials_find_every_court_that_has_them(session: Session) -> None:
    assert {"豫1302", "浙0702"} <= {court.code for court in search_courts(session, "wcq")}


def test_nothing_is_found_for_nothing_and_wildcards_are_plain_characters(session: Session) -> None:
    assert search_courts(session, "  ") == []
    assert search_courts(session, "%") == []
    assert search_courts(session, "_") == []
    assert search_courts(session, "没有这样的法院") == []


def test_the_list_is_bounded_and_courts_no_longer_in_force_come_last(session: Session) -> None:
    assert len(search_courts(session, "法院", limit=5)) == 5
    renumbered = search_courts(session, "崇川区")
    assert [court.code for court in renumbered] == ["苏0613", "苏0602"]


def test_a_court_is_fetched_by_its_code(session: Session) -> None:
    assert court_by_code(session, " 闽0213 ").name == "厦门市翔安区人民法院"
    assert court_by_code(session, "豫9999") is None


def test_subordinates_are_found_however_deep(session: Session) -> None:
    supreme, henan, nanyang, wancheng = (court_by_code(session, c).id for c in ("最高法", "豫", "豫13", "豫1302"))
    assert subordinate_ids(session, wancheng) == {wancheng}
    assert subordinate_ids(session, wancheng, with_itself=False) == frozenset()
    assert {nanyang, wancheng} < subordinate_ids(session, nanyang)
    assert subordinate_ids(session, nanyang) < subordinate_ids(session, henan) < subordinate_ids(session, supreme)
    assert henan not in subordinate_ids(session, henan, with_itself=False)
    assert len(subordinate_ids(session, supreme)) >= 3200


def test_a_circle_in_the_tree_does_not_run_forever(session: Session) -> None:
    nanyang, wancheng = court_by_code(session, "豫13"), court_by_code(session, "豫1302")
    nanyang.parent_id = wancheng.id
    session.flush()
    assert {nanyang.id, wancheng.id} <= subordinate_ids(session, wancheng.id)
