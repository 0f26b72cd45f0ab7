"""The rules of passwords, both profiles to the letter."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation_admin.accounts import password_rules
from mediation_admin.accounts.common_passwords import common_passwords, is_common
from mediation_admin.accounts.enums import PasswordProfile
from mediation_admin.accounts.tokens import random_password
from mediation_admin.core.errors import RuleBroken

PHONE = "13912345678"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DENGBAO = password_rules.requirements(PasswordProfile.DENGBAO)
NIST = password_rules.requirements(PasswordProfile.NIST)
NIST_WITH_FACTOR = password_rules.requirements(PasswordProfile.NIST, has_factor=True)


def refusal(password: str, **facts: object) -> str:
    with pytest.raises(RuleBroken) as refused:
        password_rules.check_new_password(password_rules.normalise_password(password), **{"phone": PHONE, **facts})
    assert refused.value.field == "new_password"
    return refused.value.message


def accepted(password: str, **facts: object) -> bool:
    password_rules.check_new_password(password_rules.normalise_password(password), **{"phone": PHONE, **facts})
    return True


# -- S8, S10: what a password must be -------------------------------------------------------------------------------


def test_s8_a_password_of_nine_characters_is_too_short_and_the_message_says_how_long_it_is() -> None:
    assert "至少 10 位，现在是 9 位" in refusal("Tz7!mkQw9")
    assert accepted("Tz7!mkQw9x")


@pytest.mark.parametrize("password", ["tzmkqwplxvrn", "tzmkqwplx702", "TZMKQWPLX702", "704-702-5927"])
def test_s8_two_classes_of_characters_are_too_few(password: str) -> None:
    assert "三种" in refusal(password)


@pytest.mark.parametrize("password", ["Tzmkqwplx702", "tzmkqw-plx702", "TZMKQW-plxvr", "调解tzMKqwplxv"])
def test_s8_any_three_of_the_four_classes_will_do(password: str) -> None:
    assert accepted(password)


@pytest.mark.parametrize("piece", ["139", "912", "678"])
def test_s8_three_characters_of_the_phone_are_refused_and_named(piece: str) -> None:
    assert f"“{piece}”" in refusal(f"Tz-mkQwplx{piece}")


def test_s8_two_digits_of_the_phone_are_no_fragment() -> None:
    assert accepted("Tz-mkQwplx13")


def test_the_own_name_is_refused() -> None:
    assert "姓名" in refusal("欧阳某某Tz7-mkQw", name="欧阳某某")


def test_the_current_password_is_refused() -> None:
    assert "现在的密码相同" in refusal("Tz7!mkQw9x", is_current=True)


def test_several_faults_are_told_at_once() -> None:
    message = refusal("abc139")
    assert "至少 10 位" in message and "三种" in message and "“139”" in message


def test_s9_sixty_four_and_far_more_characters_are_accepted_and_none_is_cut_off() -> None:
    long = "Tz7!" + "mkQwplxvrn" * 24
    assert len(long) == 244 and accepted(long)
    assert password_rules.normalise_password(long) == long


def test_blanks_stay_in_a_password() -> None:
    assert password_rules.normalise_password("  Tz7! mkQw  ") == "  Tz7! mkQw  "


def test_full_width_letters_of_an_ime_count_as_plain_ones() -> None:
    assert password_rules.normalise_password("Ｔｚ７！ｍｋＱｗ９ｘ") == "Tz7!mkQw9x"


def test_s10_the_list_of_common_passwords_has_at_least_3000_that_the_other_rules_would_let_through() -> None:
    def would_pass(word: str) -> bool:
        dressed = word.capitalize()
        return len(word) >= DENGBAO.shortest and password_rules.classes_in(dressed) >= DENGBAO.classes

    assert sum(map(would_pass, common_passwords())) >= 3_000


@pytest.mark.parametrize(
    "password",
    ["Password123!", "P@ssw0rd123!", "Admin@123456", "1qaz@WSX3edc", "!QAZ2wsx#EDC", "Qwerty12345", "Fayuan@2024",
     "Woaini1314!", "Aa123456!!", "Abc1Abc1Abc1", "Tiaojieyuan123", "Welcome2026!", "Zhongguo888!"],
)  # fmt: skip
def test_s10_common_passwords_are_refused_in_any_dress(password: str) -> None:
    assert is_common(password)
    assert "太常见" in refusal(password)


@pytest.mark.parametrize("password", ["Tz7!mkQw9x", "Lq7-Wumdk-zB", "橘子Tree7窗户", "correct-Horse-battery"])
def test_passwords_nobody_guesses_first_are_not_common(password: str) -> None:
    assert not is_common(password)


def test_s10_a_court_name_with_a_few_characters_around_it_is_refused() -> None:
    court = ["南阳市宛城区人民法院", "南阳市宛城区"]
    assert "“南阳市宛城区”" in refusal("南阳市宛城区Aa1", context=court)
    assert accepted("南阳市宛城区Tz7-mkQw", context=court)


@given(st.integers())
def test_a_random_password_passes_all_rules_but_perhaps_the_fragment(_number: int) -> None:
    password = random_password()
    assert accepted(password, phone="00000000000")


@pytest.mark.parametrize(
    "password", ["（2022）豫1302诉前调1号Aa", "(2023)京0105民初123号Xy", "2022豫1302诉前调15号Ab", "Kq-2024-2025", "Fayuan-2024-Xy", "人民法院调解平台-Aa1"]
)  # fmt: skip
def test_s10_case_numbers_years_and_words_of_the_house_are_refused(password: str) -> None:
    assert "容易被猜中" in refusal(password)


def test_s10_a_year_in_a_password_that_holds_without_it_is_allowed() -> None:
    assert accepted("Tz7-mkQw-2024")


def test_s10_the_court_is_refused_in_pinyin_too() -> None:
    assert "wancheng" in refusal("Wancheng-77!", context=["wancheng"])


# -- S9: NIST/ASVS --------------------------------------------------------------------------------------------------


def test_s9_fifteen_characters_alone_or_eight_beside_a_second_factor() -> None:
    assert "至少 15 位，现在是 14 位" in refusal("tzmkqwplxvrnbh", asked=NIST)
    assert accepted("tzmkqwplxvrnbhw", asked=NIST)
    assert "至少 8 位，现在是 7 位" in refusal("tzmkqwp", asked=NIST_WITH_FACTOR)
    assert accepted("tzmkqwpl", asked=NIST_WITH_FACTOR)


def test_s9_nothing_is_asked_of_the_composition_and_no_password_grows_old() -> None:
    assert accepted("correct horse battery staple", asked=NIST)
    assert accepted("mkqwplxvrn-139-zb", asked=NIST)
    assert (NIST.classes, NIST.fragment, NIST.history, NIST.lasts) == (0, 0, 0, None)
    assert not password_rules.is_expired(NOW - timedelta(days=4000), NOW, NIST)
    assert password_rules.days_left(NOW - timedelta(days=4000), NOW, NIST) is None


@pytest.mark.parametrize(
    "password", ["passwordpassword", "qwertyuiopasdfghjkl", "1234567890123456", "abcabcabcabcabcabc"]
)
def test_s10_the_blocklist_holds_under_nist_too(password: str) -> None:
    if not is_common(password):
        pytest.fail(f"{password} is not on the list")
    assert "太常见" in refusal(password, asked=NIST)


def test_s10_the_list_has_at_least_3000_of_fifteen_characters_for_the_other_profile() -> None:
    assert sum(len(word) >= NIST.shortest for word in common_passwords()) >= 3_000


def test_s9_name_and_phone_alone_are_no_password_under_nist() -> None:
    assert "容易被猜中" in refusal("欧阳某某13912345678a", asked=NIST, name="欧阳某某")


# -- S8: age and history --------------------------------------------------------------------------------------------


def test_s8_a_password_lasts_ninety_days_with_fifteen_days_notice() -> None:
    def left(days: int) -> int | None:
        return password_rules.days_left(NOW - timedelta(days=days), NOW, DENGBAO)

    assert not password_rules.is_expired(NOW - timedelta(days=89, hours=23), NOW, DENGBAO)
    assert password_rules.is_expired(NOW - timedelta(days=90), NOW, DENGBAO)
    assert (left(74), left(75), left(89), left(95)) == (None, 15, 1, 0)


def test_s8_five_former_passwords_are_remembered_and_refused() -> None:
    assert DENGBAO.history == 5
    password_rules.check_not_used_before(False, DENGBAO)
    with pytest.raises(RuleBroken, match="之前 5 次") as refused:
        password_rules.check_not_used_before(True, DENGBAO)
    assert refused.value.field == "new_password"


def test_a_clock_set_back_makes_no_password_old() -> None:
    assert not password_rules.is_expired(NOW + timedelta(days=365), NOW, DENGBAO)


def test_the_page_lists_what_each_profile_asks() -> None:
    words = " ".join(hint.words for hint in password_rules.hints(DENGBAO))
    assert "至少 10 位" in words and "三种" in words and "5 次" in words
    words = " ".join(hint.words for hint in password_rules.hints(NIST))
    assert "至少 15 位" in words and "三种" not in words and "次用过" not in words
