"""The forms of approvals: shape only."""

from wtforms import TextAreaField

from mediation_admin.approvals.rules import LONGEST_REASON
from mediation_admin.core.forms import Form, Length, Required


class RefusalForm(Form):
    """Why a request is refused."""

    note = TextAreaField(
        "拒绝的原因", [Required("请写明拒绝的原因"), Length(max=LONGEST_REASON)], description="申请人会看到。"
    )
