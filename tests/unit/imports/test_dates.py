"""Every spelling of a date that ledgers use, and the ones that must not pass."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation_admin.imports.reading import CellError, Empty, Faulty, Parsed, Uncomputed
from mediation_admin.imports.reading.values.dates import calendar_date, dates_between, year_month

DAY = date(2022, 1, 6)
DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "cell",
    [
        DAY,
        datetime.fromisoformat("2022-01-06T10:30"),
        "2022-01-06",
        "2022-1-6",
        "2022/1/6",
        "2022/01/06",
        "2022.1.6",
        "2022.01.06",
        "2022年1月6日",
        "2022年01月06日",
        "2022年1月6",
        "20220106",
        20220106,
        20220106.0,
        "２０２２年１月６日",
        "２０２２－０１－０６",
        "2022．1．6",
        " 2022-01-06 ",
        "2022 年 1 月 6 日",
        "2022-01-06 00:00:00",
        "2022-01-06T08:30:00",
        "2022/1/6 9:05",
        "2022年1月6日 上午".removesuffix(" 上午"),
        "二〇二二年一月六日",
        "二零二二年一月六日",
        "2022年一月六日".replace("2022", "二〇二二"),
        "2022、1、6",
        "2022.1.6。",
        "'2022-01-06",
        "2022年1月6号",
        "2022-01-06（星期四）",
        "2022–01–06",
    ],
)
def test_spellings_of_one_day(cell):
    assert calendar_date(cell) == Parsed(DAY)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("22.1.6", "2022 年"),
        ("22年1月6日", "2022 年"),
        (44567, "没有设日期格式"),
        ("44567", "没有设日期格式"),
        ("2022-01-06（补录）", "说明没有导入"),
    ],
)
def test_spellings_that_are_read_with_a_warning(cell, said):
    outcome = calendar_date(cell)
    assert outcome.value == DAY
    assert said in outcome.warning


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("2022-13-06", "没有 13 月"),
        ("2022年2月30日", "没有 30 日"),
        ("20220230", "没有 30 日"),
        (20221301, "没有 13 月"),
        ("2022年1月", "缺少日"),
        ("2022-01", "缺少日"),
        ("202201", "缺少日"),
        ("1月6日", "缺少年份"),
        ("1/6/2022", "分不清"),
        ("6/1/22", "分不清"),
        ("2022.1.6-2022.1.20", "两个日期"),
        ("2202-01-06", "2202"),
        ("1022-01-06", "1022"),
        ("张三", "不是日期"),
        ("220106", "不是 8 位"),
        (1.5, "不是日期"),
        (True, "不是日期"),
        (time(8, 30), "不是日期"),
        ("二〇二二年二月三十日", "没有 30 日"),
        ("二〇二二年一月", "缺少日"),
        (CellError("#REF!"), "#REF!"),
        (Uncomputed("=X()", "不重算 X 函数"), "不重算 X 函数"),
    ],
)
def test_what_is_no_date_says_why(cell, said):
    outcome = calendar_date(cell)
    assert isinstance(outcome, Faulty)
    assert said in outcome.message


@pytest.mark.parametrize("cell", [None, "", "  ", "\n", "/", "—", "无", "暂无", "-", 0])
def test_nothing_and_words_for_nothing_are_empty(cell):
    assert isinstance(calendar_date(cell), Empty)


@given(
    DAYS, st.sampled_from(["{0}-{1:02d}-{2:02d}", "{0}.{1}.{2}", "{0}/{1}/{2}", "{0}年{1}月{2}日", "{0}{1:02d}{2:02d}"])
)
def test_a_date_written_in_any_way_reads_back(day, pattern):
    assert calendar_date(pattern.format(day.year, day.month, day.day)) == Parsed(day)


@given(st.dates(date(1954, 10, 4), date(2099, 12, 31)))
def test_serial_numbers_are_the_days_excel_means(day):
    assert calendar_date((day - date(1899, 12, 30)).days).value == day


@given(st.text(max_size=30) | st.integers() | st.floats() | st.booleans() | st.times())
def test_no_cell_makes_the_parser_fail(cell):
    assert isinstance(calendar_date(cell), Parsed | Faulty | Empty)
    assert isinstance(year_month(cell), Parsed | Faulty | Empty)


def test_a_range_of_ones_own():
    birthday = dates_between(date(1900, 1, 1), date(2020, 1, 1))
    assert birthday("1930-05-01") == Parsed(date(1930, 5, 1))
    assert "不像真的" in birthday("2021-05-01").message


@pytest.mark.parametrize(
    ("cell", "month"),
    [
        ("1966.07", (1966, 7)),
        ("1967.07", (1967, 7)),
        (1966.07, (1966, 7)),
        (1966.12, (1966, 12)),
        (1966.2, (1966, 2)),
        ("1978年8月", (1978, 8)),
        ("1991年12月", (1991, 12)),
        (date(1981, 2, 1), (1981, 2)),
        ("1978-08", (1978, 8)),
        ("1978/8", (1978, 8)),
        ("197808", (1978, 8)),
        (197808, (1978, 8)),
        ("1978-08-15", (1978, 8)),
        (19780815, (1978, 8)),
        ("一九七八年八月", (1978, 8)),
        ("1978.8生", (1978, 8)),
    ],
)
def test_years_and_months_of_birth(cell, month):
    assert year_month(cell).value == date(*month, 1)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (1966.1, "1 月还是 10 月"),
        ("1966.13", "没有 13 月"),
        (1966, "只有年份"),
        ("1966年", "只有年份"),
        ("四十岁", "不是年月"),
        ("1822.5", "不像真的"),
    ],
)
def test_what_is_no_year_and_month_says_why(cell, said):
    assert said in year_month(cell).message


def test_days_between_two_spellings_are_right():
    first, last = calendar_date("2022年1月6日").value, calendar_date(20220115).value
    assert last - first == timedelta(days=9)
