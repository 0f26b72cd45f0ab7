"""The figures that count assignments: one case may be assigned more than once, and each time somebody answers or not.

The three working days to answer are 在线调解规则 §12; 及时接收率 = accepted within them ÷ assigned.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_

from mediation_admin.assignment.enums import AssignmentEnd
from mediation_admin.assignment.models import Assignment
from mediation_admin.core import clock
from mediation_admin.reports.definition import Counts, Figure, Question, rate

# Taken back by the court before anybody could answer.
_TAKEN_BACK = (AssignmentEnd.WITHDRAWN, AssignmentEnd.UNDONE, AssignmentEnd.RETURNED)


def _ended_in(q: Question) -> ColumnElement[bool]:
    start, after = clock.start_of(q.start), clock.start_of(q.end + timedelta(days=1))
    return and_(Assignment.ended_at >= start, Assignment.ended_at < after)


def _declined(q: Question) -> ColumnElement[bool]:
    return and_(_ended_in(q), Assignment.end_kind == AssignmentEnd.DECLINED)


def _ended_on() -> ColumnElement[Any]:
    return func.date(func.timezone("Asia/Shanghai", Assignment.ended_at))


def _not_answered_in_time(q: Question) -> ColumnElement[bool]:
    due = Assignment.response_due_on
    return and_(
        due.between(q.start, q.end),
        due < q.today,
        or_(Assignment.accepted_on.is_(None), Assignment.accepted_on > due),
        or_(Assignment.ended_at.is_(None), _ended_on() > due),
    )


def _answerable(q: Question) -> ColumnElement[bool]:
    due = Assignment.response_due_on
    return and_(
        Assignment.assigned_on.between(q.start, q.end),
        due.is_not(None),
        or_(Assignment.end_kind.is_(None), Assignment.end_kind.not_in(_TAKEN_BACK)),
        or_(Assignment.accepted_on.is_not(None), Assignment.ended_at.is_not(None), due < q.today),
    )


def _accepted_in_time(q: Question) -> ColumnElement[bool]:
    return and_(_answerable(q), Assignment.accepted_on <= Assignment.response_due_on)


ASSIGNMENT_FIGURES: tuple[Figure, ...] = (
    Figure(
        "declined",
        "不予接受",
        "统计期内调解员或调解组织不予接受的指派（件次）。",
        condition=_declined,
        of=Counts.ASSIGNMENTS,
    ),
    Figure(
        "timed_out",
        "3 日未接收",
        "三个工作日的受理期限在统计期内届满、届满前没有受理也没有答复的指派（件次）。",
        condition=_not_answered_in_time,
        of=Counts.ASSIGNMENTS,
    ),
    Figure(
        "accepted_in_time",
        "及时接收",
        "指派日期在统计期内、三个工作日内受理的指派（件次）。",
        condition=_accepted_in_time,
        of=Counts.ASSIGNMENTS,
        shown=False,
    ),
    Figure(
        "answerable",
        "应答复的指派",
        "指派日期在统计期内的指派（件次），法院撤回的和尚在期限内未答复的不计。",
        condition=_answerable,
        of=Counts.ASSIGNMENTS,
        shown=False,
    ),
    Figure(
        "in_time_rate",
        "及时接收率",
        "三个工作日内受理÷应答复的指派（件次）。",
        kind="rate",
        derive=lambda row, q: rate(row["accepted_in_time"], row["answerable"]),
        numerator="accepted_in_time",
        denominator="answerable",
        opens="answerable",
        of=Counts.ASSIGNMENTS,
    ),
)
