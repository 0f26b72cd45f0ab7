"""首页、待办、全局查找."""

from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup

from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Access,
    Action,
    Card,
    Empty,
    Screen,
    Stat,
    Stats,
    Table,
    allowed,
    banner,
    current_actor,
    list_screen,
    screen_route,
    tokens,
)
from mediation_admin.core.admin.filters import SEALED
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor
from mediation_admin.desk import queries
from mediation_admin.permissions import Permission

# The lists the one search box looks into, in this order: code, what its rows are called.
SEARCHED = (("cases", "案件"), ("mediators", "调解员"), ("organisations", "调解组织"))
SHOWN = 8


class HomeView(Screen):
    """The first page: what is urgent, each figure opening its rows, and the usual next steps."""

    code = "home"
    title = "首页"
    permission = Access.SIGNED_IN
    menu_path = ()
    url_path = "/"
    icon = "home"

    @screen_route("/")
    def index(self) -> Any:
        actor = current_actor()
        pieces: list[Any] = []
        if actor.may(Permission.CASE_VIEW):
            pieces.append(_stats())
        steps = _next_steps(actor)
        return self.render(
            "backoffice/desk/home.html",
            title="首页",
            pieces=pieces,
            steps=steps,
            greeting=f"{actor.name}，{clock.today():%Y年%m月%d日}",
        )


def _stats() -> Stats:
    today = clock.today()
    found = queries.counts(db.session(), today)
    return Stats(
        [
            Stat(
                one.label,
                queries.words(found[one.key]),
                note=one.help,
                url=one.url if found[one.key] else None,
                tone=one.tone if found[one.key] else "plain",
            )
            for one in queries.waiting(today)
        ]
    )


def _next_steps(actor: Actor) -> list[tuple[str, str, str, str]]:
    offered = [
        (Permission.CASE_CREATE, "新增案件", "登记一件诉前委派、立案或互联网调解案件", "/cases/new", "plus"),
        (Permission.CASE_BACKFILL, "导入历史案件", "上传台账，系统识别表头、预检后再写入", "/backfill/", "upload"),
        (Permission.ROSTER_IMPORT, "导入调解员名册", "上传名册，自动对应各列", "/rosters/import/", "users"),
        (Permission.REPORT_VIEW, "查看统计报表", "按调解员、按调解组织，任意期间", "/reports/", "chart"),
        (Permission.EXPORT_REQUEST, "下载中心", "已申请的导出文件", "/exports/", "download"),
        (Permission.ACCOUNT_INVITE, "新增用户", "为法院开设第一个管理员账号", "/users/", "users"),
        (Permission.AUDIT_VIEW, "查看审计", "谁在何时做了什么", "/audit/", "shield"),
    ]
    return [(label, words, url, icon) for permission, label, words, url, icon in offered if actor.may(permission)]


class TodoView(Screen):
    """待办: the figures of the first page as a list, most urgent first."""

    code = "todo"
    title = "待办"
    permission = Access.SIGNED_IN
    menu_path = None

    @screen_route("/")
    def index(self) -> Any:
        today = clock.today()
        may_see = current_actor().may(Permission.CASE_VIEW)
        found = queries.counts(db.session(), today) if may_see else {}
        rows = [
            (Markup('<a href="{}">{}</a>').format(one.url, one.label), queries.words(found[one.key]), one.help)
            for one in queries.waiting(today)
            if found.get(one.key)
        ]
        if not rows:
            onwards = (Action("查看全部案件", "/cases/"),) if may_see else (Action("返回首页", "/"),)
            empty = Empty("没有待办事项。", onwards, icon="check-square")
            return self.render("shared/page.html", pieces=[Card(empty.html())])
        return self.render("shared/page.html", pieces=[Table(["事项", "件数", "说明"], rows, numeric=(1,))])


def todo_count(actor: Actor) -> int:
    """The figure beside 待办: what is overdue or unassigned, capped."""
    if not actor.may(Permission.CASE_VIEW):
        return 0
    found = queries.counts(db.session(), clock.today())
    return found["overdue"] + found["unanswered"] + found["to_assign"] + found["due_soon"]


class SearchView(Screen):
    """The one box in the header: cases, mediators and organisations, saying what matched."""

    code = "search"
    title = "查找"
    permission = Access.SIGNED_IN
    menu_path = None

    @screen_route("/", methods=("GET", "POST"), permission=Access.SIGNED_IN)
    def index(self) -> Any:
        if request.method == "POST":
            text = request.form.get("q", "").strip()[:200]
            if not text:
                banner("请输入案号、姓名、手机号或证件号。", tone="warn")
                return redirect("/", 303)
            # What was typed may be a phone or an identity number, so the address holds it sealed.
            return redirect(url_for("search.index", q=SEALED + tokens.seal("q", text)), 303)
        text = (request.args.get("q") or "").strip()
        if text.startswith(SEALED):
            try:
                text = tokens.unseal("q", text[len(SEALED) :])
            except tokens.BadToken:
                text = ""
        if not text:
            return redirect("/", 303)
        return self.render("backoffice/desk/search.html", title="查找结果", text=text, groups=_groups(text))


def _groups(text: str) -> list[dict[str, Any]]:
    groups = []
    for code, noun in SEARCHED:
        screen = list_screen(code)
        if not allowed(current_actor(), screen.permission):
            continue
        try:
            match = screen.search(text)
        except RuleBroken as broken:
            groups.append({"noun": noun, "words": broken.message, "rows": [], "more": None})
            continue
        found = db.session.execute(screen.select().where(match.condition).limit(SHOWN + 1)).all()
        more = f"{screen.home_url()}?q={SEALED}{tokens.seal('q', text)}" if len(found) > SHOWN else None
        rows = [(screen.row_label(row), screen.detail_url(row), _note(row)) for row in found[:SHOWN]]
        groups.append({"noun": noun, "words": match.words, "rows": rows, "more": more})
    return groups


def _note(row: Any) -> str:
    parts = [getattr(row, key, None) for key in ("applicants", "respondents", "cause_text", "work_unit")]
    state = getattr(row, "state", None)
    return " · ".join([part for part in parts if part] + ([state.label] if state is not None else []))
