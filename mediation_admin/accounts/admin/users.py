"""用户: the people of the platform, for whoever works for it. Makes accounts and proposes roles; decides none."""

from typing import Any

from flask import Response, abort, jsonify, redirect, request
from sqlalchemy import Select

from mediation_admin.accounts import operations, queries, staffing
from mediation_admin.accounts.admin.people import (
    People,
    PhoneRevealed,
    account_facts,
    account_notices,
    attempt,
    grants_table,
)
from mediation_admin.accounts.enums import AccountState
from mediation_admin.accounts.models import Account
from mediation_admin.accounts.people_forms import GrantForm, NewUserForm
from mediation_admin.approvals.models import Approval
from mediation_admin.core.admin import (
    Action,
    Column,
    Detail,
    Empty,
    Fact,
    FormPage,
    LookupFilter,
    Tab,
    banner,
    current_actor,
    render_detail,
    render_form,
    screen_route,
    toast,
)
from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.crypto import mask_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import fetch
from mediation_admin.courts.queries import search_courts
from mediation_admin.permissions import Permission, Role


def role_words(row: Any) -> str:
    """法官（宛城法院）、平台客服."""
    words = []
    for one in row.roles or ():
        role, _, court = one.partition("|")
        words.append(Role(role).label + (f"（{court}）" if court else ""))
    return "、".join(words)


def court_label(court_id: Any) -> str | None:
    """The name of a court, for the fields that pick one."""
    return queries.court_name(db.session(), int(court_id))


class UsersView(PhoneRevealed, People):
    """用户: every person of the platform, without any of their cases."""

    code = "users"
    title = "用户"
    menu_path = ("系统管理",)
    empty = Empty("没有符合条件的用户。")
    columns = [
        Column("name", "姓名", kind="link", required=True, width="s", sortable="name"),
        Column("phone", "手机号", kind="masked", mask=mask_phone, width="m"),
        Column("roles", "角色", cell=role_words, width="xl"),
        Column("state", "状态", kind="tag", enum=AccountState),
        Column("last_signed_in_at", "最近登录", kind="datetime", sortable="-seen"),
        Column("created_at", "建立时间", kind="datetime", default=False),
    ]
    filters = [
        *People.filters,
        LookupFilter(
            "court",
            "法院",
            condition=lambda value: queries.holds(court_id=int(value)),
            endpoint="/users/courts",
            describe=court_label,
        ),
    ]

    def is_accessible(self) -> bool:
        actor = current_actor()
        return super().is_accessible() and actor is not None and actor.court_id is None

    def _handle_view(self, name: str, **arguments: Any) -> Any:
        answer = super()._handle_view(name, **arguments)
        if answer is None and not self.is_accessible():
            abort(404)
        return answer

    def select(self) -> Select[Any]:
        return queries.accounts_shown()

    def named(self, text: str) -> Any:
        return staffing.named_like(text)

    def actions(self) -> list[Action]:
        if not current_actor().may(Permission.ACCOUNT_INVITE):
            return []
        return [Action("新增用户", self.url_for("new"), primary=True, icon="plus", shortcut="n")]

    @screen_route("/courts")
    def courts(self) -> Response:
        """Courts by name, code or initials, for the fields that pick one."""
        found = search_courts(db.session(), request.args.get("q", ""))
        return jsonify([{"value": one.id, "label": one.name, "note": one.code} for one in found])

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> str:
        """A person's page."""
        account = fetch(db.session(), Account, ident)
        state = queries.state_of(account)
        return render_detail(
            self,
            Detail(
                title=account.name,
                state=state,
                facts=[
                    self.phone_fact(account),
                    Fact("最近登录", moment_text(account.last_signed_in_at) or "从未登录"),
                    Fact("建立时间", moment_text(account.created_at)),
                ],
                actions=self._account_actions(account, state),
                notices=account_notices(account, state),
                tabs=[
                    Tab("roles", "角色", lambda: [grants_table(account, self._grant_action)]),
                    Tab("state", "账号", lambda: [account_facts(account)]),
                ],
                row=account,
            ),
            here=self.url_for("detail", ident=account.id),
            crumbs=[(account.name, None)],
        )

    @screen_route("/new", methods=("GET", "POST"), permission=Permission.ACCOUNT_INVITE)
    def new(self) -> Any:
        """A new person and the first role proposed for him; the invitation goes to his phone."""
        form = self._picking_courts(NewUserForm())
        if form.validate_on_submit():
            actor = current_actor()
            try:
                account = operations.create_account(actor=actor, name=form.name.data, phone=form.phone.data)
                self._propose(account, form)
                operations.invite(actor=actor, account_id=account.id)
            except RuleBroken as broken:
                db.session.rollback()
                if isinstance(broken, operations.PhoneTaken):
                    broken.repair = self.url_for("grant", ident=broken.account_id)
                form.refuse(broken)
            else:
                db.session.commit()
                toast(f"已新增{account.name}，邀请短信发往 {account.phone_masked}；角色已提交安全管理员审批。")
                return redirect(self.url_for("detail", ident=account.id), 303)
        intro = "账号由系统管理员建立，角色由安全管理员审批后生效。"
        return render_form(self, FormPage("新增用户", form, submit="新增并提交审批", intro=intro))

    @screen_route("/<int:ident>/invitation", methods=("POST",), permission=Permission.ACCOUNT_INVITE)
    def invite(self, ident: int) -> Response:
        """A new invitation to the person's phone; the earlier link stops working."""
        account = fetch(db.session(), Account, ident)
        _, refused = attempt(lambda: operations.invite(actor=current_actor(), account_id=account.id))
        if refused:
            banner(refused, tone="warn")
        else:
            toast(f"邀请短信已重新发往 {account.phone_masked}，先前的链接不再有效。")
        return redirect(self.url_for("detail", ident=ident), 303)

    @screen_route("/<int:ident>/roles/new", methods=("GET", "POST"), permission=Permission.ROLE_PROPOSE, fresh=True)
    def grant(self, ident: int) -> Any:
        """One more role, proposed for the security administrator to decide."""
        account = fetch(db.session(), Account, ident)
        here = self.url_for("detail", ident=ident)
        form = self._picking_courts(GrantForm())
        if form.validate_on_submit():
            try:
                self._propose(account, form)
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                db.session.commit()
                toast(f"已提交申请：授予{account.name}“{form.role.data.label}”角色，由安全管理员审批。")
                return redirect(here, 303)
        intro = f"为{account.name}提出一个角色，安全管理员批准后生效。"
        page = FormPage("申请增加角色", form, back=here, submit="提交审批", intro=intro)
        return render_form(self, page, crumbs=[(account.name, here)])

    def _propose(self, account: Account, form: GrantForm) -> Approval:
        return operations.propose_role(
            actor=current_actor(),
            account=account,
            role=form.role.data,
            court_id=form.court_id.data,
            period=operations.Period(form.valid_from.data, form.valid_until.data),
            reason=form.reason.data,
        )

    @screen_route("/roles/<int:grant_id>/revoke", methods=("POST",), permission=Permission.ROLE_REVOKE, fresh=True)
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
        form.court_id.describe = court_label
        return form

    def _account_actions(self, account: Account, state: AccountState) -> list[Action]:
        actor = current_actor()
        if not actor.may(Permission.ACCOUNT_INVITE):
            return []
        ident = account.id
        made = [Action("申请增加角色", self.url_for("grant", ident=ident), primary=True)]
        if state is AccountState.INVITED:
            made.append(Action("重新发送邀请", self.url_for("invite", ident=ident), method="post"))
        if state is AccountState.DISABLED:
            made.append(Action("启用", self.url_for("enable", ident=ident), method="post"))
        else:
            own = "不能停用自己的账号，请由另一位管理员办理。" if ident == actor.account_id else None
            made.append(Action("停用", self.url_for("disable", ident=ident), method="post", danger=True, refused=own))
        return made

    def _grant_action(self, grant: Any) -> Any:
        actor = current_actor()
        if not actor.may(Permission.ROLE_REVOKE) or grant.account_id == actor.account_id:
            return ""
        return Action(
            "收回",
            self.url_for("revoke", grant_id=grant.id),
            method="post",
            confirm=f"将立即收回“{grant.role.label}”角色。需要时可以再次申请授予。",
        ).html("btn btn-s")
