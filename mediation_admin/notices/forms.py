"""The forms of messages out: shape only."""

from wtforms import StringField

from mediation_admin.core.forms import Form, Length, Required


class ReasonForm(Form):
    """Why support looks into a message or sends it again; kept in the audit."""

    reason = StringField("理由", [Required("请写明理由"), Length(max=200)], description="如：本人来电称收不到验证码。")


class VerifyForm(Form):
    """What somebody types who wants to know whether a message is genuine."""

    check_code = StringField(
        "核验码",
        [Required("请输入短信末尾的核验码"), Length(max=30)],
        description="短信末尾“核验码”后面的 8 位字母和数字。",
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True},
    )
    tail = StringField(
        "收到短信的手机号后四位",
        [Required("请输入收到短信的手机号后四位"), Length(max=20)],
        description="用来确认短信确实是发给这个号码的；本页不保存、不显示号码。",
        render_kw={"autocomplete": "off", "inputmode": "numeric"},
    )
