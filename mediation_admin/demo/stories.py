"""What happens to each case of the live demo court: a table, told in days before today."""

from dataclasses import dataclass, field
from typing import Any

from mediation_admin.cases.enums import CaseKind, DeclineGround, EndReason, ReturnGround

PRE, POST, NET = CaseKind.PRE_FILING, CaseKind.POST_FILING, CaseKind.INTERNET


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of dispute: its cause, who quarrels (a trade names a company, None a person), and the words of a file."""

    cause_code: str
    applicant: str | None
    respondent: str | None
    claim: str
    facts: str
    plan: str
    amount: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One move, so many days ago, with what is said."""

    move: str
    ago: int
    said: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """One case: when it was registered, about what, and its steps. ``twist`` is what is special about its parties."""

    about: str
    kind: CaseKind
    ago: int
    steps: tuple[Step, ...] = ()
    draft: bool = False
    simplified: bool = False
    applicants: int = 1
    respondents: int = 1
    agents: int = 0
    twist: str = ""


SUBJECTS = {
    "loan": Subject(
        "108.3",
        None,
        None,
        "请求返还借款本金 {amount} 元及利息。",
        "{a}称{b}于去年借款 {amount} 元，约定一年内还清，到期后只还了一部分；{b}认可借款，对利息有异议。",
        "{b}分三期返还本金 {amount} 元，每月 20 日前支付；{a}放弃利息。",
        (20_000, 300_000),
    ),
    "property": Subject(
        "126",
        "物业服务",
        None,
        "请求支付拖欠的物业费 {amount} 元。",
        "{b}两年未交物业费，称电梯常停、楼道照明无人修；{a}称已多次维修并张贴催费通知。",
        "{b}十日内支付 {amount} 元，{a}一个月内修好楼道照明并免收违约金。",
        (1_200, 9_800),
    ),
    "sale": Subject(
        "88",
        "建材",
        "装饰",
        "请求支付货款 {amount} 元。",
        "双方签订购销合同，{a}已供货并开票，{b}以部分货物有瑕疵为由拒付尾款。",
        "{b}支付货款 {amount} 元，有瑕疵的一批由{a}负责更换。",
        (18_000, 460_000),
    ),
    "divorce": Subject(
        "14",
        None,
        None,
        "请求解除婚姻关系。",
        "双方婚后因家务和老人赡养常有争吵，分居半年；{b}希望再给一次机会。",
        "双方和好，约定共同居住并每月看望老人，{a}撤回申请。",
    ),
    "traffic": Subject(
        "411",
        None,
        None,
        "请求赔偿医疗费、误工费等 {amount} 元。",
        "{b}驾车右转时与{a}的电动自行车相撞，交警认定{b}负主要责任；双方对误工天数有分歧。",
        "{b}一次性赔偿 {amount} 元，双方再无争议。",
        (3_500, 86_000),
    ),
    "card": Subject(
        "115.2",
        "小额贷款",
        None,
        "请求偿还透支款 {amount} 元。",
        "{b}逾期八个月未还款，称已失业，愿意分期；{a}要求一次结清。",
        "{b}分十二期偿还 {amount} 元，{a}减免违约金。",
        (6_000, 58_000),
    ),
    "lease": Subject(
        "116.2",
        None,
        None,
        "请求退还押金 {amount} 元。",
        "租期届满，{a}搬离后要求退押金，{b}称墙面和地板损坏需扣除维修费。",
        "{b}五日内退还押金 {amount} 元，双方互不追究。",
        (1_500, 12_000),
    ),
    "wages": Subject(
        "144",
        None,
        "建筑劳务",
        "请求支付劳务费 {amount} 元。",
        "{a}等人在工地做木工，完工三个月未领到尾款；{b}称发包方未结账。",
        "{b}在本月底前付清 {amount} 元。",
        (4_800, 68_000),
    ),
    "neighbour": Subject(
        "55",
        None,
        None,
        "请求拆除占用公共通道的棚架。",
        "{b}在楼道口搭棚停放电动车，{a}认为影响通行和消防；社区曾劝说未果。",
        "{b}三日内拆除棚架，社区协助联系集中充电点。",
    ),
    "shopping": Subject(
        "88.8",
        None,
        "电子商务",
        "请求退货退款 {amount} 元。",
        "{a}在网上购买家电，到货后无法使用；{b}称已超过七天，只同意维修。",
        "{b}退款 {amount} 元并承担退货运费。",
        (300, 6_500),
    ),
    "renovation": Subject(
        "120.7",
        None,
        "装饰工程",
        "请求赔偿返工费 {amount} 元。",
        "{a}家装修后卫生间渗水，{b}认为是楼上原因；双方对责任和返工费有分歧。",
        "{b}免费返工，并补偿 {amount} 元。",
        (2_000, 36_000),
    ),
    "support": Subject(
        "24.1",
        None,
        None,
        "请求每月支付赡养费 {amount} 元。",
        "{a}年老多病，三名子女对医药费如何分担意见不一。",
        "子女每人每月支付 {amount} 元，医药费均摊。",
        (300, 1_200),
    ),
    "shares": Subject(
        "298",
        None,
        None,
        "请求支付股权转让款 {amount} 元。",
        "双方签订股权转让协议并办理变更登记，{b}以公司账目不清为由拒付余款。",
        "{b}分两期支付 {amount} 元，账目由双方共同核对。",
        (80_000, 900_000),
    ),
}


def begun(ago: int, **said: Any) -> tuple[Step, ...]:
    """Assigned and, the day after, accepted."""
    return (Step("assign", ago, said), Step("accept", max(ago - 1, 0)))


def applied(ago: int) -> tuple[Step, ...]:
    """Applied for on the internet and accepted the day after."""
    return (Step("apply", ago), Step("accept", max(ago - 1, 0)))


def agreed(ago: int, *, paper: bool = True) -> tuple[Step, ...]:
    """An agreement drawn up, signed by the mediator and then by all."""
    last = Step("close_on_paper" if paper else "all_signed", ago)
    return (Step("plan", ago + 2), Step("request_close", ago + 1), last)


def failed(ago: int, end_reason: EndReason, reason: str = "") -> tuple[Step, ...]:
    """Ended without agreement."""
    return (Step("terminate", ago, {"end_reason": end_reason, "reason": reason}),)


_CHANGE = "申请人认为调解员与被申请人相识，申请更换"

STORIES = (
    # 草稿
    Story("sale", POST, 0, draft=True, twist="no phones"),
    Story("loan", POST, 1, draft=True),
    Story("lease", PRE, 2, draft=True, twist="no respondent"),
    # 待指派
    Story("loan", POST, 0),
    Story("property", POST, 0, respondents=1),
    Story("traffic", PRE, 1, twist="respondent without phone"),
    Story("wages", POST, 1, applicants=6, twist="applicants without phone"),
    Story("renovation", POST, 2, agents=1),
    Story("sale", PRE, 2, twist="namesake of a mediator"),
    Story("card", POST, 3, twist="employer of a mediator"),
    Story("neighbour", PRE, 5, (Step("assign", 4), Step("decline", 3, {"ground": DeclineGround.BEYOND_EXPERTISE, "reason": "涉及消防验收"}))),
    Story("shares", POST, 13, (Step("assign", 12), Step("recall", 2))),
    Story("lease", POST, 3, (Step("assign", 2), Step("withdraw_assignment", 1, {"reason": "指派有误，改派熟悉租赁的调解员"}))),
    # 待受理
    Story("loan", POST, 1, (Step("assign", 0),)),
    Story("traffic", PRE, 2, (Step("assign", 1),)),
    Story("divorce", POST, 3, (Step("assign", 2),), twist="respondent without phone"),
    Story("wages", PRE, 5, (Step("assign", 4),), applicants=2),
    Story("renovation", POST, 13, (Step("assign", 12),)),
    Story("property", POST, 2, (Step("assign_organisation", 1, {"organisation": "property"}),)),
    Story("sale", POST, 2, (Step("assign_organisation", 1, {"organisation": "commerce"}),)),
    Story("shopping", NET, 1, (Step("apply", 1),)),
    Story("lease", NET, 2, (Step("apply", 2),)),
    Story("loan", NET, 6, (Step("apply", 6), Step("decline_application", 4, {"ground": DeclineGround.OUT_OF_SCOPE}))),
    # 调解中
    Story("loan", POST, 4, begun(3)),
    Story("property", POST, 5, begun(4), respondents=2),
    Story("neighbour", PRE, 6, begun(5)),
    Story("support", PRE, 7, begun(6), respondents=3),
    Story("wages", POST, 8, begun(7), applicants=4, agents=1),
    Story("card", POST, 9, begun(8), twist="respondent without phone"),
    Story("traffic", PRE, 10, begun(9), agents=2),
    Story("shopping", NET, 12, applied(12)),
    Story("lease", NET, 8, applied(8)),
    # 即将到期
    Story("sale", POST, 15, begun(14)),
    Story("renovation", POST, 14, begun(13), agents=1),
    Story("divorce", POST, 7, begun(6), simplified=True),
    Story("loan", NET, 30, applied(30)),
    # 超期, 延期, 中止, 换人, 组织指定, 恢复
    Story("sale", POST, 22, begun(21)),
    Story("card", POST, 13, begun(12), simplified=True),
    Story("shares", POST, 25, (*begun(24), Step("suspend", 12, {"reason": "双方陈述与转账记录不符，疑似虚假调解"}))),
    Story("loan", POST, 9, (*begun(8), Step("suspend", 2, {"reason": "被申请人对借条真伪提出异议，疑似虚假调解"}))),
    Story("wages", POST, 20, (*begun(19), Step("extend", 6, {"days": 15, "consent": True, "reason": "等待发包方对账"})), applicants=3),
    Story("renovation", PRE, 18, (*begun(17), Step("extend", 4, {"days": 10, "consent": True, "reason": "等待渗水鉴定"}))),
    Story("divorce", POST, 12, (*begun(11), Step("ask_change", 8, {"reason": _CHANGE}), Step("change_mediator", 7, {"reason": _CHANGE}), Step("accept", 6))),
    Story("property", PRE, 10, (Step("assign_organisation", 9, {"organisation": "property"}), Step("name_mediator", 8), Step("accept", 8)), respondents=2),
    Story("neighbour", POST, 16, (*begun(15), *failed(9, EndReason.REFUSED, "被申请人起初不愿到场"), Step("resume", 5, {"reason": "经社区劝说，被申请人同意继续调解"}))),
    # 申请结案
    Story("loan", POST, 13, (*begun(12), Step("plan", 2), Step("request_close", 1)), agents=1),
    Story("property", PRE, 12, (*begun(11), Step("plan", 1), Step("request_close", 0))),
    Story("traffic", POST, 16, (*begun(15), Step("plan", 3), Step("request_close", 3))),
    Story("shopping", NET, 20, (*applied(20), Step("plan", 2), Step("request_close", 2))),
    # 调解结束
    Story("loan", POST, 18, (*begun(17), *agreed(6))),
    Story("sale", POST, 19, (*begun(18), *agreed(8)), agents=1),
    Story("traffic", PRE, 16, (*begun(15), *agreed(5))),
    Story("property", PRE, 14, (*begun(13), *agreed(3)), respondents=2),
    Story("lease", POST, 15, (*begun(14), *agreed(7, paper=False))),
    Story("renovation", POST, 20, (*begun(19), *agreed(9, paper=False))),
    Story("shopping", NET, 18, (*applied(18), *agreed(10, paper=False))),
    Story("wages", POST, 12, (*begun(11), *agreed(2)), applicants=2),
    Story("support", PRE, 17, (*begun(16), *agreed(8)), respondents=3),
    Story("divorce", POST, 17, (*begun(16), Step("settle", 5, {"reason": "双方和好"}))),
    Story("neighbour", PRE, 11, (*begun(10), Step("settle", 4, {"reason": "棚架已拆除"}))),
    Story("card", POST, 13, (*begun(12), Step("settle", 3, {"reason": "被申请人已还清"}))),
    Story("loan", NET, 22, (*applied(22), Step("settle", 12, {"reason": "双方自行达成还款约定"}))),
    # 调解终止
    Story("loan", POST, 19, (*begun(18), *failed(7, EndReason.DEADLOCK, "对利息分歧较大"))),
    Story("card", POST, 15, (*begun(14), *failed(4, EndReason.UNREACHABLE, "三次电话、两次上门未能联系到被申请人"))),
    Story("sale", PRE, 16, (*begun(15), *failed(6, EndReason.REFUSED, "被申请人明确要求诉讼解决"))),
    Story("shares", POST, 14, (*begun(13), *failed(5, EndReason.OTHER, "申请人提出需先行审计"))),
    Story("traffic", PRE, 26, (*begun(25), Step("expire", 6))),
    Story("renovation", POST, 17, (*begun(16), Step("plan", 5), Step("request_close", 4), Step("close_refused", 2, {"reason": "被申请人看过协议后不愿签字"}))),
    Story("lease", NET, 21, (*applied(21), *failed(9, EndReason.REFUSED, "被申请人不同意调解"))),
    # 已退回
    Story("loan", NET, 4, (Step("apply", 4), Step("return_application", 3, {"ground": ReturnGround.NO_JURISDICTION, "reason": "被申请人住所地不在本院辖区"}))),
    Story("divorce", NET, 7, (Step("apply", 7), Step("return_application", 6, {"ground": ReturnGround.NOT_ONLINE, "reason": "双方均不会使用线上调解"}))),
    # 回收站
    Story("property", POST, 6, (Step("delete", 5, {"reason": "与另一件重复录入"}),)),
    Story("sale", POST, 8, (*begun(7), Step("delete", 3, {"reason": "申请人另行起诉，录入有误"}))),
)  # fmt: skip
