"""The forms of accounts: shape only."""

from wtforms import PasswordField, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice

from mediation_admin.accounts import rules
from mediation_admin.core.forms import EnumField, Form, Length, LookupField, Optional, PhoneField, Required
from mediation_admin.permissions import COURT_ROLES, Role

_NEW = {"autocomplete": "new-password", "data-secret": "1"}
_CURRENT = {"autocomplete": "current-password", "data-secret": "1"}
RULES_IN_WORDS = f"至少 {rules.SHORTEST} 位，大写字母、小写字母、数字、符号至少三种；不含手机号中连续 {rules.FRAGMENT} 位，不用常见密码。"


class SignInForm(Form):
    """Phone and password."""

    phone = PhoneField(
        "手机号", [Required("请输入 11 位手机号")], render_kw={"autocomplete": "username", "autofocus": True}
    )
    password = PasswordField("密码", [Required("请输入密码"), Length(max=1024)], render_kw=_CURRENT)


class _NewPassword(Form):
    new_password = PasswordField("新密码", [Required("请输入新密码")], description=RULES_IN_WORDS, render_kw=_NEW)
    repeat = PasswordField("再输一次新密码", [Required("请再输入一次新密码")], render_kw=_NEW)

    def validate_repeat(self, field: PasswordField) -> None:
        """Typed the same twice."""
        if field.data != self.new_password.data:
            raise ValidationError("两次输入的新密码不一致，请重新输入")


class ChangePasswordForm(_NewPassword):
    """The current password, then the new one twice."""

    current_password = PasswordField("现在的密码", [Required("请输入现在的密码")], render_kw=_CURRENT)
    sections = [("", ["current_password", "new_password", "repeat"])]


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


class GrantForm(Form):
    """A role and, for a court role, its court. ``endpoint`` and ``describe`` of the court are set by the screen."""

    role = EnumField("角色", [Required("请选择角色")], enum=Role)
    court_id = LookupField(
        "法院",
        [Optional()],
        endpoint=lambda: "",
        describe=lambda value: None,
        placeholder="输入法院名称、代字或拼音首字母",
        description="、".join(role.label for role in COURT_ROLES) + "须选择法院；平台角色不选。",
    )


class NewUserForm(GrantForm):
    """A new person with the first role."""

    name = StringField("姓名", [Required("请填写姓名"), Length(max=50)])
    phone = PhoneField("手机号", [Required("请输入 11 位手机号")], description="手机号就是登录名，一人一个账号。")
    sections = [("人员", ["name", "phone"]), ("角色", ["role", "court_id"])]
