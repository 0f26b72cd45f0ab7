"""Every report of the catalogue is a source: its table as the screen shows it, its definitions on their own sheet."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from mediation_admin.core import clock, sheets
from mediation_admin.core.scope import actor_of
from mediation_admin.core.sheets import Kind
from mediation_admin.exports.source import Field, Params, Source
from mediation_admin.reports import queries
from mediation_admin.reports.definition import Figure, Report

_KINDS = {"count": Kind.INTEGER, "days": Kind.INTEGER, "mean": Kind.DECIMAL, "rate": Kind.PERCENT, "money": Kind.MONEY}


def report_source(report: Report) -> Source:
    """A report as an export sees it; the columns belong to the question and are not picked one by one."""

    def rows(session: Session, _chosen: Sequence[Field], params: Params) -> Iterable[dict[str, Any]]:
        return queries.as_rows(report, queries.ask(session, report, _question(session, params)))

    return Source(
        code=f"report:{report.code}",
        title=f"案件统计报表_{report.title}",
        permission=report.permission,
        fields=lambda: _fields(report),
        conditions=lambda params: "统计期间 " + _period(params),
        rows=rows,
        pick=False,
    )


def _question(session: Session, params: Params):
    actor = actor_of(session)
    return queries.read_question(session, dict(params), actor.court_id if actor else None, clock.today())


def _period(params: Params) -> str:
    start, end = queries.default_period()
    given = dict(params)
    return f"{given.get('from') or start} 至 {given.get('to') or end}"


def _fields(report: Report) -> list[Field]:
    made = [Field(sheets.Column(key="row", title=report.row_title, width=24))]
    made += [Field(sheets.Column(key=f"note_{n}", title=title, width=28)) for n, title in enumerate(report.note_titles)]
    return made + [Field(_column(report, figure)) for figure in report.shown]


def _column(report: Report, figure: Figure) -> sheets.Column:
    def words(key: str) -> str:
        other = report.figure(key)
        return other.title if other else ""

    title = f"{figure.group}：{figure.title}" if figure.group else figure.title
    return sheets.Column(
        key=figure.key,
        title=title,
        kind=_KINDS[figure.kind],
        definition=figure.definition,
        numerator=words(figure.numerator),
        denominator=words(figure.denominator),
    )
