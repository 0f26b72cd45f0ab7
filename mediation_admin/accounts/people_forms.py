"""The forms about people and their roles: shape only."""

from wtforms import HiddenField, StringField, TextAreaField

from mediation_admin.accounts.enums import COURT_PROOFS, PhoneProof, Post
from mediation_admin.core.forms import (
    DateField,
    EnumField,
    Form,
    Length,
    LookupField,
    Optional,
    PhoneField,
    Required,
    SelectField,
    SelectMultipleField,
)
from mediation_admin.permissions import COURT_ROLES, Role


def _number(value: object) -> int | None:
    return int(value) if str(value or "").isdigit() else None


_REASON = "授予管理员角色须另一人审批，请写明理由。"
GIVEN_BY_COURT = tuple((role.value, role.label) for role in COURT_ROLES)


class _Period(Form):
    valid_from = DateField("开始日期", [Optional()], description="不填为立即。")
    valid_until = DateField("结束日期", [Optional()], description="当天仍有效，次日自动失效；不填为长期。")


class GrantForm(_Period):
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
    reason = TextAreaField("申请理由", [Required("请写明理由，安全管理员据此审批"), Length(max=500)])
    sections = [("角色", ["role", "court_id", "valid_from", "valid_until", "reason"])]


class NewUserForm(GrantForm):
    """A new person with the first role."""

    name = StringField("姓名", [Required("请填写姓名"), Length(max=50)])
    phone = PhoneField("手机号", [Required("请输入 11 位手机号")], description="手机号就是登录名，一人一个账号。")
    sections = [("人员", ["name", "phone"]), ("角色", ["role", "court_id", "valid_from", "valid_until", "reason"])]


class CourtRoleForm(_Period):
    """One more role in one's own court, for good or for a time."""

    role = SelectField("角色", [Required("请选择角色")], choices=[("", "请选择"), *GIVEN_BY_COURT])
    reason = TextAreaField("申请理由", [Optional(), Length(max=500)], description=_REASON, render_kw={"rows": 2})
    sections = [("角色", ["role", "valid_from", "valid_until", "reason"])]


class StandInForm(Form):
    """代理: a colleague works in somebody's role until a day."""

    role = SelectField("代理的角色", [Required("请选择角色")])
    account_id = SelectField("代理人", [Required("请选择代理人")], coerce=_number)
    valid_from = DateField("开始日期", [Optional()], description="不填为立即。")
    valid_until = DateField("结束日期", [Required("代理必须有结束日期")], description="当天仍有效，次日自动结束。")
    reason = TextAreaField("申请理由", [Optional(), Length(max=500)], description=_REASON, render_kw={"rows": 2})
    sections = [("代理", ["role", "account_id", "valid_from", "valid_until", "reason"])]


class _Place(Form):
    name = StringField(
        "姓名", [Required("请填写姓名"), Length(max=50)], render_kw={"autocomplete": "off", "autofocus": True}
    )
    department = StringField(
        "部门或所属法庭", [Optional(), Length(max=60)], render_kw={"autocomplete": "off", "list": "departments"}
    )
    post = EnumField("职务", [Optional()], enum=Post)


class NewMemberForm(_Place):
    """Somebody new in one's own court; ten fields at most, in the order in which they are known."""

    phone = PhoneField("手机号", [Required("请输入 11 位手机号")], description="就是登录名，邀请短信发到这里。")
    roles = SelectMultipleField(
        "角色",
        [Required("请至少选择一个角色")],
        choices=GIVEN_BY_COURT,
        render_kw={"data-boxes": "1"},
        description="角色决定能做什么；职务只作说明。",
    )
    reason = TextAreaField("申请理由", [Optional(), Length(max=500)], description=_REASON, render_kw={"rows": 2})
    sections = [("人员", ["name", "phone", "department", "post"]), ("角色", ["roles", "reason"])]


class MemberForm(_Place):
    """The person's place in the court; ``version`` is that of the moment the form was opened."""

    version = HiddenField(filters=[_number])
    sections = [("人员", ["version", "name", "department", "post"])]


class PhoneChangeForm(Form):
    """Another phone, after a proof."""

    phone = PhoneField("新手机号", [Required("请输入 11 位手机号")])
    proof = EnumField("核实方式", [Required("请选择怎样核实的")], enum=PhoneProof, members=COURT_PROOFS)
    reason = TextAreaField("原因", [Required("请写明更换的原因"), Length(max=500)])
    sections = [("", ["phone", "proof", "reason"])]


class FactorResetForm(Form):
    """Why the second factor of a colleague is taken off."""

    reason = TextAreaField(
        "原因",
        [Required("请写明原因，以及怎样核实是本人"), Length(max=500)],
        description="写明怎样核实是本人，例如“本人到场，核对工作证”。会记入审计；不要写手机号、证件号码。",
    )
    sections = [("", ["reason"])]


class HandOverForm(Form):
    """Who takes the open work; the choices are set by the screen."""

    successor_id = SelectField("接手人", [Optional()], coerce=_number)
    sections = [("交接", ["successor_id"])]


class LeaveForm(HandOverForm):
    """The same for somebody who leaves the court, for another one or for good."""

    to_court_id = LookupField(
        "调往法院",
        [Optional()],
        endpoint=lambda: "",
        describe=lambda value: None,
        placeholder="输入法院名称、代字或拼音首字母",
        description="不填为离开，不调往其他法院。填写后由该院管理员确认接收。",
    )
    reason = TextAreaField("原因", [Required("请写明离开的原因，如调动、退休"), Length(max=500)])
    sections = [("交接", ["successor_id"]), ("去向", ["to_court_id", "reason"])]
