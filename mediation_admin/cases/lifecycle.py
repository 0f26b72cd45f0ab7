"""The life of a case as a table: every legal move on one page. Nothing else decides what may be done to a case.

Sources: the seeds (R01–R28, T0–T17b), 人民法院在线调解规则 2021 (L1), 人民法院特邀调解的规定 2016 (L2), 最高法 2024-12-27
立案与调解工作的意见 (L8). docs/guide/lifecycle.md is printed from here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mediation_admin.cases import conditions as c
from mediation_admin.cases.enums import (
    CaseKind,
    CaseState,
    DeclineGround,
    EndReason,
    Result,
    ReturnGround,
    Who,
)
from mediation_admin.cases.facts import Facts, Given, Refusal
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.permissions import Permission

Condition = Callable[[Facts, Given], Refusal | None]

S = CaseState
P = Permission
NEW = None  # the state of a case that is not there yet
EVERY_KIND = tuple(CaseKind)
ALIVE = (S.DRAFT, S.TO_ASSIGN, S.TO_ACCEPT, S.MEDIATING)


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing a move asks the person. kind: long, date, choice, tick, days, mediator, organisation."""

    name: str
    label: str
    kind: str
    required: bool = True
    choices: tuple[LabelledEnum, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table. ``to`` empty: the state stays; several: it follows from the row (backfill).

    ``conditions`` look at the case and colour the button; ``checks`` look at what was said and are asked only when the
    move is made. ``who`` is whose step it is by law; the court may do a mediator's or a party's step on their behalf
    (``court_may``), and the event says so. ``quiet``: the button is left out, not explained, while it is refused. ``done`` is the sentence shown afterwards.
    """

    name: str
    number: str
    label: str
    frm: tuple[CaseState | None, ...]
    to: tuple[CaseState, ...]
    who: Who
    permission: Permission
    source: str
    kinds: tuple[CaseKind, ...] = EVERY_KIND
    conditions: tuple[Condition, ...] = ()
    checks: tuple[Condition, ...] = ()
    asks: tuple[Ask, ...] = ()
    court_may: bool = True
    danger: bool = False
    button: bool = True
    quiet: bool = False
    done: str = "已办理。"
    note: str = ""

    def target(self, state: CaseState | None) -> CaseState | None:
        """The state afterwards; None where the row decides."""
        if not self.to:
            return state
        return self.to[0] if len(self.to) == 1 else None


def _reason(label: str = "理由", help: str = "", required: bool = True) -> Ask:
    return Ask("reason", label, "long", required=required, help=help)


def _on(label: str) -> Ask:
    return Ask("on", label, "date", required=False, help="不填为今天")


def _choice(name: str, label: str, choices: Iterable[LabelledEnum], required: bool = True, help: str = "") -> Ask:
    return Ask(name, label, "choice", required=required, choices=tuple(choices), help=help)


_MEDIATOR = Ask("mediator_id", "调解员", "mediator", required=False)
_ORGANISATION = Ask("organisation_id", "调解组织", "organisation", required=False)
_PARTIES = (c.has_applicant, c.has_respondent, c.has_cause)
_FAILURES = (EndReason.UNREACHABLE, EndReason.REFUSED, EndReason.DEADLOCK, EndReason.OTHER)
_BACKFILL_STATES = (S.TO_ASSIGN, S.MEDIATING, S.CLOSED, S.TERMINATED)

_TABLE = (
    # -- coming to be -------------------------------------------------------------------------------------------------
    Move("save_draft", "T0", "保存草稿", (NEW,), (S.DRAFT,), Who.COURT, P.CASE_CREATE, "A1 draftFlag",
         button=False, done="已保存草稿。", note="还没有案号"),
    Move("submit", "T1", "提交", (NEW, S.DRAFT), (S.TO_ASSIGN,), Who.COURT, P.CASE_CREATE, "S2",
         conditions=_PARTIES, done="已提交，案号 {case_no}，等待指派。", note="生成诉前调解案号"),
    Move("receive", "T1", "内网推送", (NEW,), (S.TO_ASSIGN,), Who.SYSTEM, P.CASE_CREATE, "S2",
         conditions=_PARTIES, court_may=False, button=False, note="生成诉前调解案号；案号由内网带入"),
    Move("backfill", "T1b", "补录", (NEW,), _BACKFILL_STATES, Who.COURT, P.CASE_BACKFILL, "S2 新增历史案件",
         checks=(c.row_is_given,), button=False,
         note="状态由台账行决定：有结束日期和结果为调解结束或调解终止；有调解员未结束为调解中；都没有为待指派"),
    Move("backfill_change", "T1c", "按台账更新", _BACKFILL_STATES, _BACKFILL_STATES, Who.COURT, P.CASE_BACKFILL,
         "本平台：再次导入同一台账", conditions=(c.is_backfilled, c.not_lived_on), checks=(c.row_is_given,), button=False),
    Move("apply", "T2", "提交申请并选定调解员", (NEW, S.DRAFT), (S.TO_ACCEPT,), Who.PARTY, P.CASE_CREATE, "S1",
         kinds=(CaseKind.INTERNET,), conditions=_PARTIES, checks=(c.somebody_named, c.certified_here),
         asks=(_MEDIATOR, _ORGANISATION), done="已提交，等待调解员受理。"),
    Move("return_application", "T2b", "退回申请", (S.TO_ASSIGN, S.TO_ACCEPT), (S.RETURNED,), Who.COURT, P.CASE_PROCEED,
         "L1§9", conditions=(c.by_application,), danger=True,
         asks=(_choice("ground", "退回理由", ReturnGround), _reason("说明", "会告知当事人", required=False)),
         quiet=True, done="已退回申请。", note="告知当事人，可另行申请"),
    # -- being assigned -----------------------------------------------------------------------------------------------
    Move("assign", "T3", "指派", (S.TO_ASSIGN,), (S.TO_ACCEPT,), Who.COURT, P.CASE_ASSIGN, "S2 L1§12",
         conditions=(c.phones_if_court_asks,), checks=(c.somebody_named, c.certified_here),
         asks=(_MEDIATOR, _ORGANISATION, _reason("指派理由", required=False)),
         done="已指派，请在 {response_due_on} 前受理。", note="开始计算三个工作日"),
    Move("assign_ministry", "T4", "总对总调解", (S.TO_ASSIGN,), (S.TO_ACCEPT,), Who.COURT, P.CASE_ASSIGN, "S2",
         conditions=(c.phones_if_court_asks,), checks=(c.somebody_named, c.certified_here, c.bound_to_ministry),
         asks=(Ask("organisation_id", "部委调解组织", "organisation"), _reason("理由", required=False)),
         done="已转总对总调解组织，请其在 {response_due_on} 前受理。"),
    Move("name_mediator", "T4b", "确定调解员", (S.TO_ACCEPT, S.MEDIATING), (), Who.MEDIATOR, P.CASE_PROCEED, "L1§10–11",
         conditions=(c.mediator_not_named,), checks=(c.certified_here, c.of_the_organisation),
         asks=(Ask("mediator_id", "调解员", "mediator"),), quiet=True, done="已确定调解员。", note="调解组织受指派后确定"),
    Move("withdraw_assignment", "T3b", "撤回指派", (S.TO_ACCEPT,), (S.TO_ASSIGN,), Who.COURT, P.CASE_ASSIGN, "本平台",
         conditions=(c.named_by_court,), asks=(_reason(),), done="已撤回指派，案件回到待指派。",
         note="当事人自己选定的调解员，法院不撤回"),
    Move("accept", "T5", "受理", (S.TO_ACCEPT,), (S.MEDIATING,), Who.MEDIATOR, P.CASE_PROCEED, "S2 L1§13 §24",
         conditions=(c.mediator_named,), checks=(c.day_fits,),
         asks=(_on("受理日期"), Ask("no_conflict", "调解员声明与当事人、代理人没有应当回避的关系", "tick")),
         done="已受理，调解期限至 {due_on}。", note="开始计算调解期限"),
    Move("decline", "T6", "不予接受", (S.TO_ACCEPT,), (S.TO_ASSIGN,), Who.MEDIATOR, P.CASE_PROCEED, "L1§12",
         conditions=(c.named_by_court,), asks=(_choice("ground", "理由", DeclineGround), _reason("说明", required=False)),
         quiet=True, done="已记录不予接受，案件回到待指派。"),
    Move("decline_application", "T6b", "不予接受", (S.TO_ACCEPT,), (), Who.MEDIATOR, P.CASE_PROCEED, "L1§12",
         kinds=(CaseKind.INTERNET,), conditions=(c.chosen_by_party, c.somebody_chosen),
         asks=(_choice("ground", "理由", DeclineGround), _reason("说明", required=False)),
         quiet=True, done="已记录不予接受，由当事人在 {response_due_on} 前另选。", note="当事人另选"),
    Move("recall", "T7", "逾期收回", (S.TO_ACCEPT,), (S.TO_ASSIGN,), Who.SYSTEM, P.CASE_ASSIGN, "L1§12",
         conditions=(c.named_by_court, c.response_time_over), quiet=True, done="已收回，案件回到待指派。",
         note="标记“3日内未接收”；每个工作日凌晨自动办理"),
    Move("recall_application", "T7b", "逾期收回", (S.TO_ACCEPT,), (), Who.SYSTEM, P.CASE_ASSIGN, "L1§12",
         kinds=(CaseKind.INTERNET,), conditions=(c.chosen_by_party, c.somebody_chosen, c.response_time_over),
         quiet=True, done="已收回，由当事人在 {response_due_on} 前另选。"),
    Move("choose_again", "T6c", "另选调解员", (S.TO_ACCEPT,), (), Who.PARTY, P.CASE_PROCEED, "S1 L1§10",
         kinds=(CaseKind.INTERNET,), conditions=(c.nobody_chosen_yet,), checks=(c.somebody_named, c.certified_here),
         asks=(_MEDIATOR, _ORGANISATION), quiet=True, done="已另选，请在 {response_due_on} 前受理。"),
    Move("expire_application", "T7c", "逾期未选结束", (S.TO_ACCEPT,), (S.TERMINATED,), Who.SYSTEM, P.CASE_PROCEED, "T7b",
         kinds=(CaseKind.INTERNET,), conditions=(c.nobody_chosen_yet, c.response_time_over),
         quiet=True, done="已结束：当事人逾期未另选调解员。"),
    # -- being mediated -----------------------------------------------------------------------------------------------
    Move("edit", "T8", "编辑", ALIVE, (), Who.COURT, P.CASE_EDIT, "S2 R08", done="已保存。",
         note="申请结案后不能修改（R08）"),
    Move("supplement", "T8b", "补充待补事项", (S.CLOSED, S.TERMINATED), (), Who.COURT, P.CASE_EDIT, "本平台：补录缺项",
         conditions=(c.is_backfilled, c.has_gaps), quiet=True, done="已补充。", note="只能填写空着的项目"),
    Move("ask_change", "T15", "申请更换调解员", (S.MEDIATING,), (), Who.PARTY, P.CASE_PROCEED, "L1§14",
         conditions=(c.mediator_named, c.first_change), asks=(_reason("申请理由"),), quiet=True, done="已记录申请，请法院办理更换。"),
    Move("change_mediator", "T15b", "更换调解员", (S.MEDIATING,), (S.TO_ACCEPT,), Who.COURT, P.CASE_ASSIGN, "L1§14",
         kinds=EVERY_KIND, checks=(c.somebody_named, c.certified_here, c.another_one),
         asks=(_MEDIATOR, _ORGANISATION, _reason("更换理由")),
         done="已更换，请在 {response_due_on} 前受理。", note="期限自新调解员受理重新计算"),
    Move("extend", "T16", "延长期限", (S.MEDIATING,), (), Who.MEDIATOR, P.CASE_PROCEED, "L1§24 L8",
         conditions=(c.has_deadline, c.extension_left), checks=(c.within_extension_cap,),
         asks=(Ask("days", "延长天数", "days"), Ask("consent", "全部当事人同意延长，已记录", "tick"),
               _reason("说明", required=False)),
         done="已延长，调解期限至 {due_on}。"),
    Move("suspend", "T17", "中止（疑似虚假调解）", (S.MEDIATING,), (), Who.MEDIATOR, P.CASE_PROCEED, "L2§18",
         conditions=(c.not_suspended,), asks=(_reason("发现的情况"),), danger=True, quiet=True, done="已中止，等待法院决定。",
         note="报告法院"),
    Move("unsuspend", "T17b", "恢复调解", (S.MEDIATING,), (), Who.COURT, P.CASE_ASSIGN, "L2§18",
         conditions=(c.is_suspended,), asks=(_reason("法院意见"),), quiet=True, done="已恢复调解。", note="也可终止调解（T12）"),
    # -- coming to an end ---------------------------------------------------------------------------------------------
    Move("request_close", "T9", "申请结案", (S.MEDIATING,), (S.CLOSING,), Who.MEDIATOR, P.CASE_PROCEED, "S2 R09 R11",
         conditions=(c.mediator_named, c.not_suspended, c.facts_written, c.plan_written, c.phones_ready),
         checks=(c.day_fits,),
         asks=(_on("申请结案日期"), Ask("mediator_signed", "调解员已在调解协议上签字", "tick")),
         done="已申请结案，案件内容已锁定，等待当事人签字。", note="内容冻结，协议推送当事人"),
    Move("all_signed", "T10", "全部签字", (S.CLOSING,), (S.CLOSED,), Who.SYSTEM, P.CASE_PROCEED, "S2 R12 L1§19",
         checks=(c.signatures_complete, c.day_fits), court_may=False, button=False,
         note="最后一人签字之日为协议生效日"),
    Move("close_on_paper", "T11", "自主结案（已线下签字）", (S.CLOSING,), (S.CLOSED,), Who.MEDIATOR, P.CASE_PROCEED, "S2 R12",
         checks=(c.day_fits,),
         asks=(_on("结案日期"), Ask("signed_on_paper", "各方已在纸质协议上签字", "tick"), _reason("说明", required=False)),
         done="已结案：达成调解协议。"),
    Move("close_refused", "T11b", "结案（拒绝签字）", (S.CLOSING,), (S.TERMINATED,), Who.MEDIATOR, P.CASE_PROCEED,
         "L1§25(7)", checks=(c.day_fits,), asks=(_on("终止日期"), _reason("拒签情况")), danger=True,
         done="已终止：一方拒绝在调解协议上签章。"),
    Move("settle", "T12b", "和解撤回", (S.MEDIATING,), (S.CLOSED,), Who.MEDIATOR, P.CASE_PROCEED, "L1§25(2)",
         conditions=(c.not_suspended,), checks=(c.day_fits,),
         asks=(_on("撤回日期"), Ask("withdrawal_recorded", "申请人撤回申请，已记录", "tick"), _reason("说明", required=False)),
         done="已结案：和解撤回，计入成功。"),
    Move("terminate", "T12", "终止调解", (S.MEDIATING,), (S.TERMINATED,), Who.MEDIATOR, P.CASE_PROCEED, "S2 R14 L1§25 L2§26",
         checks=(c.day_fits, c.failure_reason_fits, c.result_is_failure), danger=True,
         asks=(_on("终止日期"), _choice("end_reason", "终止原因", _FAILURES),
               _choice("result", "结果", (Result.FAILED, Result.PROCEDURAL), required=False, help="不选时按终止原因确定"),
               _reason("说明", required=False)),
         done="已终止调解。"),
    Move("expire", "T12c", "期满终止", (S.MEDIATING,), (S.TERMINATED,), Who.SYSTEM, P.CASE_PROCEED, "L1§25(6)",
         conditions=(c.mediation_time_over, c.clock_is_running, c.not_suspended), danger=True, quiet=True, done="已终止：调解期限届满。",
         note="届满后的下一个工作日凌晨自动办理，提前三天提示"),
    Move("resume", "T13", "继续调解", (S.CLOSING, S.CLOSED, S.TERMINATED), (S.MEDIATING,), Who.MEDIATOR, P.CASE_PROCEED,
         "S2 R13", conditions=(c.was_mediated, c.no_followup), asks=(_reason(),),
         done="已恢复调解，期限至 {due_on}。", note="原协议、笔录转为作废版本保留；原期限已过的，自继续之日重新计算"),
    # -- bin ----------------------------------------------------------------------------------------------------------
    Move("delete", "T14", "删除", tuple(S), (), Who.COURT, P.CASE_DELETE, "S2 R03", asks=(_reason("删除理由"),),
         danger=True, done="已移入回收站，30 天内可以恢复。", note="进回收站；彻底清除须另一人办理"),
    Move("restore", "T14b", "恢复", tuple(S), (), Who.COURT, P.CASE_DELETE, "本平台", conditions=(c.is_deleted,),
         done="已从回收站恢复。"),
)

MOVES: dict[str, Move] = {move.name: move for move in _TABLE}


def refusal_of(move: Move, facts: Facts, given: Given | None = None) -> Refusal | None:
    """The first reason why the move may not be made, None if it may. ``given`` None: only what colours a button."""
    said = given or Given()
    if facts.deleted and move.name != "restore":
        return Refusal("案件在回收站中，请先恢复。", repair="restore")
    if facts.kind not in move.kinds:
        kinds = "、".join(kind.label for kind in move.kinds)
        return Refusal(f"“{move.label}”只用于{kinds}案件。")
    if facts.state not in move.frm:
        held = "新案件" if facts.state is None else f"“{facts.state.label}”"
        wanted = "、".join(state.label if state else "新案件" for state in move.frm)
        return Refusal(f"当前是{held}，“{move.label}”只能在{wanted}时办理。")
    for condition in move.conditions:
        refused = condition(facts, said)
        if refused is not None:
            return refused
    if given is None:
        return None
    for ask in move.asks:
        if ask.required and not _said(given, ask.name):
            return Refusal(_WANTED[ask.kind].format(ask.label), field=ask.name)
    for check in move.checks:
        refused = check(facts, given)
        if refused is not None:
            return refused
    return None


_WANTED = {
    "long": "请填写{}。",
    "date": "请填写{}。",
    "choice": "请选择{}。",
    "tick": "请确认：{}。",
    "days": "请填写{}。",
    "mediator": "请选择{}。",
    "organisation": "请选择{}。",
}


def _said(given: Given, name: str) -> bool:
    value: Any = getattr(given, name)
    return bool(value.strip()) if isinstance(value, str) else value not in (None, False)


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: the move, and why it is refused now (None: it may be made)."""

    move: Move
    refusal: Refusal | None


def offers(facts: Facts, permissions: frozenset[str]) -> list[Offer]:
    """The moves a person of the court sees in this state: what the state and the kind allow and the role may do."""
    found = []
    for move in _TABLE:
        if not move.button or not move.court_may or move.permission not in permissions:
            continue
        if facts.state not in move.frm or facts.kind not in move.kinds or facts.deleted != (move.name == "restore"):
            continue
        found.append(Offer(move, refusal_of(move, facts)))
    return found
