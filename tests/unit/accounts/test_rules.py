"""The rules of passwords, back-off, sessions and roles."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation_admin.accounts import rules
from mediation_admin.accounts.common_passwords import common_passwords, is_common
from mediation_admin.accounts.devices import device_name
from mediation_admin.accounts.enums import AccountState, SessionEnd
from mediation_admin.accounts.tokens import random_password
from mediation_admin.core.errors import RuleBroken
from mediation_admin.permissions import COURT_ROLES, EXCLUSIVE_ROLES, Role

PHONE = "13912345678"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def refusal(password: str, **facts: object) -> str:
    with pytest.raises(RuleBroken) as refused:
        rules.check_new_password(rules.normalise_password(password), **{"phone": PHONE, **facts})
    assert refused.value.field == "new_password"
    return refused.value.message


def accepted(password: str, **facts: object) -> bool:
    rules.check_new_password(rules.normalise_password(password), **{"phone": PHONE, **facts})
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
    assert rules.normalise_password(long) == long


def test_blanks_stay_in_a_password() -> None:
    assert rules.normalise_password("  Tz7! mkQw  ") == "  Tz7! mkQw  "


def test_full_width_letters_of_an_ime_count_as_plain_ones() -> None:
    assert rules.normalise_password("Ｔｚ７！ｍｋＱｗ９ｘ") == "Tz7!mkQw9x"


def test_s10_the_list_of_common_passwords_has_at_least_3000_that_the_other_rules_would_let_through() -> None:
    def would_pass(word: str) -> bool:
        dressed = word.capitalize()
        return len(word) >= rules.SHORTEST and rules.classes_in(dressed) >= rules.CLASSES_WANTED

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


# -- S13: back-off --------------------------------------------------------------------------------------------------


def test_s13_the_fifth_failure_locks_for_fifteen_minutes() -> None:
    count, until = 0, None
    for expected in range(1, 5):
        count, until = rules.after_failure(count, until, NOW)
        assert (count, until) == (expected, None)
    count, until = rules.after_failure(count, until, NOW)
    assert (count, until) == (5, NOW + timedelta(minutes=15))
    assert rules.is_locked(until, NOW + timedelta(minutes=14, seconds=59))
    assert not rules.is_locked(until, NOW + timedelta(minutes=15))


def test_s13_tries_while_locked_do_not_make_it_longer() -> None:
    until = NOW + timedelta(minutes=15)
    assert rules.after_failure(5, until, NOW + timedelta(minutes=14)) == (5, until)


def test_s13_after_the_back_off_there_are_five_tries_again() -> None:
    assert rules.after_failure(5, NOW, NOW) == (1, None)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"disabled_at": NOW}, AccountState.DISABLED),
        ({"has_password": False}, AccountState.INVITED),
        ({"locked_until": NOW + timedelta(minutes=1)}, AccountState.LOCKED),
        ({"locked_until": NOW - timedelta(minutes=1)}, AccountState.ACTIVE),
        ({}, AccountState.ACTIVE),
    ],
)
def test_the_state_of_an_account(facts: dict, state: AccountState) -> None:
    assert (
        rules.state_of(**{"disabled_at": None, "locked_until": None, "has_password": True, "moment": NOW, **facts})
        is state
    )


# -- S19: sessions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "unseen", "end"),
    [
        (timedelta(minutes=40), timedelta(minutes=29, seconds=59), None),
        (timedelta(minutes=40), timedelta(minutes=30), SessionEnd.IDLE),
        (timedelta(hours=11, minutes=59), timedelta(0), None),
        (timedelta(hours=12), timedelta(0), SessionEnd.TOO_OLD),
    ],
)
def test_s19_a_session_ends_after_30_idle_minutes_and_after_12_hours(
    age: timedelta, unseen: timedelta, end: SessionEnd | None
) -> None:
    assert (
        rules.session_end(
            created_at=NOW - age,
            seen_at=NOW - unseen,
            moment=NOW,
            idle=timedelta(minutes=30),
            absolute=timedelta(hours=12),
        )
        is end
    )


def test_s19_the_idle_limit_may_be_set_from_10_to_480_minutes_only() -> None:
    assert rules.check_idle_minutes(10) == 10
    assert rules.check_idle_minutes(480) == 480
    for minutes in (9, 481, 0, -1):
        with pytest.raises(ValueError, match="between 10 and 480"):
            rules.check_idle_minutes(minutes)


# -- S3: roles ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", EXCLUSIVE_ROLES)
@pytest.mark.parametrize("wanted", EXCLUSIVE_ROLES)
def test_s3_no_two_of_the_three_administrators_go_together(held: Role, wanted: Role) -> None:
    with pytest.raises(RuleBroken) as refused:
        rules.check_administrators_stay_apart(wanted, [Role.CLERK, held])
    assert refused.value.field == "role"


@pytest.mark.parametrize("role", [role for role in Role if role not in EXCLUSIVE_ROLES])
def test_other_roles_go_with_an_administrator(role: Role) -> None:
    rules.check_administrators_stay_apart(role, EXCLUSIVE_ROLES[:1])


@pytest.mark.parametrize("role", Role)
def test_court_roles_need_a_court_and_platform_roles_have_none(role: Role) -> None:
    right, wrong = (7, None) if role in COURT_ROLES else (None, 7)
    rules.check_role_has_its_court(role, right)
    with pytest.raises(RuleBroken) as refused:
        rules.check_role_has_its_court(role, wrong)
    assert refused.value.field == "court_id"


@pytest.mark.parametrize("role", EXCLUSIVE_ROLES)
def test_s31_the_three_administrators_are_not_appointed_by_one_person_at_a_screen(role: Role) -> None:
    rules.check_may_grant(by_operator=True, role=role)
    with pytest.raises(RuleBroken, match="两人"):
        rules.check_may_grant(by_operator=False, role=role)


# -- devices --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537.36 Edg/120", "Edge · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/120 Safari/537.36", "Chrome · Linux"),
        ("Mozilla/5.0 (iPhone; CPU) MicroMessenger/8", "微信 · iPhone"),
        ("curl/8", "未知设备"),
        ("", "未知设备"),
    ],
)
def test_a_device_is_named_as_people_know_it(agent: str, name: str) -> None:
    assert device_name(agent) == name
