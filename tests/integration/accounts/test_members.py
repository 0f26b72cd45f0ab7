"""A court's own people: joining, editing, invitations, phones, hand-over, leaving, going to another court."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.accounts import operations, queries
from mediation_admin.accounts.actors import acting
from mediation_admin.accounts.enums import LinkPurpose, PhoneProof, Post
from mediation_admin.accounts.models import Account, CourtMember, LoginSession, OneTimeLink, PhoneChange
from mediation_admin.accounts.operations import members
from mediation_admin.approvals import operations as approvals
from mediation_admin.approvals.enums import ApprovalState
from mediation_admin.approvals.models import Approval
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core.admin.models import ListPreference
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.jobs import Job, JobStatus
from mediation_admin.core.scope import enter, unfenced
from mediation_admin.imports.enums import BatchStatus
from mediation_admin.imports.models import ImportBatch
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.notices.templates import Template
from mediation_admin.permissions import Role
from tests import people
from tests.factories.accounts import a_link, a_session, an_account
from tests.factories.courts import court_a, court_b
from tests.people import admin_a, clerk_b

HASH = "argon2id of nothing"


@pytest.fixture
def at_work(app: Flask, working_as):
    """A session of court A's administrator, with the actor."""
    actor, scope = people.acting(app, admin_a)
    with working_as(actor, scope) as session:
        session.actor = actor
        yield session


def refused(field: str | None, words: str, act) -> None:
    with pytest.raises(RuleBroken, match=words) as broken:
        act()
    assert broken.value.field == field


def everything(session: Session, model: type, *conditions: object) -> list:
    statement = select(model).where(*conditions).execution_options(populate_existing=True)
    return list(session.scalars(unfenced(statement, "a test looks")))


def messages(session: Session, template: Template) -> list[OutgoingMessage]:
    return everything(session, OutgoingMessage, OutgoingMessage.template == template)


# -- coming ---------------------------------------------------------------------------------------------------------


def test_somebody_new_has_a_place_roles_and_pinyin(at_work) -> None:
    added = operations.add_member(
        actor=at_work.actor,
        name="单小红",
        phone="139 0000 7777",
        department=" 立案  庭 ",
        post=Post.CLERK,
        roles=[Role.CLERK, Role.JUDGE],
    )
    member = queries.member_of(at_work, at_work.actor.court_id, added.account.id)
    assert (member.department, member.post) == ("立案 庭", Post.CLERK)
    assert (added.account.name_pinyin, added.account.name_initials) == ("shanxiaohong", "sxh")
    assert added.is_new and added.given == [Role.CLERK, Role.JUDGE] and not added.asked


def test_somebody_new_needs_a_role(at_work) -> None:
    refused(
        "roles",
        "至少选择一个角色",
        lambda: operations.add_member(actor=at_work.actor, name="王某", phone="13900007777"),
    )


def test_s31_a_new_person_becomes_administrator_only_after_a_second_person(at_work, app: Flask) -> None:
    other = an_account(at_work, "甲副管", roles=[(Role.COURT_ADMIN, at_work.actor.court_id)], password_hash=HASH)
    added = operations.add_member(
        actor=at_work.actor, name="王某", phone="13900007777", roles=[Role.COURT_ADMIN, Role.CLERK], reason="分担"
    )
    assert added.given == [Role.CLERK] and len(added.asked) == 1
    assert [one.role for one in queries.roles_held(at_work, added.account.id)] == [Role.CLERK]
    told = messages(at_work, Template.APPROVAL_WANTED)
    assert [one.phone for one in told] == [other.phone]


def test_s2_a_phone_that_has_an_account_joins_instead_of_a_second_account(app: Flask, at_work) -> None:
    foreign, _ = people.acting(app, clerk_b)
    how = {"actor": at_work.actor, "phone": clerk_b.phone, "roles": [Role.JUDGE]}
    with pytest.raises(operations.PhoneTaken, match="乙\\*记") as taken:
        operations.add_member(name="李某", **how)
    assert taken.value.account_id == foreign.account_id
    refused("name", "姓名与该账号登记的不一致（乙\\*记）", lambda: operations.add_member(name="李某", join=True, **how))
    added = operations.add_member(name=clerk_b.name, join=True, **how)
    assert not added.is_new and added.account.id == foreign.account_id
    assert [one.court_id for one in queries.roles_held(at_work, foreign.account_id)] == [
        foreign.court_id,
        at_work.actor.court_id,
    ]
    assert len(messages(at_work, Template.ROLE_GRANTED)) == 1
    refused("phone", "已是本院用户", lambda: operations.add_member(name=clerk_b.name, **how))


def test_s2_two_who_enter_one_person_at_once_make_one_account(app: Flask, db_session: Session) -> None:
    actor, scope = people.acting(app, admin_a)
    begin, answers = threading.Barrier(2), []

    def add() -> None:
        with app.app_context():
            enter(db.session(), actor, scope)
            begin.wait(timeout=30)
            try:
                operations.add_member(actor=actor, name="王某", phone="13900007777", roles=[Role.CLERK])
                db.session.commit()
                answers.append("added")
            except RuleBroken as broken:
                db.session.rollback()
                answers.append(broken.message)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert answers.count("added") == 1 and any("已有账号" in one or "已是本院用户" in one for one in answers)
    assert len([one for one in everything(db_session(), Account) if one.phone == "13900007777"]) == 1


def test_an_invitation_goes_to_the_persons_own_phone_and_replaces_the_earlier_one(at_work) -> None:
    added = operations.add_member(actor=at_work.actor, name="王某", phone="13900007777", roles=[Role.CLERK])
    operations.invite(actor=at_work.actor, account_id=added.account.id)
    (sent,) = messages(at_work, Template.INVITATION)
    assert sent.phone == "13900007777" and "/sign-in/link/" in sent.text and "/sign-in/link/" not in sent.outline
    (link,) = everything(at_work, OneTimeLink)
    assert (link.expires_at - link.created_at).days == 2
    assert sent.court_id == at_work.actor.court_id
    refused(None, "过于频繁|再发|请.*后", lambda: operations.invite(actor=at_work.actor, account_id=added.account.id))


def test_people_of_other_courts_do_not_exist_here(app: Flask, at_work) -> None:
    foreign, _ = people.acting(app, clerk_b)
    how = {"actor": at_work.actor, "account_id": foreign.account_id}
    for act in (
        lambda: operations.invite(**how),
        lambda: operations.leave(**how, reason="调动"),
        lambda: operations.hand_over(**how, successor_id=None),
        lambda: operations.change_phone(**how, phone="13900007777", proof=PhoneProof.IN_PERSON, reason="换号"),
        lambda: operations.edit_member(**how, name="王某", department="", post=Post.CLERK, version=1),
    ):
        with pytest.raises(NotFound):
            act()


# -- editing --------------------------------------------------------------------------------------------------------


def test_two_administrators_editing_one_person_are_told_and_nothing_is_lost(at_work) -> None:
    account = an_account(at_work, "王某", roles=[(Role.CLERK, at_work.actor.court_id)])
    how = {"actor": at_work.actor, "account_id": account.id, "name": "王某"}
    operations.edit_member(**how, department="立案庭", post=Post.CLERK, version=1)
    with pytest.raises(members.Changed, match="刚被他人改过（现在是：王某，立案庭，书记员）") as stale:
        operations.edit_member(**how, department="民一庭", post=Post.JUDGE, version=1)
    member = queries.member_of(at_work, at_work.actor.court_id, account.id)
    assert (member.department, member.post) == ("立案庭", Post.CLERK)
    operations.edit_member(**how, department="民一庭", post=Post.JUDGE, version=stale.value.version)
    assert (member.department, member.post, member.version) == ("民一庭", Post.JUDGE, 3)


def test_the_name_of_somebody_who_works_elsewhere_too_is_not_this_courts_to_change(at_work) -> None:
    court_id = at_work.actor.court_id
    account = an_account(at_work, "王某", roles=[(Role.CLERK, court_id), (Role.CLERK, court_b(at_work).id)])
    refused(
        "name",
        "平台客服",
        lambda: operations.edit_member(
            actor=at_work.actor, account_id=account.id, name="李某", department="", post=Post.CLERK, version=1
        ),
    )


# -- off and on -----------------------------------------------------------------------------------------------------


def test_s7_switching_off_ends_every_session_and_link_and_tells_the_person(at_work) -> None:
    account = an_account(at_work, "王某", roles=[(Role.CLERK, at_work.actor.court_id)])
    a_session(at_work, account)
    a_session(at_work, account)
    operations.disable_account(actor=at_work.actor, account_id=account.id)
    assert all(one.ended_at for one in everything(at_work, LoginSession, LoginSession.account_id == account.id))
    assert [one.phone for one in messages(at_work, Template.ACCOUNT_DISABLED)] == [account.phone]
    operations.enable_account(actor=at_work.actor, account_id=account.id)
    assert account.disabled_at is None and account.disabled_court_id is None


def test_a_court_neither_switches_off_who_works_elsewhere_nor_on_whom_the_platform_switched_off(
    app: Flask, at_work
) -> None:
    court_id = at_work.actor.court_id
    both = an_account(at_work, "王某", roles=[(Role.CLERK, court_id), (Role.CLERK, court_b(at_work).id)])
    refused(None, "离开本院", lambda: operations.disable_account(actor=at_work.actor, account_id=both.id))
    system, _ = people.acting(app, people.system_admin)
    off = an_account(at_work, "李某", roles=[(Role.CLERK, court_id)])
    operations.disable_account(actor=system, account_id=off.id)
    refused(None, "不是本院停用的", lambda: operations.enable_account(actor=at_work.actor, account_id=off.id))


# -- phones ---------------------------------------------------------------------------------------------------------


def test_a_changed_phone_stops_the_old_one_at_once_and_tells_both(at_work) -> None:
    account = an_account(at_work, "王某", phone="13900001111", roles=[(Role.CLERK, at_work.actor.court_id)])
    a_session(at_work, account)
    operations.change_phone(
        actor=at_work.actor, account_id=account.id, phone="139 0000 2222", proof=PhoneProof.IN_PERSON, reason="换号"
    )
    assert queries.account_of_phone(at_work, "13900001111") is None
    assert queries.account_of_phone(at_work, "13900002222").id == account.id
    assert all(one.ended_at for one in everything(at_work, LoginSession, LoginSession.account_id == account.id))
    assert {one.phone for one in messages(at_work, Template.PHONE_CHANGED)} == {"13900001111", "13900002222"}
    (kept,) = everything(at_work, PhoneChange)
    assert (kept.old_phone, kept.new_phone, kept.reason, kept.changed_by_name) == (
        "13900001111",
        "13900002222",
        "换号",
        at_work.actor.name,
    )
    sentences = at_work.scalars(select(AuditEntry.sentence).where(AuditEntry.tag == "account:phone:changed")).all()
    assert len(sentences) == 1 and "139****1111" in sentences[0] and "13900001111" not in sentences[0]


def test_a_phone_is_not_changed_without_good_cause(at_work) -> None:
    court_id = at_work.actor.court_id
    account = an_account(at_work, "王某", phone="13900001111", roles=[(Role.CLERK, court_id)])
    taken = an_account(at_work, "李某", phone="13900003333", roles=[(Role.CLERK, court_id)])
    boss = an_account(at_work, "甲副管", roles=[(Role.COURT_ADMIN, court_id)])
    outside = an_account(at_work, "赵某", roles=[(Role.CLERK, court_id), (Role.JUDGE, court_b(at_work).id)])

    def change(whom: Account | int, phone: str = "13900002222", reason: str = "换号"):
        ident = whom if isinstance(whom, int) else whom.id
        return lambda: operations.change_phone(
            actor=at_work.actor, account_id=ident, phone=phone, proof=PhoneProof.LETTER, reason=reason
        )

    refused("phone", "11 位", change(account, "1390000"))
    refused("phone", "相同", change(account, "13900001111"))
    refused("phone", f"已有账号（{taken.name[0]}\\*）", change(account, taken.phone))
    refused("reason", "原因", change(account, reason=" "))
    refused("phone", "平台客服", change(boss))
    refused("phone", "平台客服", change(outside))
    refused("phone", "自己", change(at_work.actor.account_id))


# -- leaving --------------------------------------------------------------------------------------------------------


def an_open_batch(session: Session, account: Account, court_id: int) -> ImportBatch:
    batch = ImportBatch(
        court_id=court_id,
        subject="rosters",
        status=BatchStatus.CHECKED,
        file_name="名册.xlsx",
        file_size=1,
        sha256=b"0" * 32,
        asked_by=account.id,
        asked_by_name=account.name,
    )
    session.add(batch)
    session.flush()
    return batch


def test_nothing_is_left_without_an_owner(at_work) -> None:
    court_id = at_work.actor.court_id
    leaving = an_account(at_work, "王某", roles=[(Role.CLERK, court_id)], password_hash=HASH)
    taker = an_account(at_work, "李某", roles=[(Role.CLERK, court_id)], password_hash=HASH)
    asleep = an_account(at_work, "赵某", roles=[(Role.CLERK, court_id)])
    batch = an_open_batch(at_work, leaving, court_id)
    view = {"name": "我的超期", "query": "overdue=1"}
    at_work.add(ListPreference(account_id=leaving.id, list_code="cases", views=[view]))
    job = Job(kind="exports.run", params={}, requester_id=leaving.id, role="clerk", court_id=court_id)
    at_work.add(job)
    at_work.flush()
    how = {"actor": at_work.actor, "account_id": leaving.id, "reason": "退休"}
    refused("successor_id", "请选择接手人", lambda: operations.leave(**how))
    refused("successor_id", "在用的用户", lambda: operations.leave(**how, successor_id=asleep.id))
    refused("successor_id", "不能是本人", lambda: operations.leave(**how, successor_id=leaving.id))
    done, asked = operations.leave(**how, successor_id=taker.id)
    assert asked is None and len(done) == 3
    at_work.expire_all()
    assert (batch.asked_by, batch.asked_by_name) == (taker.id, "李某")
    (held,) = everything(at_work, ListPreference, ListPreference.account_id == taker.id)
    assert [one["name"] for one in held.views] == ["我的超期（王某）"]
    assert job.status is JobStatus.CANCELLED
    assert queries.roles_kept(at_work, leaving.id) == []
    assert queries.member_of(at_work, court_id, leaving.id).left_at is not None


def test_somebody_without_open_work_leaves_at_once_and_may_come_back(at_work) -> None:
    court_id = at_work.actor.court_id
    account = an_account(at_work, "王某", roles=[(Role.CLERK, court_id)])
    _, token = a_link(at_work, LinkPurpose.INVITE, account)
    operations.leave(actor=at_work.actor, account_id=account.id, reason="借调结束")
    assert all(one.revoked_at for one in everything(at_work, OneTimeLink)), token
    added = operations.add_member(actor=at_work.actor, name="王某", phone=account.phone, roles=[Role.JUDGE], join=True)
    assert added.account.id == account.id
    assert queries.member_of(at_work, court_id, account.id).left_at is None


def test_one_does_not_let_oneself_leave(at_work) -> None:
    own = at_work.actor.account_id
    refused(None, "另一位管理员", lambda: operations.leave(actor=at_work.actor, account_id=own, reason="退休"))


def test_going_to_another_court_ends_the_roles_here_and_waits_for_that_courts_word(
    app: Flask, working_as, db_session: Session
) -> None:
    a, b = court_a(db_session).id, court_b(db_session).id
    account = an_account(db_session, "王某", roles=[(Role.JUDGE, a)], password_hash=HASH)
    there = an_account(db_session, "乙管理", roles=[(Role.COURT_ADMIN, b)], password_hash=HASH)
    db_session.commit()
    actor, scope = people.acting(app, admin_a)
    with working_as(actor, scope) as session:
        refused(
            "reason",
            "理由",
            lambda: operations.leave(actor=actor, account_id=account.id, to_court_id=b, reason=" "),
        )
        session.rollback()
        _, asked = operations.leave(actor=actor, account_id=account.id, to_court_id=b, reason="工作调动")
        ident = asked.id
        session.commit()
        assert queries.roles_kept(session, account.id) == []
        with pytest.raises(NotFound):
            approvals.approve(actor=actor, approval_id=ident)
    with app.app_context():
        decider, reach = acting(db.session(), account_id=there.id, name="乙管理", role="court_admin", court_id=b)
        db.session.remove()
    with working_as(decider, reach) as session:
        approvals.approve(actor=decider, approval_id=ident)
        session.commit()
        assert [(one.role, one.court_id) for one in queries.roles_held(session, account.id)] == [(Role.JUDGE, b)]
        (approval,) = everything(session, Approval, Approval.id == ident)
        assert approval.state is ApprovalState.APPROVED
        places = everything(session, CourtMember, CourtMember.account_id == account.id)
        assert {place.court_id: place.left_at is None for place in places} == {a: False, b: True}
