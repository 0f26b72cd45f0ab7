"""From a figure to its rows and back: the address, and the filter that reads it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import escape
from sqlalchemy import ColumnElement
from werkzeug.datastructures import MultiDict

from mediation_admin.core import clock
from mediation_admin.core.admin import Filter, current_actor
from mediation_admin.core.admin.filters import Chip, Params, Unreadable
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.reports import queries
from mediation_admin.reports.definition import Counts, Figure, Question, Report
from mediation_admin.reports.definitions.grouped import ALL, NOBODY

PLACES = {Counts.CASES: "/reports/cases/", Counts.ASSIGNMENTS: "/reports/assignments/"}


def drill_url(report: Report, figure: Figure, row: str, question: Question) -> str:
    """The address of the rows behind a figure."""
    asked = {"report": report.code, "row": row, "from": question.start, "to": question.end, "figure": figure.key}
    return f"{PLACES[report.rows_behind(figure).of]}?{urlencode(asked)}"


@dataclass(frozen=True)
class Behind:
    """Which figure of which row of which report, for which question."""

    report: Report
    figure: Figure
    row: str
    question: Question


@dataclass(frozen=True)
class FigureFilter(Filter):
    """The figure a person came from. It has no field of its own: it travels hidden and shows as a chip."""

    counts: Counts = Counts.CASES

    def names(self) -> list[str]:
        return ["report", "figure", "row", "from", "to"]

    def read(self, args: MultiDict[str, str]) -> Behind | None:
        if not args.get("figure"):
            return None
        actor = current_actor()
        try:
            report = queries.report_of(args.get("report", ""))
            question = queries.read_question(db.session(), args, actor.court_id if actor else None, clock.today())
            kind, _ = queries.behind(report.code, args["figure"], args.get("row", ALL), question)
        except RuleBroken as broken:
            raise Unreadable(broken.message) from broken
        except NotFound as missing:
            raise Unreadable("链接中的报表指标已不存在，已忽略这个条件。") from missing
        if kind is not self.counts:
            raise Unreadable("链接中的报表指标不在这张表里，已忽略这个条件。")
        return Behind(report, report.figure(args["figure"]), args.get("row", ALL), question)

    def write(self, value: Behind) -> Params:
        return [
            ("report", value.report.code),
            ("figure", value.figure.key),
            ("row", value.row),
            ("from", value.question.start.isoformat()),
            ("to", value.question.end.isoformat()),
        ]

    def words(self, value: Behind) -> str:
        opened = value.report.rows_behind(value.figure)
        return f"{row_words(value)} {opened.title} {value.question.words}（{value.report.title}）"

    def chips(self, value: Behind) -> list[Chip]:
        return [Chip(self.words(value), self.write(value))]

    def where(self, value: Behind) -> ColumnElement[bool]:
        return queries.behind(value.report.code, value.figure.key, value.row, value.question)[1]

    def field(self, value: Behind | None) -> str:
        held = self.write(value) if value is not None else []
        return "".join(f'<input type="hidden" name="{name}" value="{escape(text)}">' for name, text in held)


def row_words(value: Behind) -> str:
    """The words of the row a figure belongs to."""
    if value.row == ALL:
        return "合计"
    if value.row == NOBODY:
        return value.report.nobody
    named = value.report.lines(db.session(), {value.report.key(value.row)})
    return named[0][1] if named else value.row
