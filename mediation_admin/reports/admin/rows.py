"""报表明细: case rows and assignment rows with every column a report counts by; also the rows behind a figure."""

from typing import Any

from sqlalchemy import Select, case, func, select

from mediation_admin.assignment.enums import AssignmentEnd
from mediation_admin.assignment.models import Assignment
from mediation_admin.cases import queries as cases
from mediation_admin.cases.admin import detail_url
from mediation_admin.cases.admin.filters import mediator_name, organisation_name
from mediation_admin.cases.enums import CaseKind, CaseSource, CaseState, EndReason, Result
from mediation_admin.cases.models import Case
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    FlagFilter,
    Key,
    ListScreen,
    LookupFilter,
    Order,
)
from mediation_admin.courts.models import Court
from mediation_admin.permissions import Permission
from mediation_admin.reference.models import DisputeType, Ministry
from mediation_admin.reports.admin.drill import FigureFilter
from mediation_admin.reports.definition import Counts
from mediation_admin.rosters.models import Mediator, Organisation

MENU = ("质效指标管理",)


def _is_late() -> Any:
    """Past its deadline: at its end, or today where it has none."""
    return case((Case.due_on.is_(None), None), else_=func.coalesce(Case.ended_on, clock.today()) > Case.due_on)


class ReportCasesView(ListScreen):
    """报表明细查询: every column of a case that a report counts by."""

    code = "report_cases"
    title = "报表明细查询"
    permission = Permission.CASE_VIEW
    menu_path = MENU
    url_path = "/reports/cases"
    columns = [
        Column("case_no", "诉前调解案号", kind="link", required=True, copy=True, width="fit"),
        Column("inner_case_no", "案号", default=False),
        Column("kind", "类型", kind="tag", enum=CaseKind, default=False),
        Column("source", "来源", kind="tag", enum=CaseSource, default=False),
        Column("cause_text", "案由", width="m"),
        Column("dispute_type", "纠纷类型", default=False),
        Column("applicants", "申请人", kind="names", width="m"),
        Column("respondents", "被申请人", kind="names", width="m"),
        Column("amount", "标的额（元）", kind="money"),
        Column("court", "法院", default=False),
        Column("ministry", "部委", default=False),
        Column("organisation", "调解组织", default=False),
        Column("mediator", "调解员"),
        Column("registered_on", "登记日期", kind="date", sortable="oldest"),
        Column("assigned_on", "指派日期", kind="date", default=False),
        Column("accepted_on", "受理日期", kind="date"),
        Column("due_on", "调解期限", kind="date", default=False),
        Column("close_requested_on", "申请结案日期", kind="date", default=False),
        Column("ended_on", "结束日期", kind="date"),
        Column("days", "天数", kind="number", help="结束日期－受理日期；未结束的不计。"),
        Column("late", "是否超期", kind="flag", default=False, help="结束日期（未结束的为今天）晚于调解期限。"),
        Column("extended_days", "延期（天）", kind="number", default=False),
        Column("state", "状态", kind="tag", enum=CaseState),
        Column("result", "结果", kind="tag", enum=Result),
        Column("end_reason", "终止原因", kind="tag", enum=EndReason, default=False),
        Column("signed_all", "全部签字", kind="flag", default=False),
        Column("backfilled", "补录", kind="flag", default=False),
    ]
    orders = [
        Order("newest", "登记日期从新到旧", [Key(Case.registered_on, descending=True), Key(Case.id, descending=True)]),
        Order("oldest", "登记日期从旧到新", [Key(Case.registered_on), Key(Case.id)]),
    ]
    filters = [
        FigureFilter("figure", "报表指标", hidden=True),
        DateRangeFilter("registered", "登记日期", Case.registered_on),
        DateRangeFilter("ended", "结束日期", Case.ended_on),
        ChoiceFilter("state", "状态", Case.state, choices=CaseState, multiple=True, cast=CaseState),
        ChoiceFilter("kind", "类型", Case.kind, choices=CaseKind, multiple=True, cast=CaseKind, more=True),
        ChoiceFilter("result", "结果", Case.result, choices=Result, multiple=True, cast=Result, more=True),
        LookupFilter(
            "mediator", "调解员", condition=cases.by_mediator, endpoint="/mediators/lookup", describe=mediator_name,
            more=True,
        ),
        LookupFilter(
            "organisation", "调解组织", condition=cases.by_organisation, endpoint="/organisations/lookup",
            describe=organisation_name, more=True,
        ),
        DateRangeFilter("assigned", "指派日期", Case.assigned_on, more=True),
        DateRangeFilter("accepted", "受理日期", Case.accepted_on, more=True),
        FlagFilter("backfilled", "补录", Case.backfilled, more=True),
    ]  # fmt: skip
    empty = Empty("没有符合条件的案件。登记或补录案件后，这里列出全部明细。")
    exportable = True

    def select(self) -> Select[Any]:
        return (
            select(
                Case.id,
                Case.case_no,
                Case.inner_case_no,
                Case.kind,
                Case.source,
                Case.cause_text,
                DisputeType.name.label("dispute_type"),
                Case.applicants,
                Case.respondents,
                Case.amount,
                Court.name.label("court"),
                Ministry.short_name.label("ministry"),
                Organisation.name.label("organisation"),
                Mediator.name.label("mediator"),
                Case.registered_on,
                Case.assigned_on,
                Case.accepted_on,
                Case.due_on,
                Case.close_requested_on,
                Case.ended_on,
                (Case.ended_on - Case.accepted_on).label("days"),
                _is_late().label("late"),
                Case.extended_days,
                Case.state,
                Case.result,
                Case.end_reason,
                Case.signed_all,
                Case.backfilled,
            )
            .select_from(Case)
            .join(Court, Court.id == Case.court_id)
            .outerjoin(Mediator, Mediator.id == Case.mediator_id)
            .outerjoin(Organisation, Organisation.id == Case.organisation_id)
            .outerjoin(DisputeType, DisputeType.code == Case.dispute_type_code)
            .outerjoin(Ministry, Ministry.code == Case.ministry_code)
            .where(cases.counted())
        )

    def detail_url(self, row: Any) -> str:
        return detail_url(row.id)


class ReportAssignmentsView(ListScreen):
    """指派明细查询: every assignment with its answer; a case that was assigned twice stands here twice."""

    code = "report_assignments"
    title = "指派明细查询"
    permission = Permission.CASE_VIEW
    menu_path = MENU
    url_path = "/reports/assignments"
    columns = [
        Column("case_no", "诉前调解案号", kind="link", required=True, copy=True, width="fit"),
        Column("mediator", "调解员"),
        Column("organisation", "调解组织"),
        Column("assigned_on", "指派日期", kind="date", sortable="oldest"),
        Column("response_due_on", "受理期限", kind="date"),
        Column("accepted_on", "受理日期", kind="date"),
        Column("in_time", "及时接收", kind="flag", help="在三个工作日的受理期限内受理。"),
        Column("ended_at", "指派结束", kind="datetime"),
        Column("end_kind", "结束方式", kind="tag", enum=AssignmentEnd),
        Column("end_reason", "结束理由", width="m"),
        Column("reason", "指派理由", width="l", default=False),
        Column("state", "案件状态", kind="tag", enum=CaseState),
    ]
    orders = [
        Order(
            "newest",
            "指派日期从新到旧",
            [Key(Assignment.assigned_on, descending=True), Key(Assignment.id, descending=True)],
        ),
        Order("oldest", "指派日期从旧到新", [Key(Assignment.assigned_on), Key(Assignment.id)]),
    ]
    filters = [
        FigureFilter("figure", "报表指标", hidden=True, counts=Counts.ASSIGNMENTS),
        DateRangeFilter("assigned", "指派日期", Assignment.assigned_on),
        LookupFilter(
            "mediator", "调解员", Assignment.mediator_id, endpoint="/mediators/lookup", describe=mediator_name
        ),
        ChoiceFilter("end_kind", "结束方式", Assignment.end_kind, choices=AssignmentEnd, multiple=True, cast=AssignmentEnd),
        LookupFilter(
            "organisation", "调解组织", Assignment.organisation_id, endpoint="/organisations/lookup",
            describe=organisation_name, more=True,
        ),
    ]  # fmt: skip
    empty = Empty("没有符合条件的指派。在案件页面点“指派”后，这里逐次列出。")
    exportable = True

    def select(self) -> Select[Any]:
        return (
            select(
                Assignment.id,
                Assignment.case_id,
                Case.case_no,
                Mediator.name.label("mediator"),
                Organisation.name.label("organisation"),
                Assignment.assigned_on,
                Assignment.response_due_on,
                Assignment.accepted_on,
                (Assignment.accepted_on <= Assignment.response_due_on).label("in_time"),
                Assignment.ended_at,
                Assignment.end_kind,
                Assignment.end_reason,
                Assignment.reason,
                Case.state,
            )
            .select_from(Assignment)
            .join(Case, Case.id == Assignment.case_id)
            .outerjoin(Mediator, Mediator.id == Assignment.mediator_id)
            .outerjoin(Organisation, Organisation.id == Assignment.organisation_id)
            .where(cases.counted())
        )

    def detail_url(self, row: Any) -> str:
        return detail_url(row.case_id)
