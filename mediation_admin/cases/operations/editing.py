"""Opening and editing a case by form."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from mediation_admin.cases import rules
from mediation_admin.cases.enums import ENDED_STATES, CaseKind, CaseSource, CaseState, EndReason, PartyRole
from mediation_admin.cases.lifecycle import MOVES
from mediation_admin.cases.models import Case
from mediation_admin.cases.operations import parties as party_rows
from mediation_admin.cases.operations.looking import chosen, court_of
from mediation_admin.cases.operations.moving import carry_out
from mediation_admin.cases.rules.deadlines import Deadlines, due_after_acceptance, extended_due
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import Actor, fetch
from mediation_admin.reference.case_numbers import parse_or_none
from mediation_admin.reference.causes import CauseBook
from mediation_admin.reference.models import DisputeType, Ministry
from mediation_admin.reference.queries import calendar, cause_book

# The columns of a case that its form fills, with the words a timeline uses for them.
FORM_COLUMNS = {
    "kind": "案件类型",
    "category": "案件类别",
    "registered_on": "登记日期",
    "simplified": "适用程序",
    "cause_code": "案由",
    "cause_text": "案由",
    "dispute_type_code": "纠纷类型",
    "inner_case_no": "案号",
    "amount": "标的额",
    "claim": "请求事项",
    "facts": "纠纷概况",
    "plan": "调解方案",
    "remark": "备注",
    "ministry_code": "部委",
}
# Once the clock runs these would move it.
_FIXED_BY_ACCEPTANCE = ("kind", "registered_on")


class Stale(RuleBroken):
    """Somebody else saved the case in between; ``version`` is the present one."""

    def __init__(self, version: int) -> None:
        super().__init__("他人已修改本案。您填写的内容还在下面，请核对后再次保存。")
        self.version = version


@dataclass(frozen=True, slots=True)
class Supplement:
    """What a ledger left open beside the form's own fields; None leaves it as it is."""

    accepted_on: date | None = None
    end_reason: EndReason | None = None
    mediator_id: int | None = None
    organisation_id: int | None = None


def open_case(
    *, actor: Actor, court_id: int, data: rules.CaseData, submit: bool, source: CaseSource = CaseSource.COURT,
    today: date | None = None,
) -> Case:
    """A new case by form: T0 as a draft, T1 submitted with its number. Refuses what rules and table refuse."""
    today = today or clock.today()
    case = Case(court_id=court_id, source=source, gaps=[])
    _write_form(case, data, today)
    party_rows.write_parties(case, data.parties, today)
    party_rows.repeat_parties(case)
    name = ("receive" if source is CaseSource.PUSHED else "submit") if submit else "save_draft"
    carry_out(case, MOVES[name], actor=actor, today=today, said={})
    db.session.add(case)
    db.session.flush()
    return case


def edit_case(
    *, actor: Actor, case_id: int, data: rules.CaseData, version: int, supplement: Supplement | None = None,
    today: date | None = None,
) -> Case:
    """Save the form of a case (T8), or fill what an ended backfilled case lacks (T8b). Raises Stale when ``version``
    is no longer the row's; RuleBroken for what the table or a rule refuses."""
    today = today or clock.today()
    case = fetch(db.session, Case, case_id, with_for_update=True)
    if case.version != version:
        raise Stale(case.version)
    name = "supplement" if case.state in ENDED_STATES and case.backfilled else "edit"
    held = {key: getattr(case, key) for key in FORM_COLUMNS}
    held_parties = {party.id: _party_words(party) for party in case.parties}
    if name == "supplement":
        _refuse_changes(case, data)
    _write_form(case, data, today)
    changed = list(dict.fromkeys(FORM_COLUMNS[key] for key, value in held.items() if getattr(case, key) != value))
    if case.accepted_on is not None and any(getattr(case, key) != held[key] for key in _FIXED_BY_ACCEPTANCE):
        raise RuleBroken("受理后不能再改案件类型和登记日期。", field="kind")
    if case.assigned_on is not None and case.registered_on > case.assigned_on:
        raise RuleBroken(f"登记日期不能晚于指派日期 {case.assigned_on}。", field="registered_on")
    _count_again(case, held)
    changed += party_rows.write_parties(case, data.parties, today)
    if name == "supplement" and _shrunk(case, held_parties):
        raise RuleBroken("结案后只能补充空着的项目，不能修改或删除当事人已有的内容。")
    changed += _supply(case, supplement or Supplement(), today)
    if not changed:
        return case
    # The table judges the gaps as they were: filling the last one must not close the door on the hand that fills it.
    carry_out(case, MOVES[name], actor=actor, today=today, said={"note": "修改：" + "、".join(changed)})
    party_rows.repeat_parties(case)
    db.session.flush()
    return case


def _write_form(case: Case, data: rules.CaseData, today: date) -> None:
    if data.registered_on > today:
        raise RuleBroken("登记日期不能晚于今天。", field="registered_on")
    if data.amount is not None and data.amount < 0:
        raise RuleBroken("标的额不能是负数。", field="amount")
    inner = (data.inner_case_no or "").strip()
    number = parse_or_none(inner) if inner else None
    values: dict[str, Any] = {key: getattr(data, key) for key in FORM_COLUMNS}
    # An inner number of another system may have a form of its own: kept as typed.
    values["inner_case_no"] = str(number) if number else inner or None
    values |= cause_values(data)
    for key in ("claim", "facts", "plan", "remark"):
        values[key] = values[key].strip()
    if values["ministry_code"] and not _known(Ministry, values["ministry_code"]):
        raise RuleBroken("请从列表中选择部委。", field="ministry_code")
    if values["dispute_type_code"] and not _known(DisputeType, values["dispute_type_code"]):
        raise RuleBroken("请从列表中选择纠纷类型。", field="dispute_type_code")
    for key, value in values.items():
        if getattr(case, key) != value:
            setattr(case, key, value)


def cause_values(data: rules.CaseData, book: CauseBook | None = None) -> dict[str, Any]:
    """Cause code, its words and the dispute type that follows from it where none is given. Raises RuleBroken.

    ``book`` spares asking for the causes again where many cases are written.
    """
    if not data.cause_code:
        return {"cause_code": None, "cause_text": data.cause_text.strip(), "dispute_type_code": data.dispute_type_code}
    book = book or cause_book(db.session)
    if data.cause_code not in book:
        raise RuleBroken("请从列表中选择案由。", field="cause_code")
    return {
        "cause_code": data.cause_code,
        "cause_text": data.cause_text.strip() or book.cause(data.cause_code).name,
        "dispute_type_code": data.dispute_type_code or book.dispute_type_of(data.cause_code),
    }


def _known(model: Any, code: str) -> bool:
    return db.session.scalar(select(model.id).where(model.code == code).limit(1)) is not None


def _count_again(case: Case, held: dict[str, Any]) -> None:
    """Another procedure has another term: the deadline of a running mediation follows (L2§27)."""
    if case.state is CaseState.MEDIATING and case.accepted_on is not None and held["simplified"] != case.simplified:
        _set_deadline(case)


def _set_deadline(case: Case) -> None:
    assert case.accepted_on is not None, "the caller looked"
    deadlines = Deadlines(calendar(db.session), court_of(case.court_id).regime_changes_on)
    due = due_after_acceptance(case.accepted_on, case.kind, case.simplified, case.registered_on, deadlines)
    if case.extended_days:
        due = extended_due(due.day, case.extended_days, deadlines.calendar)
    case.due_on, case.due_provisional = due.day, due.provisional


def _supply(case: Case, more: Supplement, today: date) -> list[str]:
    """Fill what a ledger left open. Only empty places of a backfilled case are filled."""
    changed = []
    if more.accepted_on is not None and more.accepted_on != case.accepted_on:
        _only_empty(case, case.accepted_on, "受理日期")
        if not case.registered_on <= more.accepted_on <= (case.ended_on or today):
            raise RuleBroken("受理日期应在登记日期之后、结束日期之前。", field="accepted_on")
        if case.state not in (CaseState.MEDIATING, *ENDED_STATES):
            raise RuleBroken("案件还没有受理，不能补填受理日期。", field="accepted_on")
        case.accepted_on = more.accepted_on
        _set_deadline(case)
        changed.append("受理日期")
    if more.end_reason is not None and more.end_reason is not case.end_reason:
        _only_empty(case, case.end_reason, "终止原因")
        if case.state is not CaseState.TERMINATED:
            raise RuleBroken("只有调解终止的案件有终止原因。", field="end_reason")
        case.end_reason = more.end_reason
        changed.append("终止原因")
    if more.mediator_id is not None and more.mediator_id != case.mediator_id:
        _only_empty(case, case.mediator_id, "调解员")
        if case.state not in (CaseState.MEDIATING, *ENDED_STATES):
            raise RuleBroken("未受理的案件请使用“指派”。", field="mediator_id", repair="assign")
        if not chosen(case, more.mediator_id, None, today).mediator_name:
            raise RuleBroken("请从本院名册中选择调解员。", field="mediator_id")
        case.mediator_id = more.mediator_id
        changed.append("调解员")
    if more.organisation_id is not None and more.organisation_id != case.organisation_id:
        _only_empty(case, case.organisation_id, "调解组织")
        if not chosen(case, None, more.organisation_id, today).organisation_name:
            raise RuleBroken("请从本院名册中选择调解组织。", field="organisation_id")
        case.organisation_id = more.organisation_id
        changed.append("调解组织")
    return changed


def _only_empty(case: Case, held: Any, word: str) -> None:
    if not case.backfilled or held is not None:
        raise RuleBroken(f"{word}已有内容，不能在这里修改。")


def _refuse_changes(case: Case, data: rules.CaseData) -> None:
    for key, word in FORM_COLUMNS.items():
        old, new = getattr(case, key), getattr(data, key)
        if key in ("cause_text", "dispute_type_code") and case.cause_code is None:
            continue
        if old not in (None, "", False) and new != old:
            raise RuleBroken(f"结案后只能补充空着的项目，不能修改已有的{word}。", field=key)


_PARTY_COLUMNS = ("name", "phone", "id_kind", "id_number", "address", "email", "representative", "nation")


def _party_words(party: Any) -> dict[str, Any]:
    return {key: getattr(party, key) for key in _PARTY_COLUMNS}


def _shrunk(case: Case, held: dict[int, dict[str, Any]]) -> bool:
    now = {party.id: _party_words(party) for party in case.parties}
    if set(now) != set(held):
        return True
    return any(
        old not in (None, "") and now[ident][key] != old for ident, row in held.items() for key, old in row.items()
    )


def data_of(case: Case) -> rules.CaseData:
    """The case as its form would give it back: for filling the form and for comparing after a conflict."""
    return rules.CaseData(
        **{key: getattr(case, key) for key in FORM_COLUMNS},
        parties=tuple(
            rules.PartyData(
                role=party.role,
                name=party.name,
                type=party.type,
                phone=party.phone,
                id_kind=party.id_kind,
                id_number=party.id_number,
                sex=party.sex,
                birth_date=party.birth_date,
                nation=party.nation,
                division_code=party.division_code,
                address=party.address,
                email=party.email,
                service_consent=party.service_consent,
                representative=party.representative,
                id=party.id,
                agents=tuple(
                    rules.AgentData(
                        name=agent.name,
                        kind=agent.kind,
                        authority=agent.authority,
                        phone=agent.phone,
                        id_number=agent.id_number,
                        firm=agent.firm,
                        licence_no=agent.licence_no,
                        relation=agent.relation,
                        id=agent.id,
                    )
                    for agent in party.agents
                ),
            )
            for party in sorted(case.parties, key=lambda p: (list(PartyRole).index(p.role), p.position))
        ),
    )


def kind_warning(kind: CaseKind, registered_on: date, regime_changes_on: date) -> str:
    """A sentence when the kind does not fit the court's era (L8); empty when it does."""
    if kind is CaseKind.PRE_FILING and registered_on >= regime_changes_on:
        return f"本院自 {regime_changes_on} 起先立案后调解，诉前委派调解按立案后的期限（15 天，简易程序 7 天）计算。"
    return ""
