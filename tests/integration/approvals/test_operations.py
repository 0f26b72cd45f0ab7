"""Asking, deciding, withdrawing: what is done when, and what the database itself refuses."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mediation_admin.approvals import kinds, operations, queries
from mediation_admin.approvals.enums import ApprovalState, Whose
from mediation_admin.approvals.models import Approval
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core import clock
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor, Scope, enter, unfenced
from mediation_admin.permissions import Permission, Role
from tests import people
from tests.factories.accounts import an_account
from tests.factories.courts import court_a, court_b
from tests.people import admin_a, clerk_a, security_admin

DONE: list[int] = []
ECHO = kinds.Kind(
    code="test.echo",
    label="测试事项",
    permission=Permission.ROLE_APPROVE,
    deciders="另一位管理员",
    effect=lambda approval: f"办理 {approval.title}",
    apply=lambda actor, approval: DONE.append(approval.id),
)


@pytest.fixture(autouse=True)
def _echo():
    kinds.register(ECHO)
    DONE.clear()
    yield
    del kinds._kinds[ECHO.code]


@pytest.fixture
def second(app: Flask, db_session: Session) -> Actor:
    """Another administrator of court A."""
    account = an_account(db_session, "甲副管", roles=[(Role.COURT_ADMIN, court_a(db_session).id)])
    db_session.commit()
    first, _ = people.acting(app, admin_a)
    return Actor(account.id, "甲副管", first.role, first.court_id, first.permissions)


def ask(app: Flask, **values: object) -> int:
    actor, scope = people.acting(app, admin_a)
    with app.app_context():
        enter(db.session(), actor, scope)
        how = {
            "kind": ECHO.code,
            "key": "echo:1",
            "title": "做一件事",
            "reason": "有此需要",
            "payload": {},
            "court_id": actor.court_id,
            **values,
        }
        made = operations.ask(actor=actor, **how)
        ident = made.id
        db.session.commit()
        db.session.remove()
    return ident


def row(session: Session, ident: int) -> Approval:
    statement = select(Approval).where(Approval.id == ident).execution_options(populate_existing=True)
    return session.scalars(unfenced(statement, "a test looks")).one()


def test_s31_a_second_person_decides_and_only_then_it_is_done(app: Flask, working_as, second: Actor) -> None:
    ident = ask(app)
    asker, scope = people.acting(app, admin_a)
    with working_as(asker, scope), pytest.raises(RuleBroken, match="申请人不能审批"):
        operations.approve(actor=asker, approval_id=ident)
    assert DONE == []
    with working_as(second, scope) as session:
        assert queries.count_to_decide(session, second) == 1
        operations.approve(actor=second, approval_id=ident, note="同意")
        session.commit()
        assert [ident] == DONE and queries.count_to_decide(session, second) == 0
        found = row(session, ident)
        assert (found.state, found.decided_by, found.note) == (ApprovalState.APPROVED, second.account_id, "同意")
        tags = session.scalars(
            select(AuditEntry.tag).where(AuditEntry.object_type == "approval").order_by(AuditEntry.id)
        ).all()
        assert tags == ["approval:request:asked", "approval:request:approved"]


def test_a_refusal_has_a_reason_and_does_nothing(app: Flask, working_as, second: Actor) -> None:
    ident = ask(app)
    _, scope = people.acting(app, admin_a)
    with working_as(second, scope) as session:
        with pytest.raises(RuleBroken, match="写明拒绝的原因"):
            operations.refuse(actor=second, approval_id=ident, note=" ")
        operations.refuse(actor=second, approval_id=ident, note="没有必要")
        assert DONE == [] and row(session, ident).state is ApprovalState.REFUSED
        with pytest.raises(RuleBroken, match="已被拒绝"):
            operations.approve(actor=second, approval_id=ident)


def test_what_the_kind_refuses_leaves_the_request_waiting(app: Flask, working_as, second: Actor) -> None:
    def refuse(_actor: Actor, _approval: Approval) -> None:
        raise RuleBroken("现在不行。")

    kinds.register(kinds.Kind(**{**ECHO.__dict__, "apply": refuse}))
    ident = ask(app)
    _, scope = people.acting(app, admin_a)
    with working_as(second, scope) as session:
        with pytest.raises(RuleBroken, match="现在不行"):
            operations.approve(actor=second, approval_id=ident)
        session.rollback()
        assert row(session, ident).state is ApprovalState.WAITING


def test_only_the_asker_withdraws(app: Flask, working_as, second: Actor) -> None:
    ident = ask(app)
    asker, scope = people.acting(app, admin_a)
    with working_as(second, scope), pytest.raises(NotFound):
        operations.withdraw(actor=second, approval_id=ident)
    with working_as(asker, scope) as session:
        operations.withdraw(actor=asker, approval_id=ident)
        session.commit()
    with working_as(second, scope), pytest.raises(RuleBroken, match="已由申请人撤回"):
        operations.approve(actor=second, approval_id=ident)


def test_a_role_that_does_not_decide_such_things_finds_nothing(app: Flask, working_as) -> None:
    ident = ask(app)
    clerk, scope = people.acting(app, clerk_a)
    with working_as(clerk, scope) as session:
        with pytest.raises(NotFound):
            operations.approve(actor=clerk, approval_id=ident)
        assert session.execute(queries.shown(clerk)).all() == []


def test_another_courts_administrator_finds_nothing_and_the_security_administrator_decides(
    app: Flask, working_as, db_session: Session
) -> None:
    ident = ask(app)
    other = court_b(db_session).id
    account = an_account(db_session, "乙管理", roles=[(Role.COURT_ADMIN, other)]).id
    db_session.commit()
    first, _ = people.acting(app, admin_a)
    foreign = Actor(account, "乙管理", first.role, other, first.permissions)
    with working_as(foreign, Scope.of([other])), pytest.raises(NotFound):
        operations.approve(actor=foreign, approval_id=ident)
    decider, scope = people.acting(app, security_admin)
    with working_as(decider, scope) as session:
        assert session.execute(queries.shown(decider).where(queries.whose(decider, Whose.TO_DECIDE))).one().id == ident
        operations.approve(actor=decider, approval_id=ident)
    assert [ident] == DONE


def test_a_request_that_waited_a_week_is_over_and_can_be_asked_anew(
    app: Flask, working_as, db_session: Session, second: Actor
) -> None:
    ident = ask(app)
    with pytest.raises(RuleBroken, match="请勿重复提交"):
        ask(app)
    old = row(db_session(), ident)
    old.asked_at = clock.now() - timedelta(days=8)
    old.expires_at = clock.now() - timedelta(days=1)
    db_session.commit()
    _, scope = people.acting(app, admin_a)
    with working_as(second, scope) as session:
        assert queries.count_to_decide(session, second) == 0
        with pytest.raises(RuleBroken, match="已过期"):
            operations.approve(actor=second, approval_id=ident)
    again = ask(app)
    assert again != ident
    assert row(db_session(), ident).state is ApprovalState.EXPIRED


def test_two_deciders_at_once_do_it_once(app: Flask, second: Actor, db_session: Session) -> None:
    ident = ask(app)
    third = an_account(db_session, "甲三管", roles=[(Role.COURT_ADMIN, second.court_id)]).id
    db_session.commit()
    _, scope = people.acting(app, admin_a)
    begin, answers = threading.Barrier(2), []

    def decide(actor: Actor) -> None:
        with app.app_context():
            enter(db.session(), actor, scope)
            begin.wait(timeout=30)
            try:
                operations.approve(actor=actor, approval_id=ident)
                db.session.commit()
                answers.append("done")
            except RuleBroken as broken:
                db.session.rollback()
                answers.append(broken.message)
            finally:
                db.session.remove()

    deciders = [second, Actor(third, "甲三管", second.role, second.court_id, second.permissions)]
    threads = [threading.Thread(target=decide, args=(one,)) for one in deciders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert answers.count("done") == 1 and [ident] == DONE
    assert any("已经批准" in one for one in answers)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"decided_by": "asker", "state": "approved"}, "ck_approval_another_person_decides"),
        ({"decided_by": "about", "state": "approved"}, "ck_approval_not_about_the_decider"),
        ({"decided_by": None, "state": "approved"}, "ck_approval_decided_by_somebody"),
    ],
)
def test_s31_the_database_refuses_one_person_for_two(
    app: Flask, db_session: Session, changes: dict[str, str | None], constraint: str
) -> None:
    about = an_account(db_session, "某新人").id
    db_session.commit()
    ident = ask(app, about_id=about)
    held = row(db_session(), ident)
    who = {"asker": held.asked_by, "about": about, None: None}
    held.decided_by, held.state = who[changes["decided_by"]], ApprovalState(changes["state"])
    held.decided_at = clock.now()
    with pytest.raises(IntegrityError, match=constraint):
        db_session.commit()
    db_session.rollback()
