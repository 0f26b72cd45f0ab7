"""Support finds people and gets them back in; every step is asked for a reason, audited, told and shown."""

import contextvars
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from mediation_admin.accounts import queries as account_queries
from mediation_admin.accounts.enums import AccountState, LinkPurpose
from mediation_admin.accounts.models import OneTimeLink
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core import clock
from mediation_admin.core.crypto import blind_index
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.files import data_folder
from mediation_admin.core.scope import enter, unfenced
from mediation_admin.notices.models import OutgoingMessage
from mediation_admin.permissions import EXCLUSIVE_ROLES
from mediation_admin.rosters.models import Mediator
from mediation_admin.support import operations, queries, rules
from mediation_admin.support.enums import ProofKind, SearchBy, SupportStep
from mediation_admin.support.models import AccountSearch, Proof
from tests import people
from tests.factories import accounts
from tests.factories.support import ID_NUMBER, a_review, an_upload


def _help(desk, operation, account, **said):
    return operation(actor=desk.actor, account_id=account.id, **{"reason": "本人来电，已核对姓名和法院", **said})


# -- finding --------------------------------------------------------------------------------------------------------


def test_an_account_is_found_by_its_whole_phone_and_by_nothing_less(desk):
    account = desk.person(phone="13912340001")
    find = operations.find_accounts
    assert find(actor=desk.actor, by=SearchBy.PHONE, text=" 139-1234-0001 ") == [account.id]
    assert find(actor=desk.actor, by=SearchBy.PHONE, text="13912340002") == []
    with pytest.raises(RuleBroken, match="11 位"):
        find(actor=desk.actor, by=SearchBy.PHONE, text="13912340")


def test_a_name_is_looked_for_within_one_court(app, desk):
    account = desk.person("欧阳某")
    find = operations.find_accounts
    assert find(actor=desk.actor, by=SearchBy.NAME, text="欧阳", court_id=desk.court_id) == [account.id]
    elsewhere = people.court_of(app, people.clerk_b)
    assert find(actor=desk.actor, by=SearchBy.NAME, text="欧阳", court_id=elsewhere) == []
    with pytest.raises(RuleBroken, match="选择法院"):
        find(actor=desk.actor, by=SearchBy.NAME, text="欧阳")
    with pytest.raises(RuleBroken, match="两个字"):
        find(actor=desk.actor, by=SearchBy.NAME, text="欧", court_id=desk.court_id)


def test_an_id_number_leads_to_the_mediator_of_the_roster_and_to_who_was_reviewed(app, desk, working_as):
    by_roster, by_review = desk.person(phone="13912340003"), desk.person("王某某")
    number = "110105199003071239"
    with working_as(*people.acting(app, people.admin_a)) as session:
        session.add(
            Mediator(
                name="花名某",
                home_court_id=desk.court_id,
                phone="13912340003",
                phone_index=blind_index("phone", "13912340003"),
                id_number=number,
                id_number_index=blind_index("id", number),
            )
        )
        session.commit()
    review = a_review(by_review.id)
    find = operations.find_accounts
    assert find(actor=desk.actor, by=SearchBy.ID_NUMBER, text=number) == [by_roster.id]
    assert find(actor=desk.actor, by=SearchBy.ID_NUMBER, text=ID_NUMBER) == []
    operations.take(actor=desk.actor, review_id=review.id)
    operations.approve(actor=desk.actor, review_id=review.id)
    assert find(actor=desk.actor, by=SearchBy.ID_NUMBER, text=ID_NUMBER) == [by_review.id]


def test_a_search_is_audited_without_what_was_typed(desk):
    desk.person("某某人", phone="13912340004")
    operations.find_accounts(actor=desk.actor, by=SearchBy.PHONE, text="13912340004")
    entry = desk.session.scalars(
        unfenced(select(AuditEntry).where(AuditEntry.tag == "support:account:searched"), "a test reads the audit")
    ).one()
    assert entry.sentence == "按完整手机号查找账号，找到 1 个"
    assert "1391234" not in str(entry.changes) + entry.sentence


def test_searches_are_counted_also_when_they_come_at_once(app, desk):
    moment = clock.now()
    desk.session.add_all(
        AccountSearch(actor_id=desk.actor.account_id, searched_by=SearchBy.PHONE, at=moment)
        for _ in range(rules.SEARCHES_AN_HOUR - 1)
    )
    old = moment - timedelta(minutes=61)
    desk.session.add(AccountSearch(actor_id=desk.actor.account_id, searched_by=SearchBy.PHONE, at=old))
    desk.session.commit()
    actor, scope = people.acting(app, people.support)
    start, went, refused = threading.Barrier(3), [], []

    def search() -> None:
        with app.app_context():
            enter(db.session(), actor, scope)
            start.wait(timeout=30)
            try:
                went.append(operations.find_accounts(actor=actor, by=SearchBy.PHONE, text="13900009999"))
                db.session.commit()
            except RuleBroken as broken:
                refused.append(broken.message)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=contextvars.Context().run, args=(search,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert (len(went), len(refused)) == (1, 2)


# -- helping --------------------------------------------------------------------------------------------------------


def test_a_locked_account_is_unlocked_and_its_owner_told(desk):
    account = desk.person(failed_count=5, locked_until=clock.now() + timedelta(minutes=15))
    act = _help(desk, operations.unlock, account)
    assert account_queries.state_of(account) is AccountState.ACTIVE
    assert account.failed_count == 0
    assert [one.id for one in desk.acts(account)] == [act.id]
    assert desk.messages(account) == ["support_acted"]
    assert desk.said("support:account:unlocked") == ["为待助某办理“解除锁定”，理由：本人来电，已核对姓名和法院"]
    with pytest.raises(RuleBroken, match="没有被锁定"):
        _help(desk, operations.unlock, account)


def test_every_session_ends_at_once(desk):
    account = desk.person()
    for _ in range(3):
        accounts.a_session(desk.session(), account)
    act = _help(desk, operations.end_sessions, account)
    assert act.result == "结束 3 处登录"
    assert all(one.ended_at is not None for one in queries.sessions_of(desk.session, account.id))
    with pytest.raises(RuleBroken, match="没有登录"):
        _help(desk, operations.end_sessions, account)


def test_s06_a_link_goes_to_the_number_on_record_and_is_shown_to_nobody(desk):
    account = desk.person(phone="13912340005")
    before = account.password_hash
    act = _help(desk, operations.send_link, account)
    assert act.result == "链接已发往 139****0005"
    assert account.password_hash == before
    assert desk.messages(account) == ["reset_link", "support_acted"]
    link = desk.session.scalars(select(OneTimeLink).where(OneTimeLink.account_id == account.id)).one()
    assert link.purpose is LinkPurpose.RESET
    told = " ".join([act.result, act.reason, *desk.said("support:account:link_sent")])
    assert "/sign-in/link/" not in told


def test_who_has_no_password_yet_gets_the_invitation_again(desk):
    account = desk.person(password_hash=None)
    act = _help(desk, operations.send_link, account)
    assert act.step is SupportStep.INVITED_AGAIN
    assert desk.messages(account) == ["invitation", "support_acted"]


def test_who_is_switched_off_gets_no_link(desk):
    account = desk.person(disabled_at=clock.now())
    with pytest.raises(RuleBroken, match="已停用"):
        _help(desk, operations.send_link, account)


def test_a_work_card_is_kept_and_its_organisation_named(desk):
    account = desk.person()
    with pytest.raises(RuleBroken) as refused:
        _help(desk, operations.let_in_by_work_card, account, organisation=" ", upload=an_upload())
    assert refused.value.field == "organisation"
    act = _help(desk, operations.let_in_by_work_card, account, organisation="某市工商联", upload=an_upload())
    proof = desk.session.get(Proof, act.proof_id)
    assert proof.organisation == "某市工商联"
    kept, content = operations.look_at_proof(actor=desk.actor, proof_id=proof.id)
    assert (kept.id, content) == (proof.id, an_upload().content)
    assert desk.messages(account) == ["reset_link", "support_acted"]
    assert "凭工作证（某市工商联）" in desk.said("support:account:let_in_by_work_card")[0]
    assert desk.said("support:proof:viewed")


def test_a_phone_is_corrected_after_a_kept_proof_and_both_numbers_are_told(desk):
    account = desk.person(phone="13912340006")
    accounts.a_session(desk.session(), account)
    said = {"kind": ProofKind.ID_CARD, "upload": an_upload()}
    taken = desk.person("另一某", phone="13912340007")
    with pytest.raises(RuleBroken, match="已有账号"):
        _help(desk, operations.correct_phone, account, phone=taken.phone, **said)
    desk.session.refresh(account)
    act = _help(desk, operations.correct_phone, account, phone="13912340008", **said)
    assert act.result == "139****0006 改为 139****0008"
    assert desk.session.get(Proof, act.proof_id).kind is ProofKind.ID_CARD
    assert desk.messages(account) == ["phone_changed", "support_acted"]
    old = select(OutgoingMessage.template).where(OutgoingMessage.phone_index == blind_index("phone", "13912340006"))
    assert [one.value for one in desk.session.scalars(old)] == ["phone_changed"]
    assert all(one.ended_at is not None for one in queries.sessions_of(desk.session, account.id))


def test_a_lost_authenticator_is_reset_after_a_kept_proof_and_the_person_told(desk):
    account = desk.person()
    accounts.an_authenticator(desk.session(), account)
    accounts.a_session(desk.session(), account)
    said = {"kind": ProofKind.ID_CARD, "upload": an_upload()}
    with pytest.raises(RuleBroken) as refused:
        _help(desk, operations.reset_factor, account, kind=ProofKind.WORK_CARD, upload=an_upload())
    assert refused.value.field == "organisation"
    act = _help(desk, operations.reset_factor, account, **said)
    assert act.step is SupportStep.SECOND_FACTOR_RESET
    assert desk.session.get(Proof, act.proof_id).kind is ProofKind.ID_CARD
    assert not account_queries.has_factor(desk.session(), account.id)
    assert account.password_hash == "x"
    assert all(one.ended_at is not None for one in queries.sessions_of(desk.session, account.id))
    assert desk.messages(account) == ["credential_changed", "support_acted"]
    assert "凭本人身份证件" in desk.said("support:account:second_factor_reset")[0]
    assert len(desk.said("account:factor:reset")) == 1
    with pytest.raises(RuleBroken, match="没有启用二次验证"):
        _help(desk, operations.reset_factor, account, **said)


@pytest.mark.parametrize("role", EXCLUSIVE_ROLES)
def test_the_authenticator_of_the_three_administrators_is_reset_at_the_server_only(desk, role):
    account = desk.person(roles=[(role, None)])
    accounts.an_authenticator(desk.session(), account)
    with pytest.raises(RuleBroken, match="flask accounts reset-factor"):
        _help(desk, operations.reset_factor, account, kind=ProofKind.ID_CARD, upload=an_upload())
    assert account_queries.has_factor(desk.session(), account.id)
    assert desk.acts(account) == []


def test_s28_proofs_lie_encrypted_under_names_made_here(desk):
    account = desk.person()
    act = _help(desk, operations.let_in_by_work_card, account, organisation="某市工商联", upload=an_upload())
    name = desk.session.get(Proof, act.proof_id).file_name
    raw = (data_folder("support") / name).read_bytes()
    assert b"PNG" not in raw[:64]
    assert len(name) == 32


@pytest.mark.parametrize("role", EXCLUSIVE_ROLES)
def test_the_three_administrators_take_two_people(desk, role):
    account = desk.person(roles=[(role, None)])
    for operation in (operations.unlock, operations.end_sessions, operations.send_link):
        with pytest.raises(RuleBroken, match="客服一人不能办理"):
            _help(desk, operation, account)
    assert desk.acts(account) == []


def test_nobody_helps_himself(desk):
    own = account_queries.own_account_shown(desk.session(), desk.actor.account_id)
    with pytest.raises(RuleBroken, match="自己的账号"):
        _help(desk, operations.send_link, own)


def test_nothing_is_done_without_a_reason(desk):
    account = desk.person(failed_count=5, locked_until=clock.now() + timedelta(minutes=15))
    with pytest.raises(RuleBroken) as refused:
        _help(desk, operations.unlock, account, reason="  ")
    assert refused.value.field == "reason"
    assert desk.messages(account) == []


@pytest.mark.parametrize(
    ("change", "name"),
    [("reason = ''", "ck_support_act_reason_given"), ("actor_id = account_id", "ck_support_act_not_on_oneself")],
)
def test_the_database_knows_what_a_step_is(desk, change, name):
    account = desk.person()
    accounts.a_session(desk.session(), account)
    act = _help(desk, operations.end_sessions, account)
    with pytest.raises(IntegrityError, match=name):
        desk.session.execute(text(f"update support_act set {change} where id = :id"), {"id": act.id})
    desk.session.rollback()


def test_a_court_sees_nothing_of_the_desk(app, desk, working_as):
    account = desk.person()
    accounts.a_session(desk.session(), account)
    _help(desk, operations.end_sessions, account)
    desk.session.commit()
    with working_as(*people.acting(app, people.admin_a)) as session:
        for model in (AccountSearch, Proof):
            assert session.scalar(select(func.count(model.id))) == 0
        assert queries.acts_on(session, account.id)
