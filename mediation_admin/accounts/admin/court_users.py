"""本院用户: a court's own people, kept by the court's own administrators."""

from typing import Any

from flask import Response, abort, redirect, request
from markupsafe import Markup
from sqlalchemy import ColumnElement, Select

from mediation_admin.accounts import operations, queries, staffing
from mediation_admin.accounts.admin.court_user_steps import CourtUserSteps
from mediation_admin.accounts.admin.people import (
    People,
    PhoneRevealed,
    Suggestions,
    account_facts,
    account_notices,
    attempt,
    grants_table,
)
from mediation_admin.accounts.enums import AccountState, Post
from mediation_admin.accounts.jobs import INVITE
from mediation_admin.accounts.models import Account, CourtMember
from mediation_admin.accounts.operations import members, phones
from mediation_admin.accounts.people_forms import MemberForm, NewMemberForm
from mediation_admin.core import jobs
from mediation_admin.core.admin import (
    Action,
    BulkAction,
    ChoiceFilter,
    Column,
    Detail,
    Empty,
    Fact,
    FlagFilter,
    FormPage,
    Notice,
    Outcome,
    Rehearsal,
    Tab,
    Table,
    TextFilter,
    banner,
    current_actor,
    render_detail,
    render_form,
    screen_route,
    toast,
    wants_another,
)
from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.crypto import mask_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.permissions import COURT_ROLES, Permission, Role

MOST_INVITED = 1000
SHOWN = 20


def _roles(row: Any) -> str:
    held = {Role(one) for one in row.roles or ()}
    return "、".join(role.label for role in Role if role in held)


class CourtUsersView(PhoneRevealed, CourtUserSteps, People):
    """本院用户: list, new, edit, roles, on and off, phone, hand-over. The fence leaves out every other court."""

    code = "court_users"
    title = "本院用户"
    menu_path = ("本院管理",)
    columns = [
        Column("name", "姓名", kind="link", required=True, width="m", sortable="name"),
        Column("phone", "手机号", kind="masked", mask=mask_phone, width="m"),
        Column("department", "部门或所属法庭", width="m"),
        Column("post", "职务", cell=lambda row: row.post.label if row.post else ""),
        Column("roles", "角色", cell=_roles, width="l"),
        Column("state", "状态", kind="tag", enum=AccountState),
        Column("last_signed_in_at", "最近登录", kind="datetime", sortable="-seen"),
        Column("left_at", "离开时间", kind="datetime", default=False),
        Column("created_at", "建立时间", kind="datetime", default=False),
    ]
    filters = [
        People.filters[0],
        ChoiceFilter(
            "role",
            "角色",
            choices=[(role.value, role.label) for role in COURT_ROLES],
            condition=lambda value: queries.holds(role=value),
            cast=Role,
        ),
        ChoiceFilter("post", "职务", CourtMember.post, choices=Post, multiple=True, cast=Post),
        TextFilter("department", "部门或所属法庭", CourtMember.department, how="contains"),
        FlagFilter(
            "left",
            "是否已离开",
            yes="已离开",
            no="在本院",
            condition=lambda value: staffing.has_left() if value else staffing.is_here(),
        ),
    ]
    bulk_actions = [
        BulkAction(
            "invite", "发送邀请", Permission.STAFF_EDIT, max_rows=MOST_INVITED, help="给还没有设置密码的人发邀请短信"
        )
    ]
    exportable = True

    empty = Empty("没有符合条件的用户。可以逐个新增，也可以用 Excel 批量导入。")

    def is_accessible(self) -> bool:
        actor = current_actor()
        return super().is_accessible() and actor is not None and actor.court_id is not None

    def _handle_view(self, name: str, **arguments: Any) -> Any:
        answer = super()._handle_view(name, **arguments)
        if answer is None and not self.is_accessible():
            abort(404)
        return answer

    def select(self) -> Select[Any]:
        return staffing.members_shown(current_actor().court_id)

    def conditions(self, values: dict[str, Any]) -> list[ColumnElement[bool]]:
        # Whoever has left stays for the names in old records; he is looked for on purpose.
        return [*super().conditions(values), *([] if "left" in values else [staffing.is_here()])]

    def named(self, text: str) -> ColumnElement[bool]:
        return staffing.named_like(text)

    def actions(self) -> list[Action]:
        if not current_actor().may(Permission.STAFF_EDIT):
            return []
        return [
            Action("单个新增", self.url_for("new"), primary=True, icon="plus", shortcut="n"),
            Action("批量导入", "/court-users-import/", icon="upload"),
        ]

    # -- a person's page ----------------------------------------------------------------------------------------

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> str:
        """A person's page."""
        account, member = members.person_here(current_actor(), ident)
        state = queries.state_of(account)
        left = member.left_at is not None
        return render_detail(
            self,
            Detail(
                title=account.name,
                state=state,
                subtitle=" · ".join(part for part in (member.department, member.post.label) if part),
                facts=[
                    self.phone_fact(account),
                    Fact("部门或所属法庭", member.department),
                    Fact("职务", member.post.label),
                    Fact("最近登录", moment_text(account.last_signed_in_at) or "从未登录"),
                ],
                actions=self._steps(account, member, state) if current_actor().may(Permission.STAFF_EDIT) else [],
                notices=[*account_notices(account, state), *self._more_notices(account, member, left)],
                tabs=[
                    Tab("roles", "角色", lambda: [self._roles_of(account, left)]),
                    Tab("state", "账号", lambda: [account_facts(account), _phones(account)]),
                ],
                row=account,
            ),
            here=self.url_for("detail", ident=account.id),
            crumbs=[(account.name, None)],
        )

    def _more_notices(self, account: Account, member: CourtMember, left: bool) -> list[Notice]:
        if left:
            return [
                Notice(f"已于 {moment_text(member.left_at)} 离开本院；要请回，用其手机号“单个新增”即可。", tone="warn")
            ]
        waiting = queries.requests_about(db.session(), account.id, member.court_id)
        made = [Notice(f"等待审批：{one.title}", link=("查看", f"/approvals/{one.id}/")) for one in waiting]
        if account.disabled_at is not None and members.work_left(account, member.court_id):
            here = self.url_for("hand_over", ident=account.id)
            made.append(Notice("停用的用户还有未了结的工作。", tone="warn", link=("交接工作", here)))
        return made

    def _roles_of(self, account: Account, left: bool) -> Table:
        actor = current_actor()
        may = actor.may(Permission.ROLE_GRANT) and not left
        ident = account.id
        actions = [
            Action("增加角色", self.url_for("grant", ident=ident), icon="plus"),
            Action("设置代理", self.url_for("stand_in", ident=ident)),
        ]
        return grants_table(account, self._grant_action, court_id=actor.court_id, actions=actions if may else [])

    # -- new, edit ----------------------------------------------------------------------------------------------

    @screen_route("/new", methods=("GET", "POST"), permission=Permission.STAFF_EDIT)
    def new(self) -> Any:
        """单个新增: ends with the invitation on its way to the person's phone."""
        form = NewMemberForm(formdata=request.form if request.method == "POST" else None, roles=[Role.CLERK.value])
        join = "join" in request.form
        taken = False
        if form.validate_on_submit():
            actor = current_actor()
            try:
                added = operations.add_member(
                    actor=actor,
                    name=form.name.data,
                    phone=form.phone.data,
                    department=form.department.data or "",
                    post=form.post.data or Post.OTHER,
                    roles=[Role(one) for one in form.roles.data],
                    reason=form.reason.data or "",
                    join=join,
                )
                if added.account.password_hash is None:
                    operations.invite(actor=actor, account_id=added.account.id)
            except RuleBroken as broken:
                db.session.rollback()
                taken = isinstance(broken, operations.PhoneTaken)
                form.refuse(broken)
            else:
                db.session.commit()
                _tell_added(added)
                there = self.url_for("new") if wants_another() else self.url_for("detail", ident=added.account.id)
                return redirect(there, 303)
        page = FormPage(
            "新增本院用户",
            form,
            submit="新增并发送邀请",
            save_and_new=not taken,
            extra=[("join", "邀请加入本院")] if taken else [],
            before=[_departments()],
        )
        return render_form(self, page)

    @screen_route("/<int:ident>/edit", methods=("GET", "POST"), permission=Permission.STAFF_EDIT)
    def edit(self, ident: int) -> Any:
        """Name, department, post."""
        account, member = members.person_here(current_actor(), ident)
        here = self.url_for("detail", ident=ident)
        held = {
            "name": account.name,
            "department": member.department,
            "post": member.post,
            "version": member.version,
        }
        form = MemberForm(data=held)
        if form.validate_on_submit():
            try:
                operations.edit_member(
                    actor=current_actor(),
                    account_id=ident,
                    name=form.name.data,
                    department=form.department.data or "",
                    post=form.post.data or Post.OTHER,
                    version=form.version.data or 0,
                )
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
                if isinstance(broken, members.Changed):
                    # What was typed stays; saved again it replaces what the page now says is there.
                    form.version.data = broken.version
            else:
                db.session.commit()
                toast(f"已保存{form.name.data}的资料。")
                return redirect(here, 303)
        return render_form(
            self, FormPage("编辑资料", form, back=here, before=[_departments()]), crumbs=[(account.name, here)]
        )

    # -- invitations --------------------------------------------------------------------------------------------

    @screen_route("/<int:ident>/invitation", methods=("POST",), permission=Permission.STAFF_EDIT)
    def invite(self, ident: int) -> Response:
        """重新发送."""
        account, _ = members.person_here(current_actor(), ident)
        _, refused = attempt(lambda: operations.invite(actor=current_actor(), account_id=ident))
        if refused:
            banner(refused, tone="warn")
        else:
            toast(f"邀请短信已重新发往 {account.phone_masked}，先前的链接不再有效。")
        return redirect(self.url_for("detail", ident=ident), 303)

    def rehearse_invite(self, selection: Any, _form: Any) -> Rehearsal:
        """Who would get an invitation."""
        ids = selection.find_ids(db.session, limit=MOST_INVITED)
        found = staffing.to_invite(db.session(), ids)
        others = len(ids) - len(found)
        left_out = f"；另有 {others} 人已设置密码或已停用，不需要邀请" if others else ""
        return Rehearsal(
            count=len(found),
            effect=f"将向 {len(found)} 人发送邀请短信，2 天内有效，先前的链接不再有效{left_out}。",
            headings=("姓名", "手机号"),
            rows=[(one.name, mask_phone(one.phone)) for one in found[:SHOWN]],
        )

    def run_invite(self, selection: Any, _form: Any, key: str) -> Outcome:
        """Ask the background for it."""
        ids = [one.id for one in staffing.to_invite(db.session(), selection.find_ids(db.session, limit=MOST_INVITED))]
        if not ids:
            raise RuleBroken("所选的人都已设置密码或已停用，没有要发送的邀请。")
        job = jobs.ask(db.session(), kind=INVITE, params={"account_ids": ids}, actor=current_actor(), once=key)
        return Outcome(f"已开始向 {len(ids)} 人发送邀请", progress_url=f"/jobs/{job.id}/")


def _departments() -> Suggestions:
    return Suggestions("departments", staffing.departments(db.session(), current_actor().court_id))


def _tell_added(added: members.Added) -> None:
    name = added.account.name
    waits = "；管理员角色等待审批" if added.asked else ""
    if added.account.password_hash is None:
        toast(f"已新增{name}，邀请短信发往 {added.account.phone_masked}{waits}。")
    else:
        toast(f"{name}已加入本院，沿用原有账号{waits}。")


def _phones(account: Account) -> Table:
    rows = [
        (
            moment_text(one.created_at),
            Markup("{} → {}").format(mask_phone(one.old_phone), mask_phone(one.new_phone)),
            one.proof.label,
            one.reason,
            one.changed_by_name,
        )
        for one in phones.phone_changes(account.id)
    ]
    headings = ("时间", "手机号", "核实方式", "原因", "办理人")
    return Table(headings, rows, title="手机号变更记录", empty="没有更换过手机号。")
