"""Asking a report, and the rows behind one of its figures."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mediation_admin.cases.models import Case
from mediation_admin.cases.queries import visible
from mediation_admin.core import clock
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.forms import parse_date
from mediation_admin.courts.enums import SuccessRateDenominator
from mediation_admin.courts.models import Court
from mediation_admin.reports.catalogue import REPORTS
from mediation_admin.reports.definition import Answer, Counts, Question, Report
from mediation_admin.reports.definitions import grouped


def report_of(code: str) -> Report:
    """The report of this code, or NotFound."""
    if code not in REPORTS:
        raise NotFound(code)
    return REPORTS[code]


def read_question(session: Session, params: Mapping[str, str], court_id: int | None, today: date) -> Question:
    """The question in an address; an empty period means this year so far. Refuses what is no date."""
    start, end = _day(params, "from"), _day(params, "to")
    court = session.get(Court, court_id) if court_id is not None else None
    return Question(
        start=start or date((end or today).year, 1, 1),
        end=end or today,
        today=today,
        by_received=court is not None and court.success_rate_denominator is SuccessRateDenominator.RECEIVED,
    )


def _day(params: Mapping[str, str], name: str) -> date | None:
    text = (params.get(name) or "").strip()
    if not text:
        return None
    found = parse_date(text)
    if found is None:
        raise RuleBroken(f"“{text[:20]}”不是日期，请写成 2022-06-30 这样。", field=name)
    return found


def ask(session: Session, report: Report, question: Question) -> Answer:
    """The whole table."""
    return grouped.answer(session, report, question)


def behind(report_code: str, figure_key: str, row_key: str, question: Question) -> tuple[Counts, ColumnElement[bool]]:
    """What the rows behind a figure are, and the condition that selects exactly those (over cases, or over assignments
    joined with their cases); NotFound for a figure or row there is not."""
    report = report_of(report_code)
    figure = report.figure(figure_key)
    if figure is None:
        raise NotFound(figure_key)
    try:
        return grouped.behind(report, figure, row_key, question)
    except ValueError:
        raise NotFound(row_key) from None


def default_period() -> tuple[date, date]:
    """This year so far."""
    today = clock.today()
    return date(today.year, 1, 1), today


def last_busy_year(session: Session, before: date) -> tuple[date, date] | None:
    """The year of the last case registered on or before a day, among those in view; None where there is none."""
    latest = session.scalar(select(func.max(Case.registered_on)).where(visible(), Case.registered_on <= before))
    return (date(latest.year, 1, 1), date(latest.year, 12, 31)) if latest else None


def as_rows(report: Report, answer: Answer, *, halves: bool = False) -> list[dict[str, Any]]:
    """The table as plain rows, the sums last: for files and the command line. ``halves``: with those of the rates."""
    figures = report.figures if halves else report.shown
    made = []
    for line in (*answer.lines, answer.total):
        row: dict[str, Any] = {"row": line.label}
        row |= dict(zip((f"note_{n}" for n in range(len(report.note_titles))), line.notes, strict=True))
        made.append(row | {figure.key: line.figures[figure.key] for figure in figures})
    return made
