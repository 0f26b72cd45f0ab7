"""质效指标管理: the tables of the catalogue, and the rows behind every figure."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import escape
from sqlalchemy import ColumnElement, Select, select
from werkzeug.datastructures import MultiDict

from mediation_admin.cases.enums import CaseKind, CaseState, Result
from mediation_admin.cases.models import Case
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Filter,
    FlagFilter,
    Key,
    ListScreen,
    Order,
    Screen,
    Stat,
    Stats,
    bar_chart,
    current_actor,
    screen_route,
)
from mediation_admin.core.admin.filters import Params, Unreadable
from mediation_admin.core.admin.formats import money_text
from mediation_admin.core.admin.shell import current_shell
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import scope_of
from mediation_admin.permissions import Permission
from mediation_admin.reports import queries
from mediation_admin.reports.catalogue import REPORTS
from mediation_admin.reports.definition import Answer, Figure, Line, Question, Report
from mediation_admin.rosters.models import Mediator, Organisation

MENU = ("质效指标管理",)
# What the cards above the table show, in this order.
CARDS = ("received", "closed", "succeeded", "success_rate", "open_at_end", "overdue")
HIDDEN = ("closed_with_start",)


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
    if not figure.numerator:
        return ""
    below = "in_hand" if figure.key == "success_rate" and question.by_received else figure.denominator
    return f"{line.figures[figure.numerator]:,} ÷ {line.figures[below]:,}"


def periods(today: date) -> list[tuple[str, date, date]]:
    """The ready-made periods of the picker."""
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    year = date(today.year, 1, 1)
    last_month_end = month - timedelta(days=1)
    return [
        ("本周", monday, today),
        ("本月", month, today),
        ("上月", last_month_end.replace(day=1), last_month_end),
        ("本季度", quarter, today),
        ("本年", year, today),
        ("上年", date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    ]


class ReportsView(Screen):
    """案件统计报表查询: one tab per report of the catalogue."""

    code = "reports"
    title = "案件统计报表"
    permission = Permission.REPORT_VIEW
    menu_path = MENU
    url_path = "/reports"

    @screen_route("/")
    def index(self) -> Any:
        return self.table(next(iter(REPORTS)))

    @screen_route("/<code>/")
    def table(self, code: str) -> Any:
        report = queries.report_of(code)
        today = clock.today()
        problem = None
        try:
            question = queries.read_question(db.session(), request.args, current_actor().court_id, today)
        except RuleBroken as broken:
            problem = broken
            start, end = queries.default_period()
            question = Question(start, end, today)
        answer = queries.ask(db.session(), report, question)
        return self.render(
            "backoffice/reports/table.html",
            title=report.title,
            report=report,
            reports=_reports_for(current_actor()),
            question=question,
            answer=answer,
            problem=problem,
            figures=[f for f in report.figures if f.key not in HIDDEN],
            groups=heading_groups([f for f in report.figures if f.key not in HIDDEN]),
            body=_body(report, answer),
            cards=_cards(report, answer),
            chart=_chart(report, answer),
            periods=[(label, a, b, f"?{urlencode({'from': a, 'to': b})}") for label, a, b in periods(today)],
            query=urlencode({"from": question.start, "to": question.end}),
            export_url=_export_url(report, question),
            fraction=lambda figure, line: fraction_text(report, figure, line, question),
        )


def _reports_for(actor: Any) -> list[Report]:
    scope = scope_of(db.session())
    many = scope is not None and (scope.court_ids is None or len(scope.court_ids) > 1)
    return [report for report in REPORTS.values() if report.code != "by-court" or many]


def heading_groups(figures: list[Figure]) -> list[tuple[str, int]]:
    """(heading, how many columns it spans); figures without a group stand alone under an empty heading."""
    groups: list[tuple[str, int]] = []
    for figure in figures:
        if groups and figure.group and groups[-1][0] == figure.group:
            groups[-1] = (figure.group, groups[-1][1] + 1)
        else:
            groups.append((figure.group, 1))
    return groups


def _body(report: Report, answer: Answer) -> str:
    """The rows as HTML, built in Python: a table of a hundred mediators has some three thousand cells."""
    may_open = current_actor().may(Permission.CASE_VIEW)
    period = {"from": answer.question.start, "to": answer.question.end}
    figures = [f for f in report.figures if f.key not in HIDDEN]
    parts: list[str] = []
    for line in (*answer.lines, answer.total):
        total = line is answer.total
        parts.append('<tr class="total">' if total else "<tr>")
        parts.append(f'<th scope="row">{escape(line.label)}</th>')
        parts.extend(f"<td>{escape(note)}</td>" for note in line.notes)
        base = urlencode({"report": report.code, "row": line.key} | period)
        for figure in figures:
            value = line.figures[figure.key]
            text = figure_text(figure, value)
            tip = fraction_text(report, figure, line, answer.question) if figure.numerator else ""
            title = f' title="{tip}"' if tip else ""
            opens = may_open and value not in (None, 0)
            body = f'<a href="/reports/cases/?{escape(base)}&amp;figure={figure.key}">{text}</a>' if opens else text
            parts.append(f'<td class="num"{title}>{body}</td>')
        parts.append("</tr>")
    return "".join(parts)


def _cards(report: Report, answer: Answer) -> Stats:
    may_open = current_actor().may(Permission.CASE_VIEW)
    total = answer.total
    stats = []
    for key in CARDS:
        figure = report.figure(key)
        note = fraction_text(report, figure, total, answer.question)
        url = drill_url(report, figure.key, "all", answer.question) if may_open and total.figures[key] else None
        tone = "bad" if key == "overdue" and total.figures[key] else "plain"
        stats.append(Stat(figure.title, figure_text(figure, total.figures[key]), note, url, tone, figure.definition))
    return Stats(stats)


def _chart(report: Report, answer: Answer) -> Any:
    bars = [
        (line.label, line.figures["closed"], drill_url(report, "closed", line.key, answer.question))
        for line in answer.lines
        if line.figures["closed"]
    ]
    if report.code == "by-court" or not bars or not current_actor().may(Permission.CASE_VIEW):
        # Courts are never ranked, and a picture of bars is read as a ranking.
        return None
    return bar_chart(bars, title=f"{report.row_title}已结件数", unit="件", limit=20)


def drill_url(report: Report, figure: str, row: str, question: Question) -> str:
    """The address of the rows behind a figure."""
    return "/reports/cases/?" + urlencode(
        {"report": report.code, "row": row, "from": question.start, "to": question.end, "figure": figure}
    )


def _export_url(report: Report, question: Question) -> str | None:
    if not current_actor().may(Permission.EXPORT_REQUEST):
        return None
    base = current_shell().url("new_export", list=f"report:{report.code}")
    return f"{base}&{urlencode({'from': question.start, 'to': question.end})}" if base else None


@dataclass(frozen=True)
class Behind:
    """Which figure of which row of which report, for which question."""

    report: str
    figure: str
    row: str
    question: Question


@dataclass(frozen=True)
class FigureFilter(Filter):
    """The figure a person came from. It has no field of its own: it travels hidden and shows as a chip."""

    def names(self) -> list[str]:
        return ["report", "figure", "row", "from", "to"]

    def read(self, args: MultiDict[str, str]) -> Behind | None:
        if not args.get("figure"):
            return None
        try:
            question = queries.read_question(db.session(), args, current_actor().court_id, clock.today())
            found = Behind(args.get("report", ""), args["figure"], args.get("row", "all"), question)
            self.where(found)
        except RuleBroken as broken:
            raise Unreadable(broken.message) from broken
        except (NotFound, ValueError) as missing:
            raise Unreadable("链接中的报表指标已不存在，已忽略这个条件。") from missing
        return found

    def write(self, value: Behind) -> Params:
        return [
            ("report", value.report),
            ("figure", value.figure),
            ("row", value.row),
            ("from", value.question.start.isoformat()),
            ("to", value.question.end.isoformat()),
        ]

    def words(self, value: Behind) -> str:
        report = REPORTS[value.report]
        row = "合计" if value.row == "all" else row_label(value)
        return f"{report.title} · {row} · {report.figure(value.figure).title} · {value.question.words}"

    def where(self, value: Behind) -> ColumnElement[bool]:
        return queries.behind(value.report, value.figure, value.row, value.question)

    def field(self, value: Behind | None) -> str:
        held = self.write(value) if value is not None else []
        return "".join(f'<input type="hidden" name="{name}" value="{escape(text)}">' for name, text in held)


def row_label(value: Behind) -> str:
    """The words of the row a figure belongs to."""
    if value.row == "none":
        return "未指派" if value.report == "by-mediator" else "未委派组织"
    model = {"by-mediator": Mediator, "by-organisation": Organisation}.get(value.report)
    if model is None:
        return f"编号 {value.row}"
    return db.session.scalar(select(model.name).where(model.id == int(value.row))) or f"编号 {value.row}"


class ReportCasesView(ListScreen):
    """报表明细查询: case rows with every column a report counts by; also the rows behind a figure."""

    code = "report_cases"
    title = "报表明细查询"
    permission = Permission.CASE_VIEW
    menu_path = MENU
    url_path = "/reports/cases"
    columns = [
        Column("case_no", "诉前调解案号", kind="link", required=True, copy=True, width="l"),
        Column("inner_case_no", "案号", default=False),
        Column("kind", "类型", kind="tag", enum=CaseKind),
        Column("cause_text", "案由"),
        Column("applicants", "申请人", kind="names"),
        Column("respondents", "被申请人", kind="names"),
        Column("amount", "标的额（元）", kind="money"),
        Column("organisation", "调解组织", default=False),
        Column("mediator", "调解员"),
        Column("registered_on", "登记日期", kind="date", sortable="oldest"),
        Column("assigned_on", "指派日期", kind="date", default=False),
        Column("accepted_on", "受理日期", kind="date"),
        Column("due_on", "调解期限", kind="date", default=False),
        Column("ended_on", "结束日期", kind="date"),
        Column("days", "天数", kind="number"),
        Column("state", "状态", kind="tag", enum=CaseState),
        Column("result", "结果", kind="tag", enum=Result),
        Column("backfilled", "补录", kind="flag", default=False),
    ]
    orders = [
        Order("newest", "登记日期从新到旧", [Key(Case.registered_on, descending=True), Key(Case.id, descending=True)]),
        Order("oldest", "登记日期从旧到新", [Key(Case.registered_on), Key(Case.id)]),
    ]
    filters = [
        FigureFilter("figure", "报表指标"),
        DateRangeFilter("registered", "登记日期", Case.registered_on),
        DateRangeFilter("ended", "结束日期", Case.ended_on),
        ChoiceFilter("kind", "类型", Case.kind, choices=CaseKind, multiple=True, cast=CaseKind),
        ChoiceFilter("state", "状态", Case.state, choices=CaseState, multiple=True, cast=CaseState),
        ChoiceFilter("result", "结果", Case.result, choices=Result, multiple=True, cast=Result, more=True),
        FlagFilter("backfilled", "补录", Case.backfilled, more=True),
    ]
    empty = Empty("还没有案件。登记或补录案件后，这里列出全部明细。")
    exportable = True

    def select(self) -> Select[Any]:
        return (
            select(
                Case.id,
                Case.case_no,
                Case.inner_case_no,
                Case.kind,
                Case.cause_text,
                Case.applicants,
                Case.respondents,
                Case.amount,
                Organisation.name.label("organisation"),
                Mediator.name.label("mediator"),
                Case.registered_on,
                Case.assigned_on,
                Case.accepted_on,
                Case.due_on,
                Case.ended_on,
                (Case.ended_on - Case.accepted_on).label("days"),
                Case.state,
                Case.result,
                Case.backfilled,
            )
            .select_from(Case)
            .outerjoin(Mediator, Mediator.id == Case.mediator_id)
            .outerjoin(Organisation, Organisation.id == Case.organisation_id)
            .where(queries.counted())
        )

    def detail_url(self, row: Any) -> str:
        return f"/cases/{row.id}/"
