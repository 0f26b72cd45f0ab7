"""The named conditions of the lifecycle table: each looks at the facts and answers None or a refusal that helps."""

from mediation_admin.cases.enums import CaseKind, CaseSource, EndReason, Result
from mediation_admin.cases.facts import Facts, Given, Refusal
from mediation_admin.cases.rules.deadlines import EXTENSION_CAP

# -- conditions on the case alone: they colour the buttons ------------------------------------------------------------


def has_applicant(facts: Facts, _given: Given) -> Refusal | None:
    """At least one applicant (§5.1)."""
    return None if facts.applicants else Refusal("请至少填写一名申请人。", repair="edit#parties")


def has_respondent(facts: Facts, _given: Given) -> Refusal | None:
    """At least one respondent (§5.1)."""
    return None if facts.respondents else Refusal("请至少填写一名被申请人。", repair="edit#parties")


def has_cause(facts: Facts, _given: Given) -> Refusal | None:
    """A cause of action (§5.1)."""
    return None if facts.cause_known else Refusal("请选择案由。", repair="edit#cause_code")


def phones_if_court_asks(facts: Facts, _given: Given) -> Refusal | None:
    """R01, only where the court kept that refusal: every party's phone is there before the case is assigned."""
    if not facts.refuse_without_phone or not facts.missing_phones:
        return None
    return Refusal(
        f"本院要求当事人手机号齐全后再指派，还有 {facts.missing_phones} 名当事人手机号为空。请先补填。",
        repair="edit#parties",
    )


def phones_ready(facts: Facts, _given: Given) -> Refusal | None:
    """No phone missing or in doubt once an agreement is to be pushed to the parties (R09; product.md)."""
    unsure = facts.missing_phones + facts.unverified_phones
    if not unsure:
        return None
    return Refusal(f"还有 {unsure} 名当事人的手机号待补或待核实，协议无法推送。请先补正。", repair="edit#parties")


def facts_written(facts: Facts, _given: Given) -> Refusal | None:
    """纠纷概况 is filled (R09)."""
    return None if facts.facts_written else Refusal("请先填写纠纷概况。", repair="edit#facts")


def plan_written(facts: Facts, _given: Given) -> Refusal | None:
    """调解方案 is filled (R09)."""
    return None if facts.plan_written else Refusal("请先填写调解方案。", repair="edit#plan")


def mediator_named(facts: Facts, _given: Given) -> Refusal | None:
    """A mediator, not only an organisation, stands on the case (在线调解规则 §10–11)."""
    if facts.mediator_id is not None:
        return None
    return Refusal("本案还没有确定调解员，请先确定调解员。", repair="name_mediator")


def mediator_not_named(facts: Facts, _given: Given) -> Refusal | None:
    """No mediator stands on the case yet."""
    if facts.mediator_id is None:
        return None
    return Refusal("本案已有调解员。要换人请使用“更换调解员”。", repair="change_mediator")


def not_suspended(facts: Facts, _given: Given) -> Refusal | None:
    """Suspicion of sham mediation has been cleared up first (特邀调解规定 §18)."""
    if not facts.suspended:
        return None
    return Refusal("本案因疑似虚假调解已中止，请先由法院决定恢复或终止。", repair="unsuspend")


def is_suspended(facts: Facts, _given: Given) -> Refusal | None:
    """The case is suspended."""
    return None if facts.suspended else Refusal("本案没有中止，无需恢复。")


def response_time_over(facts: Facts, _given: Given) -> Refusal | None:
    """The three working days to answer are over (在线调解规则 §12)."""
    if facts.response_due_on is not None and facts.today > facts.response_due_on:
        return None
    until = f"（至 {facts.response_due_on}）" if facts.response_due_on else ""
    return Refusal(f"三个工作日的受理期限还没有届满{until}。需要提前收回请使用“撤回指派”。", repair="withdraw_assignment")


def mediation_time_over(facts: Facts, _given: Given) -> Refusal | None:
    """The mediation deadline has passed without extension (在线调解规则 §24, §25)."""
    if facts.due_on is not None and facts.today > facts.due_on:
        return None
    return Refusal("调解期限还没有届满。提前结束请使用“终止调解”并说明理由。", repair="terminate")


def clock_is_running(facts: Facts, _given: Given) -> Refusal | None:
    """The deadline is one of the platform's own: a ledger's open case of long ago is shown as overdue, not ended."""
    if not facts.backfilled or facts.lived_on:
        return None
    return Refusal("补录的案件不自动终止，请按台账补录结果，或办理“终止调解”。", repair="terminate")


def has_deadline(facts: Facts, _given: Given) -> Refusal | None:
    """There is a deadline to extend."""
    if facts.due_on is not None:
        return None
    return Refusal("本案没有受理日期，无法计算期限。请先补填受理日期。", repair="edit#accepted_on")


def extension_left(facts: Facts, _given: Given) -> Refusal | None:
    """Extensions together stay within thirty days (最高法 2024-12-27 意见; local rule P28 before filing)."""
    if facts.extended_days < EXTENSION_CAP:
        return None
    return Refusal(f"累计已延长 {facts.extended_days} 天，达到 {EXTENSION_CAP} 天上限，不能再延长。")


def was_mediated(facts: Facts, _given: Given) -> Refusal | None:
    """Mediation had begun before the end, so that it can go on."""
    if facts.accepted_on is not None or facts.backfilled:
        return None
    return Refusal("本案没有进入过调解，不能继续调解。")


def no_followup(facts: Facts, _given: Given) -> Refusal | None:
    """No confirmation, judgment or filing is under way."""
    if not facts.followup:
        return None
    return Refusal(f"本案正在办理{facts.followup}，请先办结或撤回后再继续调解。", repair="followup")


def first_change(facts: Facts, _given: Given) -> Refusal | None:
    """A party may refuse an appointed mediator once; a second refusal refuses mediation (在线调解规则 §14)."""
    if not facts.changes_of_mediator:
        return None
    return Refusal(
        "本案已更换过一次调解员。当事人再次拒绝的，视为不愿继续调解，请终止调解并选择“一方明确不愿继续调解”。",
        repair="terminate",
    )


def is_deleted(facts: Facts, _given: Given) -> Refusal | None:
    """The case is in the recycle bin."""
    return None if facts.deleted else Refusal("案件不在回收站中。")


def is_backfilled(facts: Facts, _given: Given) -> Refusal | None:
    """The case came from a ledger."""
    return None if facts.backfilled else Refusal("只有补录的案件可以这样修改。")


def has_gaps(facts: Facts, _given: Given) -> Refusal | None:
    """Something the ledger did not say is still open."""
    return None if facts.gaps else Refusal("本案没有待补事项。")


def not_lived_on(facts: Facts, _given: Given) -> Refusal | None:
    """Nothing but backfilling has happened to the case, so the ledger may still speak for it."""
    if not facts.lived_on:
        return None
    return Refusal("本案补录后已在平台上办理，不能再按台账修改。请打开案件办理。")


def by_application(facts: Facts, _given: Given) -> Refusal | None:
    """The case was applied for by a party."""
    if facts.kind is CaseKind.INTERNET or facts.source is CaseSource.PARTY:
        return None
    return Refusal("只有当事人申请的案件可以退回。")


def named_by_court(facts: Facts, _given: Given) -> Refusal | None:
    """The court assigned; what a party chose itself (互联网调解, T2) goes back to the party, not to the court."""
    if not facts.chosen_by_party:
        return None
    return Refusal("本案的调解员由当事人自行选定，法院不能撤回。需要时可退回申请，或由调解员不予接受后当事人另选。", repair="return_application")


def chosen_by_party(facts: Facts, _given: Given) -> Refusal | None:
    """The party chose the mediator itself (T2, T6c)."""
    if facts.chosen_by_party:
        return None
    return Refusal("本案的调解员由法院指派，不由当事人另选。")


def nobody_chosen_yet(facts: Facts, _given: Given) -> Refusal | None:
    """The party has not chosen again."""
    if facts.mediator_id is None and facts.organisation_id is None:
        return None
    return Refusal("本案已选定调解员。")


def somebody_chosen(facts: Facts, _given: Given) -> Refusal | None:
    """A mediator or organisation has been asked."""
    if facts.mediator_id is not None or facts.organisation_id is not None:
        return None
    return Refusal("当事人还没有选定调解员。", repair="choose_again")


# -- checks on what was said with the move ------------------------------------------------------------------------------


def day_fits(facts: Facts, given: Given) -> Refusal | None:
    """The day it happened lies between the last step and today."""
    if given.on is None:
        return None
    earliest = max(day for day in (facts.registered_on, facts.assigned_on, facts.accepted_on) if day)
    if given.on > facts.today:
        return Refusal("日期不能晚于今天。", field="on")
    if given.on < earliest:
        return Refusal(f"日期不能早于上一步的 {earliest}。", field="on")
    return None


def somebody_named(_facts: Facts, given: Given) -> Refusal | None:
    """A mediator or an organisation is named."""
    if given.mediator_id is not None or given.organisation_id is not None:
        return None
    return Refusal("请选择调解员或调解组织。", field="mediator_id")


def certified_here(_facts: Facts, given: Given) -> Refusal | None:
    """Whoever is named is on this court's roster, active and certified (T3; 在线调解规则 §27)."""
    chosen = given.chosen
    if chosen.mediator_id is not None and not chosen.mediator_certified:
        return Refusal(f"{chosen.mediator_name or '该调解员'}未在本院名册在册并通过认证，不能指派。", field="mediator_id")
    if chosen.organisation_id is not None and not chosen.organisation_certified:
        name = chosen.organisation_name or "该调解组织"
        return Refusal(f"{name}未在本院名册在册并通过认证，不能指派。", field="organisation_id")
    return None


def bound_to_ministry(_facts: Facts, given: Given) -> Refusal | None:
    """The organisation belongs to a ministry of 总对总 (T4)."""
    if given.organisation_id is not None and given.chosen.ministry_code:
        return None
    return Refusal("总对总调解请选择已绑定部委的调解组织。", field="organisation_id")


def of_the_organisation(facts: Facts, given: Given) -> Refusal | None:
    """The mediator belongs to the organisation that was asked (特邀调解规定 §6)."""
    if facts.organisation_id is None or given.chosen.belongs:
        return None
    return Refusal("请选择受指派调解组织的调解员。", field="mediator_id")


def another_one(facts: Facts, given: Given) -> Refusal | None:
    """The new mediator is not the old one."""
    if given.mediator_id is None or given.mediator_id != facts.mediator_id:
        return None
    return Refusal("新调解员与原调解员相同，请另选。", field="mediator_id")


def within_extension_cap(facts: Facts, given: Given) -> Refusal | None:
    """The days asked for are whole, positive and within what is left of thirty."""
    left = EXTENSION_CAP - facts.extended_days
    if given.days is not None and 1 <= given.days <= left:
        return None
    return Refusal(f"延长天数请填 1 至 {left} 天（累计不超过 {EXTENSION_CAP} 天）。", field="days")


def failure_reason_fits(_facts: Facts, given: Given) -> Refusal | None:
    """A termination does not carry a reason that means success, nor one the platform itself sets."""
    if given.end_reason in (EndReason.AGREEMENT, EndReason.WITHDRAWN_SETTLED):
        return Refusal("达成协议请使用“申请结案”，和解撤回请使用“和解撤回”。", field="end_reason")
    if given.end_reason is EndReason.OTHER and not given.reason.strip():
        return Refusal("终止原因为“其他”时，请写明具体情况。", field="reason")
    return None


def result_is_failure(_facts: Facts, given: Given) -> Refusal | None:
    """Where a result is named, it is one of the failures."""
    if given.result in (None, Result.FAILED, Result.PROCEDURAL):
        return None
    return Refusal("终止调解的结果只能是“调解不成”或“程序性终止”。", field="result")


def signatures_complete(_facts: Facts, given: Given) -> Refusal | None:
    """The mediator and all parties (or their special agents) have signed (R12)."""
    return None if given.all_signed else Refusal("还有人没有签字。")


def row_is_given(_facts: Facts, given: Given) -> Refusal | None:
    """The ledger row whose state the case follows is there."""
    return None if given.backfill is not None else Refusal("缺少台账数据。")
