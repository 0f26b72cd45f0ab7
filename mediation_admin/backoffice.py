"""Every back-office screen, in menu order. The listing is the menu."""

from flask import Flask

from mediation_admin import accounts
from mediation_admin.accounts import queries as account_queries
from mediation_admin.accounts.admin import (
    CourtUsersImportView,
    CourtUsersView,
    MyAccountView,
    PermissionsView,
    PlatformRoleHoldersView,
    RoleHoldersView,
    SecurityPolicyView,
    UsersView,
)
from mediation_admin.approvals.admin import ApprovalsView
from mediation_admin.assignment.admin import AssignmentView
from mediation_admin.audit import objects as audited
from mediation_admin.audit import panels as audit_panels
from mediation_admin.audit import reading
from mediation_admin.audit.admin import AuditView
from mediation_admin.backfill.admin import BackfillView
from mediation_admin.cases import queries as case_queries
from mediation_admin.cases.admin import (
    CasesView,
    InternetCasesView,
    PostFilingCasesView,
    PreFilingCasesView,
    RecycleBinView,
)
from mediation_admin.cases.models import Case
from mediation_admin.core.admin import Screen, Shell, Site, install, register_button, register_panel
from mediation_admin.core.admin.job_screen import JobsView
from mediation_admin.desk.admin import HomeView, SearchView, TodoView, todo_count
from mediation_admin.exchange.admin import AllHandOffsView, HandOffsView
from mediation_admin.exchange.admin import case_panel as hand_off_panel
from mediation_admin.exports.admin import DownloadsView
from mediation_admin.inspection.admin import InspectionView
from mediation_admin.notices.admin import NoticesView
from mediation_admin.permissions import Permission
from mediation_admin.reports.admin import ReportAssignmentsView, ReportCasesView, ReportsView
from mediation_admin.rosters import queries as roster_queries
from mediation_admin.rosters import slots as rosters
from mediation_admin.rosters.admin import (
    MediatorCertificationList,
    MediatorList,
    OrganisationCertificationList,
    OrganisationImportView,
    OrganisationList,
    OtherMediatorList,
    RosterImportView,
)
from mediation_admin.support.admin import (
    AccountHelpView,
    CaseVideoView,
    IdentityReviewsView,
    MyIdentityView,
    VideoRequestsView,
    case_button,
    identity_panel,
    own_panel,
    video_panel,
)

ICONS = {
    "调解案件管理": "folder",
    "名册管理": "users",
    "质效指标管理": "chart",
    "本院管理": "building",
    "平台客服": "phone",
    "系统管理": "gear",
    "审计": "shield",
}


def screens() -> list[Screen]:
    """The screens in the order of the menu; those without a menu place come last."""
    return [
        # 调解案件管理
        PreFilingCasesView(),
        PostFilingCasesView(),
        InternetCasesView(),
        CasesView(),
        BackfillView(),
        HandOffsView(),
        RecycleBinView(),
        # 名册管理
        MediatorList(),
        MediatorCertificationList(),
        OrganisationList(),
        OrganisationCertificationList(),
        OtherMediatorList(),
        RosterImportView(),
        OrganisationImportView(),
        # 质效指标管理
        ReportsView(),
        ReportCasesView(),
        ReportAssignmentsView(),
        DownloadsView(),
        # 本院管理
        CourtUsersView(),
        CourtUsersImportView(),
        RoleHoldersView(),
        # 平台客服
        AccountHelpView(),
        IdentityReviewsView(),
        VideoRequestsView(),
        AllHandOffsView(),
        NoticesView(),
        # 系统管理
        UsersView(),
        PlatformRoleHoldersView(),
        SecurityPolicyView(),
        # 审批
        ApprovalsView(),
        InspectionView(),
        # 审计
        AuditView(),
        # not in the menu
        AssignmentView(),
        TodoView(),
        SearchView(),
        JobsView(),
        PermissionsView(),
        MyAccountView(),
        MyIdentityView(),
        CaseVideoView(),
    ]


def join_subjects() -> None:
    """Tell lower subjects what only higher ones know."""
    desk = case_queries.on_a_desk()
    rosters.count_open_cases_with("mediator", rosters.counting(Case.mediator_id, desk))
    rosters.count_open_cases_with("organisation", rosters.counting(Case.organisation_id, desk))
    rosters.needed_by("mediator", "cases", rosters.needing(Case.mediator_id, "有 {} 件案件由其调解"))
    rosters.needed_by("organisation", "cases", rosters.needing(Case.organisation_id, "有 {} 件案件在该组织"))
    register_panel("cases", "log", hand_off_panel)
    register_panel("cases", "log", video_panel)
    register_button("cases", case_button)
    register_panel("my_account", "main", identity_panel)
    register_panel("my_account", "main", own_panel)
    _join_audited()


def _join_audited() -> None:
    """What the audit's entries are about, how it is found, and where it can be looked at."""
    may = Permission
    audited.join_people(account_queries.people_named)
    for kind in (
        audited.Kind("mediation_case", "案件", may.CASE_VIEW, "/cases/{}/".format, case_queries.audited_under),
        audited.Kind("mediator", "调解员", may.ROSTER_VIEW, "/mediators/{}/".format, roster_queries.audited_under),
        audited.Kind("organisation", "调解组织", may.ROSTER_VIEW, "/organisations/{}/".format),
        audited.Kind("account", "用户", may.ACCOUNT_VIEW, "/court-users/{}/".format),
        audited.Kind("role_grant", "角色授予"),
        audited.Kind("court_member", "本院用户"),
        audited.Kind("approval", "审批"),
        audited.Kind("hand_off", "移送"),
        audited.Kind("outgoing_message", "短信"),
        audited.Kind("assignment", "指派"),
        audited.Kind("import_batch", "导入批次"),
        audited.Kind("export_request", "导出申请"),
        audited.Kind("court", "法院"),
    ):
        audited.join(kind)
    audited.join_audited_tables()
    for code in ("court_users", "users"):
        register_panel(code, "state", audit_panels.deeds)


def init_app(app: Flask) -> None:
    """Join the screens to the app."""
    join_subjects()
    reading.install(app)
    site = Site(index_view=HomeView())
    site.add_screens(screens(), icons=ICONS)
    install(
        app,
        site,
        Shell(
            court_name=accounts.court_name,
            role_name=accounts.role_name,
            preferences=accounts.preferences,
            idle_seconds=accounts.idle_seconds,
            prove=accounts.prove,
            counts=lambda actor: {"todo": todo_count(actor)},
        ),
    )
