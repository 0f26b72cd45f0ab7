"""What other pages show of the audit: 谁看过 on a thing's page, 做过什么 on a person's."""

from typing import Any

from markupsafe import Markup

from mediation_admin.audit import queries
from mediation_admin.audit.words import role_words, stamp
from mediation_admin.core.admin import Action, Table
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor
from mediation_admin.permissions import Permission


def lookers(table: str, ident: int) -> list[Any]:
    """谁看过: people with how often and when; then each look at whole numbers with its reason."""
    session = db.session()
    seen = [
        (
            Markup('<a href="/audit/?actor={}&amp;object_type={}&amp;object={}">{}</a>').format(
                row.actor_id, table, ident, row.actor_name
            ),
            role_words(row.role),
            row.looks,
            row.reveals or "",
            stamp(row.first),
            stamp(row.last),
        )
        for row in queries.lookers(session, table, ident)
    ]
    shown = [
        (stamp(entry.at), entry.actor_name, role_words(entry.role), entry.sentence)
        for entry in queries.reveals(session, table, ident)
    ]
    return [
        Table(
            ["谁", "角色", "打开次数", "查看完整信息", "第一次", "最近一次"],
            seen,
            title="谁看过",
            numeric=(2, 3),
            empty="还没有人打开过。",
            note="同一人十分钟内反复打开算一次。在列表、查找和导出文件中出现不算打开，导出见审计。",
        ),
        Table(["时间", "谁", "角色", "看了什么，理由"], shown, title="查看完整信息", empty="没有人查看过完整信息。"),
    ]


def deeds(actor: Actor, account: Any) -> list[Any]:
    """What a person did last, for whoever reads the audit."""
    if not actor.may(Permission.AUDIT_VIEW):
        return []
    rows = [
        (stamp(entry.at), role_words(entry.role), entry.sentence) for entry in queries.deeds(db.session(), account.id)
    ]
    return [
        Table(
            ["时间", "角色", "做了什么"],
            rows,
            title="做过什么（最近 10 条）",
            empty="还没有操作记录。",
            actions=(Action("全部操作记录", f"/audit/?actor={account.id}"),),
        )
    ]
