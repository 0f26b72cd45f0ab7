"""Who gives which role alone, for how long, and that somebody always remains."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mediation_admin.accounts import rules
from mediation_admin.accounts.enums import GrantState
from mediation_admin.core.errors import RuleBroken
from mediation_admin.permissions import (
    ADMINISTRATOR_ROLES,
    COURT_ROLES,
    EXCLUSIVE_ROLES,
    MATRIX,
    Permission,
    Role,
)

TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize("role", Role)
def test_s31_who_gives_a_role_alone(role: Role) -> None:
    alone = role in COURT_ROLES and role not in ADMINISTRATOR_ROLES
    assert rules.takes_two_people(role=role, of_court=True, by_operator=False) is not alone
    assert rules.takes_two_people(role=role, of_court=False, by_operator=False), "the platform proposes, never gives"
    assert not rules.takes_two_people(role=role, of_court=False, by_operator=True)


@pytest.mark.parametrize("role", ADMINISTRATOR_ROLES)
def test_s31_an_administrator_role_is_given_only_by_an_approved_request(role: Role) -> None:
    how = {"role": role, "of_court": True, "by_operator": False}
    with pytest.raises(RuleBroken, match="两人办理"):
        rules.check_may_grant(**how, approved=False)
    assert rules.check_may_grant(**how, approved=True) is None


def test_s3_no_role_of_the_three_carries_what_another_of_them_decides() -> None:
    proposes, decides, reads = (MATRIX[role] for role in EXCLUSIVE_ROLES)
    assert Permission.ROLE_PROPOSE in proposes and Permission.ROLE_PROPOSE not in decides
    assert Permission.ROLE_APPROVE in decides and Permission.ROLE_APPROVE not in proposes
    assert Permission.ACCOUNT_INVITE not in decides | reads
    assert not {Permission.ROLE_APPROVE, Permission.ROLE_PROPOSE, Permission.ROLE_REVOKE} & reads


@pytest.mark.parametrize("role", EXCLUSIVE_ROLES)
def test_none_of_the_three_administrators_sees_a_case_or_a_roster(role: Role) -> None:
    assert not [one for one in MATRIX[role] if one.value.split(":")[0] in ("case", "roster", "report")]


def test_permissions_are_named_resource_and_verb() -> None:
    assert all(len(one.value.split(":")) == 2 and one.label for one in Permission)


def test_the_last_active_administrator_stays() -> None:
    with pytest.raises(RuleBroken, match="本院最后一位可用的法院管理员"):
        rules.check_somebody_remains(Role.COURT_ADMIN, others=0)
    with pytest.raises(RuleBroken, match="平台最后一位可用的安全管理员"):
        rules.check_somebody_remains(Role.SECURITY_ADMIN, others=0)
    assert rules.check_somebody_remains(Role.COURT_ADMIN, others=1) is None


def test_a_request_nobody_could_decide_is_refused_with_what_to_do() -> None:
    with pytest.raises(RuleBroken, match="flask accounts create"):
        rules.check_decider_exists(role=Role.COURT_ADMIN, security_admins=0, court_admins=0)
    with pytest.raises(RuleBroken, match="安全管理员"):
        rules.check_decider_exists(role=Role.AUDIT_ADMIN, security_admins=0, court_admins=3)
    assert rules.check_decider_exists(role=Role.COURT_ADMIN, security_admins=0, court_admins=1) is None
    assert rules.check_decider_exists(role=Role.AUDIT_ADMIN, security_admins=1, court_admins=0) is None


@pytest.mark.parametrize(
    ("start", "end", "how", "words"),
    [
        (None, None, {"stands_in": True}, "代理必须有结束日期"),
        (None, TODAY - timedelta(days=1), {}, "不能早于今天"),
        (TODAY + timedelta(days=9), TODAY + timedelta(days=8), {}, "不能早于开始日期"),
        (None, TODAY + timedelta(days=367), {"stands_in": True}, "代理最长一年"),
        (None, TODAY + timedelta(days=9), {"stands_in": True, "colleague_until": TODAY}, "被代理人的角色到"),
    ],
)
def test_a_period_against_the_rules_is_refused(start: date | None, end: date | None, how: dict, words: str) -> None:
    with pytest.raises(RuleBroken, match=words) as refused:
        rules.check_period(start, end, today=TODAY, **how)
    assert refused.value.field == "valid_until"


@pytest.mark.parametrize(("start", "end"), [(None, None), (None, TODAY), (TODAY, TODAY), (TODAY, None)])
def test_a_sensible_period_passes(start: date | None, end: date | None) -> None:
    assert rules.check_period(start, end, today=TODAY) is None


@pytest.mark.parametrize(
    ("begins", "ends", "revoked", "state"),
    [
        (None, None, None, GrantState.IN_FORCE),
        (-1, 1, None, GrantState.IN_FORCE),
        (0, None, None, GrantState.IN_FORCE),
        (1, 2, None, GrantState.TO_COME),
        (-2, 0, None, GrantState.OVER),
        (1, 2, 0, GrantState.REVOKED),
        (-2, -1, -1, GrantState.REVOKED),
    ],
)
def test_a_role_begins_and_ends_by_itself(
    begins: int | None, ends: int | None, revoked: int | None, state: GrantState
) -> None:
    def moment(hours: int | None) -> datetime | None:
        return None if hours is None else NOON + timedelta(hours=hours)

    found = rules.grant_state(
        valid_from=moment(begins), valid_until=moment(ends), revoked_at=moment(revoked), moment=NOON
    )
    assert found is state


def test_a_court_changes_the_phone_of_its_own_plain_people_only() -> None:
    with pytest.raises(RuleBroken, match="平台客服"):
        rules.check_court_may_change_phone(elsewhere=True, administrator=False)
    with pytest.raises(RuleBroken, match="平台客服"):
        rules.check_court_may_change_phone(elsewhere=False, administrator=True)
    assert rules.check_court_may_change_phone(elsewhere=False, administrator=False) is None
