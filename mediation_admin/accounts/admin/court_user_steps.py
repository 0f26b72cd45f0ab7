"""What is done to one person of a court: roles, stand-ins, on and off, phone, second factor, hand-over, leaving."""

from typing import Any

from flask import Response, jsonify, redirect, request
from wtforms.fields.choices import SelectChoice

from mediation_admin.accounts import open_work, operations, queries, rules, staffing
from mediation_admin.accounts.admin.people import attempt
from mediation_admin.accounts.enums import AccountState
from mediation_admin.accounts.models import Account, CourtMember
from mediation_admin.accounts.operations import factors, members
from mediation_admin.accounts.people_forms import (
    CourtRoleForm,
    FactorResetForm,
    HandOverForm,
    LeaveForm,
    PhoneChangeForm,
    StandInForm,
)
from mediation_admin.approvals.models import Approval
from mediation_admin.core.admin import (
    Action,
    FormPage,
    Table,
    banner,
    current_actor,
    render_form,
    screen_route,
    toast,
)
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.courts.queries import search_courts
from mediation_admin.permissions import Permission, Role


class CourtUserSteps:
    """The steps; part of CourtUsersView."""

    def _steps(self, account: Account, member: CourtMember, state: AccountState) -> list[Action]:
        if member.left_at is not None:
            return []
        ident, own = account.id, account.id == current_actor().account_id
        made = [Action("编辑", self.url_for("edit", ident=ident), primary=True, icon="edit")]
        if state is AccountState.INVITED:
            made.append(Action("重新发送邀请", self.url_for("invite", ident=ident), method="post"))
        myself = "不能办理自己的账号，请由另一位管理员办理。" if own else None
        made.append(Action("更换手机号", self.url_for("phone", ident=ident), refused=myself or _phone_refused(account)))
        made.append(
            Action("重置动态口令", self.url_for("reset_factor", ident=ident), refused=myself or _reset_refused(ident))
        )
        if state is AccountState.DISABLED:
            made.append(Action("启用", self.url_for("enable", ident=ident), method="post"))
        else:
            disable = self.url_for("disable", ident=ident)
            made.append(Action("停用", disable, method="post", danger=True, refused=myself))
        made.append(Action("离开本院", self.url_for("leave", ident=ident), danger=True, refused=myself))
        return made

    def _grant_action(self, grant: Any) -> Any:
        if not current_actor().may(Permission.ROLE_GRANT):
            return ""
        return Action(
            "收回",
            self.url_for("revoke", grant_id=grant.id),
            method="post",
            confirm=f"将立即收回“{grant.role.label}”角色，正在使用的页面随之退出该角色。需要时可以再次授予。",
        ).html("btn btn-s")

    # -- roles --------------------------------------------------------------------------------------------------

    @screen_route("/<int:ident>/roles/new", methods=("GET", "POST"), permission=Permission.ROLE_GRANT, fresh=True)
    def grant(self, ident: int) -> Any:
        """One more role; the administrator's goes to another administrator to decide."""
        form = CourtRoleForm()
        account, _ = members.person_here(current_actor(), ident)

        def give() -> Any:
            return operations.propose_role(
                actor=current_actor(),
                account=account,
                role=Role(form.role.data),
                court_id=current_actor().court_id,
                period=operations.Period(form.valid_from.data, form.valid_until.data),
                reason=form.reason.data or "",
            )

        return self._role_form(account, form, "增加角色", give)

    @screen_route("/<int:ident>/stand-in", methods=("GET", "POST"), permission=Permission.ROLE_GRANT, fresh=True)
    def stand_in(self, ident: int) -> Any:
        """代理: a colleague works in this person's role until a day."""
        actor = current_actor()
        account, member = members.person_here(actor, ident)
        form = StandInForm()
        held = [one for one in queries.roles_held(db.session(), ident) if one.court_id == actor.court_id]
        form.role.choices = [SelectChoice(one.role.value, one.role.label) for one in held if not one.stands_in_for]
        form.account_id.choices = [SelectChoice("", "请选择"), *_colleagues(member)]

        def give() -> Any:
            colleague, _ = members.person_here(actor, form.account_id.data)
            return operations.propose_role(
                actor=actor,
                account=colleague,
                role=Role(form.role.data),
                court_id=actor.court_id,
                period=operations.Period(form.valid_from.data, form.valid_until.data),
                stands_in_for=ident,
                reason=form.reason.data or "",
            )

        return self._role_form(account, form, f"设置{account.name}的代理", give)

    def _role_form(self, account: Account, form: Any, title: str, give: Any) -> Any:
        here = self.url_for("detail", ident=account.id)
        if form.validate_on_submit():
            try:
                made = give()
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                waits = isinstance(made, Approval)
                words = f"已提交审批：{made.title}" if waits else "角色已授予，下次登录或切换角色时可用"
                db.session.commit()
                toast(f"{words}。")
                return redirect(here, 303)
        return render_form(self, FormPage(title, form, back=here, submit="确定"), crumbs=[(account.name, here)])

    @screen_route("/roles/<int:grant_id>/revoke", methods=("POST",), permission=Permission.ROLE_GRANT, fresh=True)
    def revoke(self, grant_id: int) -> Response:
        """Take a role back, at once."""
        made, refused = attempt(lambda: operations.revoke_role(actor=current_actor(), grant_id=grant_id))
        if refused:
            banner(refused, tone="warn")
            return self.back_to_list()
        toast(f"已收回“{made.role.label}”角色，立即生效。")
        if made.account_id == current_actor().account_id:
            return redirect("/", 303)
        return redirect(self.url_for("detail", ident=made.account_id), 303)

    # -- on, off, phone -----------------------------------------------------------------------------------------

    @screen_route("/<int:ident>/disable", methods=("POST",), permission=Permission.STAFF_EDIT)
    def disable(self, ident: int) -> Response:
        """Switch the account off: every sign-in ends at once."""
        made, refused = attempt(lambda: operations.disable_account(actor=current_actor(), account_id=ident))
        if refused:
            banner(refused, tone="warn")
        else:
            toast(f"已停用{made.name}的账号，所有登录已结束。", undo=self.url_for("enable", ident=ident))
        return redirect(self.url_for("detail", ident=ident), 303)

    @screen_route("/<int:ident>/enable", methods=("POST",), permission=Permission.STAFF_EDIT)
    def enable(self, ident: int) -> Response:
        """Switch the account on again."""
        made, refused = attempt(lambda: operations.enable_account(actor=current_actor(), account_id=ident))
        if refused:
            banner(refused, tone="warn")
        else:
            toast(f"已启用{made.name}的账号。")
        return redirect(self.url_for("detail", ident=ident), 303)

    @screen_route("/<int:ident>/phone", methods=("GET", "POST"), permission=Permission.STAFF_EDIT, fresh=True)
    def phone(self, ident: int) -> Any:
        """Another phone, after a proof."""
        account, _ = members.person_here(current_actor(), ident)
        here = self.url_for("detail", ident=ident)
        form = PhoneChangeForm()
        if form.validate_on_submit():
            try:
                operations.change_phone(
                    actor=current_actor(),
                    account_id=ident,
                    phone=form.phone.data,
                    proof=form.proof.data,
                    reason=form.reason.data,
                )
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                db.session.commit()
                toast(f"已更换{account.name}的手机号：原号码立即不能登录，新旧号码都已收到短信。")
                return redirect(here, 303)
        intro = (
            f"{account.name}现在的手机号是 {account.phone_masked}。更换后原号码立即不能登录，已有登录全部结束；"
            "新旧两个号码都会收到短信。请先核实本人。"
        )
        page = FormPage("更换手机号", form, intro=intro, back=here, submit="更换")
        return render_form(self, page, crumbs=[(account.name, here)])

    @screen_route("/<int:ident>/factor", methods=("GET", "POST"), permission=Permission.STAFF_EDIT, fresh=True)
    def reset_factor(self, ident: int) -> Any:
        """重置动态口令: for a colleague who has lost the authenticator and every recovery code."""
        account, _ = members.person_here(current_actor(), ident)
        here = self.url_for("detail", ident=ident)
        form = FactorResetForm()
        if form.validate_on_submit():
            try:
                operations.reset_second_factor(actor=current_actor(), account_id=ident, reason=form.reason.data)
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                db.session.commit()
                toast(f"已重置{account.name}的动态口令：所有登录已结束，本人会收到短信。")
                return redirect(here, 303)
        intro = (
            f"用于{account.name}的手机丢失、恢复码也都不在的情况。重置后原验证器和恢复码作废，所有登录立即结束，密码不变；"
            "本人会收到短信，凭密码登录，法院管理员登录时须重新设置验证器。请先核实本人；还有恢复码的，用恢复码登录即可，不必重置。"
        )
        page = FormPage(f"重置动态口令：{account.name}", form, intro=intro, back=here, submit="重置", danger=True)
        return render_form(self, page, crumbs=[(account.name, here)])

    # -- hand-over, leaving -------------------------------------------------------------------------------------

    @screen_route("/<int:ident>/hand-over", methods=("GET", "POST"), permission=Permission.STAFF_EDIT)
    def hand_over(self, ident: int) -> Any:
        """Give a person's open work to a colleague."""
        account, member = members.person_here(current_actor(), ident)
        form = HandOverForm()
        form.successor_id.choices = [SelectChoice("", "请选择"), *_colleagues(member)]

        def act() -> str:
            done = operations.hand_over(actor=current_actor(), account_id=ident, successor_id=form.successor_id.data)
            return "；".join(done) or "没有需要交接的工作"

        return self._leaving(account, member, form, "交接工作", "交接", act)

    @screen_route("/<int:ident>/leave", methods=("GET", "POST"), permission=Permission.STAFF_EDIT)
    def leave(self, ident: int) -> Any:
        """离开本院, with the hand-over; to another court or for good."""
        account, member = members.person_here(current_actor(), ident)
        form = LeaveForm()
        form.successor_id.choices = [SelectChoice("", "请选择"), *_colleagues(member)]
        form.to_court_id.endpoint = self.url_for("courts")
        form.to_court_id.describe = lambda value: queries.court_name(db.session(), int(value))

        def act() -> str:
            done, asked = operations.leave(
                actor=current_actor(),
                account_id=ident,
                successor_id=form.successor_id.data,
                to_court_id=form.to_court_id.data,
                reason=form.reason.data,
            )
            words = [f"{account.name}已离开本院，角色全部收回", *done]
            return "；".join([*words, f"已提交审批：{asked.title}"] if asked else words)

        return self._leaving(account, member, form, "离开本院", "办理离开", act)

    def _leaving(self, account: Account, member: CourtMember, form: Any, title: str, submit: str, act: Any) -> Any:
        here = self.url_for("detail", ident=account.id)
        if form.validate_on_submit():
            try:
                words = act()
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                db.session.commit()
                toast(f"{words}。")
                return redirect(here, 303)
        page = FormPage(
            f"{title}：{account.name}",
            form,
            back=here,
            submit=submit,
            danger=submit != "交接",
            before=[_work_table(account, member)],
        )
        return render_form(self, page, crumbs=[(account.name, here)])

    @screen_route("/courts", permission=Permission.STAFF_EDIT)
    def courts(self) -> Response:
        """Courts by name, code or initials."""
        found = search_courts(db.session(), request.args.get("q", ""))
        return jsonify([{"value": one.id, "label": one.name, "note": one.code} for one in found])


def _phone_refused(account: Account) -> str | None:
    session = db.session()
    try:
        rules.check_court_may_change_phone(
            elsewhere=queries.works_outside(session, account.id, current_actor().court_id),
            administrator=queries.holds_administrator_role(session, account.id),
        )
    except RuleBroken as broken:
        return broken.message
    return None


def _reset_refused(account_id: int) -> str | None:
    try:
        factors.check_reset(actor=current_actor(), account_id=account_id)
    except RuleBroken as broken:
        return broken.message
    return None


def _colleagues(member: CourtMember) -> list[SelectChoice]:
    found = staffing.colleagues(db.session(), member.court_id, but=member.account_id)
    return [SelectChoice(one.id, f"{one.name}（{one.department}）" if one.department else one.name) for one in found]


def _work_table(account: Account, member: CourtMember) -> Table:
    person = open_work.Person(account.id, account.name, member.court_id)
    counted = [(kind, kind.count(db.session(), person)) for kind in open_work.kinds()]
    rows = [(kind.label, count, kind.note) for kind, count in counted if count]
    return Table(
        ("未了结的工作", "件数", "办理后"),
        rows,
        title="未了结的工作",
        numeric=(1,),
        empty="没有未了结的工作，可以直接办理。",
    )
