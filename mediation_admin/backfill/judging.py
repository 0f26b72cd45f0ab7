"""What one row of a ledger means: from parsed cells to a historic case, with remarks in the user's words.

Pure but for the keyed fingerprints: everything a row is compared with comes in as ``Lookups``, read once per file.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from mediation_admin.backfill.result_words import MEANINGS, LedgerResult
from mediation_admin.cases import rules
from mediation_admin.cases.enums import CaseCategory, CaseKind, PartyRole, PartyType
from mediation_admin.core.crypto import fingerprints, normalise_phone
from mediation_admin.core.errors import RuleBroken
from mediation_admin.imports.enums import Level
from mediation_admin.imports.subjects import Note
from mediation_admin.reference.case_numbers import CaseNumber, parse
from mediation_admin.reference.causes import CauseBook
from mediation_admin.reference.names import NameBook
from mediation_admin.rosters.queries import ListedMediator

_OURS = "诉前调"
_SIDES = (
    (PartyRole.APPLICANT, "applicant", "申请人"),
    (PartyRole.RESPONDENT, "respondent", "被申请人"),
    (PartyRole.THIRD, "third", "第三人"),
)
_TYPES = {
    "natural": PartyType.NATURAL,
    "legal": PartyType.LEGAL,
    "unincorporated": PartyType.UNINCORPORATED,
}


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the rows of one file are read against."""

    court_code: str
    regime_changes_on: date
    today: date
    causes: CauseBook
    dispute_types: NameBook
    ministries: NameBook
    mediators: Mapping[str, Sequence[ListedMediator]]
    organisations: Mapping[str, int]


@dataclass(slots=True)
class Reading:
    """A ledger row read as a case. ``case`` is None when something essential is wrong (see ``notes``)."""

    label: str
    case: rules.BackfilledCase | None
    number: CaseNumber | None = None
    # Under the present key first, then under those that rows imported earlier may be known by.
    keys: tuple[bytes, ...] = ()
    digests: tuple[bytes, ...] = ()
    notes: list[Note] = field(default_factory=list)

    @property
    def key(self) -> bytes:
        """What the row will be known by; empty where it could not be read."""
        return self.keys[0] if self.keys else b""

    @property
    def digest(self) -> bytes:
        """The fingerprint of all it says; empty where it could not be read."""
        return self.digests[0] if self.digests else b""


def plain_name(text: str) -> str:
    """A name as it is compared: half-width, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def read_row(values: Mapping[str, Any], look: Lookups) -> Reading:
    """Read one row. Faults keep it out; gaps and warnings do not (domain T1b)."""
    notes: list[Note] = []
    parties = _parties(values, look.today, notes)
    number, inner = _numbers(values, look, notes)
    label = str(number) if number else _label(parties, values)
    registered = values.get("registered_on")
    if registered is None or not _both_sides(parties) or not values.get("cause"):
        # What is missing is said by the reading of the cells; without it there is no case to judge.
        return Reading(label, None, number, notes=notes)
    kind = values.get("kind") or (
        CaseKind.POST_FILING
        if number is None and inner and _OURS not in inner
        else rules.default_kind(look.regime_changes_on, registered)
    )
    if number is not None and values.get("kind") is None:
        kind = CaseKind.PRE_FILING
    cause_code, cause_text, dispute_type = _cause(values, look, notes)
    ministry = _ministry(values, look, notes)
    organisation_id, organisation = _organisation(values, look, notes)
    mediator_id, mediator = _mediator(values, look, organisation_id, notes)
    result, reason = MEANINGS[values["result"]] if values.get("result") is not None else (None, None)
    source = {}
    if mediator and mediator_id is None:
        source["调解员"] = mediator
    if organisation and organisation_id is None:
        source["调解组织"] = organisation
    if values.get("end_reason_text"):
        source["未成原因"] = str(values["end_reason_text"])
    case = rules.BackfilledCase(
        case=rules.CaseData(
            kind=kind,
            registered_on=registered,
            category=values.get("category") or CaseCategory.CIVIL,
            cause_code=cause_code,
            cause_text=cause_text,
            dispute_type_code=dispute_type,
            inner_case_no=inner,
            amount=values.get("amount") if values.get("amount") is not None else values.get("claim_amount"),
            facts=values.get("facts") or "",
            plan=values.get("plan") or "",
            remark=_remark(values, source),
            ministry_code=ministry,
            parties=tuple(parties),
        ),
        case_no=str(number) if number else None,
        mediator_id=mediator_id,
        organisation_id=organisation_id,
        accepted_on=values.get("accepted_on"),
        ended_on=values.get("ended_on"),
        result=result,
        end_reason=reason,
        source=source,
    )
    _check_dates(case, values, look.today, notes)
    _note_gaps(case, notes)
    return Reading(label, case, number, _keys(case), _digests(case), notes)


def _both_sides(parties: Sequence[rules.PartyData]) -> bool:
    roles = {party.role for party in parties}
    return PartyRole.APPLICANT in roles and PartyRole.RESPONDENT in roles


def _label(parties: Sequence[rules.PartyData], values: Mapping[str, Any]) -> str:
    sides = ["、".join(p.name for p in parties if p.role is role) for role, _, _ in _SIDES[:2]]
    return "诉".join(side for side in sides if side) or str(values.get("cause") or "")


def _numbers(values: Mapping[str, Any], look: Lookups, notes: list[Note]) -> tuple[CaseNumber | None, str | None]:
    """Our number and the inner network's. A ledger's 案号 column that holds 民初 numbers is the inner one."""
    inner = values.get("inner_case_no")
    text = values.get("case_no")
    if not text:
        return None, inner
    try:
        number = parse(text)
    except RuleBroken as broken:
        notes.append(Note("case_no", broken.message))
        return None, inner
    if _OURS not in number.type_code:
        return None, inner or str(number)
    if number.court_code != look.court_code:
        notes.append(Note("case_no", f"案号“{number}”的法院代字是{number.court_code}，本院是{look.court_code}，请核对"))
    return number, inner


def _parties(values: Mapping[str, Any], today: date, notes: list[Note]) -> list[rules.PartyData]:
    made: list[rules.PartyData] = []
    for role, side, title in _SIDES:
        named = values.get(f"{side}_names") or []
        phones = list(values.get(f"{side}_phones") or [])
        papers = list(values.get(f"{side}_id_numbers") or [])
        for place, one in enumerate(named):
            kind = _TYPES.get(one.kind) or rules.party_type_of(one.name)
            phone = one.phone or (phones.pop(0) if phones else None)
            made.append(
                rules.PartyData(
                    role=role,
                    name=one.name,
                    type=kind,
                    phone=_phone(phone, f"{side}_phones", title, notes),
                    id_number=_paper(one.id_number or _paper_of(kind, papers), kind, side, today, notes),
                    address=values.get(f"{side}_address") if place == 0 else None,
                    representative=one.represented_by or "",
                )
            )
        if papers and named:
            notes.append(
                Note(f"{side}_id_numbers", f"有 {len(papers)} 个证件号码分不清是谁的，没有导入", Level.WARNING)
            )
    return made


def _paper(text: str | None, kind: PartyType, side: str, today: date, notes: list[Note]) -> str | None:
    if not text:
        return None
    try:
        return rules.read_id_number(text, today).number if kind is PartyType.NATURAL else rules.read_credit_code(text)
    except RuleBroken as broken:
        notes.append(Note(f"{side}_id_numbers", broken.message))
        return None


def _paper_of(kind: PartyType, papers: list[str]) -> str | None:
    """The next paper that such a party can have: 18 digits for people, a credit code for organisations."""
    for at, paper in enumerate(papers):
        is_code = paper[:1] in "9YN" or any(c.isalpha() and c != "X" for c in paper)
        if is_code == (kind is not PartyType.NATURAL):
            return papers.pop(at)
    return None


def _phone(text: str | None, column: str, title: str, notes: list[Note]) -> str | None:
    if not text:
        return None
    try:
        phone, _ = rules.read_phone(normalise_phone(text))
    except RuleBroken:
        notes.append(Note(column, f"“{text}”不是手机号，没有导入；{title}手机号记为待补", Level.GAP))
        return None
    return phone


def _cause(values: Mapping[str, Any], look: Lookups, notes: list[Note]) -> tuple[str | None, str, str | None]:
    text = values["cause"]
    match = look.causes.resolve(text)
    code = match.code if match.sure else None
    if code is None:
        near = "、".join(one.name for one in match.candidates[:3])
        hint = f"，相近的有：{near}" if near else ""
        notes.append(Note("cause", f"案由“{text}”不在现行案由表中，按原文导入，请之后核对{hint}", Level.GAP))
    stated = values.get("dispute_type")
    dispute = look.dispute_types.resolve(stated) if stated else None
    if stated and dispute is None:
        notes.append(Note("dispute_type", f"纠纷类型“{stated}”不在列表中，已按案由确定", Level.WARNING))
    if dispute is None and code is not None:
        dispute = look.causes.dispute_type_of(code)
    return code, match.name if code else str(text), dispute


def _ministry(values: Mapping[str, Any], look: Lookups, notes: list[Note]) -> str | None:
    text = values.get("ministry")
    if not text:
        if values.get("ministry_flag") is True:
            notes.append(Note("ministry_flag", "注明是部委案件，但没有写哪个部委，按“否”导入，请之后补充", Level.GAP))
        return None
    if str(text).strip() in ("否", "无", "不是"):
        return None
    code = look.ministries.resolve(text)
    if code is None:
        notes.append(Note("ministry", f"部委“{text}”不在列表中，按“否”导入，请之后补充", Level.GAP))
    return code


def _organisation(values: Mapping[str, Any], look: Lookups, notes: list[Note]) -> tuple[int | None, str]:
    text = values.get("organisation")
    if not text:
        return None, ""
    found = look.organisations.get(plain_name(text))
    if found is None:
        notes.append(Note("organisation", f"“{text}”不在本院调解组织名册中，先导入名册再导入台账可自动对应", Level.GAP))
    return found, text


def _mediator(
    values: Mapping[str, Any], look: Lookups, organisation_id: int | None, notes: list[Note]
) -> tuple[int | None, str]:
    name = values.get("mediator")
    if not name:
        return None, ""
    found = list(look.mediators.get(plain_name(name), ()))
    if len(found) > 1 and organisation_id is not None:
        found = [one for one in found if organisation_id in one.organisation_ids] or found
    if not found:
        notes.append(Note("mediator", f"“{name}”不在本院调解员名册中，先导入名册再导入台账可自动对应", Level.GAP))
        return None, name
    if len(found) > 1:
        notes.append(
            Note("mediator", f"名册中有 {len(found)} 位“{name}”，分不清是哪一位，请之后在案件中选择", Level.GAP)
        )
        return None, name
    return found[0].mediator_id, name


def _remark(values: Mapping[str, Any], source: Mapping[str, str]) -> str:
    told = "；".join(f"台账记载{key}：{value}" for key, value in source.items())
    return "；".join(part for part in (values.get("remark") or "", told) if part)


def _check_dates(case: rules.BackfilledCase, values: Mapping[str, Any], today: date, notes: list[Note]) -> None:
    ended, accepted = case.ended_on, case.accepted_on
    if ended is not None and values.get("result") is LedgerResult.OPEN:
        notes.append(Note("result", "有结案日期，结果却写着未结，请核对"))
        return
    try:
        rules.state_for_backfill(
            rules.BackfillFacts(
                registered_on=case.case.registered_on,
                today=today,
                accepted_on=accepted,
                ended_on=ended,
                result=case.result,
                has_mediator=case.mediator_id is not None,
            )
        )
    except RuleBroken as broken:
        notes.append(Note(broken.field or "registered_on", broken.message))
    days = values.get("days")
    if days is not None and ended and accepted and (ended - accepted).days != days:
        notes.append(
            Note("days", f"办理天数写的是 {days}，按日期算是 {(ended - accepted).days}，以日期为准", Level.WARNING)
        )


def _note_gaps(case: rules.BackfilledCase, notes: list[Note]) -> None:
    said = {note.field for note in notes if note.level is Level.GAP}
    for role, side, title in _SIDES[:2]:
        column = f"{side}_phones"
        if column not in said and not any(p.phone for p in case.case.parties if p.role is role):
            notes.append(Note(column, f"{title}手机号未填，导入后记为待补", Level.GAP))
    if case.ended_on is not None and case.mediator_id is None and "mediator" not in said:
        notes.append(Note("mediator", "已结案件没有写调解员，导入后记为待补", Level.GAP))


def _keys(case: rules.BackfilledCase) -> tuple[bytes, ...]:
    """What the row is known by: its number, else who against whom about what and when."""
    if case.case_no:
        return _short("ledger-key", case.case_no)
    data = case.case
    who = [sorted(p.name for p in data.parties if p.role is role) for role, _, _ in _SIDES]
    natural = [data.inner_case_no, str(data.registered_on), data.cause_text, who, str(data.amount)]
    return _short("ledger-key", json.dumps(natural, ensure_ascii=False))


def _digests(case: rules.BackfilledCase) -> tuple[bytes, ...]:
    # By hand, since asdict copies deeply and this runs for every row of every pass.
    data = case.case
    told = [getattr(data, name) for name in _CASE_FIELDS] + [getattr(case, name) for name in _ROW_FIELDS]
    told += [[getattr(party, name) for name in _PARTY_FIELDS] for party in data.parties]
    return _short("ledger-row", json.dumps([told, case.source], ensure_ascii=False, default=str))


def _short(purpose: str, content: str) -> tuple[bytes, ...]:
    return tuple(one[:16] for one in fingerprints(purpose, content))


_CASE_FIELDS = tuple(f.name for f in fields(rules.CaseData) if f.name != "parties")
_PARTY_FIELDS = tuple(f.name for f in fields(rules.PartyData) if f.name not in ("agents", "id"))
_ROW_FIELDS = tuple(f.name for f in fields(rules.BackfilledCase) if f.name not in ("case", "source"))
