"""What the rosters decide, fact by fact."""

from datetime import date

import pytest

from mediation_admin.core.errors import RuleBroken
from mediation_admin.rosters import rules
from mediation_admin.rosters.enums import Certification, Identity, Roster, Standing

TODAY = date(2024, 3, 12)


@pytest.mark.parametrize(
    ("identities", "roster"),
    [
        ([], Roster.INVITED),
        ([Identity.LAWYER], Roster.INVITED),
        ([Identity.JUDGE], Roster.OTHER),
        ([Identity.LAWYER, Identity.JUDGE], Roster.OTHER),
        (["judge"], Roster.OTHER),
    ],
)
def test_a_judge_always_lands_on_the_other_roster(identities, roster):
    assert rules.roster_for(identities) is roster


def test_a_judge_among_the_invited_is_refused():
    with pytest.raises(RuleBroken, match="其他调解员名册"):
        rules.check_roster(Roster.INVITED, [Identity.JUDGE])
    rules.check_roster(Roster.OTHER, [Identity.JUDGE])


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("19900001111", "19900001111"),
        (" 199-0000-1111 ", "19900001111"),
        ("１９９００００１１１１", "19900001111"),
        ("+86 19900001111", "19900001111"),
        ("", None),
        (None, None),
    ],
)
def test_phones_are_read_as_people_type_them(typed, phone):
    assert rules.read_phone(typed) == phone


@pytest.mark.parametrize("typed", ["1990000111", "199000011112", "0377-61234567", "abc"])
def test_what_is_no_mobile_number_is_refused_with_what_to_do(typed):
    with pytest.raises(RuleBroken, match="11 位手机号") as refused:
        rules.read_phone(typed)
    assert refused.value.field == "phone"


@pytest.mark.parametrize("typed", ["0377-61234567", "61234567", "19900001111"])
def test_an_organisation_may_have_a_landline(typed):
    assert rules.read_contact_phone(typed) == typed.replace("-", "")


@pytest.mark.parametrize(("typed", "month"), [("1978-08", "1978-08"), ("1978", "1978"), (" ", None), (None, None)])
def test_birth_months_are_read(typed, month):
    assert rules.read_birth_month(typed, TODAY) == month


@pytest.mark.parametrize("typed", ["1978-13", "78-08", "1978/8", "2020-01", "1900-01"])
def test_impossible_birth_months_are_refused(typed):
    with pytest.raises(RuleBroken) as refused:
        rules.read_birth_month(typed, TODAY)
    assert refused.value.field == "birth_month"


@pytest.mark.parametrize(
    ("start", "end"),
    [(date(2024, 1, 2), date(2024, 1, 1)), (date(2020, 1, 1), date(2031, 1, 1))],
)
def test_impossible_terms_are_refused(start, end):
    with pytest.raises(RuleBroken) as refused:
        rules.check_term(start, end)
    assert refused.value.field == "term_end"


@pytest.mark.parametrize("ends", [(None, None), (date(2024, 1, 1), None), (None, date(2024, 1, 1))])
def test_open_terms_are_accepted(ends):
    rules.check_term(*ends)


FINE = {
    "certification": Certification.CERTIFIED,
    "standing": Standing.ACTIVE,
    "term_start": date(2023, 1, 1),
    "term_end": date(2024, 12, 31),
}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, None),
        ({"term_start": None, "term_end": None}, None),
        ({"term_end": TODAY}, None),
        ({"term_start": TODAY}, None),
        ({"certification": Certification.PENDING}, "认证状态为“待认证”"),
        ({"certification": Certification.REFUSED}, "认证状态为“未通过”"),
        ({"standing": Standing.SUSPENDED}, "名册状态为“停用”"),
        ({"standing": Standing.REMOVED}, "已从本院名册除名"),
        ({"revoked": True}, "已从本院名册除名"),
        ({"term_start": date(2024, 3, 13)}, "聘期自 2024-03-13 起"),
        ({"term_end": date(2024, 3, 11)}, "聘期至 2024-03-11 已满"),
    ],
)
def test_who_may_be_assigned_cases(facts, why):
    assert rules.why_not_eligible(rules.Standings(**{**FINE, **facts}), TODAY) == why


@pytest.mark.parametrize(
    ("end", "words", "tone"),
    [
        (None, "未定", "mute"),
        (date(2024, 3, 11), "2024-03-11 已满 1 天", "bad"),
        (date(2024, 3, 12), "2024-03-12 剩 0 天", "warn"),
        (date(2024, 5, 11), "2024-05-11 剩 60 天", "warn"),
        (date(2024, 5, 12), "2024-05-12", "plain"),
    ],
)
def test_the_end_of_a_term_in_words(end, words, tone):
    assert rules.term_words(end, TODAY) == (words, tone)
