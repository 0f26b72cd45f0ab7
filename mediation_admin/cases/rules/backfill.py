"""What a row of a ledger means for the state of the case it stands for (T1b)."""

from dataclasses import dataclass
from datetime import date

from mediation_admin.cases.enums import SUCCESSES, CaseState, Result
from mediation_admin.core.errors import RuleBroken


@dataclass(frozen=True, slots=True)
class BackfillFacts:
    """The dates, the result and the mediator a row names."""

    registered_on: date
    today: date
    accepted_on: date | None = None
    ended_on: date | None = None
    result: Result | None = None
    has_mediator: bool = False


def state_for_backfill(facts: BackfillFacts) -> CaseState:
    """The state that follows from a row: end and result → 调解结束 or 调解终止; a mediator and no end → 调解中;
    neither → 待指派. Raises RuleBroken, with the field, when the dates do not fit together."""
    registered, accepted, ended = facts.registered_on, facts.accepted_on, facts.ended_on
    if registered > facts.today:
        raise RuleBroken("登记日期不能晚于今天。", field="registered_on")
    if accepted is not None and accepted > facts.today:
        raise RuleBroken("受理日期不能晚于今天。", field="accepted_on")
    if accepted is not None and accepted < registered:
        raise RuleBroken(f"受理日期 {accepted} 早于登记日期 {registered}，请核对。", field="accepted_on")
    if ended is not None and ended > facts.today:
        raise RuleBroken("结束日期不能晚于今天。", field="ended_on")
    if ended is not None and ended < (accepted or registered):
        word = "受理日期" if accepted else "登记日期"
        raise RuleBroken(f"结束日期 {ended} 早于{word} {accepted or registered}，请核对。", field="ended_on")
    if ended is not None and facts.result is None:
        raise RuleBroken("有结束日期但没有调解结果，请填写结果。", field="result")
    if ended is None and facts.result is not None:
        raise RuleBroken("有调解结果但没有结束日期，请填写结束日期。", field="ended_on")
    if facts.result is not None:
        return CaseState.CLOSED if facts.result in SUCCESSES else CaseState.TERMINATED
    return CaseState.MEDIATING if facts.has_mediator else CaseState.TO_ASSIGN
