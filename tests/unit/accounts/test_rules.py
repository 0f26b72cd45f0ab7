"""The rules of back-off, sessions, roles and the security policy."""

from datetime import UTC, datetime, timedelta

import pytest

from mediation_admin.accounts import rules
from mediation_admin.accounts.devices import device_name
from mediation_admin.accounts.enums import AccountState, SessionEnd
from mediation_admin.core.errors import RuleBroken
from mediation_admin.permissions import COURT_ROLES, EXCLUSIVE_ROLES, Role

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


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
        ({"is_expired": True}, AccountState.EXPIRED),
        ({"is_expired": True, "locked_until": NOW + timedelta(minutes=1)}, AccountState.LOCKED),
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
    rules.check_policy(rules.Policy(idle_minutes=10))
    rules.check_policy(rules.Policy(idle_minutes=480))
    for minutes in (9, 481, 0, -1):
        with pytest.raises(RuleBroken, match="10 到 480") as refused:
            rules.check_policy(rules.Policy(idle_minutes=minutes))
        assert refused.value.field == "idle_minutes"
    for hours in (0, 25):
        with pytest.raises(RuleBroken, match="1 到 24"):
            rules.check_policy(rules.Policy(absolute_hours=hours))


def test_s19_by_default_a_session_ends_after_30_idle_minutes_and_12_hours() -> None:
    assert (rules.Policy().idle, rules.Policy().absolute) == (timedelta(minutes=30), timedelta(hours=12))


# -- a clock that jumps ---------------------------------------------------------------------------------------------


def test_s13_a_try_judged_after_a_later_one_still_finds_the_lock() -> None:
    until = NOW + timedelta(seconds=3) + rules.BACK_OFF
    assert rules.is_locked(until, NOW)
    assert rules.after_failure(5, until, NOW) == (5, until)


def test_s13_a_lock_set_by_a_clock_that_ran_ahead_does_not_hold_for_a_year() -> None:
    assert not rules.is_locked(NOW + timedelta(days=365), NOW)
    assert rules.after_failure(5, NOW + timedelta(days=365), NOW) == (1, None)


def test_s19_a_session_from_the_future_ends_and_a_few_seconds_ahead_do_no_harm() -> None:
    limits = {"moment": NOW, "idle": timedelta(minutes=30), "absolute": timedelta(hours=12)}
    ahead = NOW + timedelta(days=30)
    assert rules.session_end(created_at=ahead, seen_at=ahead, **limits) is SessionEnd.TOO_OLD
    soon = NOW + timedelta(seconds=20)
    assert rules.session_end(created_at=soon, seen_at=soon, **limits) is None


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
