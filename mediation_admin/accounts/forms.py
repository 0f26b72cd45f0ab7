"""The forms of accounts: shape only."""

from wtforms import IntegerField, PasswordField, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice

from mediation_admin.accounts import rules
from mediation_admin.accounts.enums import PasswordProfile
from mediation_admin.accounts.factors import plain
from mediation_admin.core.forms import Form, Length, NumberRange, PhoneField, Required

_NEW = {"autocomplete": "new-password", "data-secret": "1"}
_CURRENT = {"autocomplete": "current-password", "data-secret": "1"}


def _between(allowed: range, unit: str) -> NumberRange:
    return NumberRange(allowed[0], allowed[-1], f"请填写 {allowed[0]} 到 {allowed[-1]} 之间的{unit}数")


class SignInForm(Form):
    """Phone and password."""

    phone = PhoneField(
        "手机号", [Required("请输入 11 位手机号")], render_kw={"autocomplete": "username", "autofocus": True}
    )
    password = PasswordField("密码", [Required("请输入密码"), Length(max=1024)], render_kw=_CURRENT)


class CodeForm(Form):
    """A code of the authenticator, or a recovery code."""

    code = StringField(
        "验证码",
        [Required("请输入验证码"), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false", "autofocus": True},
    )


class ProveForm(Form):
    """The proof that the person is there: the password, or a code where a second factor is on."""

    secret = PasswordField("密码", [Required("请输入"), Length(max=1024)], render_kw={**_CURRENT, "autofocus": True})


class ForgottenForm(Form):
    """The phone of somebody who has forgotten the password."""

    phone = PhoneField(
        "手机号", [Required("请输入 11 位手机号")], render_kw={"autocomplete": "username", "autofocus": True}
    )


class _NewPassword(Form):
    new_password = PasswordField("新密码", [Required("请输入新密码")], render_kw=_NEW)
    repeat = PasswordField("再输一次新密码", [Required("请再输入一次新密码")], render_kw=_NEW)

    def validate_repeat(self, field: PasswordField) -> None:
        """Typed the same twice."""
        if field.data != self.new_password.data:
            raise ValidationError("两次输入的新密码不一致，请重新输入")


class ChangePasswordForm(_NewPassword):
    """The current password, then the new one twice."""

    current_password = PasswordField("现在的密码", [Required("请输入现在的密码")], render_kw=_CURRENT)
    sections = [("", ["current_password", "new_password", "repeat"])]


class ResetForm(_NewPassword):
    """The code that came by SMS, and the new password twice."""

    code = StringField(
        "短信验证码",
        [Required("请输入短信中的 6 位数字"), Length(max=12)],
        filters=[lambda text: plain(text) if text else text],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True},
    )


class LinkForm(_NewPassword):
    """A first or a new password, by a one-time link."""


class SetUpForm(_NewPassword):
    """The first system administrator of an empty platform."""

    name = StringField("姓名", [Required("请填写姓名"), Length(max=50)], render_kw={"autocomplete": "name"})
    phone = PhoneField("手机号", [Required("请输入 11 位手机号")], render_kw={"autocomplete": "username"})
    sections = [("", ["name", "phone", "new_password", "repeat"])]


class RoleForm(Form):
    """Which of one's roles to work in; the choices are set by the page."""

    grant_id = RadioField("角色", [Required("请选择一个角色")], coerce=int)


class PolicyForm(Form):
    """The security policy of the platform."""

    profile = RadioField(
        "密码规则",
        [Required("请选择密码规则")],
        choices=[SelectChoice(value, label) for value, label in PasswordProfile.choices()],
    )
    idle_minutes = IntegerField(
        "无操作退出",
        [Required("请填写分钟数"), _between(rules.IDLE_RANGE, "分钟")],
        render_kw={"data-unit": "分钟", "inputmode": "numeric"},
        description=f"多久没有操作就自动退出，{rules.IDLE_RANGE[0]} 到 {rules.IDLE_RANGE[-1]} 分钟。退出前会提醒，可以继续使用。",
    )
    absolute_hours = IntegerField(
        "最长登录",
        [Required("请填写小时数"), _between(rules.ABSOLUTE_RANGE, "小时")],
        render_kw={"data-unit": "小时", "inputmode": "numeric"},
        description="一直在操作，满这个时间也须重新登录。",
    )
    sections = [("密码", ["profile"]), ("登录时长", ["idle_minutes", "absolute_hours"])]


class PreferencesForm(Form):
    """How the pages look to one person, and how the keyboard acts."""

    theme = SelectField(
        "外观", choices=[SelectChoice("auto", "跟随系统"), SelectChoice("light", "浅色"), SelectChoice("dark", "深色")]
    )
    text = SelectField("字号", choices=[SelectChoice("normal", "标准"), SelectChoice("large", "大")])
    single_keys = SelectField(
        "单键快捷键",
        choices=[SelectChoice("on", "启用"), SelectChoice("off", "停用")],
        description="j、k、x、/ 等不带 Ctrl 的按键；输入文字时总是不起作用。",
    )
