"""安全策略: the password profile and the session limits of the whole platform, set by the security administrator."""

from typing import Any

from flask import redirect, request

from mediation_admin.accounts import operations, password_rules, queries, rules
from mediation_admin.accounts.enums import PasswordProfile
from mediation_admin.accounts.forms import PolicyForm
from mediation_admin.core import clock
from mediation_admin.core.admin import FormPage, Screen, Table, current_actor, render_form, screen_route, toast
from mediation_admin.core.admin.access import Access
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.permissions import Permission


class SecurityPolicyView(Screen):
    """The one page of the policy."""

    code = "security_policy"
    title = "安全策略"
    permission = Permission.SECURITY_POLICY
    menu_path = ("系统管理",)

    @screen_route("/", methods=("GET", "POST"), permission=Access.OF_SCREEN, fresh=True)
    def index(self) -> Any:
        """What holds now, and the form that changes it."""
        held = queries.policy(db.session())
        form = PolicyForm(
            data={
                "profile": held.profile.value,
                "idle_minutes": held.idle_minutes,
                "absolute_hours": held.absolute_hours,
            }
        )
        if request.method == "POST" and form.validate():
            wanted = rules.Policy(PasswordProfile(form.profile.data), form.idle_minutes.data, form.absolute_hours.data)
            try:
                operations.set_policy(actor=current_actor(), policy=wanted)
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                db.session.commit()
                toast("已保存安全策略，从现在起对所有人生效。")
                return redirect(self.url_for("index"), 303)
        return render_form(
            self,
            FormPage("安全策略", form, intro="修改后立即对全平台所有账号生效，并记入审计。", aside=[_compared()]),
        )


def _compared() -> Table:
    """The two profiles side by side, read from the rules themselves."""
    asked = password_rules.requirements(PasswordProfile.DENGBAO)
    alone = password_rules.requirements(PasswordProfile.NIST)
    beside = password_rules.requirements(PasswordProfile.NIST, has_factor=True)
    now = clock.now()
    older = queries.count_older_passwords(db.session(), now - asked.lasts)
    rows = [
        ("最短长度", f"{asked.shortest} 位", f"{alone.shortest} 位；已启用二次验证的 {beside.shortest} 位"),
        ("字符种类", f"四类中至少 {asked.classes} 类", "不要求"),
        ("手机号片段", f"不含连续 {asked.fragment} 位", "不要求"),
        ("历史密码", f"不与前 {asked.history} 次相同", "不要求"),
        ("定期更换", f"{asked.lasts.days} 天，提前 {asked.notice.days} 天提醒", "不要求"),
        ("常见密码、法院名称、案号、年份", "拒绝", "拒绝"),
    ]
    return Table(
        ("要求", PasswordProfile.DENGBAO.label, PasswordProfile.NIST.label),
        rows,
        title="两套密码规则",
        note=f"按“{PasswordProfile.DENGBAO.label}”，现有 {older} 个账号的密码已超过 {asked.lasts.days} 天，须先修改密码才能继续使用。",
    )
