"""The pure rules: phones, identity papers, deadlines, gaps, names, what a ledger row means."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation_admin.cases import rules
from mediation_admin.cases.effects import result_for
from mediation_admin.cases.enums import (
    CaseKind,
    CaseState,
    EndReason,
    Gap,
    IdKind,
    PartyRole,
    PartyType,
    PhoneState,
    Regime,
    Result,
)
from mediation_admin.cases.rules.gaps import PartyFacts, party_gaps_of
from mediation_admin.cases.rules.identity import read_paper
from mediation_admin.cases.rules.names import bigrams, plain
from mediation_admin.core.errors import RuleBroken
from mediation_admin.reference.workdays import Calendar, DayException

TODAY = date(2024, 3, 12)
CALENDAR = Calendar([DayException(date(2024, 4, 4), False, "清明节"), DayException(date(2024, 4, 7), True, "清明节调休上班")])
DEADLINES = rules.Deadlines(CALENDAR, date(2025, 1, 1))


# -- phones -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "phone", "state"),
    [
        ("13900001234", "13900001234", PhoneState.GIVEN),
        (" 139-0000-1234 ", "13900001234", PhoneState.GIVEN),
        ("+86 139 0000 1234", "13900001234", PhoneState.GIVEN),
        ("１３９００００１２３４", "13900001234", PhoneState.GIVEN),
        ("", None, PhoneState.MISSING),
        (None, None, PhoneState.MISSING),
        ("   ", None, PhoneState.MISSING),
        ("10000000000", "10000000000", PhoneState.UNVERIFIED),
        ("12345678901", "12345678901", PhoneState.UNVERIFIED),
        ("13999999999", "13999999999", PhoneState.UNVERIFIED),
    ],
)
def test_a_phone_is_given_missing_or_in_doubt(typed, phone, state):
    assert rules.read_phone(typed) == (phone, state)


@pytest.mark.parametrize("typed", ["1390000123", "139000012345", "03776301234", "29000012345", "无", "13900001234转1"])
def test_anything_else_is_no_phone(typed):
    with pytest.raises(RuleBroken, match="11 位手机号") as refused:
        rules.read_phone(typed)
    assert refused.value.field == "phone"


# -- papers -------------------------------------------------------------------------------------------------------------


def check_digit(seventeen):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(d) * w for d, w in zip(seventeen, weights, strict=True)) % 11]


def test_an_id_number_says_birth_and_sex():
    facts = rules.read_id_number("11010519491231002x", TODAY)
    assert (facts.number, facts.birth_date, facts.sex) == ("11010519491231002X", date(1949, 12, 31), "female")


def test_an_old_number_of_fifteen_is_read():
    facts = rules.read_id_number("110105491231003", TODAY)
    assert (facts.birth_date, facts.sex) == (date(1949, 12, 31), "male")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("110105194912310021", "校验位"),
        ("1101051949123100", "18 位"),
        ("", "18 位"),
        ("11010519491331002" + check_digit("11010519491331002"), "出生日期不存在"),
        ("11010520991231002" + check_digit("11010520991231002"), "出生日期不合理"),
        ("11010518001231002" + check_digit("11010518001231002"), "出生日期不合理"),
    ],
)
def test_a_wrong_id_number_says_what_is_wrong(number, words):
    with pytest.raises(RuleBroken, match=words):
        rules.read_id_number(number, TODAY)


@given(st.dates(date(1930, 1, 1), date(2020, 1, 1)), st.integers(0, 999), st.integers(0, 16))
def test_one_wrong_digit_never_passes(born, order, place):
    body = f"411302{born:%Y%m%d}{order:03d}"
    number = body + check_digit(body)
    assert rules.read_id_number(number, TODAY).birth_date == born
    wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
    with pytest.raises(RuleBroken):
        rules.read_id_number(wrong, TODAY)


def test_a_credit_code_has_a_check_sign():
    assert rules.read_credit_code("91350100m000100y43") == "91350100M000100Y43"
    with pytest.raises(RuleBroken, match="校验位"):
        rules.read_credit_code("91350100M000100Y44")
    with pytest.raises(RuleBroken, match="18 位"):
        rules.read_credit_code("91350100M000100I43")


def test_other_papers_are_only_looked_at_for_their_form():
    assert read_paper(IdKind.PASSPORT, " e12345678 ", TODAY) == ("E12345678", None)
    assert read_paper(None, "", TODAY) == (None, None)
    with pytest.raises(RuleBroken, match="证件类型"):
        read_paper(None, "E12345678", TODAY)
    with pytest.raises(RuleBroken, match="4 到 30 位"):
        read_paper(IdKind.OTHER, "证", TODAY)


# -- deadlines ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "simplified", "registered", "due"),
    [
        (CaseKind.PRE_FILING, False, TODAY, date(2024, 4, 11)),
        (CaseKind.INTERNET, False, date(2025, 3, 1), date(2024, 4, 11)),
        (CaseKind.POST_FILING, False, TODAY, date(2024, 3, 27)),
        (CaseKind.POST_FILING, True, TODAY, date(2024, 3, 19)),
        # After the court's change every case of the court is mediated after filing.
        (CaseKind.PRE_FILING, False, date(2025, 1, 1), date(2024, 3, 27)),
    ],
)
def test_the_term_depends_on_kind_procedure_and_era(kind, simplified, registered, due):
    assert rules.due_after_acceptance(TODAY, kind, simplified, registered, DEADLINES).day == due


def test_a_last_day_of_rest_moves_on():
    # 30 days after 5 March is 4 April, a holiday; 5 is an ordinary Friday in this calendar.
    due = rules.due_after_acceptance(date(2024, 3, 5), CaseKind.PRE_FILING, False, TODAY, DEADLINES)
    assert (due.day, due.provisional) == (date(2024, 4, 5), False)


def test_a_deadline_in_an_unpublished_year_is_provisional():
    due = rules.due_after_acceptance(date(2024, 12, 20), CaseKind.PRE_FILING, False, TODAY, DEADLINES)
    assert (due.day, due.provisional) == (date(2025, 1, 20), True)


def test_three_working_days_count_the_shift_of_a_weekend():
    # From Wednesday 3 April: 4 is a holiday, 5 works, 7 (a Sunday) works by shift, 8 works.
    assert rules.response_due(date(2024, 4, 3), CALENDAR).day == date(2024, 4, 8)


def test_an_extension_is_counted_from_the_end_before():
    assert rules.extended_due(date(2024, 4, 11), 10, CALENDAR).day == date(2024, 4, 22)


@given(st.dates(date(2023, 1, 1), date(2026, 1, 1)), st.sampled_from(CaseKind), st.booleans())
def test_a_deadline_is_a_working_day_and_never_shorter_than_the_law_gives(accepted, kind, simplified):
    due = rules.due_after_acceptance(accepted, kind, simplified, accepted, DEADLINES).day
    least = {Regime.PRE_FILING: 30, Regime.POST_FILING: 7 if simplified else 15}[
        rules.regime_of(kind, accepted, DEADLINES.regime_changes_on)
    ]
    assert CALENDAR.is_workday(due)
    assert least <= (due - accepted).days <= least + 9


def test_days_left_and_over():
    assert [rules.days_left(TODAY + timedelta(days=n), TODAY) for n in (3, 0, -2)] == [3, 0, -2]


def test_a_new_case_has_the_kind_of_its_era():
    change = date(2025, 1, 1)
    assert rules.default_kind(change, date(2024, 12, 31)) is CaseKind.PRE_FILING
    assert rules.default_kind(change, change) is CaseKind.POST_FILING


# -- gaps -----------------------------------------------------------------------------------------------------------------


def gap_facts(**values):
    return rules.GapFacts(
        **{
            "state": CaseState.CLOSED,
            "result": Result.AGREEMENT,
            "party_gaps": frozenset(),
            "facts_written": True,
            "plan_written": True,
            "cause_known": True,
            "has_mediator": True,
            "has_accepted_on": True,
            "has_end_reason": True,
            **values,
        }
    )


def test_a_whole_case_has_no_gap():
    assert rules.gaps_of(gap_facts()) == []


@pytest.mark.parametrize(
    ("values", "gaps"),
    [
        ({"facts_written": False}, [Gap.FACTS]),
        ({"plan_written": False}, [Gap.PLAN]),
        ({"plan_written": False, "result": Result.SETTLED_WITHDRAWN}, []),
        ({"has_mediator": False}, [Gap.MEDIATOR]),
        ({"has_mediator": False, "state": CaseState.TO_ASSIGN, "result": None}, []),
        ({"has_accepted_on": False}, [Gap.ACCEPTED_ON]),
        ({"has_accepted_on": False, "state": CaseState.MEDIATING, "result": None}, [Gap.ACCEPTED_ON]),
        ({"has_end_reason": False, "state": CaseState.TERMINATED, "result": Result.FAILED}, [Gap.END_REASON]),
        (
            {"has_mediator": False, "has_accepted_on": False, "state": CaseState.TERMINATED, "result": Result.PROCEDURAL},
            [],
        ),
        ({"cause_known": False}, [Gap.CAUSE]),
        ({"party_gaps": frozenset({Gap.RESPONDENT_ID, Gap.APPLICANT_PHONE})}, [Gap.APPLICANT_PHONE, Gap.RESPONDENT_ID]),
    ],
)
def test_each_gap(values, gaps):
    assert rules.gaps_of(gap_facts(**values)) == gaps


def test_third_parties_leave_no_gap():
    lacking = [PartyFacts(role, False, False) for role in PartyRole]
    assert party_gaps_of(lacking) == {Gap.APPLICANT_PHONE, Gap.RESPONDENT_PHONE, Gap.APPLICANT_ID, Gap.RESPONDENT_ID}


# -- names ----------------------------------------------------------------------------------------------------------------


def test_a_name_is_cut_into_pairs_without_its_brackets_and_blanks():
    assert bigrams("南阳（宛城）建 材") == {"南阳", "阳宛", "宛城", "城建", "建材"}
    assert rules.search_terms(7, ["张伟", "李"]) == ["7:张伟", "7:李"]


def test_a_search_needs_two_characters():
    assert rules.query_terms(7, "张") == []
    assert rules.query_terms(7, "张伟") == ["7:张伟"]


@given(st.text(st.characters(categories=["Lo", "Lu", "Nd", "Zs", "Ps"]), min_size=2, max_size=30), st.data())
def test_any_part_of_a_name_finds_the_name(name, data):
    text = plain(name)
    if len(text) < 2:
        return
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    assert set(rules.query_terms(1, text[start:end])) <= set(rules.search_terms(1, [name]))


def test_names_are_summed_up_in_order():
    assert rules.summary(["甲", " 乙 ", ""]) == "甲、乙"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("张伟", PartyType.NATURAL),
        ("欧阳建国", PartyType.NATURAL),
        ("买买提·艾力", PartyType.NATURAL),
        ("南阳市某商贸有限公司", PartyType.LEGAL),
        ("某某（南阳）建材有限责任公司", PartyType.LEGAL),
        ("某某银行股份有限公司南阳分行", PartyType.UNINCORPORATED),
        ("某某律师事务所", PartyType.UNINCORPORATED),
        ("宛城区某某建材经营部", PartyType.UNINCORPORATED),
        ("南阳市第一中学校", PartyType.LEGAL),
        ("某某村民委员会", PartyType.LEGAL),
    ],
)
def test_a_name_looks_like_a_person_or_a_firm(name, kind):
    assert rules.party_type_of(name) is kind


# -- ledgers --------------------------------------------------------------------------------------------------------------


def facts(**values):
    return rules.BackfillFacts(**{"registered_on": date(2022, 1, 4), "today": TODAY, **values})


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, CaseState.TO_ASSIGN),
        ({"accepted_on": date(2022, 1, 5)}, CaseState.TO_ASSIGN),
        ({"has_mediator": True}, CaseState.MEDIATING),
        ({"ended_on": date(2022, 1, 4), "result": Result.AGREEMENT}, CaseState.CLOSED),
        ({"ended_on": date(2022, 2, 1), "result": Result.SETTLED_WITHDRAWN}, CaseState.CLOSED),
        ({"ended_on": date(2022, 2, 1), "result": Result.FAILED, "has_mediator": True}, CaseState.TERMINATED),
        ({"ended_on": date(2022, 2, 1), "result": Result.PROCEDURAL}, CaseState.TERMINATED),
    ],
)
def test_the_state_follows_from_the_row(values, state):
    assert rules.state_for_backfill(facts(**values)) is state


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"registered_on": TODAY + timedelta(days=1)}, "registered_on"),
        ({"accepted_on": TODAY + timedelta(days=1)}, "accepted_on"),
        ({"accepted_on": date(2022, 1, 3)}, "accepted_on"),
        ({"ended_on": TODAY + timedelta(days=1), "result": Result.FAILED}, "ended_on"),
        ({"ended_on": date(2022, 1, 3), "result": Result.FAILED}, "ended_on"),
        ({"accepted_on": date(2022, 1, 9), "ended_on": date(2022, 1, 8), "result": Result.FAILED}, "ended_on"),
        ({"ended_on": date(2022, 2, 1)}, "result"),
        ({"result": Result.FAILED}, "ended_on"),
    ],
)
def test_dates_that_do_not_fit_name_their_column(values, field):
    with pytest.raises(RuleBroken) as refused:
        rules.state_for_backfill(facts(**values))
    assert refused.value.field == field


@given(
    st.dates(date(2020, 1, 1), date(2025, 1, 1)),
    st.none() | st.dates(date(2020, 1, 1), date(2025, 1, 1)),
    st.none() | st.dates(date(2020, 1, 1), date(2025, 1, 1)),
    st.none() | st.sampled_from(Result),
    st.booleans(),
)
def test_a_row_is_either_refused_or_fits_the_databases_own_checks(registered, accepted, ended, result, has_mediator):
    row = rules.BackfillFacts(registered, TODAY, accepted, ended, result, has_mediator)
    try:
        state = rules.state_for_backfill(row)
    except RuleBroken as broken:
        assert broken.field in ("registered_on", "accepted_on", "ended_on", "result")
        return
    assert (state in (CaseState.CLOSED, CaseState.TERMINATED)) == (ended is not None) == (result is not None)
    assert ended is None or ended >= (accepted or registered)
    assert not has_mediator or state is not CaseState.TO_ASSIGN


def test_an_end_reason_means_a_result():
    assert {reason: result_for(reason) for reason in (EndReason.DEADLOCK, EndReason.UNREACHABLE, EndReason.OTHER)} == {
        EndReason.DEADLOCK: Result.FAILED,
        EndReason.UNREACHABLE: Result.FAILED,
        EndReason.OTHER: Result.PROCEDURAL,
    }
