"""The words of accounts: links, ends of sessions, states, password profiles; posts of a court, proofs, states of a role."""

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
    ENDED_BY_STAFF = "ended_by_staff", "客服或管理员结束"


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


class Post(LabelledEnum):
    """职务: what somebody is in a court. It gives no right; the role does."""

    PRESIDENT = "president", "院长"
    VICE_PRESIDENT = "vice_president", "副院长"
    DIVISION_HEAD = "division_head", "庭长"
    DEPUTY_HEAD = "deputy_head", "副庭长"
    JUDGE = "judge", "法官"
    ASSISTANT = "assistant", "法官助理"
    CLERK = "clerk", "书记员"
    FILING = "filing", "立案人员"
    OTHER = "other", "其他"


class PhoneProof(LabelledEnum):
    """What was looked at before somebody's phone (his way to sign in) was changed for him."""

    IN_PERSON = "in_person", "本人到场，已核对身份证件"
    CALLED_BACK = "called_back", "按人事登记的座机回拨核实"
    LETTER = "letter", "所在部门书面证明"
    SUPPORT = "support", "平台客服核验并留存的证明材料"


# What a court may say it has looked at; the support desk keeps papers of its own.
COURT_PROOFS = (PhoneProof.IN_PERSON, PhoneProof.CALLED_BACK, PhoneProof.LETTER)


class GrantState(LabelledEnum):
    """How a role stands that was given to somebody; derived from its moments, never stored."""

    IN_FORCE = "in_force", "在用", "good"
    TO_COME = "to_come", "未到开始日期", "info"
    OVER = "over", "已到期", "mute"
    REVOKED = "revoked", "已收回", "mute"
