"""用户 (the platform's people) and 本院用户 (a court's own, to read): list, a person's page, new person, roles."""

from typing import Any

from flask import Response, abort, jsonify, redirect, request, url_for
from markupsafe import Markup
from sqlalchemy import ColumnElement, Select

from mediation_admin.accounts import operations, queries
from mediation_admin.accounts.enums import AccountState
from mediation_admin.accounts.forms import GrantForm, NewUserForm
from mediation_admin.accounts.models import Account
from mediation_admin.core.admin import (
    Action,
    Card,
    ChoiceFilter,
    Column,
    Detail,
    Empty,
    Fact,
    Facts,
    FormPage,
    Key,
    ListScreen,
    LookupFilter,
    Match,
    Notice,
    Order,
    Tab,
    Table,
    copy_button,
    current_actor,
    render_detail,
    render_form,
    screen_route,
    toast,
)
from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.crypto import mask_phone, normalise_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import fetch
from mediation_admin.courts.queries import search_courts
from mediation_admin.permissions import Permission, Role


def _roles(row: Any) -> str:
    words = []
    for one in row.roles or ():
        role, _, court = one.partition("|")
        words.append(Role(role).label + (f"（{court}）" if court else ""))
    return "、".join(words)


def _court_label(court_id: Any) -> str | None:
    return queries.court_name(db.session(), int(court_id))


COLUMNS = [
    Column("name", "姓名", kind="link", required=True, width="s"),
    Column("phone", "手机号", kind="masked", mask=mask_phone, width="m"),
    Column("roles", "角色", cell=_roles, width="xl"),
    Column("state", "状态", kind="tag", enum=AccountState),
    Column("last_signed_in_at", "最近登录", kind="datetime", sortable="-seen"),
    Column("created_at", "建立时间", kind="datetime", default=False),
]


class _People(ListScreen):
    """What both lists of people share."""

    abstract = True
    permission = Permission.ACCOUNT_VIEW
    columns = COLUMNS
    orders = [
        Order("newest", "新增的在前", [Key(Account.id, descending=True)]),
        Order(
            "-seen",
            "最近登录的在前",
            [Key(Account.last_signed_in_at, descending=True, nullable=True), Key(Account.id, descending=True)],
        ),
    ]
    filters = [
        ChoiceFilter(
            "state", "状态", choices=AccountState, condition=lambda value: queries.state() == value, cast=AccountState
        ),
        ChoiceFilter("role", "角色", choices=Role, condition=lambda value: queries.holds(role=value), cast=Role),
    ]
    search_label = "姓名或完整手机号"
    # Whether this list is for whoever works for the platform, or for a court.
    of_platform: bool = False

    def is_accessible(self) -> bool:
        actor = current_actor()
        return super().is_accessible() and actor is not None and (actor.court_id is None) == self.of_platform

    def _handle_view(self, name: str, **arguments: Any) -> Any:
        answer = super()._handle_view(name, **arguments)
        if answer is None and not self.is_accessible():
            abort(404)
        return answer

    def select(self) -> Select[Any]:
        return queries.accounts_shown()

    def search(self, text: str) -> Match:
        if normalise_phone(text).isdigit():
            return Match(queries.has_phone(text), "按手机号查找")
        return Match(queries.name_starts(text), "按姓名查找")

    def detail_url(self, row: Any) -> str:
        return self.url_for("detail", ident=row.id)

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> str:
        """A person's page."""
        return self._show(fetch(db.session(), Account, ident))

    def _show(self, account: Account, link: Card | None = None) -> str:
        state = queries.state_of(account)
        return render_detail(
            self,
            Detail(
                title=account.name,
                state=state,
                facts=[
                    Fact("手机号（登录名）", account.phone_masked),
                    Fact("最近登录", moment_text(account.last_signed_in_at) or "从未登录"),
                    Fact("建立时间", moment_text(account.created_at)),
                ],
                actions=self._account_actions(account, state),
                notices=[*_notices(account, state), *([link] if link else [])],
                tabs=[
                    Tab("roles", "角色", lambda: [self._grants(account)]),
                    Tab("state", "账号", lambda: [_account_facts(account)]),
                ],
                row=account,
            ),
            here=self.url_for("detail", ident=account.id),
            crumbs=[(account.name, None)],
        )

    def _account_actions(self, account: Account, state: AccountState) -> list[Action]:
        return []

    def _grant_action(self, grant: Any) -> Any:
        return ""

    def _grants(self, account: Account) -> Table:
        rows = [
            (
                grant.role.label,
                grant.court_name or "平台",
                moment_text(grant.granted_at),
                grant.granted_by or "平台",
                moment_text(grant.revoked_at) or "在用",
                self._grant_action(grant) if grant.revoked_at is None else "",
            )
            for grant in queries.grants_shown(db.session(), account.id)
        ]
        return Table(
            ("角色", "法院", "授予时间", "授予人", "收回时间", "操作"), rows, title="角色", empty="还没有角色。"
        )


def _notices(account: Account, state: AccountState) -> list[Notice]:
    if state is AccountState.LOCKED:
        return [Notice(f"连续输错密码，锁定至 {moment_text(account.locked_until)}，到时自动解除。", tone="warn")]
    if state is AccountState.DISABLED:
        return [Notice("账号已停用：不能登录，原有登录已全部结束。", tone="warn")]
    if state is AccountState.INVITED:
        return [Notice("还没有设置密码：请把邀请链接交给本人，由本人设置。", tone="info")]
    return []


def _account_facts(account: Account) -> Facts:
    return Facts(
        [
            Fact("密码修改时间", moment_text(account.password_changed_at)),
            Fact("下次登录须改密码", "是" if account.must_change_password else "否"),
            Fact("连续登录失败", f"{account.failed_count} 次"),
            Fact("停用时间", moment_text(account.disabled_at)),
        ],
        title="账号",
    )


class CourtUsersView(_People):
    """本院用户: who works in one's own court. Read-only for now; the fence leaves out every other court."""

    code = "court_users"
    title = "本院用户"
    menu_path = ("本院管理",)
    empty = Empty("本院还没有用户。用户由系统管理员新增。")

    def conditions(self, values: dict[str, Any]) -> list[ColumnElement[bool]]:
        # The fence also lets through who has left, so that old records keep their names.
        return [*super().conditions(values), queries.holds()]


class UsersView(_People):
    """用户: every person of the platform, without any of their cases."""

    code = "users"
    title = "用户"
    menu_path = ("系统管理",)
    of_platform = True
    empty = Empty("没有符合条件的用户。")
    filters = [
        *_People.filters,
        LookupFilter(
            "court",
            "法院",
            condition=lambda value: queries.holds(court_id=int(value)),
            endpoint="/users/courts",
            describe=_court_label,
        ),
    ]

    def actions(self) -> list[Action]:
        if not current_actor().may(Permission.ACCOUNT_INVITE):
            return []
        return [Action("新增用户", self.url_for("new"), primary=True, icon="plus", shortcut="n")]

    @screen_route("/courts")
    def courts(self) -> Response:
        """Courts by name, code or initials, for the fields that pick one."""
        found = search_courts(db.session(), request.args.get("q", ""))
        return jsonify([{"value": one.id, "label": one.name, "note": one.code} for one in found])

    @screen_route("/new", methods=("GET", "POST"), permission=Permission.ACCOUNT_INVITE)
    def new(self) -> Any:
        """A new person with a role; ends on the person's page with the invitation to hand over."""
        form = self._picking_courts(NewUserForm())
        if form.validate_on_submit():
            try:
                account = operations.create_account(
                    actor=current_actor(),
                    name=form.name.data,
                    phone=form.phone.data,
                    roles=[(form.role.data, form.court_id.data)],
                )
                token = operations.create_invitation(actor=current_actor(), account_id=account.id)
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(self._with_way_out(broken, form))
            else:
                db.session.commit()
                return self._show(account, _invitation(token))
        return render_form(self, FormPage("新增用户", form, submit="新增并生成邀请链接"))

    def _with_way_out(self, broken: RuleBroken, form: NewUserForm) -> RuleBroken:
        held = queries.account_of_phone(db.session(), form.phone.data) if broken.field == "phone" else None
        if held is not None:
            broken.repair = self.url_for("grant", ident=held.id)
        return broken

    @screen_route("/<int:ident>/invitation", methods=("POST",), permission=Permission.ACCOUNT_INVITE)
    def invite(self, ident: int) -> str:
        """A new invitation; the earlier link stops working."""
        account = fetch(db.session(), Account, ident)
        token = operations.create_invitation(actor=current_actor(), account_id=account.id)
        db.session.commit()
        return self._show(account, _invitation(token))

    @screen_route("/<int:ident>/roles/new", methods=("GET", "POST"), permission=Permission.ACCOUNT_INVITE)
    def grant(self, ident: int) -> Any:
        """One more role for a person."""
        account = fetch(db.session(), Account, ident)
        form = self._picking_courts(GrantForm())
        if form.validate_on_submit():
            try:
                operations.grant_role(
                    actor=current_actor(), account=account, role=form.role.data, court_id=form.court_id.data
                )
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                db.session.commit()
                toast(f"已授予{account.name}“{form.role.data.label}”角色，下次登录或切换角色时可用。")
                return redirect(self.url_for("detail", ident=ident), 303)
        crumbs = [(account.name, self.url_for("detail", ident=ident))]
        return render_form(
            self, FormPage("增加角色", form, back=self.url_for("detail", ident=ident), submit="授予"), crumbs=crumbs
        )

    @screen_route("/roles/<int:grant_id>/revoke", methods=("POST",), permission=Permission.ACCOUNT_INVITE)
    def revoke(self, grant_id: int) -> Response:
        """Take a role back, at once."""
        grant = operations.revoke_role(actor=current_actor(), grant_id=grant_id)
        db.session.commit()
        toast(f"已收回“{grant.role.label}”角色，立即生效。")
        return redirect(self.url_for("detail", ident=grant.account_id), 303)

    @screen_route("/<int:ident>/disable", methods=("POST",), permission=Permission.ACCOUNT_INVITE)
    def disable(self, ident: int) -> Response:
        """Switch an account off."""
        account = operations.disable_account(actor=current_actor(), account_id=ident)
        db.session.commit()
        toast(f"已停用{account.name}的账号，所有登录已结束。", undo=self.url_for("enable", ident=ident))
        return redirect(self.url_for("detail", ident=ident), 303)

    @screen_route("/<int:ident>/enable", methods=("POST",), permission=Permission.ACCOUNT_INVITE)
    def enable(self, ident: int) -> Response:
        """Switch an account on again."""
        account = operations.enable_account(actor=current_actor(), account_id=ident)
        db.session.commit()
        toast(f"已启用{account.name}的账号。")
        return redirect(self.url_for("detail", ident=ident), 303)

    def _picking_courts(self, form: Any) -> Any:
        form.court_id.endpoint = self.url_for("courts")
        form.court_id.describe = _court_label
        return form

    def _account_actions(self, account: Account, state: AccountState) -> list[Action]:
        actor = current_actor()
        if not actor.may(Permission.ACCOUNT_INVITE):
            return []
        ident = account.id
        made = [Action("增加角色", self.url_for("grant", ident=ident), primary=True)]
        if state is AccountState.INVITED:
            made.append(Action("重新生成邀请链接", self.url_for("invite", ident=ident), method="post"))
        if state is AccountState.DISABLED:
            made.append(Action("启用", self.url_for("enable", ident=ident), method="post"))
        else:
            own = "不能停用自己的账号，请由另一位管理员办理。" if ident == actor.account_id else None
            made.append(Action("停用", self.url_for("disable", ident=ident), method="post", danger=True, refused=own))
        return made

    def _grant_action(self, grant: Any) -> Any:
        actor = current_actor()
        if not actor.may(Permission.ACCOUNT_INVITE) or grant.account_id == actor.account_id:
            return ""
        return Action(
            "收回",
            self.url_for("revoke", grant_id=grant.id),
            method="post",
            confirm=f"将立即收回“{grant.role.label}”角色。需要时可以再次授予。",
        ).html("btn btn-s")


def _invitation(token: str) -> Card:
    address = url_for("sign_in.link", token=token, _external=True)
    return Card(
        Markup(
            "<p>请把下面的链接交给本人，由本人设置密码。链接 2 天内有效，只能使用一次；离开本页后不再显示。</p>"
            '<p><strong class="num">{}</strong>{}</p>'
        ).format(address, copy_button(address, "邀请链接")),
        title="邀请链接",
        anchor="invitation",
    )
