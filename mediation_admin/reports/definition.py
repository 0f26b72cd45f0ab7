"""What a report is made of: a question, figures that each carry their definition, and rows that can be opened.

A count is written once, as a condition on cases or assignments: the same condition counts in the table and selects in
the drill-down, so a figure always opens exactly the rows it counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement

from mediation_admin.core.errors import RuleBroken
from mediation_admin.permissions import Permission

LONGEST_YEARS = 10


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a period (both days counted), and how the success rate is to be understood."""

    start: date
    end: date
    today: date
    by_received: bool = False

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise RuleBroken("结束日期早于开始日期，请调整统计期间。", field="to")
        if self.end - self.start > timedelta(days=366 * LONGEST_YEARS):
            raise RuleBroken(f"统计期间最长 {LONGEST_YEARS} 年，请缩短期间。", field="from")

    @property
    def words(self) -> str:
        """The period as titles and watermarks say it."""
        return f"{self.start.isoformat()} 至 {self.end.isoformat()}"


Condition = Callable[[Question], ColumnElement[bool]]


class Counts(StrEnum):
    """What the rows behind a figure are."""

    CASES = "cases"
    ASSIGNMENTS = "assignments"


@dataclass(frozen=True, slots=True)
class Figure:
    """One column of figures.

    ``condition`` counts rows (cases, or assignments where ``of`` says so) and opens them. ``value`` is an SQL aggregate
    for figures that are not counts (an amount), ``derive`` computes a rate or an average from other figures of the
    row. ``kind`` is count, rate, mean, days or money. Figures that are not ``shown`` are halves of rates: they are
    named where the rate is explained and can be opened from there.
    """

    key: str
    title: str
    definition: str
    kind: str = "count"
    condition: Condition | None = None
    value: Callable[[Question], ColumnElement[Any]] | None = None
    derive: Callable[[dict[str, Any], Question], Any] | None = None
    numerator: str = ""
    denominator: str = ""
    group: str = ""
    # The figure whose rows this one opens, where it does not count rows itself (a rate, a sum).
    opens: str = ""
    of: Counts = Counts.CASES
    shown: bool = True
    # Among the figures a screen shows at first; the rest are one click away.
    main: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a report: its key (for opening), its words, its figures."""

    key: str
    label: str
    notes: tuple[str, ...]
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole table: the lines, the line of sums, and the question they answer."""

    question: Question
    lines: list[Line]
    total: Line


# (key, words, notes) of the lines of a report, in the order in which they are shown.
Lines = list[tuple[Any, str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Report:
    """A report: what a row stands for, how its lines are called and ordered, and its figures.

    ``groups`` says by which column cases and assignments fall into the lines; ``lines(session, keys)`` gives the words
    of those keys in the order to show them (never None, which is ``nobody``). ``key`` reads a key in an address.
    """

    code: str
    title: str
    row_title: str
    note_titles: tuple[str, ...]
    groups: Mapping[Counts, Any]
    lines: Callable[[Any, set[Any]], Lines]
    figures: tuple[Figure, ...]
    nobody: str = ""
    key: Callable[[str], Any] = int
    permission: Permission = Permission.REPORT_VIEW
    remarks: tuple[str, ...] = field(default=())

    @property
    def main(self) -> list[Figure]:
        """The figures a screen shows at first."""
        return [figure for figure in self.figures if figure.main]

    @property
    def shown(self) -> list[Figure]:
        """The figures of the table, in order."""
        return [figure for figure in self.figures if figure.shown]

    def figure(self, key: str) -> Figure | None:
        """The figure of that key, None when the report has none."""
        return next((figure for figure in self.figures if figure.key == key), None)

    def rows_behind(self, figure: Figure) -> Figure:
        """The figure whose condition selects the rows behind this one."""
        found = self.figure(figure.opens) if figure.opens else figure
        if found is None or found.condition is None:
            raise ValueError(f"{self.code}: the figure {figure.key} opens no rows")
        return found

    def halves(self, figure: Figure, question: Question) -> tuple[Figure, Figure] | None:
        """Numerator and denominator of a rate as the question understands it; None for figures that are no rate."""
        if not figure.numerator:
            return None
        below = "in_hand" if figure.key == "success_rate" and question.by_received else figure.denominator
        return self.figure(figure.numerator), self.figure(below)


def rate(numerator: int | Decimal, denominator: int | Decimal) -> Decimal | None:
    """A share rounded to four places (0.8072), None when nothing is in the denominator."""
    if not denominator:
        return None
    return (Decimal(numerator) / Decimal(denominator)).quantize(Decimal("0.0001"))


def mean(total: int | Decimal | None, count: int) -> Decimal | None:
    """An average rounded to two places, None when nothing was counted."""
    if not count:
        return None
    return (Decimal(total or 0) / Decimal(count)).quantize(Decimal("0.01"))
