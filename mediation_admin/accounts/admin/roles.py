"""角色一览 (who holds which role) and 权限矩阵 (what each role may do), both made of what is really there."""

from typing import Any

from flask import abort, url_for
from markupsafe import Markup
from sqlalchemy import Select

from mediation_admin.accounts import staffing
from mediation_admin.accounts.admin.people import period_words
from mediation_admin.accounts.enums import GrantState, Post
from mediation_admin.accounts.models import Account, CourtMember, RoleGrant
from mediation_admin.core.admin import (
    Action,
    ChoiceFilter,
    Column,
    Empty,
    Key,
    ListScreen,
    Match,
    Order,
    Preset,
    Screen,
    Table,
    current_actor,
    screen_route,
)
from mediation_admin.core.db import db
from mediation_admin.permissions import ADMINISTRATOR_ROLES, COURT_ROLES, EXCLUSIVE_ROLES, MATRIX, Permission, Role


class RoleHoldersView(ListScreen):
    """角色一览: people × roles. A court sees its own; the platform's people see all."""

    code = "court_roles"
    title = "角色一览"
    permission = Permission.ROLE_VIEW
    menu_path = ("本院管理",)
    of_platform = False
    people = "court_users"
    columns = [
        Column("name", "姓名", kind="link", required=True, width="m", sortable="name"),
        Column("role", "角色", cell=lambda row: _role(row), required=True, width="m"),
        Column("department", "部门或所属法庭", width="m"),
        Column("post", "职务", cell=lambda row: row.post.label if row.post else ""),
        Column("state", "状态", kind="tag", enum=GrantState),
        Column("period", "期限", cell=period_words),
        Column("granted_at", "授予时间", kind="datetime"),
        Column("granted_by", "授予人", cell=lambda row: row.granted_by or "平台", width="s"),
        Column("revoked_at", "收回时间", kind="datetime", default=False),
        Column("valid_from", "开始时间", kind="datetime", default=False),
        Column("valid_until", "结束时间", kind="datetime", default=False),
        Column("stands_in_for", "代理", default=False),
    ]
    orders = [
        Order("newest", "授予时间从新到旧", [Key(RoleGrant.id, descending=True)]),
        Order("name", "姓名拼音", [Key(Account.name_pinyin), Key(RoleGrant.id)]),
    ]
    filters = [
        ChoiceFilter("role", "角色", RoleGrant.role, choices=Role, multiple=True, cast=Role),
        ChoiceFilter(
            "state",
            "状态",
            choices=GrantState,
            condition=lambda value: staffing.grant_state() == value,
            cast=GrantState,
        ),
        ChoiceFilter("post", "职务", CourtMember.post, choices=Post, cast=Post),
    ]
    presets = [
        Preset("在用", (("state", GrantState.IN_FORCE.value),)),
        Preset("管理员", tuple(("role", role.value) for role in ADMINISTRATOR_ROLES)),
        Preset("未到开始日期", (("state", GrantState.TO_COME.value),)),
    ]
    search_label = "姓名或拼音首字母"
    empty = Empty("没有符合条件的角色。角色在用户页面授予。")
    exportable = True

    def is_accessible(self) -> bool:
        actor = current_actor()
        return super().is_accessible() and actor is not None and (actor.court_id is None) == self.of_platform

    def _handle_view(self, name: str, **arguments: Any) -> Any:
        answer = super()._handle_view(name, **arguments)
        if answer is None and not self.is_accessible():
            abort(404)
        return answer

    def select(self) -> Select[Any]:
        made = staffing.grants_listed()
        court_id = current_actor().court_id
        return made if court_id is None else made.where(staffing.of_court(court_id))

    def search(self, text: str) -> Match:
        return Match(staffing.named_like(text), "按姓名查找")

    def detail_url(self, row: Any) -> str:
        return url_for(f"{self.people}.detail", ident=row.account_id)

    def row_class(self, row: Any) -> str:
        return "" if row.state == GrantState.IN_FORCE.value else "muted"

    def actions(self) -> list[Action]:
        return [Action("权限矩阵", "/permissions/", icon="shield")]


class PlatformRoleHoldersView(RoleHoldersView):
    """The same over the whole platform."""

    code = "roles"
    menu_path = ("系统管理",)
    of_platform = True
    people = "users"
    # Whoever works for the platform exports nothing of the courts.
    exportable = False
    columns = [
        *RoleHoldersView.columns[:2],
        Column("court", "法院", cell=lambda row: row.court or "平台", width="l"),
        *RoleHoldersView.columns[4:],
    ]


def _role(row: Any) -> str:
    return Role(row.role).label + (f"（代 {row.stands_in_for}）" if row.stands_in_for else "")


class PermissionsView(Screen):
    """权限矩阵: rows are permissions, columns are roles, made of permissions.py."""

    code = "permissions"
    title = "权限矩阵"
    permission = Permission.ROLE_VIEW
    menu_path = None

    @screen_route("/")
    def index(self) -> Any:
        """The whole matrix, and who may give which role."""
        back = "/court-roles/" if current_actor().court_id is not None else "/roles/"
        return self.render(
            "shared/page.html",
            pieces=[_matrix(), _giving()],
            crumbs=[("角色一览", back), ("权限矩阵", None)],
        )


_YES = Markup('<span class="tag tag-good" title="有此权限">有</span>')


def _matrix() -> Table:
    rows = [
        (
            Markup('{}<br><small class="quiet">{}</small>').format(permission.label, permission.value),
            *(_YES if permission in MATRIX[role] else "" for role in Role),
        )
        for permission in Permission
    ]
    held = staffing.holders(db.session())
    total = ("在用人数", *(held.get(role, 0) for role in Role))
    note = "本页由程序直接列出，与实际执行的权限一致。系统管理员、安全管理员、审计管理员不能由同一人担任。"
    return Table(("权限", *(role.label for role in Role)), rows, title="权限 × 角色", total=total, note=note)


def _giving() -> Table:
    def how(role: Role) -> tuple[str, str]:
        if role in EXCLUSIVE_ROLES or role not in COURT_ROLES:
            return "系统管理员提出", "安全管理员批准"
        if role in ADMINISTRATOR_ROLES:
            return "本院法院管理员或系统管理员提出", "本院另一位法院管理员或安全管理员批准"
        return "本院法院管理员", "不需要审批；由系统管理员提出的，安全管理员批准"

    rows = [(role.label, "法院" if role in COURT_ROLES else "平台", *how(role)) for role in Role]
    note = "空平台的初始化链接和运维人员在服务器上的命令除外；两者都记入审计。"
    return Table(("角色", "范围", "谁授予", "审批"), rows, title="角色怎样授予", note=note)
