"""Counting days as courts do: working days with the State Council's shifts, and natural days that end on one.

The first day is never counted; a period of natural days whose last day is a rest day ends on the next working day
(民事诉讼法 §85). A year whose notice is not out yet is computed from weekends, and every answer that leans on such a
year says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, Self

PROVISIONAL_NOTE = "该年度放假安排尚未公布，暂按双休计算"
_ONE = timedelta(days=1)
# Nobody gives a term of ten years in working days; a larger number is a slip that would spin here.
LONGEST = 3660


class DayException(NamedTuple):
    """A day that is not what its weekday says."""

    day: date
    is_workday: bool
    name: str
    published: bool = True

    @classmethod
    def from_text(cls, day: str, *, is_workday: bool, name: str) -> Self:
        """From a data file's ISO date."""
        return cls(date.fromisoformat(day), is_workday, name)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day reached by counting. ``provisional``: counted through a year whose holidays are not published."""

    day: date
    provisional: bool

    @property
    def note(self) -> str:
        """What a screen adds behind a provisional date; empty otherwise."""
        return PROVISIONAL_NOTE if self.provisional else ""


class Calendar:
    """Which days are worked. Built from exceptions only; all other days follow the weekday."""

    def __init__(self, exceptions: Iterable[DayException]) -> None:
        self._exceptions = {entry.day: entry for entry in exceptions}
        self.published_years = frozenset(entry.day.year for entry in self._exceptions.values() if entry.published)

    def is_workday(self, day: date) -> bool:
        """Whether courts work on ``day``."""
        exception = self._exceptions.get(day)
        return day.weekday() < 5 if exception is None else exception.is_workday

    def name_of(self, day: date) -> str:
        """国庆节, 春节调休上班, 周末, or nothing on an ordinary working day."""
        exception = self._exceptions.get(day)
        if exception is not None:
            return exception.name
        return "周末" if day.weekday() >= 5 else ""

    def is_published(self, day: date) -> bool:
        """Whether the holidays of that day's year are known; otherwise its days are computed from weekends."""
        return day.year in self.published_years

    def on_or_after(self, day: date) -> date:
        """``day`` itself if worked, else the first working day after it."""
        while not self.is_workday(day):
            day += _ONE
        return day

    def add_workdays(self, start: date, days: int) -> date:
        """The ``days``-th working day after ``start``, which is not counted itself. ``days`` ≥ 1."""
        if not 1 <= days <= LONGEST:
            raise ValueError(f"working days to add must be 1 to {LONGEST}, not {days}")
        day = start
        while days:
            day += _ONE
            days -= self.is_workday(day)
        return day

    def add_working_days(self, start: date, days: int) -> Deadline:
        """``add_workdays`` with the word whether a year on the way is unpublished."""
        day = self.add_workdays(start, days)
        return Deadline(day, self._provisional(start + _ONE, day))

    def due_after_days(self, start: date, days: int) -> Deadline:
        """The last day of a term of natural days: ``start`` is not counted, a rest day moves it on (§85). ``days`` ≥ 1."""
        if not 1 <= days <= LONGEST:
            raise ValueError(f"days of a term must be 1 to {LONGEST}, not {days}")
        last = start + timedelta(days=days)
        day = self.on_or_after(last)
        # Holidays on the way do not matter, only those the last day falls on.
        return Deadline(day, self._provisional(last, day))

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and with ``end``; 0 when ``end`` is not later."""
        count, day = 0, start
        while day < end:
            day += _ONE
            count += self.is_workday(day)
        return count

    def is_provisional(self, start: date, end: date) -> bool:
        """Whether counting from ``start`` to ``end`` leans on an unpublished year."""
        return end > start and self._provisional(start + _ONE, end)

    def _provisional(self, first: date, last: date) -> bool:
        return any(year not in self.published_years for year in range(first.year, last.year + 1))
