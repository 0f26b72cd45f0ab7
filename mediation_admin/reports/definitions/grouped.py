"""Answering a report: one statement over the cases, one over the assignments, one or two for the words of its lines."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from mediation_admin.assignment.models import Assignment
from mediation_admin.cases import queries as cases
from mediation_admin.cases.models import Case
from mediation_admin.reports.definition import Answer, Counts, Figure, Line, Question, Report
from mediation_admin.reports.figures import in_hand

NOBODY, ALL = "none", "all"
MOST_LINES = 50_000


def rows_from(kind: Counts) -> Select[Any]:
    """What figures of a kind count at all, joined and fenced: neither drafts nor what lies in the recycle bin."""
    if kind is Counts.ASSIGNMENTS:
        return select(Assignment.id).join(Case, Case.id == Assignment.case_id).where(cases.counted())
    return select(Case.id).where(cases.counted())


def answer(session: Session, report: Report, question: Question) -> Answer:
    """The whole table."""
    found: dict[Any, dict[str, Any]] = {}
    for kind, group in report.groups.items():
        for key, figures in _counted(session, report, question, kind, group).items():
            found.setdefault(key, {}).update(figures)
    keys = {key for key in found if key is not None}
    lines = report.lines(session, keys)
    # A code that the reference data no longer know still has its line, or the sums would not add up.
    unnamed = keys - {key for key, _, _ in lines}
    lines += [(key, str(key), tuple("" for _ in report.note_titles)) for key in sorted(unnamed)]
    if None in found:
        lines = [*lines, (None, report.nobody, tuple("" for _ in report.note_titles))]
    done = [
        Line(NOBODY if key is None else str(key), words, notes, _finished(report, found[key], question))
        for key, words, notes in lines
    ]
    sums = {f.key: sum((line.figures[f.key] for line in done), start=0) for f in report.figures if f.derive is None}
    total = Line(ALL, "合计", tuple("" for _ in report.note_titles), _finished(report, sums, question))
    return Answer(question, done, total)


def _counted(
    session: Session, report: Report, question: Question, kind: Counts, group: Any
) -> dict[Any, dict[str, Any]]:
    columns = [group.label("group_key")]
    for figure in report.figures:
        if figure.of is not kind:
            continue
        if figure.value is not None:
            columns.append(figure.value(question).label(figure.key))
        elif figure.condition is not None:
            columns.append(func.count().filter(figure.condition(question)).label(figure.key))
    statement = (
        rows_from(kind).with_only_columns(*columns, maintain_column_froms=True).group_by(group).limit(MOST_LINES)
    )
    found = session.execute(statement.where(within(kind, question))).mappings()
    rows = {row["group_key"]: {key: value for key, value in row.items() if key != "group_key"} for row in found}
    # A mediator who was assigned nothing in the period stands in no line because of it.
    return {key: row for key, row in rows.items() if kind is Counts.CASES or any(row.values())}


def within(kind: Counts, question: Question) -> ColumnElement[bool]:
    """What a period can count at all: for cases, those that were or came onto the desk in it."""
    return in_hand(question) if kind is Counts.CASES else true()


def _finished(report: Report, figures: dict[str, Any], question: Question) -> dict[str, Any]:
    """The derived figures added to the counted ones, in the report's order."""
    whole = {f.key: figures.get(f.key, 0) for f in report.figures if f.derive is None}
    for figure in report.figures:
        if figure.derive is not None:
            whole[figure.key] = figure.derive(whole, question)
    return {figure.key: whole[figure.key] for figure in report.figures}


def behind(report: Report, figure: Figure, row: str, question: Question) -> tuple[Counts, ColumnElement[bool]]:
    """What the rows behind a figure are, and the condition that selects exactly those it counts.

    Raises ValueError for a row that cannot be one of the report's.
    """
    opened = report.rows_behind(figure)
    group = report.groups[opened.of]
    if row == ALL:
        line = true()
    else:
        line = group.is_(None) if row == NOBODY else group == report.key(row)
    return opened.of, cases.counted() & within(opened.of, question) & line & opened.condition(question)
