"""我的账号: one's own password, devices and preferences. Every signed-in person has it, whatever the role."""

from typing import Any

from flask import Response, g, redirect, request, url_for
from wtforms import SelectField

from mediation_admin.accounts import gate, operations, queries, rules, second_step, sign_in
from mediation_admin.accounts.forms import ChangePasswordForm, CodeForm, PreferencesForm
from mediation_admin.core.admin import (
    Action,
    Fact,
    Facts,
    FormPage,
    Screen,
    Table,
    current_actor,
    panels,
    render_form,
    screen_route,
    tag,
    toast,
)
from mediation_admin.core.admin.access import Access
from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.db import db
from mediation_admin.permissions import ADMINISTRATOR_ROLES, Permission, Role


class MyAccountView(Screen):
    """One's own account."""

    code = "my_account"
    title = "我的账号"
    permission = Permission.OWN_ACCOUNT
    menu_path = None

    @screen_route("/")
    def index(self) -> str:
        """Who I am here, where I am signed in, what I prefer."""
        actor = current_actor()
        account = queries.own_account_shown(db.session(), actor.account_id)
        wishes = PreferencesForm(formdata=None, data=_wishes(account.preferences))
        return self.render(
            "shared/page.html",
            pieces=[
                Facts(
                    [
                        Fact("姓名", account.name),
                        Fact("手机号（登录名）", account.phone_masked),
                        Fact("当前角色", Role(actor.role).label, hint=g.login.court_name or "平台"),
                        Fact(
                            "密码修改时间",
                            moment_text(account.password_changed_at) or "尚未修改",
                            hint=sign_in.age_of_password(account),
                        ),
                        Fact("上次登录", moment_text(account.last_signed_in_at)),
                        Fact(
                            "我的角色",
                            "、".join(one.label for one in queries.roles_held(db.session(), actor.account_id)),
                        ),
                    ],
                    title="基本信息",
                    actions=[
                        Action("修改密码", self.url_for("password"), icon="edit"),
                        Action("切换角色", self.url_for("role"), icon="swap"),
                    ],
                ),
                self._factor(),
                self._devices(),
                Facts(
                    [Fact(one.label.text, _chosen(one)) for one in (wishes.theme, wishes.text, wishes.single_keys)],
                    title="偏好",
                    actions=[Action("修改偏好", self.url_for("preferences"), icon="edit")],
                ),
                *panels(self.code, "main", account),
            ],
        )

    def _factor(self) -> Facts:
        must = Role(current_actor().role) in ADMINISTRATOR_ROLES
        if not g.login.has_factor:
            said = "登录时，除密码外再输入手机上验证器显示的 6 位数字；密码被他人知道也进不来。"
            return Facts(
                [Fact("状态", tag("未启用", "mute"), hint=said)],
                title="二次验证",
                actions=[Action("启用二次验证", self.url_for("factor"), icon="shield")],
            )
        left = queries.count_recovery_codes(db.session(), current_actor().account_id)
        low = "所剩不多，请重新生成。" if left < 4 else "手机不在身边时，用它代替验证码。"
        return Facts(
            [
                Fact("状态", tag("已启用", "good"), hint="您的角色必须使用二次验证。" if must else None),
                Fact("剩余恢复码", f"{left} 个", hint=low),
            ],
            title="二次验证",
            actions=[
                Action("更换验证器", self.url_for("factor"), icon="edit"),
                Action("重新生成恢复码", self.url_for("recovery_codes"), method="post", confirm="原有恢复码立即作废。"),
                Action(
                    "停用二次验证",
                    self.url_for("factor_off"),
                    method="post",
                    confirm="停用后，登录只需密码；其他设备上的登录会结束。",
                    refused="管理员必须使用二次验证。" if must else None,
                ),
            ],
        )

    def _devices(self) -> Table:
        actor, here = current_actor(), g.login.session_id
        held = queries.sessions_of(db.session(), actor.account_id)
        rows = [
            (
                one.device or "未知设备",
                one.address,
                moment_text(one.created_at),
                moment_text(one.seen_at),
                tag("本机", "info")
                if one.id == here
                else Action("结束", self.url_for("end_session", ident=one.id), method="post").html("btn btn-s"),
            )
            for one in held
        ]
        others = Action("结束其他登录", self.url_for("end_others"), method="post") if len(held) > 1 else None
        return Table(
            ("设备", "网络地址", "登录时间", "最近活动", "操作"),
            rows,
            title="登录设备",
            actions=[others] if others else [],
            anchor="devices",
            note=f"同时最多登录 {rules.MAX_SESSIONS} 处；超过时，最早的一处自动退出。",
        )

    @screen_route("/password", methods=("GET", "POST"), permission=Access.OF_SCREEN)
    def password(self) -> Any:
        """Change one's own password."""
        form = ChangePasswordForm()
        token = sign_in.try_to_change(form)
        if token is not None:
            return gate.give_cookie(redirect(self.url_for("index"), 303), token)
        account = queries.own_account_shown(db.session(), current_actor().account_id)
        made = FormPage("修改密码", form, submit="保存新密码", template="backoffice/accounts/my_password.html")
        return render_form(self, made, hints=sign_in.hints_for(account))

    @screen_route("/factor", methods=("GET", "POST"), permission=Access.OF_SCREEN, fresh=True)
    @second_step.limit_guesses
    def factor(self) -> Any:
        """Set up an authenticator, the first or another one."""
        form = CodeForm()
        done = second_step.try_to_enrol(form)
        if done is not None:
            codes, token = done
            return gate.give_cookie(Response(self._show_codes(codes)), token)
        made = FormPage(
            "更换验证器" if g.login.has_factor else "启用二次验证",
            form,
            submit="确认启用",
            template="backoffice/accounts/my_factor.html",
        )
        return render_form(self, made, **second_step.enrolment())

    @screen_route("/recovery-codes", methods=("POST",), permission=Access.OF_SCREEN, fresh=True)
    def recovery_codes(self) -> str:
        """Ten new recovery codes; the earlier ones stop working."""
        codes = operations.renew_recovery_codes(actor=current_actor())
        db.session.commit()
        return self._show_codes(codes)

    def _show_codes(self, codes: list[str]) -> str:
        return self.render(
            "backoffice/accounts/my_codes.html", title="请保存恢复码", codes=codes, onward=self.home_url()
        )

    @screen_route("/factor/off", methods=("POST",), permission=Access.OF_SCREEN, fresh=True)
    def factor_off(self) -> Response:
        """Do without a second factor."""
        operations.switch_factor_off(actor=current_actor(), session_id=g.login.session_id)
        db.session.commit()
        toast("已停用二次验证，其他设备上的登录已结束。")
        return redirect(self.url_for("index"), 303)

    @screen_route("/sessions/<int:ident>/end", methods=("POST",), permission=Access.OF_SCREEN)
    def end_session(self, ident: int) -> Response:
        """End one of one's own sessions."""
        operations.end_session(actor=current_actor(), session_id=ident)
        db.session.commit()
        toast("已结束那一处的登录。")
        return redirect(self.url_for("index"), 303)

    @screen_route("/sessions/end-others", methods=("POST",), permission=Access.OF_SCREEN)
    def end_others(self) -> Response:
        """Stay signed in only here."""
        count = operations.end_other_sessions(actor=current_actor(), keep_session=g.login.session_id)
        db.session.commit()
        toast(f"已结束其他 {count} 处登录，现在只有本机处于登录状态。")
        return redirect(self.url_for("index"), 303)

    @screen_route("/preferences", methods=("GET", "POST"), permission=Access.OF_SCREEN)
    def preferences(self) -> Any:
        """Theme, text size, single-key shortcuts."""
        form = PreferencesForm(data=_wishes(g.login.preferences))
        if request.method == "POST" and form.validate():
            operations.set_preferences(
                actor=current_actor(),
                theme=form.theme.data,
                text=form.text.data,
                single_keys=form.single_keys.data == "on",
            )
            db.session.commit()
            toast("已保存偏好。")
            return redirect(self.url_for("index"), 303)
        return render_form(self, FormPage("修改偏好", form))

    @screen_route("/role")
    def role(self) -> Response:
        """Switch the role: the page is the same as after sign-in."""
        return redirect(url_for("sign_in.role"), 303)


def _wishes(preferences: dict[str, Any]) -> dict[str, str]:
    return {
        "theme": preferences.get("theme", "auto"),
        "text": preferences.get("text", "normal"),
        "single_keys": "off" if preferences.get("single_keys", True) is False else "on",
    }


def _chosen(field: SelectField) -> str:
    return next(choice.label for choice in field.choices if choice.value == field.data)
