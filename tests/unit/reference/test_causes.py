"""What ledgers write in the column 案由, and the cause it is taken for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation_admin.reference.causes import Cause, CauseBook
from mediation_admin.reference.enums import MatchedBy
from mediation_admin.reference.files import cause_book

BOOK = cause_book()


def test_every_cause_of_the_edition_is_there() -> None:
    levels = [cause.level for cause in BOOK.all()]
    assert [levels.count(level) for level in (1, 2, 3, 4)] == [12, 59, 514, 470]


def test_every_name_is_matched_exactly_and_at_the_working_level() -> None:
    for cause in BOOK.all():
        match = BOOK.resolve(cause.name)
        assert (match.how, match.name) == (MatchedBy.EXACT, cause.name)
    assert BOOK.resolve("不当得利纠纷").code == "148"
    assert BOOK.resolve("第三人撤销之诉").code == "511"


@pytest.mark.parametrize(
    ("text", "code", "how"),
    [
        ("民间借贷纠纷", "108.3", MatchedBy.EXACT),
        ("108.3", "108.3", MatchedBy.EXACT),
        ("民间借贷纠纷（涉企）", "108.3", MatchedBy.EXACT),
        ("民间借贷", "108.3", MatchedBy.NORMALISED),
        ("　民 间 借 贷 纠 纷", "108.3", MatchedBy.NORMALISED),
        ("9、民间借贷纠纷", "108.3", MatchedBy.NORMALISED),
        ("（9）民间借贷", "108.3", MatchedBy.NORMALISED),
        ("案由：离婚纠纷", "14", MatchedBy.NORMALISED),
        ("离婚", "14", MatchedBy.NORMALISED),
        ("离婚纠纷一案", "14", MatchedBy.NORMALISED),
        ("买卖", "88", MatchedBy.NORMALISED),
        ("买卖纠纷", "88", MatchedBy.NORMALISED),
        ("房屋租赁", "116.2", MatchedBy.NORMALISED),
        ("劳务", "144", MatchedBy.NORMALISED),
        ("信用卡", "115.2", MatchedBy.NORMALISED),
        ("建设工程施工", "120.3", MatchedBy.NORMALISED),
        ("生命权,身体权,健康权纠纷", "1", MatchedBy.NORMALISED),
        ("物业费", "126", MatchedBy.ALIAS),
        ("物业纠纷", "126", MatchedBy.ALIAS),
        ("交通事故", "411", MatchedBy.ALIAS),
        ("建工", "120", MatchedBy.ALIAS),
        ("工程款", "120.3", MatchedBy.ALIAS),
        ("居间合同纠纷", "128", MatchedBy.ALIAS),
        ("合伙协议纠纷", "132", MatchedBy.ALIAS),
        ("生命权、健康权、身体权纠纷", "1", MatchedBy.ALIAS),
        ("发起人责任纠纷", "303", MatchedBy.ALIAS),
        ("请求公司收购股份纠纷", "297", MatchedBy.ALIAS),
        ("张某诉李某民间借贷一案", "108.3", MatchedBy.PART),
        ("股东名册", "291", MatchedBy.PART),
    ],
)
def test_ledger_words_find_their_cause(text: str, code: str, how: MatchedBy) -> None:
    match = BOOK.resolve(text)
    assert (match.code, match.how) == (code, how)
    assert match.sure is (how is not MatchedBy.PART)


@pytest.mark.parametrize(
    "text",
    ["金融借款合同纠纷", "离婚纠纷", "承揽合同纠纷", "劳务合同纠纷", "建设工程施工合同纠纷", "机动车交通事故责任纠纷"],
)
def test_the_causes_of_an_ordinary_ledger_need_no_question(text: str) -> None:
    assert BOOK.resolve(text).how is MatchedBy.EXACT


def test_two_causes_in_one_cell_are_left_to_a_person() -> None:
    match = BOOK.resolve("民间借贷、买卖合同")
    assert (match.code, match.how) == (None, MatchedBy.SEVERAL)
    assert [cause.code for cause in match.candidates] == ["108.3", "88"]
    assert not match.sure


def test_the_same_cause_written_twice_is_one() -> None:
    assert BOOK.resolve("离婚；离婚纠纷").code == "14"


def test_words_without_a_cause_get_near_ones_offered() -> None:
    match = BOOK.resolve("机动车纠纷")
    assert (match.code, match.how) == (None, MatchedBy.SUGGESTED)
    assert match.candidates[0].code == "411"


@pytest.mark.parametrize(("text", "how"), [(None, MatchedBy.EMPTY), ("", MatchedBy.EMPTY), (" \n", MatchedBy.EMPTY), ("纠纷", MatchedBy.UNKNOWN), ("？？", MatchedBy.UNKNOWN), ("鼢鼣", MatchedBy.UNKNOWN)])  # fmt: skip
def test_what_says_nothing_finds_nothing(text: str | None, how: MatchedBy) -> None:
    match = BOOK.resolve(text)
    assert (match.code, match.how, match.candidates) == (None, how, ())


@given(st.text(max_size=60))
def test_any_text_is_answered_and_a_code_is_always_a_real_one(text: str) -> None:
    match = BOOK.resolve(text)
    assert match.code is None or match.code in BOOK
    assert match is BOOK.resolve(text)


@pytest.mark.parametrize(
    ("code", "dispute_type"),
    [
        ("14", "marriage"),
        ("30", "inheritance"),
        ("55.2", "neighbour"),
        ("108.3", "private_loan"),
        ("108.1", "bank_loan"),
        ("115.2", "bank_loan"),
        ("88", "sale"),
        ("88.8", "online_shopping"),
        ("116.2", "lease"),
        ("96.3", "house_sale"),
        ("126", "property_service"),
        ("120.3", "construction"),
        ("205.5", "labour"),
        ("144", "labour_service"),
        ("411", "traffic"),
        ("413.1", "medical"),
        ("371.5", "insurance"),
        ("352.3", "securities"),
        ("165.2", "ip"),
        ("298", "company"),
        ("240.1", "maritime"),
        ("1", "personal_injury"),
        ("147", "other"),
        ("nothing", "other"),
    ],
)
def test_the_dispute_type_follows_from_the_cause(code: str, dispute_type: str) -> None:
    assert BOOK.dispute_type_of(code) == dispute_type


def test_a_cause_knows_its_ancestors() -> None:
    assert [cause.code for cause in BOOK.path("108.3")] == ["A04", "A04.10", "108", "108.3"]


@pytest.mark.parametrize(("typed", "first"), [("借贷", "108.3"), ("108.3", "108.3"), ("物业费", "126"), ("离婚", "14")])
def test_type_ahead_offers_the_likely_cause_first(typed: str, first: str) -> None:
    found = BOOK.search(typed, limit=5)
    assert found[0].code == first
    assert len(found) <= 5
    assert BOOK.search("  ") == []


def test_a_contract_may_be_left_out_only_where_one_cause_remains() -> None:
    book = CauseBook(
        [
            Cause("1", "居住权纠纷", 3, None, "other"),
            Cause("2", "居住权合同纠纷", 3, None, "other"),
            Cause("3", "承揽合同纠纷", 3, None, "other"),
        ]
    )
    assert book.resolve("居住权纠纷").code == "1"
    assert book.resolve("承揽").code == "3"
