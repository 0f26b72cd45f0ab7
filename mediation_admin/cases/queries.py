"""Reads of cases: named conditions that lists, reports and exports share, and the one search box.

A figure of a report and the list it opens are made of the same conditions, so they cannot disagree.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, true, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from mediation_admin.cases.enums import (
    ENDED_STATES,
    LOAD_STATES,
    OPEN_STATES,
    SUCCESSES,
    CaseKind,
    CaseState,
    EndReason,
    Gap,
    Result,
)
from mediation_admin.cases.models import Case, CaseEvent, Party
from mediation_admin.cases.rules.names import plain, query_terms
from mediation_admin.core.crypto import blind_indexes, mask_id_number, mask_phone, normalise_id_number, normalise_phone
from mediation_admin.reference.case_numbers import parse_or_none

Condition = ColumnElement[bool]

# -- which cases count ------------------------------------------------------------------------------------------------

# Not yet cases, and applications the court sent back: neither is in any figure.
UNCOUNTED_STATES = (CaseState.DRAFT, CaseState.RETURNED)


def visible() -> Condition:
    """Cases that are not in the recycle bin."""
    return Case.deleted_at.is_(None)


def deleted() -> Condition:
    """Cases in the recycle bin."""
    return Case.deleted_at.is_not(None)


def counted() -> Condition:
    """Cases that figures count: not deleted, not a draft, not a returned application."""
    return and_(visible(), Case.state.not_in(UNCOUNTED_STATES))


# -- kinds, states, results -------------------------------------------------------------------------------------------


def of_kind(*kinds: CaseKind) -> Condition:
    """Cases of these kinds."""
    return Case.kind.in_(kinds)


def in_states(*states: CaseState) -> Condition:
    """Cases in one of these states."""
    return Case.state.in_(states)


def with_result(*results: Result) -> Condition:
    """Ended cases with one of these results."""
    return Case.result.in_(results)


def successes() -> Condition:
    """成功: agreement reached, or settled and withdrawn."""
    return Case.result.in_(SUCCESSES)


def failures() -> Condition:
    """Ended, but no success."""
    return and_(Case.state.in_(ENDED_STATES), Case.result.not_in(SUCCESSES))


def ended() -> Condition:
    """已结."""
    return Case.state.in_(ENDED_STATES)


def open_now() -> Condition:
    """Cases under way: submitted and not ended."""
    return Case.state.in_(OPEN_STATES)


def on_a_desk() -> Condition:
    """Cases that weigh on their mediator: accepted or waiting for acceptance (在手)."""
    return and_(Case.state.in_(LOAD_STATES), visible())


def with_end_reason(*reasons: EndReason) -> Condition:
    """Cases that ended for one of these reasons."""
    return Case.end_reason.in_(reasons)


# -- dates: both ends belong to a period, an open end is None -----------------------------------------------------------


def _between(column: InstrumentedAttribute[date | None], first: date | None, last: date | None) -> Condition:
    parts = [column >= first] if first else []
    if last:
        parts.append(column <= last)
    return and_(true(), *parts)


def registered_between(first: date | None, last: date | None) -> Condition:
    """新收: by date of registration."""
    return _between(Case.registered_on, first, last)  # type: ignore[arg-type]


def assigned_between(first: date | None, last: date | None) -> Condition:
    """By date of the present assignment."""
    return _between(Case.assigned_on, first, last)


def accepted_between(first: date | None, last: date | None) -> Condition:
    """By date of acceptance."""
    return _between(Case.accepted_on, first, last)


def ended_between(first: date | None, last: date | None) -> Condition:
    """已结 and its parts: by date of ending."""
    return _between(Case.ended_on, first, last)


def open_at(day: date) -> Condition:
    """旧存 at the beginning of ``day``: registered before it and not ended before it."""
    return and_(Case.registered_on < day, or_(Case.ended_on.is_(None), Case.ended_on >= day))


def open_after(day: date) -> Condition:
    """未结 at the end of ``day``: registered by then and not ended by then."""
    return open_at(day + timedelta(days=1))


def took_at_most(days: int) -> Condition:
    """Ended within so many days of acceptance."""
    return Case.ended_on - Case.accepted_on <= days


def overdue(today: date) -> Condition:
    """超期未结: under mediation past the deadline."""
    return and_(Case.state.in_((CaseState.MEDIATING, CaseState.CLOSING)), Case.due_on < today)


def due_between(first: date | None, last: date | None) -> Condition:
    """Under mediation with a deadline in this period."""
    return and_(Case.state.in_((CaseState.MEDIATING, CaseState.CLOSING)), _between(Case.due_on, first, last))


def response_overdue(today: date) -> Condition:
    """Waiting for acceptance longer than three working days."""
    return and_(Case.state == CaseState.TO_ACCEPT, Case.response_due_on < today)


def extended() -> Condition:
    """Cases whose deadline was extended."""
    return Case.extended_days > 0


# -- who, what, from where -----------------------------------------------------------------------------------------------


def by_mediator(mediator_id: int) -> Condition:
    """Cases of one mediator; 0 means of none."""
    return Case.mediator_id == mediator_id if mediator_id else without_mediator()


def by_organisation(organisation_id: int) -> Condition:
    """Cases of one organisation; 0 means of none."""
    return Case.organisation_id == organisation_id if organisation_id else Case.organisation_id.is_(None)


def without_mediator() -> Condition:
    """Cases on which no mediator stands."""
    return Case.mediator_id.is_(None)


def of_ministry(code: str) -> Condition:
    """Cases of one ministry; "none" means of none (部委信息：否)."""
    return Case.ministry_code == code if code != "none" else Case.ministry_code.is_(None)


def of_cause(code: str) -> Condition:
    """Cases of one cause, or of the causes below it (108 holds 108.3)."""
    return or_(Case.cause_code == code, Case.cause_code.startswith(f"{code}.", autoescape=True))


def of_dispute_type(code: str) -> Condition:
    """Cases of one dispute type."""
    return Case.dispute_type_code == code


def with_gap(gap: Gap) -> Condition:
    """Cases that lack this."""
    return and_(with_any_gap(), Case.gaps.contains([gap.value]))


def with_any_gap() -> Condition:
    """Cases that lack something. Written out, as the index over such cases has it."""
    return func.cardinality(Case.gaps) > literal_column("0")


def with_missing_phone() -> Condition:
    """Cases with a party whose phone is to be supplied (for applicants and respondents that is a gap, too)."""
    return Case.missing_phones > 0


def is_backfilled() -> Condition:
    """Cases that came from a ledger."""
    return Case.backfilled.is_(True)


def of_batch(batch_id: int) -> Condition:
    """Cases of one import."""
    return Case.batch_id == batch_id


# -- the one search box -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """What was searched for: the condition, the words for the person, and whether the text is personal."""

    condition: Condition
    words: str
    personal: bool


_DIGITS = re.compile(r"\d{1,8}")
_TAIL = re.compile(r"\d{3}[\dX]")
_NOTHING = Case.id.in_([])


def find(text: str, court_ids: Iterable[int]) -> Found:
    """What one typed text means: a case number, a whole phone or ID number, a running number, the last four characters
    of a phone or ID number, else part of a party's name (two characters at least)."""
    typed = unicodedata.normalize("NFKC", text).strip()
    number = parse_or_none(typed)
    if number is not None:
        return Found(by_number(str(number)), f"案号 {number}", personal=False)
    phone = normalise_phone(typed)
    if re.fullmatch(r"1\d{10}", phone):
        return Found(
            _of_party(Party.phone_index.in_(blind_indexes("phone", phone))), f"手机号 {mask_phone(phone)}", True
        )
    paper = normalise_id_number(typed)
    if re.fullmatch(r"\d{15}|\d{17}[\dX]|[0-9A-HJ-NPQRTUWXY]{18}", paper):
        words = f"证件号码 {mask_id_number(paper)}"
        return Found(_of_party(Party.id_number_index.in_(blind_indexes("id", paper))), words, True)
    if _TAIL.fullmatch(paper):
        return _by_tail(paper)
    if _DIGITS.fullmatch(typed):
        return Found(Case.case_serial == int(typed), f"案号中的号数 {int(typed)}", personal=False)
    if "号" in typed or typed.startswith("("):
        # Not a number of ours, perhaps one of another system, kept as it was typed.
        return Found(Case.inner_case_no == text.strip(), f"案号 {typed}", personal=False)
    return by_name(typed, court_ids)


def by_number(case_no: str) -> Condition:
    """The case of a number, ours or the inner network's, in the official form."""
    return or_(Case.case_no == case_no, Case.inner_case_no == case_no)


def by_name(text: str, court_ids: Iterable[int]) -> Found:
    """Cases with a party whose name contains the text."""
    if len(plain(text)) < 2:
        return Found(_NOTHING, "姓名至少输入两个字", personal=False)
    parts = [Case.search_terms.contains(query_terms(court_id, text)) for court_id in sorted(court_ids)]
    return Found(or_(*parts) if parts else _NOTHING, f"当事人姓名或名称含“{text}”", personal=True)


def _by_tail(paper: str) -> Found:
    tails = [
        select(Party.case_id).where(Party.phone_tail_index.in_(blind_indexes("phone-tail", paper))),
        select(Party.case_id).where(Party.id_number_tail_index.in_(blind_indexes("id-tail", paper))),
    ]
    words = f"手机号或证件号码末四位 {paper}"
    if paper.isdigit():
        tails.append(select(Case.id).where(Case.case_serial == int(paper)))
        words = f"号数 {int(paper)}，或{words}"
    return Found(Case.id.in_(union(*tails)), words, personal=True)


def _of_party(condition: Condition) -> Condition:
    return Case.id.in_(select(Party.case_id).where(condition))


# -- answers ------------------------------------------------------------------------------------------------------------


def load_by_mediator(session: Session, mediator_ids: Sequence[int]) -> dict[int, int]:
    """Mediator id → cases on the desk; mediators without any are absent."""
    rows = session.execute(
        select(Case.mediator_id, func.count(Case.id))
        .where(Case.mediator_id.in_(mediator_ids), on_a_desk())
        .group_by(Case.mediator_id)
    )
    return dict(rows.all())


def load_by_organisation(session: Session, organisation_ids: Sequence[int]) -> dict[int, int]:
    """Organisation id → cases on its desks."""
    rows = session.execute(
        select(Case.organisation_id, func.count(Case.id))
        .where(Case.organisation_id.in_(organisation_ids), on_a_desk())
        .group_by(Case.organisation_id)
    )
    return dict(rows.all())


def events_of(session: Session, case_id: int, limit: int = 500) -> Sequence[CaseEvent]:
    """The timeline of a case, newest first."""
    return session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id.desc()).limit(limit)
    ).all()


def moved_between(name: str, first: date | None, last: date | None) -> Condition:
    """Cases on which a move was made in this period (不予接受, 3日未接收 …), by the day it happened."""
    day = func.coalesce(CaseEvent.happened_on, func.date(func.timezone("Asia/Shanghai", CaseEvent.at)))
    made = select(CaseEvent.case_id).where(CaseEvent.move == name)
    if first:
        made = made.where(day >= first)
    if last:
        made = made.where(day <= last)
    return Case.id.in_(made)


def audited_under(session: Session, case_no: str) -> list[tuple[str, int]]:
    """(table, id) of the case of this number and of its parties: what its entries in the audit are about."""
    found = session.scalars(select(Case.id).where(by_number(case_no)).limit(20)).all()
    parties = session.scalars(select(Party.id).where(Party.case_id.in_(found))).all()
    return [*(("mediation_case", ident) for ident in found), *(("party", ident) for ident in parties)]
