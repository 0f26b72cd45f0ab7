"""What support does for one account: each step on a page of its own, with a reason, sensitive ones asked for a proof of
who sits there."""

from typing import Any

from flask import redirect, request

from mediation_admin.accounts.enums import AccountState
from mediation_admin.accounts.models import Account
from mediation_admin.core.admin import Action, FormPage, current_actor, render_form, screen_route, toast
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission
from mediation_admin.support import operations, queries
from mediation_admin.support.admin.uploads import PAPERS, upload_of
from mediation_admin.support.forms import FactorForm, PhoneForm, StepForm, WorkCardForm

# Address of a step → (title, what happens, button, operation).
STEPS = {
    "unlock": ("解锁", "解除锁定，本人可以立即用原密码登录。", "解锁", operations.unlock),
    "sessions": ("结束全部登录", "立即结束该用户所有设备上的登录，密码不变。", "结束全部登录", operations.end_sessions),
    "link": (
        "发送重置链接",
        "向登记的手机号发送一次性链接，由本人设置密码。链接只发短信，不在页面显示，任何人都看不到密码。",
        "发送",
        operations.send_link,
    ),
}


class AccountHelpSteps:
    """The steps; part of AccountHelpView."""

    def _steps(self, account: Account, state: AccountState) -> list[Action]:
        session = db.session()
        never = queries.why_not_help(session, current_actor(), account.id)
        off = "账号已停用，请先由其法院管理员或系统管理员启用。" if state is AccountState.DISABLED else None
        unlocked = None if state is AccountState.LOCKED else "账号没有被锁定，无需解锁。"
        open_sessions = any(one.ended_at is None for one in queries.sessions_of(session, account.id))
        nowhere = None if open_sessions else "该用户现在没有登录。"
        no_reset = queries.why_not_reset_factor(session, current_actor(), account.id)
        link = "重新发送邀请" if account.password_hash is None else "发送重置链接"

        ident = account.id

        def step(label: str, code: str, refused: str | None, **how: Any) -> Action:
            return Action(label, self.url_for("step", ident=ident, code=code), refused=never or refused, **how)

        return [
            step("解锁", "unlock", unlocked, primary=state is AccountState.LOCKED),
            Action(
                link,
                self.url_for("link", ident=ident),
                refused=never or off,
                primary=state is not AccountState.LOCKED,
            ),
            step("结束全部登录", "sessions", nowhere),
            Action("更正手机号", self.url_for("phone", ident=ident), refused=never or off),
            Action("重置动态口令", self.url_for("factor", ident=ident), refused=no_reset),
            Action("凭工作证找回", self.url_for("work_card", ident=ident), refused=never or off),
        ]

    @screen_route(
        "/<int:ident>/do/<any(unlock, sessions):code>",
        methods=("GET", "POST"),
        permission=Permission.SUPPORT_HELP,
    )
    def step(self, ident: int, code: str) -> Any:
        """解锁, 结束全部登录: with a reason."""
        return self._step(ident, code)

    @screen_route("/<int:ident>/do/link", methods=("GET", "POST"), permission=Permission.SUPPORT_HELP, fresh=True)
    def link(self, ident: int) -> Any:
        """发送重置链接: with a reason."""
        return self._step(ident, "link")

    def _step(self, ident: int, code: str) -> Any:
        title, effect, submit, operation = STEPS[code]
        form = StepForm()
        return self._do(ident, form, title, effect, submit, lambda: operation(**self._said(ident, form)))

    @screen_route("/<int:ident>/phone", methods=("GET", "POST"), permission=Permission.SUPPORT_HELP, fresh=True)
    def phone(self, ident: int) -> Any:
        """更正手机号: with a proof."""
        form = PhoneForm()
        effect = "原手机号立即不能登录，所有登录结束；新旧两个号码都会收到短信。请先核对证明材料与账号姓名一致。"
        return self._do(
            ident,
            form,
            "更正手机号",
            effect,
            "更正",
            lambda: operations.correct_phone(
                **self._said(ident, form),
                phone=form.phone.data,
                kind=form.kind.data,
                organisation=form.organisation.data or "",
                upload=upload_of("proof", PAPERS),
            ),
        )

    @screen_route("/<int:ident>/factor", methods=("GET", "POST"), permission=Permission.SUPPORT_HELP, fresh=True)
    def factor(self, ident: int) -> Any:
        """重置动态口令: with a proof."""
        form = FactorForm()
        effect = (
            "用于手机丢失、恢复码也都不在的情况；还有恢复码的，用恢复码登录即可。重置后原验证器和恢复码作废，所有登录立即结束，"
            "密码不变；本人会收到短信，法院管理员登录时须重新设置验证器。请先核对证明材料与账号姓名一致。"
        )
        return self._do(
            ident,
            form,
            "重置动态口令",
            effect,
            "重置",
            lambda: operations.reset_factor(
                **self._said(ident, form),
                kind=form.kind.data,
                organisation=form.organisation.data or "",
                upload=upload_of("proof", PAPERS),
            ),
        )

    @screen_route("/<int:ident>/work-card", methods=("GET", "POST"), permission=Permission.SUPPORT_HELP, fresh=True)
    def work_card(self, ident: int) -> Any:
        """凭工作证找回: the card is kept, the link goes to the number on record."""
        form = WorkCardForm()
        effect = (
            "用于总对总部委组织（工商联）等人员忘记密码：核对有效工作证件后，向登记的手机号发送一次性链接，由本人设置密码。"
            "登记的手机号已不使用的，请改用“更正手机号”。"
        )
        return self._do(
            ident,
            form,
            "凭工作证找回",
            effect,
            "发送链接",
            lambda: operations.let_in_by_work_card(
                **self._said(ident, form), organisation=form.organisation.data, upload=upload_of("proof", PAPERS)
            ),
        )

    def _said(self, ident: int, form: StepForm) -> dict[str, Any]:
        return {"actor": current_actor(), "account_id": ident, "reason": form.reason.data}

    def _do(self, ident: int, form: Any, title: str, effect: str, submit: str, operation: Any) -> Any:
        account = fetch(db.session(), Account, ident)
        back = self.url_for("detail", ident=ident)
        if request.method == "POST" and form.validate():
            try:
                act = operation()
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                db.session.commit()
                toast(f"已为{account.name}办理“{act.step.label}”" + (f"：{act.result}。" if act.result else "。"))
                return redirect(back, 303)
        return render_form(
            self,
            FormPage(
                f"{title} · {account.name}",
                form,
                submit=submit,
                back=back,
                intro=effect,
                multipart=any(field.type == "FileField" for field in form),
            ),
            crumbs=[(account.name, back)],
        )
