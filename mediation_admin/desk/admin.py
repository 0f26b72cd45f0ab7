"""首页、待办、全局查找."""

from typing import Any

from flask import current_app, redirect, request, url_for
from markupsafe import Markup

from mediation_admin.approvals.queries import count_to_decide
from mediation_admin.audit import queries as audit_queries
from mediation_admin.audit.admin import check_notice
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
    looks,
    screen_route,
    toast,
    tokens,
)
from mediation_admin.core.admin.filters import SEALED
from mediation_admin.core.crypto import mask_numbers
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor
from mediation_admin.desk import finding, queries
from mediation_admin.permissions import Permission


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
        if _audit_rows(actor):
            pieces.append(check_notice(audit_queries.last_check(db.session())))
        if actor.may(Permission.CASE_VIEW):
            pieces.append(_stats())
        if actor.may(Permission.SUPPORT_HELP):
            pieces.append(_support_stats())
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


def _support_stats() -> Stats:
    return Stats(
        [
            Stat(
                one.label,
                queries.words(one.count),
                note=one.help,
                url=one.url if one.count else None,
                tone=one.tone if one.count else "plain",
            )
            for one in queries.support_waiting(db.session())
        ]
    )


# What people come for, in the order of the menu: permission, words, what it is good for, endpoint, icon.
STEPS = (
    (Permission.CASE_CREATE, "新增案件", "登记一件诉前委派、立案或互联网调解案件", "cases.new", "plus"),
    (Permission.CASE_ASSIGN, "指派案件", "待指派的案件，逐件或批量指派", "assignment.index", "users"),
    (Permission.CASE_BACKFILL, "导入历史案件", "上传台账，系统识别表头、预检后再写入", "backfill.index", "upload"),
    (Permission.ROSTER_IMPORT, "导入调解员名册", "上传名册，自动对应各列", "roster_import.index", "upload"),
    (Permission.REPORT_VIEW, "查看统计报表", "按调解员、按调解组织，任意期间", "reports.index", "chart"),
    (Permission.EXPORT_REQUEST, "下载中心", "已申请的导出文件", "exports.index", "download"),
    (Permission.APPROVAL_VIEW, "审批", "须两人办理的事：待我审批的、我提交的", "approvals.index", "check-square"),
    (
        Permission.SUPPORT_HELP,
        "找回账号",
        "查看账号状态，解锁、结束登录、发送重置链接",
        "support_accounts.index",
        "search",
    ),
    (
        Permission.IDENTITY_REVIEW,
        "实名审核",
        "核对证件照片，2 个工作小时内答复",
        "identity_reviews.index",
        "check-square",
    ),
    (Permission.VIDEO_APPROVE, "多路视频审批", "法院提交的多路视频申请", "video_requests.index", "users"),
    (Permission.HANDOFF_OVERSEE, "移送台账", "各法院停住的移送，重试或放弃", "all_hand_offs.index", "link"),
    (Permission.AUDIT_VIEW, "查看审计", "谁在何时做了什么", "audit.index", "shield"),
    (Access.SIGNED_IN, "我的账号", "密码、登录设备和显示设置", "my_account.index", "user"),
)


def _next_steps(actor: Actor) -> list[tuple[str, str, str, str]]:
    """Label, words, address and icon of the steps this person can take."""
    steps = list(STEPS)
    users = "users.index" if actor.court_id is None else "court_users.index"
    steps.insert(6, (Permission.ACCOUNT_VIEW, "用户", "账号的状态、角色和重置链接", users, "users"))
    known = current_app.view_functions
    return [
        (label, words, url_for(endpoint), icon)
        for permission, label, words, endpoint, icon in steps
        if endpoint in known and allowed(actor, permission)
    ]


TO_DECIDE = "/approvals/?whose=to_decide"


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
        rows = _audit_rows(current_actor())
        rows += [
            (Markup('<a href="{}">{}</a>').format(one.url, one.label), queries.words(found[one.key]), one.help)
            for one in queries.waiting(today)
            if found.get(one.key)
        ]
        to_decide = count_to_decide(db.session(), current_actor())
        if to_decide:
            link = Markup('<a href="{}">待我审批</a>').format(TO_DECIDE)
            rows.insert(len(_audit_rows(current_actor())), (link, f"{to_decide:,}", "授予管理员角色、导出完整号码等须两人办理的申请"))
            rows.insert(0, (link, f"{to_decide:,}", "授予管理员角色、导出完整号码等须两人办理的申请"))
        if current_actor().may(Permission.SUPPORT_HELP):
            rows += [
                (Markup('<a href="{}">{}</a>').format(one.url, one.label), queries.words(one.count), one.help)
                for one in queries.support_waiting(db.session())
                if one.count
            ]
        if not rows:
            onwards = (Action("查看全部案件", "/cases/"),) if may_see else (Action("返回首页", "/"),)
            empty = Empty("没有待办事项。", onwards, icon="check-square")
            return self.render("shared/page.html", pieces=[Card(empty.html())])
        return self.render("shared/page.html", pieces=[Table(["事项", "件数", "说明"], rows, numeric=(1,))])


def todo_count(actor: Actor) -> int:
    """The figure beside 待办: what somebody has to do, capped: cases of the court, what waits for the support desk, and
    requests to decide."""
    cases = queries.pressing(db.session(), clock.today()) if actor.may(Permission.CASE_VIEW) else 0
    # Of the desk's figures the first, the late ones, is among the second.
    helps = actor.may(Permission.SUPPORT_HELP)
    desk = sum(one.count for one in queries.support_waiting(db.session())[1:]) if helps else 0
    return cases + desk + count_to_decide(db.session(), actor) + len(_audit_rows(actor))


def _audit_rows(actor: Actor) -> list[tuple[Any, str, str]]:
    """A broken audit is the first thing whoever reads it has to see to."""
    found = audit_queries.last_check(db.session()) if actor.may(Permission.AUDIT_VIEW) else None
    if found is None or not found.problem:
        return []
    return [(Markup('<a href="/audit/">审计核验发现问题</a>'), "1", f"{found.problem}。请立即保全数据库和归档。")]


class SearchView(Screen):
    """The one box in the header: cases, mediators and organisations, saying what matched."""

    code = "search"
    title = "查找"
    permission = Permission.ROSTER_VIEW
    menu_path = None

    @screen_route("/", methods=("GET", "POST"), permission=Permission.ROSTER_VIEW)
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
        groups = finding.search(current_actor(), text)
        # What the lists looked for, said once for all of them.
        found_how = dict.fromkeys(group.words for group in groups if group.rows)
        looks.tell(looks.Look("全局查找", words="、".join(found_how) or "没有找到", text=text))
        found = [(group, row) for group in groups for row in group.rows]
        if len(found) == 1:
            # The only one there is: no need to look at a list of one.
            group, row = found[0]
            toast(f"{group.words}，只有这一条。")
            return redirect(row.url, 303)
        return self.render("backoffice/desk/search.html", title="查找结果", text=mask_numbers(text), groups=groups)
