"""What kind of act an entry of the audit is, and how it came out."""

from mediation_admin.core.enums import LabelledEnum


class AuditKind(LabelledEnum):
    """The nature of an act, derived from its tag when the entry is written."""

    CHANGE = "change", "新增与修改"
    LOOK = "look", "查看"
    SEARCH = "search", "查找"
    REVEAL = "reveal", "查看完整信息"
    EXPORT = "export", "导出与下载"
    IMPORT = "import", "导入"
    SIGN_IN = "sign_in", "登录与账号"
    REFUSED = "refused", "越权被拒"
    KEEPING = "keeping", "审计维护"


class AuditOutcome(LabelledEnum):
    """Whether what was asked was done (S35)."""

    DONE = "done", "成功", "plain"
    REFUSED = "refused", "未成功", "bad"


_VERBS = {"viewed": AuditKind.LOOK, "searched": AuditKind.SEARCH, "revealed": AuditKind.REVEAL}
_SUBJECTS = {
    "access": AuditKind.REFUSED,
    "export": AuditKind.EXPORT,
    "import": AuditKind.IMPORT,
    "audit": AuditKind.KEEPING,
    "account": AuditKind.SIGN_IN,
}
_FAILED = frozenset({"refused", "failed", "denied", "blocked", "rejected"})


def kind_of(tag: str) -> AuditKind:
    """The kind of an entry with this tag (subject:noun:past-tense verb)."""
    subject, _, rest = tag.partition(":")
    noun, _, verb = rest.rpartition(":")
    if verb in _VERBS:
        return _VERBS[verb]
    # Changes of an account's own row are changes like any other.
    if noun == "row":
        return AuditKind.CHANGE
    return _SUBJECTS.get(subject, AuditKind.CHANGE)


def outcome_of(tag: str) -> AuditOutcome:
    """The outcome a tag speaks of by its verb."""
    return AuditOutcome.REFUSED if tag.rpartition(":")[2] in _FAILED else AuditOutcome.DONE
