"""The words of accounts: what a one-time link is for, how a session ended, how an account stands, password profiles."""

from mediation_admin.core.enums import LabelledEnum


class LinkPurpose(LabelledEnum):
    """What a one-time link lets its holder do, once."""

    SETUP = "setup", "初始化平台"
    INVITE = "invite", "邀请"
    RESET = "reset", "重置密码"


class SessionEnd(LabelledEnum):
    """Why a sign-in session is over."""

    SIGNED_OUT = "signed_out", "本人退出"
    ENDED_BY_OWNER = "ended_by_owner", "本人在另一处结束"
    IDLE = "idle", "长时间未操作"
    TOO_OLD = "too_old", "超过最长登录时间"
    CREDENTIAL_CHANGED = "credential_changed", "密码已更改"
    ACCOUNT_DISABLED = "account_disabled", "账号已停用"
    TOO_MANY = "too_many", "超过同时登录数"


class AccountState(LabelledEnum):
    """How an account stands, as lists and the support desk show it; derived, never stored."""

    INVITED = "invited", "待激活", "info"
    ACTIVE = "active", "正常", "good"
    LOCKED = "locked", "暂时锁定", "warn"
    EXPIRED = "expired", "密码已过期", "warn"
    DISABLED = "disabled", "已停用", "bad"


class PasswordProfile(LabelledEnum):
    """Which of the two rule books passwords follow: they contradict each other on composition and regular change."""

    DENGBAO = "dengbao", "等保三级"
    NIST = "nist", "NIST/ASVS"
