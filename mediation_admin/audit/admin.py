"""审计: what was done, as sentences; and whether the record is whole."""

from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, or_, select

from mediation_admin.audit.models import AuditEntry
from mediation_admin.audit.wording import change_words
from mediation_admin.core.admin import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Key,
    ListScreen,
    Order,
    TextFilter,
)
from mediation_admin.permissions import Permission, Role

MOST_CHANGES = 30
# What an entry is about → how its tag begins.
SUBJECTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "cases": ("案件与当事人", ("mediation_case:", "case:", "party:", "agent:")),
    "assignment": ("指派", ("assignment:",)),
    "rosters": ("名册", ("mediator", "organisation", "roster:", "membership:")),
    "exports": ("导出与下载", ("export:",)),
    "imports": ("导入", ("import",)),
    "accounts": ("账号与登录", ("account:", "role_grant:")),
    "courts": ("法院设置", ("court:",)),
    "notices": ("短信", ("notice:",)),
}
ROLES = Role.labels() | {"operator": "运维命令", "system": "系统", "": ""}


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


class AuditView(ListScreen):
    """The audit of the courts in scope, newest first. Nothing here can be changed."""

    code = "audit"
    title = "审计"
    permission = Permission.AUDIT_VIEW
    menu_path = ("审计",)
    menu_title = "操作记录"
    columns = [
        Column("at", "时间", kind="datetime", required=True),
        Column("actor_name", "操作人"),
        Column("role", "角色", cell=lambda row: ROLES.get(row.role, row.role)),
        Column("sentence", "做了什么", width="xl", required=True),
        Column("changes", "改动", cell=lambda row: _changes(row)),
        Column("tag", "标签", default=False),
        Column("address", "地址", default=False),
        Column("request_id", "请求编号", default=False, copy=True),
    ]
    orders = [Order("newest", "时间从新到旧", [Key(AuditEntry.id, descending=True)])]
    filters = [
        DateRangeFilter("at", "时间", AuditEntry.at, moments=True),
        TextFilter("actor", "操作人", AuditEntry.actor_name, how="exact", placeholder="姓名"),
        ChoiceFilter(
            "subject",
            "事项",
            choices=[(code, label) for code, (label, _) in SUBJECTS.items()],
            condition=lambda code: or_(*(AuditEntry.tag.startswith(start) for start in SUBJECTS[code][1])),
        ),
        TextFilter("tag", "标签", AuditEntry.tag, placeholder="如 case:", more=True),
        TextFilter("object", "对象编号", condition=lambda text: AuditEntry.object_id == _number(text), more=True),
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
            AuditEntry.object_type,
            AuditEntry.tag,
            AuditEntry.address,
            AuditEntry.request_id,
        )

    def row_label(self, row: Any) -> str:
        return row.sentence


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 19 else -1
