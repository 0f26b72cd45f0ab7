"""Who may do what: every permission and every role on one page. Nothing else in the code tests a role."""

from mediation_admin.core.enums import LabelledEnum


class Permission(LabelledEnum):
    """A permission is ``resource:verb``; the label is how the role screen names it."""

    CASE_VIEW = "case:view", "查看案件"
    CASE_CREATE = "case:create", "新增案件"
    CASE_EDIT = "case:edit", "编辑案件"
    CASE_ASSIGN = "case:assign", "指派案件"
    CASE_PROCEED = "case:proceed", "代为办理调解步骤"
    CASE_DELETE = "case:delete", "删除案件（入回收站）"
    CASE_BACKFILL = "case:backfill", "补录历史案件"
    ROSTER_VIEW = "roster:view", "查看名册"
    ROSTER_EDIT = "roster:edit", "维护名册"
    ROSTER_IMPORT = "roster:import", "导入名册"
    REPORT_VIEW = "report:view", "查看统计报表"
    EXPORT_REQUEST = "export:request", "导出"
    EXPORT_NAMES = "export:names", "导出含当事人姓名"
    EXPORT_UNMASKED = "export:unmasked", "申请导出完整手机号、证件号"
    EXPORT_APPROVE = "export:approve", "审批未脱敏导出"
    COURT_VIEW = "court:view", "查看法院目录"
    COURT_IMPORT = "court:import", "导入法院目录"
    ACCOUNT_VIEW = "account:view", "查看用户"
    ACCOUNT_INVITE = "account:invite", "新增用户"
    SECURITY_POLICY = "security:policy", "设置安全策略"
    STAFF_EDIT = "staff:edit", "维护本院用户"
    STAFF_IMPORT = "staff:import", "导入本院用户"
    ROLE_VIEW = "role:view", "查看角色与权限"
    ROLE_GRANT = "role:grant", "授予、收回本院角色"
    ROLE_PROPOSE = "role:propose", "提出授权申请"
    ROLE_REVOKE = "role:revoke", "收回任何角色"
    ROLE_APPROVE = "role:approve", "审批角色授予"
    APPROVAL_VIEW = "approval:view", "查看审批"
    AUDIT_VIEW = "audit:view", "查看审计"
    HANDOFF_VIEW = "handoff:view", "查看移送台账"
    HANDOFF_RETRY = "handoff:retry", "重试或放弃移送"
    HANDOFF_OVERSEE = "handoff:oversee", "查看全平台移送台账"
    NOTICE_VIEW = "notice:view", "查看短信发件箱"
    NOTICE_CONTENT = "notice:content", "查看短信内容"
    NOTICE_RETRY = "notice:retry", "重新发送短信"
    PERSONAL_DATA_REVEAL = "personal_data:reveal", "查看完整信息"
    PLATFORM_INSPECT = "platform:inspect", "系统自查"
    SUPPORT_HELP = "support:help", "找回账号、办理客服事项"
    IDENTITY_REVIEW = "identity:review", "实名人工审核"
    VIDEO_REQUEST = "video:request", "申请多路视频"
    VIDEO_APPROVE = "video:approve", "审批多路视频申请"
    OWN_ACCOUNT = "own:account", "本人账号"


class Role(LabelledEnum):
    """What a person works as. A role is granted for one court, or for the platform."""

    COURT_ADMIN = "court_admin", "法院管理员"
    CLERK = "clerk", "调解工作人员"
    JUDGE = "judge", "法官"
    HIGHER_COURT = "higher_court", "上级法院"
    SUPPORT = "support", "平台客服"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


P = Permission

_CLERK = {
    P.CASE_VIEW,
    P.CASE_CREATE,
    P.CASE_EDIT,
    P.CASE_ASSIGN,
    P.CASE_PROCEED,
    P.HANDOFF_VIEW,
    P.HANDOFF_RETRY,
    P.VIDEO_REQUEST,
    P.ROSTER_VIEW,
    P.REPORT_VIEW,
    P.EXPORT_REQUEST,
    P.EXPORT_NAMES,
    P.PERSONAL_DATA_REVEAL,
}
_JUDGE = {
    P.CASE_VIEW,
    P.CASE_PROCEED,
    P.HANDOFF_VIEW,
    P.VIDEO_REQUEST,
    P.ROSTER_VIEW,
    P.REPORT_VIEW,
    P.EXPORT_REQUEST,
    P.EXPORT_NAMES,
    P.PERSONAL_DATA_REVEAL,
}

MATRIX: dict[Role, frozenset[Permission]] = {
    Role.COURT_ADMIN: frozenset(
        _CLERK
        | {
            P.CASE_DELETE,
            P.CASE_BACKFILL,
            P.ROSTER_EDIT,
            P.ROSTER_IMPORT,
            P.EXPORT_UNMASKED,
            P.EXPORT_APPROVE,
            P.ACCOUNT_VIEW,
            P.STAFF_EDIT,
            P.STAFF_IMPORT,
            P.ROLE_VIEW,
            P.ROLE_GRANT,
            P.ROLE_APPROVE,
            P.APPROVAL_VIEW,
            P.AUDIT_VIEW,
            P.OWN_ACCOUNT,
        }
    ),
    Role.CLERK: frozenset(_CLERK | {P.OWN_ACCOUNT}),
    Role.JUDGE: frozenset(_JUDGE | {P.OWN_ACCOUNT}),
    # A higher court reads the figures of its subordinate courts; their cases only where a later role says so.
    Role.HIGHER_COURT: frozenset({P.REPORT_VIEW, P.EXPORT_REQUEST, P.OWN_ACCOUNT}),
    # Support helps people, hand-offs and messages of every court along and sees no case.
    Role.SUPPORT: frozenset(
        {
            P.ACCOUNT_VIEW,
            P.PERSONAL_DATA_REVEAL,
            P.SUPPORT_HELP,
            P.IDENTITY_REVIEW,
            P.VIDEO_APPROVE,
            P.HANDOFF_OVERSEE,
            P.HANDOFF_RETRY,
            P.NOTICE_VIEW,
            P.NOTICE_CONTENT,
            P.NOTICE_RETRY,
            P.OWN_ACCOUNT,
        }
    ),
    # The three administrators never see a case; no person holds two of these three roles. The system administrator
    # makes accounts and proposes roles, the security administrator decides who gets them: neither can alone. The
    # system administrator sees that messages go out, not what they say.
    Role.SYSTEM_ADMIN: frozenset(
        {
            P.COURT_VIEW,
            P.COURT_IMPORT,
            P.ACCOUNT_VIEW,
            P.ACCOUNT_INVITE,
            P.ROLE_VIEW,
            P.ROLE_PROPOSE,
            P.ROLE_REVOKE,
            P.APPROVAL_VIEW,
            P.NOTICE_VIEW,
            P.PLATFORM_INSPECT,
            P.OWN_ACCOUNT,
        }
    ),
    Role.SECURITY_ADMIN: frozenset(
        {
            P.ACCOUNT_VIEW,
            P.ROLE_VIEW,
            P.ROLE_REVOKE,
            P.ROLE_APPROVE,
            P.EXPORT_APPROVE,
            P.APPROVAL_VIEW,
            P.SECURITY_POLICY,
            P.PLATFORM_INSPECT,
            P.OWN_ACCOUNT,
        }
    ),
    Role.AUDIT_ADMIN: frozenset({P.AUDIT_VIEW, P.EXPORT_REQUEST, P.OWN_ACCOUNT}),
}

EXCLUSIVE_ROLES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
# Giving one of these takes two people (S31); nobody works in one without a second factor (S17).
ADMINISTRATOR_ROLES = (Role.COURT_ADMIN, *EXCLUSIVE_ROLES)
COURT_ROLES = (Role.COURT_ADMIN, Role.CLERK, Role.JUDGE, Role.HIGHER_COURT)
# Roles that see the courts below their own, not only their own.
REACHES_SUBORDINATES = (Role.HIGHER_COURT,)


def permissions_of(role: Role | str) -> frozenset[str]:
    """The permissions a role carries."""
    return frozenset(p.value for p in MATRIX[Role(role)])
