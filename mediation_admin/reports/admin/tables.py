"""案件统计报表: the tables of the catalogue; every figure is a link to the rows it counts."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup, escape

from mediation_admin.core import clock
from mediation_admin.core.admin import Screen, Stat, Stats, bar_chart, current_actor, screen_route
from mediation_admin.core.admin.formats import money_text
from mediation_admin.core.admin.shell import current_shell
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import scope_of
from mediation_admin.permissions import Permission
from mediation_admin.reports import queries
from mediation_admin.reports.admin.drill import PLACES, drill_url
from mediation_admin.reports.catalogue import OF_MANY_COURTS, REPORTS
from mediation_admin.reports.definition import Answer, Figure, Line, Question, Report
from mediation_admin.reports.definitions.grouped import NOBODY

# What the cards above the table show, in this order.
CARDS = ("received", "closed", "succeeded", "success_rate", "open_at_end", "overdue")
# A table longer than this is for a file, not for a screen.
SHOWN_LINES = 500


def figure_text(figure: Figure, value: Any) -> str:
    """A figure as the screen shows it."""
    if value is None:
        return "—"
    if figure.kind == "rate":
        return f"{Decimal(value) * 100:.2f}%"
    if figure.kind == "money":
        return money_text(value)
    if figure.kind == "mean":
        return f"{value:,.2f}"
    return f"{int(value):,}"


def fraction_text(report: Report, figure: Figure, line: Line, question: Question) -> str:
    """「67 ÷ 83」: what a rate was made of; empty for figures that are no rate."""
    halves = report.halves(figure, question)
    if halves is None:
        return ""
    return f"{line.figures[halves[0].key]:,} ÷ {line.figures[halves[1].key]:,}"


def periods(today: date) -> list[tuple[str, date, date]]:
    """The ready-made periods of the picker."""
    monday = today - timedelta(days=today.weekday())
    month, year = today.replace(day=1), date(today.year, 1, 1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    last_month_end, last_quarter_end = month - timedelta(days=1), quarter - timedelta(days=1)
    last_quarter = date(last_quarter_end.year, last_quarter_end.month - 2, 1)
    return [
        ("本周", monday, today),
        ("本月", month, today),
        ("上月", last_month_end.replace(day=1), last_month_end),
        ("本季度", quarter, today),
        ("上季度", last_quarter, last_quarter_end),
        ("本年", year, today),
        ("上年", date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    ]


class ReportsView(Screen):
    """案件统计报表查询: one tab per report of the catalogue."""

    code = "reports"
    title = "案件统计报表"
    permission = Permission.REPORT_VIEW
    menu_path = ("质效指标管理",)
    url_path = "/reports"

    @screen_route("/")
    def index(self) -> Any:
        """The first report."""
        return self.table(next(iter(REPORTS)))

    @screen_route("/<code>/")
    def table(self, code: str) -> Any:
        """One report for the period asked."""
        report = queries.report_of(code)
        reports = _reports_in_view()
        if report not in reports:
            raise NotFound(code)
        today, problem = clock.today(), None
        try:
            question = queries.read_question(db.session(), request.args, current_actor().court_id, today)
        except RuleBroken as broken:
            problem = broken
            start, end = queries.default_period()
            question = Question(start, end, today)
        answer = queries.ask(db.session(), report, question)
        everything = request.args.get("view") == "all"
        figures = report.shown if everything else report.main
        kept = {"view": "all"} if everything else {}
        period = {"from": question.start, "to": question.end}
        chosen = {(start, end): label for label, start, end in periods(today)}.get((question.start, question.end))
        return self.render(
            "backoffice/reports/table.html",
            title=report.title,
            report=report,
            reports=reports,
            question=question,
            answer=answer,
            problem=problem,
            figures=figures,
            headings=headings(figures),
            body=_body(report, answer, figures),
            everything=everything,
            other_view=urlencode(period | ({} if everything else {"view": "all"})),
            kept=list(kept.items()),
            earlier=_earlier(answer, kept),
            may_open=current_actor().may(Permission.CASE_VIEW),
            left_out=max(0, len(answer.lines) - SHOWN_LINES),
            cards=_cards(report, answer),
            chart=_chart(report, answer),
            periods=[
                (label, f"?{urlencode({'from': a, 'to': b} | kept)}", label == chosen) for label, a, b in periods(today)
            ],
            query=urlencode(period | kept),
            export_url=_export_url(report, question),
            definitions=_definitions(report, answer),
        )


def _reports_in_view() -> list[Report]:
    scope = scope_of(db.session())
    many = scope is not None and (scope.court_ids is None or len(scope.court_ids) > 1)
    return [report for report in REPORTS.values() if many or report.code not in OF_MANY_COURTS]


def _earlier(answer: Answer, kept: dict[str, str]) -> tuple[str, str] | None:
    """Where a period in which nothing came in and nothing ended leads: the last year with cases, its words and address."""
    question, sums = answer.question, answer.total.figures
    if sums["received"] or sums["closed"]:
        return None
    year = queries.last_busy_year(db.session(), question.end)
    if year is None:
        return None
    return f"{year[0].year} 年", f"?{urlencode({'from': year[0], 'to': year[1]} | kept)}"


def headings(figures: Sequence[Figure]) -> list[tuple[str, list[Figure]]]:
    """(group, its figures) in order; a figure without a group stands alone under an empty name."""
    groups: list[tuple[str, list[Figure]]] = []
    for figure in figures:
        if figure.group and groups and groups[-1][0] == figure.group:
            groups[-1][1].append(figure)
        else:
            groups.append((figure.group, [figure]))
    return groups


def _body(report: Report, answer: Answer, columns: Sequence[Figure]) -> Markup:
    """The rows as HTML, built in Python: a table of a hundred mediators has some three thousand cells."""
    question = answer.question
    may_open = current_actor().may(Permission.CASE_VIEW)
    figures = [(figure, PLACES[report.rows_behind(figure).of], report.halves(figure, question)) for figure in columns]
    parts: list[str] = []
    for line in (*answer.lines[:SHOWN_LINES], answer.total):
        parts.append('<tr class="total">' if line is answer.total else "<tr>")
        parts.append(f'<th scope="row">{escape(line.label)}</th>')
        parts.extend(f"<td>{escape(note)}</td>" for note in line.notes)
        asked = {"report": report.code, "row": line.key, "from": question.start, "to": question.end}
        base = escape(urlencode(asked))
        for figure, place, halves in figures:
            value = line.figures[figure.key]
            text = figure_text(figure, value)
            tip = f' title="{fraction_text(report, figure, line, question)}"' if halves else ""
            if may_open and value not in (None, 0):
                text = f'<a href="{place}?{base}&amp;figure={figure.key}">{text}</a>'
            parts.append(f'<td class="num"{tip}>{text}</td>')
        parts.append("</tr>")
    return Markup("".join(parts))  # noqa: S704 - every name is escaped above; figures are numbers


def _cards(report: Report, answer: Answer) -> Stats:
    may_open = current_actor().may(Permission.CASE_VIEW)
    total, question = answer.total, answer.question
    stats = []
    for key in CARDS:
        figure = report.figure(key)
        value = total.figures[key]
        url = drill_url(report, figure, total.key, question) if may_open and value else None
        note = fraction_text(report, figure, total, question)
        tone = "bad" if key == "overdue" and value else "plain"
        stats.append(Stat(figure.title, figure_text(figure, value), note, url, tone, figure.definition))
    return Stats(stats)


def _chart(report: Report, answer: Answer) -> Any:
    if report.code in OF_MANY_COURTS or not current_actor().may(Permission.CASE_VIEW):
        # Courts are never ranked, and a picture of bars is read as a ranking.
        return None
    closed = report.figure("closed")
    bars = [
        (line.label, line.figures["closed"], drill_url(report, closed, line.key, answer.question))
        for line in answer.lines
        if line.figures["closed"] and line.key != NOBODY
    ]
    return bar_chart(bars, title=f"各{report.row_title}已结件数", unit="件", limit=20) if bars else None


def _definitions(report: Report, answer: Answer) -> list[tuple[str, str, str, list[tuple[str, str, str | None]]]]:
    """(title, definition, what the rate of the sums is made of, its halves with figures and addresses)."""
    may_open = current_actor().may(Permission.CASE_VIEW)
    question, total = answer.question, answer.total
    made = []
    for figure in report.shown:
        halves = report.halves(figure, question) or ()
        parts = []
        for half in halves:
            value = total.figures[half.key]
            url = drill_url(report, half, total.key, question) if may_open and value else None
            parts.append((half.title, f"{value:,}", url))
        title = f"{figure.group}：{figure.title}" if figure.group else figure.title
        made.append((title, figure.definition, figure_text(figure, total.figures[figure.key]) if parts else "", parts))
    return made


def _export_url(report: Report, question: Question) -> str | None:
    if not current_actor().may(Permission.EXPORT_REQUEST):
        return None
    base = current_shell().url("new_export", list=f"report:{report.code}")
    return f"{base}&{urlencode({'from': question.start, 'to': question.end})}" if base else None
