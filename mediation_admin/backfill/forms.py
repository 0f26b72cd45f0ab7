"""新增历史案件 by form: the case form with what has already happened."""

from wtforms import StringField

from mediation_admin.cases import rules
from mediation_admin.cases.enums import EndReason, Result
from mediation_admin.cases.forms import CaseForm
from mediation_admin.core.forms import DateField, EnumField, Length, LookupField, Optional, SelectField


class HistoricCaseForm(CaseForm):
    """The fields of §5.1 and §5.2; the state follows from dates, mediator and result (T1b)."""

    case_no = StringField("诉前调解案号", [Length(max=80)], description="原有案号照填，没有的留空由平台编号")
    mediator_id = LookupField("调解员", [Optional()], endpoint="/mediators/lookup", describe=str)
    organisation_id = LookupField("调解组织", [Optional()], endpoint="/organisations/lookup", describe=str)
    accepted_on = DateField("受理日期", [Optional()])
    ended_on = DateField("结束日期", [Optional()], description="已结束的案件填写，同时选择结果")
    result = EnumField("调解结果", enum=Result, empty="未结束")
    end_reason = EnumField("终止原因", enum=EndReason, empty="不填")
    ministry = SelectField(
        "部委信息", choices=[("no", "否"), ("yes", "是")], default="no", description="选“是”后再选择部委"
    )

    sections = (
        (
            "案件信息",
            ["version", "kind", "registered_on", "cause_code", "case_no", "inner_case_no", "amount", "category"],
        ),
        ("部委信息", ["ministry", "ministry_code"]),
        ("申请人", ["applicants"]),
        ("被申请人", ["respondents"]),
        ("调解经过", ["mediator_id", "organisation_id", "accepted_on", "ended_on", "result", "end_reason"]),
        ("调解信息", ["facts", "claim", "plan", "remark"]),
        ("第三人", ["thirds"]),
        ("代理人", ["agents"]),
    )

    def validate(self, *arguments, **options) -> bool:
        """部委信息 = 是 needs the ministry (R28)."""
        fine = super().validate(*arguments, **options)
        if self.ministry.data == "yes" and not self.ministry_code.data:
            self.ministry_code.errors = [*self.ministry_code.errors, "部委信息选择了“是”，请选择部委"]
            fine = False
        return fine

    def historic_case(self) -> rules.BackfilledCase:
        """What the form holds, as the operation takes it."""
        if self.ministry.data != "yes":
            self.ministry_code.data = ""
        return rules.BackfilledCase(
            case=self.case_data(),
            case_no=(self.case_no.data or "").strip() or None,
            mediator_id=self.mediator_id.data,
            organisation_id=self.organisation_id.data,
            accepted_on=self.accepted_on.data,
            ended_on=self.ended_on.data,
            result=self.result.data,
            end_reason=self.end_reason.data,
        )
