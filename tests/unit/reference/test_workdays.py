"""Counting days: the published shifts, §85, and years nobody has published."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation_admin.reference.files import calendar
from mediation_admin.reference.workdays import PROVISIONAL_NOTE, Calendar, DayException, Deadline

CALENDAR = calendar()
DAYS = st.dates(date(2004, 1, 1), date(2026, 12, 31))


def test_twenty_three_years_are_published_and_the_next_is_not() -> None:
    assert CALENDAR.published_years == frozenset(range(2004, 2027))
    assert CALENDAR.is_published(date(2026, 12, 31))
    assert not CALENDAR.is_published(date(2027, 1, 1))


@pytest.mark.parametrize("month_day", [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)])
def test_the_weekends_of_2026_that_are_worked(month_day: tuple[int, int]) -> None:
    worked = date(2026, *month_day)
    assert worked.weekday() >= 5
    assert CALENDAR.is_workday(worked)
    assert CALENDAR.name_of(worked).endswith("调休上班")


def test_no_other_weekend_of_2026_is_worked() -> None:
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [d.strftime("%m%d") for d in year if d.weekday() >= 5 and CALENDAR.is_workday(d)] == [
        "0104", "0214", "0228", "0509", "0920", "1010",
    ]  # fmt: skip
    assert sum(CALENDAR.is_workday(d) for d in year) == 261 + 6 - 19


@pytest.mark.parametrize(
    ("day", "worked", "name"),
    [
        (date(2026, 1, 1), False, "元旦"),
        (date(2026, 2, 17), False, "春节"),
        (date(2026, 2, 15), False, "周末"),
        (date(2026, 10, 7), False, "国庆节"),
        (date(2026, 10, 8), True, ""),
        (date(2015, 9, 3), False, "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日"),
        (date(2020, 1, 31), False, "春节"),
    ],
)
def test_single_days(day: date, worked: bool, name: str) -> None:
    assert CALENDAR.is_workday(day) is worked
    assert CALENDAR.name_of(day) == name


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2022, 1, 4), 3, date(2022, 1, 7)),  # Tuesday → Friday
        (date(2022, 1, 7), 3, date(2022, 1, 12)),  # Friday: the weekend does not count
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # over the national holiday, the Saturday is worked
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # the next day is a worked Saturday
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # then spring festival
        (date(2026, 10, 1), 1, date(2026, 10, 8)),  # a start on a holiday
    ],
)
def test_working_days_are_counted_from_the_day_after(start: date, days: int, last: date) -> None:
    assert CALENDAR.add_working_days(start, days) == Deadline(last, provisional=False)
    assert CALENDAR.add_workdays(start, days) == last


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2022, 1, 6), 30, date(2022, 2, 7)),  # the 5th is a Saturday, and spring festival ends on the 6th
        (date(2022, 3, 1), 30, date(2022, 3, 31)),
        (date(2026, 9, 1), 30, date(2026, 10, 8)),  # 1 October → the first working day after the holiday
        (date(2026, 1, 15), 30, date(2026, 2, 14)),  # a Saturday, but a worked one: the term ends on it
        (date(2026, 4, 24), 15, date(2026, 5, 9)),
    ],
)
def test_a_term_that_ends_on_a_rest_day_ends_on_the_next_working_day(start: date, days: int, last: date) -> None:
    assert CALENDAR.due_after_days(start, days) == Deadline(last, provisional=False)


def test_an_unpublished_year_is_computed_from_weekends_and_says_so() -> None:
    across = CALENDAR.add_working_days(date(2026, 12, 30), 3)
    assert across == Deadline(date(2027, 1, 4), provisional=True)
    assert across.note == PROVISIONAL_NOTE == "该年度放假安排尚未公布，暂按双休计算"
    assert CALENDAR.due_after_days(date(2026, 12, 20), 30).provisional
    assert CALENDAR.add_working_days(date(2026, 12, 28), 3).note == ""
    assert CALENDAR.is_provisional(date(2026, 12, 31), date(2027, 1, 1))
    assert not CALENDAR.is_provisional(date(2026, 12, 1), date(2026, 12, 31))


def test_days_a_court_entered_before_the_notice_do_not_make_the_year_published() -> None:
    guessed = Calendar([DayException(date(2027, 1, 1), is_workday=False, name="元旦", published=False)])
    assert not guessed.is_workday(date(2027, 1, 1))
    assert guessed.add_working_days(date(2026, 12, 31), 1).provisional


@pytest.mark.parametrize("days", [0, -1, 100_000])
def test_a_term_of_no_days_or_of_centuries_is_a_slip(days: int) -> None:
    with pytest.raises(ValueError, match="must be 1 to"):
        CALENDAR.add_working_days(date(2026, 1, 1), days)
    with pytest.raises(ValueError, match="must be 1 to"):
        CALENDAR.due_after_days(date(2026, 1, 1), days)


@given(DAYS, st.integers(1, 60))
def test_the_days_to_a_deadline_are_the_days_that_were_given(start: date, days: int) -> None:
    last = CALENDAR.add_workdays(start, days)
    assert CALENDAR.is_workday(last)
    assert CALENDAR.working_days_between(start, last) == days


@given(DAYS, st.integers(1, 90))
def test_a_term_never_ends_early_nor_on_a_rest_day(start: date, days: int) -> None:
    due = CALENDAR.due_after_days(start, days).day
    assert due >= start + timedelta(days=days)
    assert CALENDAR.is_workday(due)
    skipped = (due - start).days - days
    assert not any(CALENDAR.is_workday(start + timedelta(days=days + n)) for n in range(skipped))


@given(DAYS, DAYS, DAYS)
def test_working_days_between_add_up(a: date, b: date, c: date) -> None:
    first, middle, last = sorted((a, b, c))
    whole = CALENDAR.working_days_between(first, last)
    assert whole == CALENDAR.working_days_between(first, middle) + CALENDAR.working_days_between(middle, last)
    assert CALENDAR.working_days_between(last, first) == (0 if last > first else whole)
