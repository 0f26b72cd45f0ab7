"""审批: what waits for me, what I asked for; each with what approving does."""

from typing import Any

from flask import Response, redirect, request
from sqlalchemy import Select

from mediation_admin.approvals import kinds, operations, queries, rules
from mediation_admin.approvals.enums import ApprovalState, Whose
from mediation_admin.approvals.forms import RefusalForm
from mediation_admin.approvals.models import Approval
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Action,
    ChoiceFilter,
    Column,
    Detail,
    Empty,
    Fact,
    Facts,
    FormPage,
    Key,
    ListScreen,
    Notice,
    Order,
    Preset,
    Prose,
    Tab,
    banner,
    current_actor,
    render_detail,
    render_form,
    screen_route,
    toast,
)
from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission, Role


class ApprovalsView(ListScreen):
    """Requests this person asked for, has to decide or has decided."""

    code = "approvals"
    title = "审批"
    permission = Permission.APPROVAL_VIEW
    menu_path = ()
    icon = "check-square"
    columns = [
        Column("title", "申请内容", kind="link", required=True, width="xl"),
        Column("state", "状态", kind="tag", enum=ApprovalState),
        Column("reason", "理由", width="l"),
        Column("court", "法院", cell=lambda row: row.court or "平台", default=False),
        Column("asked_by_name", "申请人", width="s"),
        Column("asked_at", "申请时间", kind="datetime"),
        Column("expires_at", "有效至", kind="datetime", default=False),
        Column("decided_by_name", "审批人", width="s"),
        Column("decided_at", "办结时间", kind="datetime", default=False),
    ]
    orders = [Order("newest", "申请时间从新到旧", [Key(Approval.id, descending=True)])]
    filters = [
        ChoiceFilter(
            "whose",
            "与我的关系",
            choices=Whose,
            condition=lambda value: queries.whose(current_actor(), value),
            cast=Whose,
        ),
        ChoiceFilter(
            "state", "状态", choices=ApprovalState, condition=lambda value: queries.state() == value, cast=ApprovalState
        ),
    ]
    presets = [Preset(one.label, (("whose", one.value),)) for one in Whose]
    empty = Empty(
        "没有需要审批的申请，您也没有提交过申请。授予管理员角色、导出完整手机号和证件号须由两人办理，申请会出现在这里。"
    )

    def select(self) -> Select[Any]:
        return queries.shown(current_actor())

    def detail_url(self, row: Any) -> str:
        return self.url_for("detail", ident=row.id)

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> str:
        """What is asked, why, and what approving does."""
        approval = _mine(ident)
        kind = kinds.kind_of(approval.kind)
        state = rules.state_at(approval.state, approval.expires_at, clock.now())
        asker = f"{approval.asked_by_name}（{Role(approval.asked_role).label}）"
        return render_detail(
            self,
            Detail(
                title=approval.title,
                state=state,
                facts=[
                    Fact("事项", kind.label),
                    Fact("申请人", asker),
                    Fact("申请时间", moment_text(approval.asked_at)),
                    Fact("有效至", moment_text(approval.expires_at)),
                ],
                actions=self._decisions(approval, state),
                notices=_effect(approval, kind, state),
                tabs=[
                    Tab(
                        "main",
                        "申请",
                        lambda: [
                            Prose(approval.reason, title="理由"),
                            Facts(
                                [
                                    Fact("可以审批的人", kind.deciders),
                                    Fact("审批人", approval.decided_by_name),
                                    Fact("办结时间", moment_text(approval.decided_at)),
                                    Fact("审批意见", approval.note, wide=True),
                                ],
                                title="办理",
                            ),
                        ],
                    )
                ],
                row=approval,
            ),
            here=self.url_for("detail", ident=ident),
            crumbs=[(approval.title, None)],
        )

    def _decisions(self, approval: Approval, state: ApprovalState) -> list[Action]:
        if state is not ApprovalState.WAITING:
            return []
        actor, made = current_actor(), []
        if operations.may_decide(actor, approval):
            kind = kinds.kind_of(approval.kind)
            refused = _why_not(approval, kind)
            made = [
                Action(
                    "批准",
                    self.url_for("approve", ident=approval.id),
                    method="post",
                    primary=True,
                    refused=refused,
                    confirm=_effect_words(approval, kind),
                ),
                Action("拒绝", self.url_for("refuse", ident=approval.id), danger=True, refused=refused),
            ]
        if approval.asked_by == actor.account_id:
            made.append(Action("撤回申请", self.url_for("withdraw", ident=approval.id), method="post"))
        return made

    @screen_route("/<int:ident>/approve", methods=("POST",), permission=Permission.APPROVAL_VIEW, fresh=True)
    def approve(self, ident: int) -> Response:
        """Do what was asked."""
        _mine(ident)
        return self._done(ident, lambda: operations.approve(actor=current_actor(), approval_id=ident), "已批准并执行")

    @screen_route("/<int:ident>/refuse", methods=("GET", "POST"), permission=Permission.APPROVAL_VIEW)
    def refuse(self, ident: int) -> Any:
        """Refuse with a reason."""
        approval = _mine(ident)
        here = self.url_for("detail", ident=ident)
        form = RefusalForm()
        if request.method == "POST" and form.validate():
            try:
                operations.refuse(actor=current_actor(), approval_id=ident, note=form.note.data)
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                db.session.commit()
                toast(f"已拒绝：{approval.title}")
                return redirect(here, 303)
        page = FormPage("拒绝申请", form, intro=approval.title, back=here, submit="拒绝", danger=True)
        return render_form(self, page, crumbs=[(approval.title, here)])

    @screen_route("/<int:ident>/withdraw", methods=("POST",), permission=Permission.APPROVAL_VIEW)
    def withdraw(self, ident: int) -> Response:
        """Take one's own request back."""
        return self._done(ident, lambda: operations.withdraw(actor=current_actor(), approval_id=ident), "已撤回申请")

    def _done(self, ident: int, act: Any, words: str) -> Response:
        try:
            act()
        except RuleBroken as broken:
            db.session.rollback()
            banner(broken.message, tone="warn")
        else:
            db.session.commit()
            toast(f"{words}。")
        return redirect(self.url_for("detail", ident=ident), 303)


def _mine(ident: int) -> Approval:
    """A request this person has something to do with; any other does not exist."""
    approval = fetch(db.session(), Approval, ident)
    actor = current_actor()
    if actor.account_id not in (approval.asked_by, approval.decided_by) and not operations.may_decide(actor, approval):
        raise NotFound(f"approval {ident}")
    return approval


def _why_not(approval: Approval, kind: kinds.Kind) -> str | None:
    try:
        rules.check_is_another(
            account_id=current_actor().account_id,
            asked_by=approval.asked_by,
            about_id=approval.about_id,
            deciders=kind.deciders,
        )
    except RuleBroken as broken:
        return broken.message
    return None


def _effect_words(approval: Approval, kind: kinds.Kind) -> str:
    try:
        return kind.effect(approval)
    except RuleBroken as broken:
        return broken.message


def _effect(approval: Approval, kind: kinds.Kind, state: ApprovalState) -> list[Notice]:
    if state is ApprovalState.WAITING:
        return [Notice(f"批准后：{_effect_words(approval, kind)}")]
    if state is ApprovalState.REFUSED:
        return [Notice(f"{approval.decided_by_name}拒绝了这项申请：{approval.note}", tone="warn")]
    if state is ApprovalState.EXPIRED:
        return [Notice("超过 7 天没有人审批，申请已失效；确有需要请重新提交。", tone="warn")]
    return []
