"""Answering a report whose rows are groups of cases: one statement over the cases, one over the assignments."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.models import Case
from mediation_admin.reports.definition import Answer, Figure, Line, Question, Report
from mediation_admin.reports.figures import in_hand

NOBODY = "none"
MOST_LINES = 5_000


def counted(session: Session, report: Report, question: Question, group: Any) -> dict[Any, dict[str, Any]]:
    """Group key → figures of the cases, in one statement."""
    columns = [group.label("group_key")]
    for figure in report.figures:
        if figure.condition is not None and _over_cases(figure):
            columns.append(func.count().filter(figure.condition(question)).label(figure.key))
        elif figure.value is not None:
            columns.append(figure.value(question).label(figure.key))
    statement = (
        select(*columns)
        .select_from(Case)
        .where(Case.deleted_at.is_(None), Case.state != CaseState.DRAFT, in_hand(question))
        .group_by(group)
        .limit(MOST_LINES)
    )
    return {row["group_key"]: dict(row) for row in session.execute(statement).mappings()}


def _over_cases(figure: Figure) -> bool:
    return figure.value is None and figure.derive is None


def finish(report: Report, figures: dict[str, Any], question: Question) -> dict[str, Any]:
    """Add the derived figures to the counted ones, in the report's order."""
    whole: dict[str, Any] = {}
    for figure in report.figures:
        if figure.derive is None:
            whole[figure.key] = figures.get(figure.key, 0)
    for figure in report.figures:
        if figure.derive is not None:
            whole[figure.key] = figure.derive(whole, question)
    return {figure.key: whole[figure.key] for figure in report.figures}


def answer_with(
    report: Report, question: Question, lines: list[tuple[str, str, tuple[str, ...], dict[str, Any]]]
) -> Answer:
    """Lines with derived figures and the line of sums."""
    done = [Line(key, label, notes, finish(report, figures, question)) for key, label, notes, figures in lines]
    sums: dict[str, Any] = {}
    for figure in report.figures:
        if figure.derive is None:
            sums[figure.key] = sum((line.figures[figure.key] for line in done), start=0)
    total = Line("all", "合计", tuple("" for _ in report.note_titles), finish(report, sums, question))
    return Answer(question, done, total)


def by_column(column: Any) -> Any:
    """The row condition of a report grouped by a nullable id column: an id, ``none`` for nobody, ``all`` for the sums."""

    def condition(key: str) -> ColumnElement[bool]:
        if key == "all":
            return Case.id.is_not(None)
        return column.is_(None) if key == NOBODY else column == int(key)

    return condition
