"""Every message the platform sends, in one table: its words, what is filled in, how long it is of use, how often.

A text begins with the court's sign, names the court, and ends with how to verify it: parties receive "court" messages
from swindlers. ``flask notices templates`` prints the texts as an SMS vendor wants them registered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from string import Formatter

from mediation_admin.core.enums import LabelledEnum
from mediation_admin.notices.rules import Limit

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Template(LabelledEnum):
    """The kinds of message."""

    INVITATION = "invitation", "邀请加入"
    RESET_LINK = "reset_link", "重置密码链接"
    RESET_CODE = "reset_code", "找回密码验证码"
    SIGN_IN_CODE = "sign_in_code", "登录验证码"
    SECOND_FACTOR_CODE = "second_factor_code", "二次验证验证码"
    PHONE_CODE = "phone_code", "更换手机号验证码"
    CREDENTIAL_CHANGED = "credential_changed", "登录凭据变更提醒"
    PHONE_CHANGED = "phone_changed", "手机号变更提醒"
    ROLE_GRANTED = "role_granted", "角色授予通知"
    ROLE_REVOKED = "role_revoked", "角色收回通知"
    APPROVAL_WANTED = "approval_wanted", "待复核提醒"
    APPROVAL_DECIDED = "approval_decided", "复核结果通知"
    ACCOUNT_DISABLED = "account_disabled", "账号停用通知"
    ACCOUNT_ENABLED = "account_enabled", "账号启用通知"
    SUPPORT_ACTED = "support_acted", "客服办理提醒"
    IDENTITY_REVIEWED = "identity_reviewed", "实名审核结果"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one template and its manners.

    body: the text between sign and hint; {court} and {lasts} are filled in by themselves, every other name is a fact
    the caller gives. secret: facts that let somebody in. lasts: how long it is of use; later it is not sent any more
    and a secret one is erased. limits: how often one number gets it. asked_for: somebody waits for it, so a limit is
    told; a message that only informs is left out instead.
    """

    body: str
    secret: frozenset[str] = frozenset()
    lasts: timedelta = 3 * DAY
    limits: tuple[Limit, ...] = (Limit(10, DAY),)
    asked_for: bool = False

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts the caller gives, in the order of the text."""
        names = [name for _, name, _, _ in Formatter().parse(self.body) if name]
        return tuple(dict.fromkeys(name for name in names if name not in ("court", "lasts")))


def _code(purpose: str, most_a_day: int, warning: str) -> Wording:
    return Wording(
        f"{{court}}：您正在{purpose}，验证码 {{code}}，{{lasts}}内有效。{warning}",
        secret=frozenset({"code"}),
        lasts=timedelta(minutes=10),
        limits=(Limit(1, MINUTE), Limit(most_a_day, DAY)),
        asked_for=True,
    )


_NEVER_TELL = "法院工作人员不会索要验证码，请勿告诉他人。"
_NOT_YOU = "如非本人操作，请立即联系本院管理员或平台客服。"
_LINK_LIMITS = (Limit(1, MINUTE), Limit(10, DAY))

WORDINGS: dict[Template, Wording] = {
    Template.INVITATION: Wording(
        "{court}邀请{name}使用在线调解平台，请在{lasts}内打开 {link} 设置密码。链接只能使用一次，请勿转发。",
        secret=frozenset({"link"}),
        lasts=timedelta(days=2),
        limits=_LINK_LIMITS,
        asked_for=True,
    ),
    Template.RESET_LINK: Wording(
        "{court}：{name}，您的密码重置链接 {link} ，{lasts}内有效，只能使用一次，请勿转发。" + _NOT_YOU,
        secret=frozenset({"link"}),
        lasts=timedelta(hours=1),
        limits=_LINK_LIMITS,
        asked_for=True,
    ),
    Template.RESET_CODE: _code("找回密码", 5, _NEVER_TELL),
    Template.SIGN_IN_CODE: _code("登录在线调解平台", 10, _NEVER_TELL),
    Template.SECOND_FACTOR_CODE: _code("进行二次验证", 10, _NEVER_TELL),
    Template.PHONE_CODE: _code("将此号码设为登录手机号", 5, _NEVER_TELL),
    Template.CREDENTIAL_CHANGED: Wording("{court}：{name}，您的{what}已于{when}变更。" + _NOT_YOU),
    Template.PHONE_CHANGED: Wording("{court}：{name}，您的登录手机号已于{when}更换为尾号 {tail} 的号码。" + _NOT_YOU),
    Template.ROLE_GRANTED: Wording("{court}：{name}，已授予您“{role}”角色，下次登录或切换角色时可用。"),
    Template.ROLE_REVOKED: Wording("{court}：{name}，您的“{role}”角色已收回。如有疑问请联系本院管理员。"),
    Template.APPROVAL_WANTED: Wording("{court}：{name}申请“{matter}”，请登录平台复核。"),
    Template.APPROVAL_DECIDED: Wording("{court}：您申请的“{matter}”{result}，请登录平台查看。"),
    Template.ACCOUNT_DISABLED: Wording(
        "{court}：{name}，您的账号已于{when}停用，所有登录已结束。如有疑问请联系本院管理员。"
    ),
    Template.ACCOUNT_ENABLED: Wording("{court}：{name}，您的账号已于{when}重新启用，可以登录。"),
    Template.SUPPORT_ACTED: Wording("{court}：{name}，平台客服于{when}为您办理了“{what}”。" + _NOT_YOU),
    Template.IDENTITY_REVIEWED: Wording("{court}：{name}，您提交的实名审核{result}，请登录平台查看。"),
}
# Every number, all kinds together.
ALL_KINDS = Limit(20, DAY)
# A link in a message is this path and its token: a vendor registers all but the token, and gets the token alone.
LINK_PATH = "/sign-in/link/"
HINT = "核验码 {check}，可在 {verify} 核实本短信真伪。"


def wording(template: Template) -> Wording:
    """The words of a template."""
    return WORDINGS[template]


def variables(template: Template) -> tuple[str, ...]:
    """What a vendor's template of this kind takes, in this order: the court, the facts, the check code."""
    return ("court", *wording(template).facts, "check")


def vendor_values(template: Template, values: Mapping[str, str]) -> dict[str, str]:
    """What a vendor fills into its template, in the order of ``variables``; of a link the token alone."""
    made = {name: values[name] for name in variables(template)}
    if "link" in made:
        made["link"] = made["link"].rpartition("/")[2]
    return made


def registered(template: Template, platform: str, placeholder: Callable[[int, str], str]) -> str:
    """The text of a template as it is registered with a vendor, without sign. ``placeholder(number, name)`` is how the
    vendor writes a variable, numbered from 1; ``platform`` is the address at which people reach the platform."""
    made = {name: placeholder(number, name) for number, name in enumerate(variables(template), 1)}
    if "link" in made:
        made["link"] = platform + LINK_PATH + made["link"]
    return text(template, "", made, platform + "/verify").removeprefix("【】")


def lasting(span: timedelta) -> str:
    """2天, 1小时, 10分钟."""
    minutes = int(span.total_seconds() // 60)
    if minutes % 1440 == 0:
        return f"{minutes // 1440}天"
    return f"{minutes // 60}小时" if minutes % 60 == 0 else f"{minutes}分钟"


def text(template: Template, sign: str, values: dict[str, str], verify: str) -> str:
    """The whole message. ``values`` holds every one of ``variables(template)``."""
    made = wording(template)
    body = made.body.format(**values, lasts=lasting(made.lasts))
    return f"【{sign}】{body}{HINT.format(check=values['check'], verify=verify)}"


def outline(template: Template, sign: str, values: dict[str, str], verify: str) -> str:
    """The same with stars for what lets somebody in."""
    hidden = dict.fromkeys(wording(template).secret, "******")
    return text(template, sign, {**values, **hidden}, verify)
