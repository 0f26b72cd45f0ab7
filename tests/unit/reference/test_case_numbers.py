"""Case numbers: what people write is read, the official form is written, and refusals say what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation_admin.core.errors import RuleBroken
from mediation_admin.reference import case_numbers
from mediation_admin.reference.case_numbers import PROVINCES, CaseNumber


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("（2021）川0104民诉前调801号", CaseNumber(2021, "川0104", None, "民诉前调", 801)),
        ("（2024）浙02民诉前调595号", CaseNumber(2024, "浙02", None, "民诉前调", 595)),
        ("（2024）粤0604诉前调确1716号", CaseNumber(2024, "粤0604", None, "诉前调确", 1716)),
        ("（2026）浙0106诉前调1234号", CaseNumber(2026, "浙0106", None, "诉前调", 1234)),
        ("（2022）豫1302诉前调1号", CaseNumber(2022, "豫1302", None, "诉前调", 1)),
        ("（2021）闽0213诉前特3号", CaseNumber(2021, "闽0213", None, "诉前特", 3)),
        ("（2023）粤0391民初456号", CaseNumber(2023, "粤0391", None, "民初", 456)),
        ("（2022）最高法知民终12号", CaseNumber(2022, "最高法", "知", "民终", 12)),
        ("（2020）京73行初7号", CaseNumber(2020, "京73", None, "行初", 7)),
        ("（2019）豫民再9号", CaseNumber(2019, "豫", None, "民再", 9)),
        ("（2019）兵9001财保2号", CaseNumber(2019, "兵9001", None, "财保", 2)),
        ("（2018）军执1号", CaseNumber(2018, "军", None, "执", 1)),
    ],
)
def test_official_forms_are_read_and_written_back_alike(text: str, number: CaseNumber) -> None:
    assert case_numbers.parse(text) == number
    assert case_numbers.format(number) == str(number) == text


@pytest.mark.parametrize(
    "text",
    [
        "(2022)豫1302诉前调1号",
        "〔2022〕豫1302诉前调1号",
        "[2022]豫1302诉前调1号",
        "【2022】豫1302诉前调1号",
        "（2022)豫1302诉前调1号",
        "（２０２２）豫１３０２诉前调１号",
        " （2022） 豫 1302 诉前调 1 号\n",
        "（2022）豫1302诉前调第1号",
        "（2022）豫1302诉前调001号",
        "\ufeff（2022）豫1302诉前调1号",
    ],
)
def test_what_ledgers_write_comes_out_in_the_official_form(text: str) -> None:
    assert case_numbers.normalise(text) == "（2022）豫1302诉前调1号"


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "案号为空"),
        ("   ", "案号为空"),
        ("无", "应以括号里的四位年份开头"),
        ("2022豫1302诉前调1号", "应以括号里的四位年份开头"),
        ("（22）豫1302诉前调1号", "应以括号里的四位年份开头"),
        ("（2022）诉前调1号", "年份后面应是法院代字"),
        ("（2022）豫130诉前调1号", "年份后面应是法院代字"),
        ("（2022）豫13021诉前调1号", "年份后面应是法院代字"),
        ("（2022）豫1302诉前调1", "应以“号”结尾"),
        ("（2022）豫1302诉前调号", "“号”前面应是数字"),
        ("（2022）豫1302诉前调123456789号", "最多八位"),
        ("（2022）豫1302诉前调0号", "1 至 99999999"),
        ("（1202）豫1302诉前调1号", "请填四位数的立案年份"),
        ("（2022）豫1302诉前调解委托派1号", "一至五个汉字的类型代字"),
        ("（2013）宛民初字第123号", "旧式案号"),
    ],
)
def test_what_is_no_case_number_is_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(RuleBroken, match=advice) as refusal:
        case_numbers.parse(text)
    assert refusal.value.field == "case_number"
    assert case_numbers.parse_or_none(text) is None


@pytest.mark.parametrize(
    "parts",
    [
        (2022, "豫1302", None, "知民初", 1),  # would be read back as 知 + 民初
        (2022, "豫1302", None, "诉前调第", 1),  # the 第 would be dropped
        (2022, "豫1302", None, "", 1),
        (2022, "豫130", None, "诉前调", 1),
        (2022, "豫1302", "特", "民初", 1),
        (2022, "豫1302", None, "诉前调", 0),
    ],
)
def test_a_number_that_could_not_be_read_back_cannot_be_made(parts: tuple) -> None:
    with pytest.raises(RuleBroken):
        CaseNumber(*parts)


_types = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=5).filter(
    lambda text: text[0] != "知" and text[-1] != "第"
)
_courts = st.just("最高法") | st.builds(
    str.__add__, st.sampled_from(PROVINCES), st.from_regex(r"([0-9]{2}|[0-9]{4})?", fullmatch=True)
)


@given(
    st.builds(
        CaseNumber,
        st.integers(1949, 2199),
        _courts,
        st.none() | st.just("知"),
        _types,
        st.integers(1, 99_999_999),
    )
)
def test_every_number_is_read_back_as_it_was_written(number: CaseNumber) -> None:
    assert case_numbers.parse(case_numbers.format(number)) == number


@given(st.text(max_size=40))
def test_no_text_whatever_makes_reading_fail_otherwise_than_by_refusal(text: str) -> None:
    number = case_numbers.parse_or_none(text)
    assert number is None or case_numbers.parse(case_numbers.format(number)) == number
