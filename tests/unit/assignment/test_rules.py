"""Who is offered a case, in what order, and why not somebody else."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation_admin.assignment.enums import Exclusion, Factor
from mediation_admin.assignment.rules import (
    WEIGHTS,
    CandidateFacts,
    CaseFacts,
    CourtAverages,
    exclusion_of,
    points_of,
    rank,
    why_not,
)

TODAY = date(2026, 3, 2)
AVERAGES = CourtAverages()
MEDIATOR = CandidateFacts(
    mediator_id=1,
    name="甲某",
    term_start=date(2025, 1, 1),
    term_end=date(2027, 12, 31),
    specialities=frozenset({"loan"}),
    organisation_ids=frozenset({7}),
    work_unit="某律师事务所 律师",
    phone_index=b"p1",
    id_number_index=b"i1",
)
CASE = CaseFacts(
    case_id=9,
    dispute_type_code="loan",
    dispute_type_label="民间借贷",
    people=frozenset({"乙某"}),
    organisations=frozenset({"某某商贸有限公司"}),
    phone_indexes=frozenset({b"p9"}),
    id_indexes=frozenset({b"i9"}),
)


def test_an_ordinary_mediator_is_not_excluded():
    assert exclusion_of(MEDIATOR, CASE, TODAY) is None


@pytest.mark.parametrize(
    ("rule", "mediator", "case"),
    [
        (Exclusion.NOT_CERTIFIED, {"certified": False}, {}),
        (Exclusion.NOT_ACTIVE, {"active": False}, {}),
        (Exclusion.TERM_NOT_BEGUN, {"term_start": date(2026, 3, 3)}, {}),
        (Exclusion.TERM_OVER, {"term_end": date(2026, 3, 1)}, {}),
        (Exclusion.FULL, {"open_cases": 30}, {}),
        (Exclusion.FULL, {"open_cases": 5, "max_open": 5}, {}),
        (Exclusion.CONFLICT_SAME_PERSON, {"phone_index": b"p9"}, {}),
        (Exclusion.CONFLICT_SAME_PERSON, {"id_number_index": b"i9"}, {}),
        (Exclusion.CONFLICT_SAME_NAME, {"name": "乙某"}, {}),
        (Exclusion.CONFLICT_EMPLOYER, {"work_unit": "某某商贸有限公司 法务"}, {}),
        (Exclusion.CONFLICT_EMPLOYER, {"work_unit": "某某商贸"}, {}),
        (Exclusion.DECLINED_BEFORE, {}, {"declined_by": frozenset({1})}),
        (Exclusion.CHANGED_BEFORE, {}, {"changed_from": frozenset({1})}),
    ],
)
def test_each_rule_excludes_and_names_its_fact(rule, mediator, case):
    out = exclusion_of(replace(MEDIATOR, **mediator), replace(CASE, **case), TODAY)
    assert out is not None
    assert out.rule is rule
    assert out.why


@pytest.mark.parametrize(
    "facts",
    [
        {"term_end": TODAY},
        {"term_start": TODAY},
        {"open_cases": 29},
        {"max_open": 40, "open_cases": 39},
        {"phone_index": None, "id_number_index": None},
        {"work_unit": ""},
        {"work_unit": "商贸"},
    ],
)
def test_the_edge_of_each_rule_lets_the_mediator_in(facts):
    assert exclusion_of(replace(MEDIATOR, **facts), CASE, TODAY) is None


def points(facts: CandidateFacts, factor: Factor, case: CaseFacts = CASE) -> float:
    return next(p.points for p in points_of(facts, case, AVERAGES) if p.factor is factor)


def test_the_weights_add_up_to_a_hundred():
    assert sum(WEIGHTS.values()) == 100


def test_an_empty_desk_earns_all_and_a_half_full_one_half():
    assert points(MEDIATOR, Factor.LOAD) == 30
    assert points(replace(MEDIATOR, open_cases=15), Factor.LOAD) == 15


def test_speciality_earns_all_half_or_nothing():
    assert points(MEDIATOR, Factor.SPECIALITY) == 30
    assert points(replace(MEDIATOR, specialities=frozenset()), Factor.SPECIALITY) == 15
    assert points(replace(MEDIATOR, specialities=frozenset({"family"})), Factor.SPECIALITY) == 0


def test_belonging_to_the_entrusted_organisation_counts_before_the_area():
    sent = replace(CASE, organisation_id=7)
    assert points(MEDIATOR, Factor.AREA, sent) == 10
    assert points(replace(MEDIATOR, organisation_ids=frozenset()), Factor.AREA, sent) == 0


def test_few_closed_cases_are_drawn_towards_the_average():
    one_lucky = points(replace(MEDIATOR, closed=1, succeeded=1), Factor.SUCCESS)
    long_record = points(replace(MEDIATOR, closed=50, succeeded=45), Factor.SUCCESS)
    assert one_lucky < long_record


facts = st.builds(
    CandidateFacts,
    mediator_id=st.integers(1, 50),
    name=st.just("某"),
    open_cases=st.integers(0, 60),
    max_open=st.one_of(st.none(), st.integers(1, 60)),
    specialities=st.frozensets(st.sampled_from(["loan", "family"]), max_size=2),
    closed=st.integers(0, 100),
    assigned=st.integers(0, 100),
)


@given(st.lists(facts, max_size=20, unique_by=lambda f: f.mediator_id))
def test_everybody_is_either_offered_or_excluded_and_points_stay_in_bounds(people):
    ranking = rank(people, CASE, AVERAGES, TODAY)
    seen = [r.facts.mediator_id for r in ranking.offered] + [e.facts.mediator_id for e in ranking.excluded]
    assert sorted(seen) == sorted(p.mediator_id for p in people)
    totals = [r.total for r in ranking.offered]
    assert totals == sorted(totals, reverse=True)
    assert all(0 <= total <= 100 for total in totals)


@given(st.lists(facts, min_size=2, max_size=12, unique_by=lambda f: f.mediator_id), st.randoms())
def test_the_order_does_not_depend_on_how_the_roster_was_read(people, random):
    shuffled = list(people)
    random.shuffle(shuffled)
    first = [r.facts.mediator_id for r in rank(people, CASE, AVERAGES, TODAY).offered]
    assert first == [r.facts.mediator_id for r in rank(shuffled, CASE, AVERAGES, TODAY).offered]


def test_why_not_names_the_rule_or_the_missing_points():
    busy = replace(MEDIATOR, mediator_id=2, name="丙某", open_cases=20)
    gone = replace(MEDIATOR, mediator_id=3, name="丁某", term_end=date(2025, 12, 31))
    ranking = rank([MEDIATOR, busy, gone], CASE, AVERAGES, TODAY)
    assert "在手案件少 20 分" in why_not(ranking, 1, 2)
    assert "聘期已满" in why_not(ranking, 1, 3)
    assert "不在本院名册" in why_not(ranking, 1, 99)
