"""审计: what was done, as sentences; and whether the record is whole."""

from typing import Any

from flask import Response, jsonify, request
from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from mediation_admin.audit import objects, queries
from mediation_admin.audit.enums import AuditKind, AuditOutcome
from mediation_admin.audit.models import AuditCheck, AuditEntry
from mediation_admin.audit.reading import search_mark
from mediation_admin.audit.wording import change_pairs, change_words
from mediation_admin.audit.words import ROLES, role_words, stamp
from mediation_admin.core.admin import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Detail,
    Empty,
    Fact,
    Facts,
    Key,
    ListScreen,
    LookupFilter,
    Notice,
    Order,
    Preset,
    SecretFilter,
    Tab,
    Table,
    TextFilter,
    current_actor,
    render_detail,
    screen_route,
)
from mediation_admin.core.db import db
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission

MOST_CHANGES = 30


def _changes(row: Any) -> Markup | str:
    found = change_words(row.changes or {}, row.object_type)
    if not found:
        return ""
    lines = Markup("").join(
        Markup('<li><span class="quiet">{}</span> {}</li>').format(label, words)
        for label, words in found[:MOST_CHANGES]
    )
    more = Markup("<li>其余 {} 项略</li>").format(len(found) - MOST_CHANGES) if len(found) > MOST_CHANGES else ""
    return Markup('<details><summary class="linklike">{} 项</summary><ul class="changes">{}{}</ul></details>').format(
        len(found), lines, more
    )


def _object(row: Any) -> Markup | str:
    """The thing an entry is about, as a link where this person may open it."""
    if row.object_id is None or not row.object_type:
        return ""
    words = f"{_type(row.object_type)} {row.object_id}"
    address = objects.address_of(current_actor(), row.object_type, row.object_id)
    return Markup('<a href="{}">{}</a>').format(address, words) if address else words


def _person_name(account_id: int) -> str | None:
    """The name somebody acted under last, as far as the reader's entries go."""
    found = queries.deeds(db.session(), account_id, limit=1)
    return found[0].actor_name if found else None


def _about(text: str) -> ColumnElement[bool]:
    """Entries about a number of the platform's own, or about what a case number or a name stands for."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return AuditEntry.object_id == int(text)
    pairs = objects.find(db.session(), text)
    tables = {table for table, _ in pairs}
    return or_(
        false(),
        *(
            and_(AuditEntry.object_type == table, AuditEntry.object_id.in_([i for t, i in pairs if t == table]))
            for table in sorted(tables)
        ),
    )


def _searched_for(text: str) -> ColumnElement[bool]:
    mark = {"search_mark": [None, search_mark(text)]}
    return and_(AuditEntry.kind == AuditKind.SEARCH, AuditEntry.changes.contains(mark))


class AuditView(ListScreen):
    """The audit of the courts in scope, newest first. Nothing here can be changed."""

    code = "audit"
    title = "审计"
    permission = Permission.AUDIT_VIEW
    menu_path = ("审计",)
    menu_title = "操作记录"
    columns = [
        Column(
            "at",
            "时间（UTC+08:00）",
            kind="datetime",
            cell=lambda row: Markup('<a href="/audit/{}/" class="rowlink">{}</a>').format(row.id, stamp(row.at)[:19]),
            required=True,
        ),
        Column("actor_name", "操作人"),
        Column("role", "角色", cell=lambda row: role_words(row.role)),
        Column("sentence", "做了什么", width="xl", required=True),
        Column("changes", "改动", cell=lambda row: _changes(row)),
        Column("outcome", "结果", kind="tag", enum=AuditOutcome),
        Column("object_id", "对象", cell=lambda row: _object(row)),
        Column("kind", "种类", kind="tag", enum=AuditKind, default=False),
        Column("object_type", "对象类型", default=False, cell=lambda row: _type(row.object_type)),
        Column("tag", "标签", default=False),
        Column("address", "地址", default=False),
        Column("request_id", "请求编号", default=False, copy=True),
    ]
    orders = [
        Order("newest", "时间从新到旧", [Key(AuditEntry.at, descending=True), Key(AuditEntry.id, descending=True)]),
        Order("oldest", "时间从旧到新", [Key(AuditEntry.at), Key(AuditEntry.id)]),
    ]
    filters = [
        DateRangeFilter("at", "时间", AuditEntry.at, moments=True),
        LookupFilter(
            "actor",
            "操作人",
            AuditEntry.actor_id,
            endpoint="/audit/people",
            describe=_person_name,
            placeholder="输入姓名查找",
        ),
        ChoiceFilter("kind", "种类", AuditEntry.kind, choices=AuditKind, cast=AuditKind, multiple=True),
        ChoiceFilter("outcome", "结果", AuditEntry.outcome, choices=AuditOutcome, cast=AuditOutcome),
        TextFilter("object", "对象", condition=_about, placeholder="案号、姓名或编号"),
        ChoiceFilter("object_type", "对象类型", AuditEntry.object_type, choices=objects.choices, more=True),
        ChoiceFilter(
            "role",
            "角色",
            AuditEntry.role,
            choices=[(code, label) for code, label in ROLES.items() if code],
            more=True,
        ),
        SecretFilter("searched", "查找过的内容", condition=_searched_for, mask=lambda text: "***", more=True),
        TextFilter("request", "请求编号", AuditEntry.request_id, how="exact", more=True),
        TextFilter("tag", "标签", AuditEntry.tag, how="prefix", placeholder="如 case:", more=True),
    ]
    presets = [
        Preset("全部"),
        Preset("查看完整信息", (("kind", "reveal"),)),
        Preset("导出与下载", (("kind", "export"),)),
        Preset("越权被拒", (("kind", "refused"),)),
        Preset("登录与账号", (("kind", "sign_in"),)),
        Preset("未成功", (("outcome", "refused"),)),
    ]
    empty = Empty("这段时间没有操作记录。")
    exportable = True

    def select(self) -> Select[Any]:
        return select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.actor_name,
            AuditEntry.role,
            AuditEntry.sentence,
            AuditEntry.changes,
            AuditEntry.outcome,
            AuditEntry.kind,
            AuditEntry.object_type,
            AuditEntry.object_id,
            AuditEntry.tag,
            AuditEntry.address,
            AuditEntry.request_id,
        )

    def detail_url(self, row: Any) -> str:
        return self.url_for("detail", ident=row.id)

    def row_label(self, row: Any) -> str:
        return row.sentence

    def row_class(self, row: Any) -> str:
        return "muted" if row.kind is AuditKind.KEEPING else ""

    def above(self) -> Any:
        return Markup(check_notice(queries.last_check(db.session())).html())  # noqa: S704 - a piece's own HTML

    @screen_route("/people")
    def people(self) -> Response:
        """People by name, for the filter."""
        found = objects.people(db.session(), request.args.get("q", ""))
        return jsonify([{"value": ident, "label": name, "note": note} for ident, name, note in found])

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> str:
        """One entry with everything it holds, old beside new, and its place in the chain."""
        entry = fetch(db.session(), AuditEntry, ident)
        return render_detail(
            self,
            Detail(
                title=f"操作记录 {entry.id}",
                state=entry.outcome,
                subtitle=entry.sentence,
                facts=[
                    Fact("时间", stamp(entry.at)),
                    Fact("操作人", _person_link(entry)),
                    Fact("角色", role_words(entry.role)),
                    Fact("种类", entry.kind),
                ],
                tabs=[Tab("main", "内容", lambda: [_values(entry), _origin(entry), _place(entry)])],
            ),
            here=self.url_for("detail", ident=ident),
            crumbs=[(f"操作记录 {entry.id}", None)],
        )


def _type(table: str) -> str:
    return objects.LABELS.get(table, table)


def _person_link(entry: AuditEntry) -> Any:
    if entry.actor_id is None:
        return entry.actor_name
    return Markup('<a href="/audit/?actor={}">{}</a>').format(entry.actor_id, entry.actor_name)


def _values(entry: AuditEntry) -> Table:
    rows = change_pairs(entry.changes or {}, entry.object_type)
    return Table(["项目", "原来", "现在"], rows, title="改动", empty="这条记录没有改动内容。")


def _origin(entry: AuditEntry) -> Facts:
    return Facts(
        [
            Fact("对象", _object(entry)),
            Fact("标签", entry.tag),
            Fact("地址", entry.address),
            Fact("请求编号", entry.request_id, copy=True, hint="同一次请求产生的记录编号相同"),
        ],
        title="来源",
    )


def _place(entry: AuditEntry) -> Facts:
    link = queries.day_of(db.session(), entry.id)
    if link is None:
        return Facts([Fact("封存", "等待封存（每分钟一次）")], title="链条")
    return Facts(
        [
            Fact("所在日", str(link.day)),
            Fact("封存时间", stamp(link.sealed_at)),
            Fact("链值", bytes(link.hash).hex(), copy=True, wide=True),
            Fact("当日链头", bytes(link.head).hex() if link.head else "当日尚未结束", wide=True),
        ],
        title="链条",
    )


def check_notice(found: AuditCheck | None) -> Notice:
    """What the last verification says, loudly where the record is not whole."""
    if found is None:
        return Notice("审计尚未核验过，每天凌晨自动核验。", tone="info")
    if found.problem:
        which = f"记录 {found.broken_entry_id}：" if found.broken_entry_id else ""
        return Notice(
            f"审计核验发现问题（{stamp(found.checked_at)}）——{which}{found.problem}。"
            "请立即保全数据库和归档，并告知安全管理员。",
            tone="bad",
            link=("查看该条", f"/audit/{found.broken_entry_id}/") if found.broken_entry_id else None,
        )
    scope = f"自 {found.since} 起" if found.since else "整条链"
    return Notice(
        f"审计完整：{stamp(found.checked_at)} 核验{scope} {found.checked:,} 条，没有改动、缺失或插入。", tone="good"
    )
