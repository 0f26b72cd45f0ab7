"""The one thing asked before a hand-off is sent again or given up."""

from wtforms import TextAreaField

from mediation_admin.core.forms import Form, Length, Required


class ReasonForm(Form):
    """Why."""

    reason = TextAreaField(
        "理由",
        [Required("请写明理由，会记入移送记录和审计"), Length(max=200)],
        description="例如：对方系统已恢复；已与对方核实没有收到。不要写当事人的手机号、证件号码。",
    )
