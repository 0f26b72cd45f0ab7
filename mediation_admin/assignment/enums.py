"""The words of assigning."""

from mediation_admin.core.enums import LabelledEnum


class AssignmentEnd(LabelledEnum):
    """How an assignment ended without the mediator finishing the case, or with it."""

    DECLINED = "declined", "不予接受"
    TIMED_OUT = "timed_out", "3 个工作日未接收"
    WITHDRAWN = "withdrawn", "撤回指派"
    CHANGED = "changed", "更换调解员"
    RETURNED = "returned", "退回申请"
    UNDONE = "undone", "撤销批量指派"
    CASE_ENDED = "case_ended", "案件结束"


class Factor(LabelledEnum):
    """What a candidate earns points for; the label is the column head of the ranking."""

    LOAD = "load", "在手案件"
    SPECIALITY = "speciality", "专长"
    AREA = "area", "地区与组织"
    SUCCESS = "success", "调解成效"
    RESPONSE = "response", "接收及时"


class Exclusion(LabelledEnum):
    """The rules that keep a mediator from being offered; the label is shown beside the name."""

    NOT_CERTIFIED = "not_certified", "未经本院认证"
    NOT_ACTIVE = "not_active", "已停用或除名"
    TERM_NOT_BEGUN = "term_not_begun", "聘期未开始"
    TERM_OVER = "term_over", "聘期已满"
    FULL = "full", "在手案件已达上限"
    CONFLICT_SAME_PERSON = "conflict_same_person", "是本案当事人或代理人"
    CONFLICT_SAME_NAME = "conflict_same_name", "与当事人或代理人同名"
    CONFLICT_EMPLOYER = "conflict_employer", "任职于当事人单位"
    DECLINED_BEFORE = "declined_before", "曾不予接受或逾期未接收本案"
    CHANGED_BEFORE = "changed_before", "当事人已申请更换"
