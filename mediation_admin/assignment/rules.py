"""Who may take a case and in what order they are offered: pure, explainable, the same answer for the same facts.

A candidate is either excluded, by a named rule with the fact that triggered it, or earns points per factor:

* 在手案件 30 – the emptier the desk, the more;
* 专长 30 – the case's dispute type is among the mediator's fields (half for who has stated none);
* 地区与组织 10 – belongs to the organisation the case was sent to, or works in the court's own area;
* 调解成效 20 – success rate of the closed cases, drawn towards the court's average while they are few;
* 接收及时 10 – share of assignments accepted within three working days, drawn in the same way.

Sources: certification and conflict of interest 在线调解规则 §12, §13, 特邀调解规定 §15; the weights are ours.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from mediation_admin.assignment.enums import Exclusion, Factor

WEIGHTS = {Factor.LOAD: 30, Factor.SPECIALITY: 30, Factor.AREA: 10, Factor.SUCCESS: 20, Factor.RESPONSE: 10}
DEFAULT_CAP = 30
# With fewer closed cases than this, a mediator's own rate counts less than the court's average.
PRIOR_CASES = 5
_COMPANY_TAIL = re.compile(r"(有限责任公司|股份有限公司|有限公司|公司|事务所|银行|医院|学校|中心|合作社|厂|店)$")


@dataclass(frozen=True, slots=True)
class CandidateFacts:
    """What the rules know of a mediator at the moment of picking."""

    mediator_id: int
    name: str
    certified: bool = True
    active: bool = True
    term_start: date | None = None
    term_end: date | None = None
    open_cases: int = 0
    max_open: int | None = None
    specialities: frozenset[str] = frozenset()
    organisation_ids: frozenset[int] = frozenset()
    organisations: str = ""
    in_area: bool = True
    closed: int = 0
    succeeded: int = 0
    assigned: int = 0
    accepted_in_time: int = 0
    work_unit: str = ""
    phone_index: bytes | None = None
    id_number_index: bytes | None = None

    @property
    def cap(self) -> int:
        """How many open cases at most."""
        return self.max_open if self.max_open is not None else DEFAULT_CAP


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the rules know of the case. Parties and agents as names and blind indexes, never in clear."""

    case_id: int
    dispute_type_code: str | None = None
    dispute_type_label: str = ""
    organisation_id: int | None = None
    people: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    phone_indexes: frozenset[bytes] = frozenset()
    id_indexes: frozenset[bytes] = frozenset()
    declined_by: frozenset[int] = frozenset()
    changed_from: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class CourtAverages:
    """What a mediator without a record of one's own is measured by."""

    success_rate: float = 0.65
    response_rate: float = 0.9


@dataclass(frozen=True, slots=True)
class Points:
    """Points of one factor with the fact they come from."""

    factor: Factor
    points: float
    why: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with total and the parts it is made of."""

    facts: CandidateFacts
    points: tuple[Points, ...]

    @property
    def total(self) -> float:
        """Sum over the factors, 0–100."""
        return round(sum(part.points for part in self.points), 1)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A mediator who is not offered, by which rule, because of which fact."""

    facts: CandidateFacts
    rule: Exclusion
    why: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The whole answer: who is offered in which order, who is not and why."""

    offered: tuple[Ranked, ...] = ()
    excluded: tuple[Excluded, ...] = field(default=())


def exclusion_of(candidate: CandidateFacts, case: CaseFacts, today: date) -> Excluded | None:
    """The first rule that keeps the mediator from this case; None when nothing does."""
    return standing_exclusion(candidate, today) or case_exclusion(candidate, case) or desk_exclusion(candidate)


def standing_exclusion(m: CandidateFacts, today: date) -> Excluded | None:
    """What keeps a mediator from every case: certification, standing, term."""
    if not m.certified:
        return Excluded(m, Exclusion.NOT_CERTIFIED, "在本院名册中的认证状态不是“已认证”")
    if not m.active:
        return Excluded(m, Exclusion.NOT_ACTIVE, "名册状态为停用或除名")
    if m.term_start is not None and m.term_start > today:
        return Excluded(m, Exclusion.TERM_NOT_BEGUN, f"聘期自 {m.term_start} 起")
    if m.term_end is not None and m.term_end < today:
        return Excluded(m, Exclusion.TERM_OVER, f"聘期至 {m.term_end} 已满")
    return None


def case_exclusion(m: CandidateFacts, case: CaseFacts) -> Excluded | None:
    """What keeps a mediator from this case alone: a conflict of interest, or what happened in it before."""
    for rule, why in conflicts_of(m, case):
        if why:
            return Excluded(m, rule, why)
    if m.mediator_id in case.declined_by:
        return Excluded(m, Exclusion.DECLINED_BEFORE, "本案曾指派给该调解员，其不予接受或逾期未接收")
    if m.mediator_id in case.changed_from:
        return Excluded(m, Exclusion.CHANGED_BEFORE, "本案曾由该调解员调解，已应当事人申请更换")
    return None


def desk_exclusion(m: CandidateFacts) -> Excluded | None:
    """A full desk."""
    return Excluded(m, Exclusion.FULL, f"在手 {m.open_cases} 件，上限 {m.cap} 件") if m.open_cases >= m.cap else None


def conflicts_of(m: CandidateFacts, case: CaseFacts) -> Iterable[tuple[Exclusion, str]]:
    """The conflict-of-interest checks (在线调解规则 §13): same person, same name, employed by a party."""
    same_phone = m.phone_index is not None and m.phone_index in case.phone_indexes
    same_id = m.id_number_index is not None and m.id_number_index in case.id_indexes
    shared = "手机号" if same_phone else "证件号码" if same_id else ""
    yield Exclusion.CONFLICT_SAME_PERSON, f"{shared}与本案当事人或代理人相同" if shared else ""
    same_name = m.name in case.people
    yield Exclusion.CONFLICT_SAME_NAME, f"与本案当事人或代理人“{m.name}”同名，须先核实不是同一人" if same_name else ""
    employer = next((o for o in sorted(case.organisations) if _employs(o, m.work_unit)), "")
    yield Exclusion.CONFLICT_EMPLOYER, f"工作单位“{m.work_unit}”与当事人“{employer}”相同" if employer else ""


def _employs(organisation: str, work_unit: str) -> bool:
    unit = work_unit.strip()
    name = organisation.strip()
    if not unit or len(name) < 4:
        return False
    core = _COMPANY_TAIL.sub("", name)
    return name in unit or (len(core) >= 4 and core in unit)


def points_of(m: CandidateFacts, case: CaseFacts, averages: CourtAverages) -> tuple[Points, ...]:
    """The candidate's points, factor by factor, each with its fact in words."""
    return (_load(m), _speciality(m, case), _area(m, case), _success(m, averages), _response(m, averages))


def _load(m: CandidateFacts) -> Points:
    free = max(0.0, 1 - m.open_cases / m.cap) if m.cap else 0.0
    return Points(Factor.LOAD, round(WEIGHTS[Factor.LOAD] * free, 1), f"在手 {m.open_cases} 件，上限 {m.cap} 件")


def _speciality(m: CandidateFacts, case: CaseFacts) -> Points:
    whole = WEIGHTS[Factor.SPECIALITY]
    label = case.dispute_type_label or "本案纠纷类型"
    if case.dispute_type_code and case.dispute_type_code in m.specialities:
        return Points(Factor.SPECIALITY, whole, f"擅长{label}")
    if not m.specialities:
        return Points(Factor.SPECIALITY, whole / 2, "名册未填擅长领域，按一半计")
    return Points(Factor.SPECIALITY, 0, f"擅长领域不含{label}")


def _area(m: CandidateFacts, case: CaseFacts) -> Points:
    whole = WEIGHTS[Factor.AREA]
    if case.organisation_id is not None:
        inside = case.organisation_id in m.organisation_ids
        return Points(Factor.AREA, whole if inside else 0, "属于受托调解组织" if inside else "不属于受托调解组织")
    return Points(Factor.AREA, whole if m.in_area else 0, "在本院辖区" if m.in_area else "不在本院辖区")


def _success(m: CandidateFacts, averages: CourtAverages) -> Points:
    rate = _drawn(m.succeeded, m.closed, averages.success_rate)
    why = f"近两年已结 {m.closed} 件，成功 {m.succeeded} 件" if m.closed else "尚无已结案件，按本院平均计"
    if 0 < m.closed < PRIOR_CASES:
        why += "（件数少，向本院平均靠拢）"
    return Points(Factor.SUCCESS, round(WEIGHTS[Factor.SUCCESS] * rate, 1), why)


def _response(m: CandidateFacts, averages: CourtAverages) -> Points:
    rate = _drawn(m.accepted_in_time, m.assigned, averages.response_rate)
    why = (
        f"指派 {m.assigned} 次，3 个工作日内接收 {m.accepted_in_time} 次"
        if m.assigned
        else "尚无指派记录，按本院平均计"
    )
    return Points(Factor.RESPONSE, round(WEIGHTS[Factor.RESPONSE] * rate, 1), why)


def _drawn(hits: int, cases: int, average: float) -> float:
    return (hits + PRIOR_CASES * average) / (cases + PRIOR_CASES)


def rank(candidates: Sequence[CandidateFacts], case: CaseFacts, averages: CourtAverages, today: date) -> Ranking:
    """Everybody on the roster, offered in order of points (ties: fewer open cases, then the older listing) or excluded."""
    return Desks(candidates, averages, today).rank(case)


class Desks:
    """The desks of a roster while cases are given out one after another: each case given makes one of them fuller.

    ``rank`` answers what the rules above say of the desks as they are now. What does not depend on the case is kept
    between cases, so that ten thousand cases and a hundred mediators are a matter of seconds.
    """

    def __init__(self, candidates: Sequence[CandidateFacts], averages: CourtAverages, today: date) -> None:
        self._averages = averages
        self._people = {m.mediator_id: m for m in candidates}
        self._standing = {m.mediator_id: standing_exclusion(m, today) for m in candidates}
        # (dispute type, organisation) → mediator → place in the order and points.
        self._kept: dict[tuple[str | None, int | None], dict[int, tuple[tuple[float, int, int], Ranked]]] = {}

    def rank(self, case: CaseFacts) -> Ranking:
        """The ranking for one case."""
        kept = self._kept.setdefault((case.dispute_type_code, case.organisation_id), {})
        offered: list[tuple[tuple[float, int, int], Ranked]] = []
        excluded: list[Excluded] = []
        for ident, person in self._people.items():
            out = self._standing[ident]
            if out is None and _may_touch(person, case):
                out = case_exclusion(person, case)
            if out is None:
                out = desk_exclusion(person)
            if out is not None:
                excluded.append(out)
                continue
            place = kept.get(ident)
            if place is None:
                ranked = Ranked(person, points_of(person, case, self._averages))
                place = kept[ident] = ((-ranked.total, person.open_cases, ident), ranked)
            offered.append(place)
        offered.sort()
        excluded.sort(key=lambda out: (_ORDER[out.rule], out.facts.mediator_id))
        return Ranking(tuple(ranked for _, ranked in offered), tuple(excluded))

    def give(self, mediator_id: int) -> None:
        """One more case lies on this desk."""
        person = self._people[mediator_id]
        self._people[mediator_id] = replace(person, open_cases=person.open_cases + 1)
        for kept in self._kept.values():
            kept.pop(mediator_id, None)


_ORDER = {rule: place for place, rule in enumerate(Exclusion)}


def _may_touch(m: CandidateFacts, case: CaseFacts) -> bool:
    """Whether case_exclusion has anything to look at: cheap, because it is asked a million times."""
    return (
        m.name in case.people
        or (bool(case.organisations) and bool(m.work_unit))
        or m.phone_index in case.phone_indexes
        or m.id_number_index in case.id_indexes
        or m.mediator_id in case.declined_by
        or m.mediator_id in case.changed_from
    )


def why_not(ranking: Ranking, chosen_id: int, other_id: int) -> str:
    """「为什么不是他」 in a sentence: the rule that excludes, or the factors in which the other earns less."""
    for out in ranking.excluded:
        if out.facts.mediator_id == other_id:
            return f"{out.facts.name}未列入候选：{out.rule.label}（{out.why}）。"
    by_id = {r.facts.mediator_id: r for r in ranking.offered}
    other, chosen = by_id.get(other_id), by_id.get(chosen_id)
    if other is None:
        return "该调解员不在本院名册中。"
    if chosen is None or chosen is other:
        return f"{other.facts.name}可以指派，共 {other.total:g} 分。"
    lines = [
        f"{mine.factor.label}少 {theirs.points - mine.points:g} 分（{mine.why}）"
        for mine, theirs in zip(other.points, chosen.points, strict=True)
        if theirs.points > mine.points
    ]
    gains = [
        f"{mine.factor.label}多 {mine.points - theirs.points:g} 分"
        for mine, theirs in zip(other.points, chosen.points, strict=True)
        if mine.points > theirs.points
    ]
    text = f"{other.facts.name} {other.total:g} 分，{chosen.facts.name} {chosen.total:g} 分"
    parts = "；".join(lines + gains) or "各项相同，按在手件数和入册先后排序"
    return f"{text}：{parts}。"
