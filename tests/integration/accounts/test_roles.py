"""Roles are given by one person or by two, for a time, as a stand-in; taken back; and somebody always remains."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.accounts import operations, queries
from mediation_admin.accounts.models import RoleGrant
from mediation_admin.approvals import operations as approvals
from mediation_admin.approvals.enums import ApprovalState
from mediation_admin.approvals.models import Approval
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor, enter, unfenced
from mediation_admin.permissions import EXCLUSIVE_ROLES, Role
from tests import people
from tests.factories.accounts import GOOD_PASSWORD, a_grant, a_member, an_account
from tests.factories.courts import court_a
from tests.people import admin_a, clerk_b, security_admin, system_admin

HASH = "argon2id of nothing"


def second_admin(session: Session, name: str = "甲副管") -> int:
    account = an_account(session, name, roles=[(Role.COURT_ADMIN, court_a(session).id)], password_hash=HASH)
    session.commit()
    return account.id


def activate(app: Flask, person: people.Person) -> Actor:
    """The person with a password, as an active one has."""
    actor, _ = people.acting(app, person)
    with app.app_context():
        account, _ = people.account_of(db.session(), person)
        account.password_hash = HASH
        db.session.commit()
        db.session.remove()
    return actor


def as_admin_of_a(app: Flask, session: Session, account_id: int):
    actor, scope = people.acting(app, admin_a)
    return Actor(account_id, "甲副管", actor.role, actor.court_id, actor.permissions), scope


# -- two people -----------------------------------------------------------------------------------------------------


def test_s31_a_court_administrator_is_appointed_by_two_of_the_court(
    app: Flask, working_as, db_session: Session
) -> None:
    activate(app, admin_a)
    other = second_admin(db_session)
    new = an_account(db_session, "新管理", roles=[(Role.CLERK, court_a(db_session).id)]).id
    db_session.commit()
    asker, scope = people.acting(app, admin_a)
    with working_as(asker, scope) as session:
        with pytest.raises(RuleBroken, match="两人办理"):
            operations.grant_role(
                actor=asker, account=queries.own_account(session, new), role=Role.COURT_ADMIN, court_id=asker.court_id
            )
        asked = operations.propose_role(
            actor=asker,
            account=queries.own_account(session, new),
            role=Role.COURT_ADMIN,
            court_id=asker.court_id,
            reason="分担工作",
        )
        assert isinstance(asked, Approval) and asked.state is ApprovalState.WAITING
        with pytest.raises(RuleBroken, match="申请人不能审批自己的申请"):
            approvals.approve(actor=asker, approval_id=asked.id)
        ident = asked.id
        session.commit()
    decider, scope = as_admin_of_a(app, db_session, other)
    with working_as(decider, scope) as session:
        assert Role.COURT_ADMIN not in [one.role for one in queries.roles_held(session, new)]
        approvals.approve(actor=decider, approval_id=ident)
        session.commit()
        assert Role.COURT_ADMIN in [one.role for one in queries.roles_held(session, new)]
        with pytest.raises(RuleBroken, match="已经批准"):
            approvals.approve(actor=decider, approval_id=ident)


@pytest.mark.parametrize("role", [*EXCLUSIVE_ROLES, Role.SUPPORT])
def test_s31_a_platform_role_is_proposed_by_one_and_decided_by_the_security_administrator(
    app: Flask, working_as, db_session: Session, role: Role
) -> None:
    proposer, scope = people.acting(app, system_admin)
    activate(app, security_admin)
    new = an_account(db_session, "某新人").id
    db_session.commit()
    with working_as(proposer, scope) as session:
        asked = operations.propose_role(
            actor=proposer, account=queries.own_account(session, new), role=role, reason="到岗"
        )
        ident = asked.id
        session.commit()
    with working_as(proposer, scope), pytest.raises(NotFound):
        approvals.approve(actor=proposer, approval_id=ident)
    decider, scope = people.acting(app, security_admin)
    with working_as(decider, scope) as session:
        approvals.approve(actor=decider, approval_id=ident)
        session.commit()
        assert [one.role for one in queries.roles_held(session, new)] == [role]


def test_s3_a_second_of_the_three_is_refused_when_it_is_proposed_and_when_it_is_approved(
    app: Flask, working_as, db_session: Session
) -> None:
    proposer, scope = people.acting(app, system_admin)
    activate(app, security_admin)
    new = an_account(db_session, "某新人").id
    db_session.commit()
    with working_as(proposer, scope) as session:
        account = queries.own_account(session, new)
        asked = operations.propose_role(actor=proposer, account=account, role=Role.AUDIT_ADMIN, reason="到岗")
        ident = asked.id
        a_grant(session, account, Role.SYSTEM_ADMIN)
        session.commit()
        with pytest.raises(RuleBroken, match="三员"):
            operations.propose_role(actor=proposer, account=account, role=Role.SECURITY_ADMIN, reason="再加")
    decider, scope = people.acting(app, security_admin)
    with working_as(decider, scope) as session:
        with pytest.raises(RuleBroken, match="三员"):
            approvals.approve(actor=decider, approval_id=ident)
        session.rollback()
        assert session.get(Approval, ident).state is ApprovalState.WAITING


def test_a_court_with_one_administrator_is_told_who_can_decide(app: Flask, working_as, db_session: Session) -> None:
    new = an_account(db_session, "新管理", roles=[(Role.CLERK, court_a(db_session).id)]).id
    db_session.commit()
    asker, scope = people.acting(app, admin_a)
    how = {"role": Role.COURT_ADMIN, "court_id": asker.court_id, "reason": "分担"}
    with working_as(asker, scope) as session, pytest.raises(RuleBroken, match="flask accounts create"):
        operations.propose_role(actor=asker, account=queries.own_account(session, new), **how)
    activate(app, security_admin)
    with working_as(asker, scope) as session:
        asked = operations.propose_role(actor=asker, account=queries.own_account(session, new), **how)
        ident = asked.id
        session.commit()
    decider, scope = people.acting(app, security_admin)
    with working_as(decider, scope) as session:
        approvals.approve(actor=decider, approval_id=ident)
        assert Role.COURT_ADMIN in [one.role for one in queries.roles_held(session, new)]


def test_nobody_gives_himself_a_role(app: Flask, working_as) -> None:
    actor, scope = people.acting(app, admin_a)
    with working_as(actor, scope) as session:
        account = queries.own_account(session, actor.account_id)
        with pytest.raises(RuleBroken, match="不能给自己"):
            operations.propose_role(actor=actor, account=account, role=Role.CLERK, court_id=actor.court_id, reason="")


# -- for a time -----------------------------------------------------------------------------------------------------


def test_s7_a_role_that_runs_out_is_gone_at_the_next_request_without_any_job(
    app: Flask, as_person, db_session: Session
) -> None:
    client = as_person(people.judge_a)
    assert client.get("/cases/").status_code == 200
    _, grant = people.account_of(db_session(), people.judge_a)
    grant.granted_at = clock.now() - timedelta(days=2)
    grant.valid_until = clock.now() - timedelta(seconds=1)
    db_session.commit()
    assert client.get("/cases/").location.startswith("/sign-in/role")


def test_s7_a_role_to_come_is_none_yet(db_session: Session) -> None:
    account = an_account(db_session)
    grant = a_grant(db_session, account, Role.CLERK, court_a(db_session).id, valid_from=clock.now() + timedelta(days=1))
    assert queries.roles_held(db_session, account.id) == []
    assert [one.grant_id for one in queries.roles_kept(db_session, account.id)] == [grant.id]


def test_s7_a_role_taken_back_is_gone_at_the_next_request(app: Flask, as_person, db_session: Session) -> None:
    client = as_person(people.judge_a)
    _, grant = people.account_of(db_session(), people.judge_a)
    db_session.commit()
    assert as_person(admin_a).post(f"/court-users/roles/{grant.id}/revoke").status_code == 303
    assert client.get("/cases/").location.startswith("/sign-in/role")


@pytest.mark.parametrize("first", EXCLUSIVE_ROLES)
@pytest.mark.parametrize("second", EXCLUSIVE_ROLES)
def test_s3_one_of_the_three_for_a_time_shuts_out_the_others_from_the_day_it_is_given(
    app: Flask, working_as, db_session: Session, first: Role, second: Role
) -> None:
    account = an_account(db_session)
    later = clock.now() + timedelta(days=5)
    a_grant(db_session, account, first, valid_from=later, valid_until=later + timedelta(days=5))
    db_session.commit()
    proposer, scope = people.acting(app, system_admin)
    with working_as(proposer, scope) as session, pytest.raises(RuleBroken):
        operations.propose_role(
            actor=proposer, account=queries.own_account(session, account.id), role=second, reason="到岗"
        )


def test_s3_a_role_of_the_three_that_has_run_out_makes_room(app: Flask, working_as, db_session: Session) -> None:
    account = an_account(db_session)
    over = clock.now() - timedelta(days=1)
    a_grant(db_session, account, Role.AUDIT_ADMIN, granted_at=over - timedelta(days=9), valid_until=over)
    db_session.commit()
    actor, scope = people.acting(app, security_admin)
    with working_as(actor, scope) as session:
        operations.grant_role(
            actor=actor,
            account=queries.own_account(session, account.id),
            role=Role.SYSTEM_ADMIN,
            approved=True,
        )
        assert [one.role for one in queries.roles_held(session, account.id)] == [Role.SYSTEM_ADMIN]


def test_a_role_that_has_run_out_may_be_given_again(app: Flask, working_as, db_session: Session) -> None:
    court = court_a(db_session)
    over = clock.now() - timedelta(days=1)
    account = an_account(db_session)
    a_grant(db_session, account, Role.CLERK, court.id, granted_at=over - timedelta(days=9), valid_until=over)
    db_session.commit()
    actor, scope = people.acting(app, admin_a)
    with working_as(actor, scope) as session:
        operations.grant_role(
            actor=actor, account=queries.own_account(session, account.id), role=Role.CLERK, court_id=court.id
        )
        assert len(queries.roles_held(session, account.id)) == 1


# -- standing in ----------------------------------------------------------------------------------------------------


def test_a_stand_in_works_in_the_colleagues_role_and_is_called_so_everywhere(
    app: Flask, as_person, working_as, db_session: Session
) -> None:
    today = clock.today()
    stand_in = an_account(db_session, "代理某", password=GOOD_PASSWORD, roles=[])
    court_id = court_a(db_session).id
    a_member(db_session, stand_in, court_id)
    judge, _ = people.acting(app, people.judge_a)
    db_session.commit()
    actor, scope = people.acting(app, admin_a)
    how = {"actor": actor, "role": Role.JUDGE, "court_id": court_id, "stands_in_for": judge.account_id}
    with working_as(actor, scope) as session:
        account = queries.own_account(session, stand_in.id)
        with pytest.raises(RuleBroken, match="代理必须有结束日期"):
            operations.grant_role(account=account, **how)
        with pytest.raises(RuleBroken, match="不能由人代理"):
            operations.grant_role(
                account=account, period=operations.Period(None, today), **{**how, "role": Role.HIGHER_COURT}
            )
        operations.grant_role(account=account, period=operations.Period(None, today + timedelta(days=7)), **how)
        session.commit()
    client = app.test_client()
    client.post("/sign-in/", data={"phone": stand_in.phone, "password": GOOD_PASSWORD})
    page = client.get("/cases/")
    assert page.status_code == 200
    assert "法官（代 甲法官）" in page.text and "代理某（代 甲法官）" in page.text
    client.post("/my-account/preferences", data={})
    with app.app_context():
        found = queries.name_of_holder(db.session(), stand_in.id, "judge", court_id)
        assert found == "代理某（代 甲法官）"
        db.session.remove()


def test_a_stand_in_ends_with_the_role_he_stands_in_for(app: Flask, working_as, db_session: Session) -> None:
    court_id = court_a(db_session).id
    judge, _ = people.acting(app, people.judge_a)
    stand_in = an_account(db_session, "代理某")
    a_grant(
        db_session,
        stand_in,
        Role.JUDGE,
        court_id,
        valid_until=clock.now() + timedelta(days=3),
        stands_in_for=judge.account_id,
    )
    db_session.commit()
    actor, scope = people.acting(app, admin_a)
    with working_as(actor, scope) as session:
        own = session.scalars(select(RoleGrant).where(RoleGrant.account_id == judge.account_id)).one()
        operations.revoke_role(actor=actor, grant_id=own.id)
        assert queries.roles_held(session, stand_in.id) == []


# -- somebody remains -----------------------------------------------------------------------------------------------


def test_the_last_active_administrator_is_not_removed_nor_switched_off(
    app: Flask, working_as, db_session: Session
) -> None:
    activate(app, admin_a)
    # Invited, but without a password yet: nobody who could manage the court.
    waiting = an_account(db_session, "待激活管", roles=[(Role.COURT_ADMIN, court_a(db_session).id)]).id
    db_session.commit()
    actor, scope = people.acting(app, admin_a)
    with working_as(actor, scope) as session:
        own = session.scalars(select(RoleGrant).where(RoleGrant.account_id == actor.account_id)).one()
        with pytest.raises(RuleBroken, match="最后一位可用的法院管理员"):
            operations.revoke_role(actor=actor, grant_id=own.id)
    other, scope = as_admin_of_a(app, db_session, waiting)
    with working_as(other, scope), pytest.raises(RuleBroken, match="最后一位可用的法院管理员"):
        operations.disable_account(actor=other, account_id=actor.account_id)
    second_admin(db_session)
    with working_as(actor, scope) as session:
        own = session.scalars(select(RoleGrant).where(RoleGrant.account_id == actor.account_id)).one()
        assert operations.revoke_role(actor=actor, grant_id=own.id).revoked_at


def test_two_administrators_who_remove_each_other_at_once_leave_one(app: Flask, db_session: Session) -> None:
    first = activate(app, admin_a)
    second = second_admin(db_session)
    _, scope = people.acting(app, admin_a)
    begin, outcomes = threading.Barrier(2), []

    def remove(actor: Actor, whom: int) -> None:
        with app.app_context():
            session = db.session()
            enter(session, actor, scope)
            grant = session.scalars(select(RoleGrant).where(RoleGrant.account_id == whom)).one()
            begin.wait(timeout=30)
            try:
                operations.revoke_role(actor=actor, grant_id=grant.id)
                session.commit()
                outcomes.append("removed")
            except RuleBroken as broken:
                session.rollback()
                outcomes.append(broken.message)
            finally:
                db.session.remove()

    both = [(first, second), (Actor(second, "甲副管", first.role, first.court_id, first.permissions), first.account_id)]
    threads = [threading.Thread(target=remove, args=pair) for pair in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert outcomes.count("removed") == 1
    assert any("最后一位" in one for one in outcomes)
    with app.app_context():
        assert queries.count_active(db.session(), Role.COURT_ADMIN, first.court_id) == 1
        db.session.remove()


def test_the_platform_may_switch_off_a_courts_last_administrator_at_once(
    app: Flask, working_as, db_session: Session
) -> None:
    gone = activate(app, admin_a)
    actor, scope = people.acting(app, system_admin)
    with working_as(actor, scope):
        assert operations.disable_account(actor=actor, account_id=gone.account_id).disabled_at


def test_roles_of_another_court_are_out_of_reach_of_proposals_too(app: Flask, working_as, db_session: Session) -> None:
    foreign, _ = people.acting(app, clerk_b)
    actor, scope = people.acting(app, admin_a)
    with working_as(actor, scope) as session:
        account = queries.own_account(session, foreign.account_id)
        with pytest.raises(NotFound):
            operations.propose_role(
                actor=actor, account=account, role=Role.CLERK, court_id=foreign.court_id, reason="跨院"
            )


def test_the_waiting_request_is_asked_once(app: Flask, working_as, db_session: Session) -> None:
    activate(app, admin_a)
    second_admin(db_session)
    new = an_account(db_session, "新管理", roles=[(Role.CLERK, court_a(db_session).id)]).id
    db_session.commit()
    actor, scope = people.acting(app, admin_a)
    how = {"actor": actor, "role": Role.COURT_ADMIN, "court_id": actor.court_id, "reason": "分担"}
    with working_as(actor, scope) as session:
        account = queries.own_account(session, new)
        operations.propose_role(account=account, **how)
        with pytest.raises(RuleBroken, match="已在等待审批"):
            operations.propose_role(account=account, **how)
        statement = select(Approval).where(Approval.about_id == new)
        assert len(session.scalars(unfenced(statement, "a test looks")).all()) == 1
