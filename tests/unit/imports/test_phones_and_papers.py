"""Phones, identity numbers and credit codes as people type them and as Excel spoils them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation_admin.imports.reading import Empty, Faulty, Parsed
from mediation_admin.imports.reading.values.identity import credit_code, id_number, id_numbers
from mediation_admin.imports.reading.values.phones import phone, phones

MOBILE = "19900000075"
ID = "411302198308099485"


@pytest.mark.parametrize(
    "cell",
    [
        MOBILE,
        19900000075,
        "199-0000-0075",
        "199 0000 0075",
        "１９９００００００７５",
        "+86 199 0000 0075",
        "8619900000075",
        "86-19900000075",
        "0086 19900000075",
        "019900000075",
        "手机：19900000075",
        "19900000075（本人）",
        "19900000075\n",
        "电话19900000075",
        "19900000075、19900000075",
    ],
)
def test_spellings_of_one_mobile(cell):
    assert phones(cell).value == [MOBILE]


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("19900000075、19900000076", [MOBILE, "19900000076"]),
        ("19900000075/19900000076", [MOBILE, "19900000076"]),
        ("19900000075 19900000076", [MOBILE, "19900000076"]),
        ("19900000075\n0377-63123456", [MOBILE, "0377-63123456"]),
        ("0377-63123456", ["0377-63123456"]),
        ("037763123456", ["0377-63123456"]),
        ("(0377)63123456", ["0377-63123456"]),
        ("010-88886666-801", ["010-88886666-801"]),
        ("0377－63123456转801", ["0377-63123456-801"]),
        ("63123456", ["63123456"]),
        ("400-812-3456", ["4008123456"]),
        ("彭娟19900000075；谢远浩19900000076", [MOBILE, "19900000076"]),
    ],
)
def test_several_numbers_and_landlines(cell, numbers):
    assert phones(cell).value == numbers


@pytest.mark.parametrize(
    "cell",
    [None, "", "无", "/", "不详", "没有", "未留电话", "00000000000", "11111111111", "0", 0, "13800000000", "空号"],
)
def test_placeholders_are_no_phone(cell):
    assert isinstance(phones(cell), Empty)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1990000007", "有 10 位"),
        (1990000007, "有 10 位"),
        ("199000000755", "有 12 位"),
        ("12900000075", "号段"),
        ("1.99E+10", "科学记数"),
        ("199****0075", "隐去"),
        ("彭娟", "不是电话号码"),
        (1.5, "不是电话号码"),
        (True, "不是电话号码"),
    ],
)
def test_what_is_no_phone_says_why(cell, said):
    outcome = phones(cell)
    assert isinstance(outcome, Faulty)
    assert said in outcome.message


def test_where_one_phone_is_wanted_the_others_are_named():
    outcome = phone("19900000075、19900000076")
    assert outcome.value == MOBILE
    assert "19900000076" in outcome.warning


@given(st.text(max_size=30) | st.integers() | st.floats())
def test_no_cell_makes_the_phone_parser_fail(cell):
    assert isinstance(phones(cell), Parsed | Faulty | Empty)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (ID, ID),
        (" 411302 19830809 9485 ", ID),
        ("４１１３０２１９８３０８０９９４８５", ID),
        ("41130219620615144x", "41130219620615144X"),
        ("身份证号：" + ID, ID),
        ("'" + ID, ID),
    ],
)
def test_identity_numbers(cell, number):
    assert id_number(cell) == Parsed(number)


def test_an_old_number_of_fifteen_digits_is_kept():
    outcome = id_number("411302830909948")
    assert outcome.value == "411302830909948"
    assert "15 位" in outcome.warning


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("411302198308099486", "校验"),
        ("411302198313099485", "出生日期"),
        ("4113021983090994", "有 16 位"),
        ("4.11302E+17", "设成“文本”格式"),
        (411302198308099520, "设成“文本”格式"),
        (4.113021983090995e17, "设成“文本”格式"),
        ("411302********9485", "隐去"),
        ("ABC", "不是身份证号"),
    ],
)
def test_what_is_no_identity_number_says_why(cell, said):
    outcome = id_number(cell)
    assert isinstance(outcome, Faulty)
    assert said in outcome.message


def test_several_parties_papers_in_one_cell():
    assert id_numbers(f"{ID}\n41130219620615144X").value == [ID, "41130219620615144X"]
    assert "只能写一个" in id_number(f"{ID}、41130219620615144X").message


def _credit(body):
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(char) * pow(3, at, 31) for at, char in enumerate(body))
    return body + alphabet[(31 - total % 31) % 31]


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=16, max_size=16))
def test_credit_codes_are_judged_by_their_own_check(body):
    code = _credit("9" + body)
    assert credit_code(code) == Parsed(code)
    other = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert "校验" in credit_code(other).message
    assert id_numbers(code).value == [code]


@given(st.dates(max_value=date(2099, 12, 31)), st.integers(0, 999))
def test_one_wrong_digit_is_always_found(day, order):
    body = f"411302{day.year:04d}{day.month:02d}{day.day:02d}{order:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    number = body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]
    if day.year < 1880:
        assert isinstance(id_number(number), Faulty)
        return
    assert id_number(number) == Parsed(number)
    assert isinstance(id_number(number[:16] + str((int(number[16]) + 1) % 10) + number[17]), Faulty)


@given(st.text(max_size=30) | st.integers() | st.floats())
def test_no_cell_makes_the_paper_parsers_fail(cell):
    for parse in (id_number, id_numbers, credit_code):
        assert isinstance(parse(cell), Parsed | Faulty | Empty)
