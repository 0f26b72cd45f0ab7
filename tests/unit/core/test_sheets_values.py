"""Every value that goes into a sheet comes back equal and with its type, from two independent readers."""

# ruff: noqa: DTZ001 - sheets show wall-clock time, which has no zone

import string
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mediation_admin.core.sheets import Column, Kind, clean_text, looks_like_formula, write_rows
from tests.sheet_readers import by_calamine, by_openpyxl, worksheet

SLOW_ENOUGH = settings(deadline=None, max_examples=60)


def column(kind: Kind = Kind.TEXT, key: str = "value", **options: Any) -> Column:
    return Column(key=key, title=key, kind=kind, **options)


def written(path: Path, kind: Kind, values: list[Any], **options: Any) -> Path:
    """A sheet with the values below each other, and a number beside each, so that an empty cell keeps its row."""
    columns = [column(kind, **options), column(Kind.INTEGER, "number")]
    write_rows(path, columns, [(value, at) for at, value in enumerate(values)])
    return path


def read_back(kind: Kind, values: list[Any], **options: Any) -> tuple[list[Any], list[Any]]:
    with TemporaryDirectory() as folder:
        path = written(Path(folder) / "a.xlsx", kind, values, **options)
        return [row[0] for row in by_openpyxl(path)[1:]], [row[0] for row in by_calamine(path)[1:]]


def shown(text: str) -> str | None:
    return clean_text(text) or None


any_text = st.text(st.characters(), max_size=60)
troublesome = st.text(st.sampled_from(" \t\r\n\v\0=+-@'\"&<>_x000D中＝－＠　\xa0\ufffe\ufeff😀"), max_size=12)
escapes = st.builds(lambda code, rest: f"_x{code:04X}_{rest}", st.integers(0, 0xFFFF), any_text)


@SLOW_ENOUGH
@given(st.lists(st.one_of(any_text, troublesome, escapes), max_size=30))
@example(
    [
        "",
        "=1+1",
        "_x000D_",
        "_x005F_x000D_",
        "a\r\nb\rc\n",
        " 前后有空格 ",
        "\n",
        "\ufffe",
        "\ud800半个",
        "</t>&amp;<x>",
    ]
)
def test_any_text_comes_back_as_it_was_cleaned(texts: list[str]) -> None:
    expected = [shown(text) for text in texts]
    first, second = read_back(Kind.TEXT, texts)
    assert first == expected
    assert second == expected


@SLOW_ENOUGH
@given(st.text(st.sampled_from(string.digits + "X*+-"), min_size=1, max_size=20))
def test_a_code_stays_the_text_it_is(code: str) -> None:
    assert read_back(Kind.CODE, [code]) == ([code], [code])


@SLOW_ENOUGH
@given(st.lists(st.dates(date(1, 1, 1), date(9999, 12, 31)) | st.none(), max_size=30))
@example([date(1900, 2, 28), date(1900, 3, 1), date(9999, 12, 31), date(1899, 12, 31), None])
def test_dates_come_back_as_dates_and_those_before_march_1900_as_text(days: list[date | None]) -> None:
    first, second = read_back(Kind.DATE, days)
    right = date(1900, 3, 1)
    assert first == [_midnight(day) if day and day >= right else day and day.isoformat() for day in days]
    assert second == [day if not day or day >= right else day.isoformat() for day in days]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


@SLOW_ENOUGH
@given(st.lists(st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31, 23, 59, 59)) | st.none(), max_size=30))
@example([datetime(2024, 1, 1), datetime(2024, 12, 31, 23, 59, 59), datetime(1900, 3, 1, 0, 0, 1)])
def test_moments_come_back_to_the_second(moments: list[datetime | None]) -> None:
    expected = [moment and moment.replace(microsecond=0) for moment in moments]
    first, second = read_back(Kind.DATETIME, moments)
    assert first == expected
    assert [moment if moment is None else _moment(moment) for moment in second] == expected


def _moment(value: date | datetime) -> datetime:
    return value if isinstance(value, datetime) else _midnight(value)


def test_every_second_of_a_day_comes_back() -> None:
    start = datetime(2024, 2, 29)
    moments = [start + timedelta(seconds=second) for second in range(0, 86_400, 7)]
    first, second = read_back(Kind.DATETIME, moments)
    assert first == moments
    assert [_moment(moment) for moment in second] == moments


def test_aware_moments_show_shanghai_time() -> None:
    first, _ = read_back(Kind.DATETIME, [datetime(2023, 12, 31, 16, 30, tzinfo=UTC)])
    assert first == [datetime(2024, 1, 1, 0, 30)]


def test_a_moment_in_a_date_column_shows_its_date() -> None:
    assert read_back(Kind.DATE, [datetime(2024, 5, 6, 7, 8, 9)])[1] == [date(2024, 5, 6)]


def test_moments_excel_cannot_count_are_texts() -> None:
    first, _ = read_back(Kind.DATETIME, [datetime(1899, 5, 6, 7, 8, 9), datetime(2024, 1, 2, 3, 4, 5)])
    assert first == ["1899-05-06 07:08:09", datetime(2024, 1, 2, 3, 4, 5)]


@SLOW_ENOUGH
@given(st.lists(st.integers(-(10**20), 10**20) | st.integers(-(10**15), 10**15) | st.none(), max_size=30))
@example([10**15 - 1, 10**15, -(10**15) + 1, -(10**15), 0])
def test_integers_are_numbers_up_to_fifteen_digits_and_texts_above(numbers: list[int | None]) -> None:
    expected = [number if number is None or abs(number) < 10**15 else str(number) for number in numbers]
    first, second = read_back(Kind.INTEGER, numbers)
    assert first == expected
    assert [type(value) for value in first] == [type(value) for value in expected]
    assert second == expected


@SLOW_ENOUGH
@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**18), max_value=10**18)))
@example([Decimal("9999999999999.99"), Decimal("10000000000000.00"), Decimal("-0.01"), Decimal("1E+3")])
def test_money_is_exact_as_a_number_or_as_a_text(amounts: list[Decimal]) -> None:
    first, second = read_back(Kind.MONEY, amounts)
    for amount, one, other in zip(amounts, first, second, strict=True):
        assert isinstance(one, str) == isinstance(other, str) == (abs(amount) >= 10**13)
        assert Decimal(str(one)) == Decimal(str(other)) == amount


@SLOW_ENOUGH
@given(st.lists(st.floats(-1e12, 1e12)))
def test_floats_come_back_equal(numbers: list[float]) -> None:
    first, second = read_back(Kind.DECIMAL, numbers)
    assert first == second == numbers


def test_what_is_no_number_is_a_text_in_a_number_column() -> None:
    values = [float("nan"), float("inf"), float("-inf"), Decimal("NaN"), "约五千", "1-2", "1_0", "", None, "=1", 3]
    expected = ["nan", "inf", "-inf", "NaN", "约五千", "1-2", "1_0", None, None, "=1", 3]
    for kind in (Kind.DECIMAL, Kind.INTEGER, Kind.PERCENT):
        assert read_back(kind, values) == (expected, expected)


def test_a_half_in_an_integer_column_is_not_rounded_away() -> None:
    assert read_back(Kind.INTEGER, [2, Decimal("2.5")])[0] == [2, "2.5"]


def test_truth_values_are_truth_values() -> None:
    first, second = read_back(Kind.BOOLEAN, [True, False, None, "不详"])
    assert first == second == [True, False, None, "不详"]
    assert [type(value) for value in first[:2]] == [bool, bool]


def test_labels_replace_values_and_unknown_values_stay() -> None:
    labels = {"open": "未结", "odd": "=特别<1>", True: "是"}
    first, second = read_back(Kind.TEXT, ["open", "odd", True, "未知", None, ""], labels=labels)
    assert first == second == ["未结", "=特别<1>", "是", "未知", None, None]


def test_a_transform_sees_each_value_that_is_present() -> None:
    seen: list[Any] = []

    def mask(phone: str) -> str:
        seen.append(phone)
        return phone[:3] + "****" + phone[-4:]

    first, _ = read_back(Kind.CODE, ["13800138000", None, "13900139000"], transform=mask)
    assert first == ["138****8000", None, "139****9000"]
    assert seen == ["13800138000", "13900139000"]


def test_bytes_are_refused_unless_a_transform_turns_them_into_a_value() -> None:
    with pytest.raises(TypeError):
        read_back(Kind.TEXT, [b"secret"])
    assert read_back(Kind.TEXT, [b"secret"], transform=bytes.decode, binary=True)[0] == ["secret"]


@pytest.mark.parametrize("text", ["长" * 32_767, "长" * 32_768, "😀" * 16_383, "😀" * 16_384, "a" * 100_000])
def test_a_text_longer_than_a_cell_is_cut_and_says_so(text: str) -> None:
    units = len(text.encode("utf-16-le")) // 2
    for got in read_back(Kind.TEXT, [text]):
        assert len(got[0].encode("utf-16-le")) // 2 <= 32_767
        assert (got[0] == text) if units <= 32_767 else got[0].endswith("…（内容过长，已截断）")


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "－1", "　=1", "=cmd|' /C calc'!A0"]
)
@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.CODE, Kind.DATE, Kind.BOOLEAN])
def test_s27_no_text_becomes_a_formula_and_editing_it_keeps_it_a_text(tmp_path: Path, kind: Kind, text: str) -> None:
    cell = worksheet(written(tmp_path / "a.xlsx", kind, [text]))["A2"]
    assert looks_like_formula(text)
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", clean_text(text), True)
