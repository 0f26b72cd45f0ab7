"""Changes to people, roles and links: what they do and what they refuse."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.accounts import operations, passwords, queries
from mediation_admin.accounts.actors import OPERATOR
from mediation_admin.accounts.enums import LinkPurpose, SessionEnd
from mediation_admin.accounts.models import Account, LoginSession, OneTimeLink, RoleGrant
from mediation_admin.audit.models import AuditEntry
from mediation_admin.core import clock
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor, Scope, enter
from mediation_admin.permissions import EXCLUSIVE_ROLES, Role
from tests import people
from tests.factories.accounts import GOOD_PASSWORD, a_grant, a_link, a_session, an_account
from tests.factories.courts import court_a, court_b

BY_OPERATOR = OPERATOR


@pytest.fixture
def session(db_session: Session) -> Session:
    """A session in which an operator works."""
    enter(db_session(), OPERATOR, Scope.everything("a test"))
    return db_session


def refused(field: str | None, words: str, act) -> None:
    with pytest.raises(RuleBroken, match=words) as broken:
        act()
    assert broken.value.field == field


# -- accounts and roles ---------------------------------------------------------------------------------------------


def test_a_new_account_has_its_roles_and_no_password(session: Session) -> None:
    court = court_a(session)
    account = operations.create_account(
        actor=OPERATOR, name=" 王某 ", phone="+86 139-0000-9999", roles=[(Role.CLERK, court.id)]
    )
    assert (account.name, account.phone, account.password_hash) == ("王某", "13900009999", None)
    assert [(held.role, held.court_id) for held in queries.roles_held(session, account.id)] == [(Role.CLERK, court.id)]
    assert queries.account_of_phone(session, "１３９００００９９９９").id == account.id


def test_a_phone_that_has_an_account_says_whose_masked(session: Session) -> None:
    an_account(session, "欧阳某某", phone="13900008888")
    refused(
        "phone",
        "已有账号（欧\\*\\*某）",
        lambda: operations.create_account(actor=OPERATOR, name="王某", phone="13900008888"),
    )


@pytest.mark.parametrize("phone", ["1390000999", "23900009999", "139000099990", "abc", ""])
def test_what_is_no_mobile_number_is_refused(session: Session, phone: str) -> None:
    refused("phone", "11 位手机号", lambda: operations.create_account(actor=OPERATOR, name="王某", phone=phone))


def test_a_nameless_person_is_refused(session: Session) -> None:
    refused("name", "姓名", lambda: operations.create_account(actor=OPERATOR, name="  ", phone="13900009999"))


@pytest.mark.parametrize("held", EXCLUSIVE_ROLES)
@pytest.mark.parametrize("wanted", EXCLUSIVE_ROLES)
def test_s3_no_operation_gives_one_person_two_of_the_three(session: Session, held: Role, wanted: Role) -> None:
    account = an_account(session, roles=[(held, None)])
    refused("role", ".", lambda: operations.grant_role(actor=OPERATOR, account=account, role=wanted))


def test_a_role_held_already_is_refused_and_one_taken_back_may_be_given_again(session: Session) -> None:
    court = court_a(session)
    account = an_account(session)
    grant = operations.grant_role(actor=OPERATOR, account=account, role=Role.CLERK, court_id=court.id)
    refused(
        "role",
        "已经有",
        lambda: operations.grant_role(actor=OPERATOR, account=account, role=Role.CLERK, court_id=court.id),
    )
    operations.revoke_role(actor=OPERATOR, grant_id=grant.id)
    refused(None, "已经收回", lambda: operations.revoke_role(actor=OPERATOR, grant_id=grant.id))
    operations.grant_role(actor=OPERATOR, account=account, role=Role.CLERK, court_id=court.id)
    assert len(session.scalars(select(RoleGrant).where(RoleGrant.account_id == account.id)).all()) == 2


def test_a_person_takes_back_no_role_of_his_own_and_does_not_disable_himself(app: Flask, working_as) -> None:
    actor, scope = people.acting(app, people.system_admin)
    with working_as(actor, scope) as session:
        own = session.scalars(select(RoleGrant).where(RoleGrant.account_id == actor.account_id)).one()
        refused(None, "自己的角色", lambda: operations.revoke_role(actor=actor, grant_id=own.id))
        refused(None, "自己的账号", lambda: operations.disable_account(actor=actor, account_id=actor.account_id))


def test_roles_of_another_court_are_out_of_reach(app: Flask, working_as, db_session: Session) -> None:
    foreign = an_account(db_session)
    grant = a_grant(db_session, foreign, Role.CLERK, court_b(db_session).id)
    own = an_account(db_session, roles=[(Role.CLERK, court_a(db_session).id)])
    other_court = court_b(db_session).id
    db_session.commit()
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope):
        with pytest.raises(NotFound):
            operations.revoke_role(actor=actor, grant_id=grant.id)
        with pytest.raises(NotFound):
            operations.disable_account(actor=actor, account_id=foreign.id)
        with pytest.raises(NotFound):
            operations.grant_role(actor=actor, account=own, role=Role.JUDGE, court_id=other_court)
        with pytest.raises(NotFound):
            operations.grant_role(actor=actor, account=own, role=Role.SUPPORT)


def test_granting_and_revoking_are_in_the_audit_of_the_court(session: Session) -> None:
    court = court_a(session)
    account = an_account(session)
    grant = operations.grant_role(actor=OPERATOR, account=account, role=Role.JUDGE, court_id=court.id)
    operations.revoke_role(actor=OPERATOR, grant_id=grant.id)
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.object_type == "role_grant", AuditEntry.object_id == grant.id)
    ).all()
    assert [entry.tag for entry in entries] == ["role_grant:row:created", "role_grant:row:changed"]
    assert {entry.court_id for entry in entries} == {court.id}
    assert all("法官" in entry.sentence for entry in entries)


def test_disabling_ends_sessions_and_links_and_enabling_starts_afresh(session: Session) -> None:
    account = an_account(session, roles=[(Role.SUPPORT, None)], failed_count=3, locked_until=clock.now())
    started, _ = a_session(session, account)
    link, _ = a_link(session, LinkPurpose.RESET, account)
    operations.disable_account(actor=OPERATOR, account_id=account.id)
    session.expire_all()
    assert session.get(LoginSession, started.id).ended_how is SessionEnd.ACCOUNT_DISABLED
    assert session.get(OneTimeLink, link.id).revoked_at is not None
    refused(None, "已经停用", lambda: operations.disable_account(actor=OPERATOR, account_id=account.id))
    refused(None, "先启用", lambda: operations.create_reset_link(actor=OPERATOR, account_id=account.id))
    operations.enable_account(actor=OPERATOR, account_id=account.id)
    held = session.get(Account, account.id)
    assert (held.disabled_at, held.failed_count, held.locked_until) == (None, 0, None)
    refused(None, "没有停用", lambda: operations.enable_account(actor=OPERATOR, account_id=account.id))


# -- initial passwords ----------------------------------------------------------------------------------------------


def test_an_initial_password_is_random_and_must_be_changed(session: Session) -> None:
    account = an_account(session)
    first = operations.set_initial_password(actor=OPERATOR, account=account)
    second = operations.set_initial_password(actor=OPERATOR, account=account)
    assert first != second
    held = session.get(Account, account.id)
    assert held.must_change_password
    assert passwords.is_right(held.password_hash, second)
    assert not passwords.is_right(held.password_hash, first)


def test_s6_a_person_never_sets_the_password_of_another(session: Session) -> None:
    account = an_account(session)
    somebody = Actor(7, "某人", Role.SYSTEM_ADMIN, None)
    refused(None, "不能为他人设置密码", lambda: operations.set_initial_password(actor=somebody, account=account))


def test_no_password_and_no_hash_reach_the_audit(session: Session) -> None:
    account = an_account(session)
    password = operations.set_initial_password(actor=OPERATOR, account=account)
    told = " ".join(f"{entry.sentence}{entry.changes}" for entry in session.scalars(select(AuditEntry)))
    assert "password_hash" in told
    assert password not in told and "argon2" not in told


# -- links ----------------------------------------------------------------------------------------------------------


def test_an_invitation_works_once(session: Session, client: FlaskClient) -> None:
    account = an_account(session, roles=[(Role.SUPPORT, None)])
    token = operations.create_invitation(actor=OPERATOR, account_id=account.id)
    session.commit()
    page = client.get(f"/sign-in/link/{token}")
    assert page.status_code == 200 and "欢迎加入" in page.text
    form = {"new_password": GOOD_PASSWORD, "repeat": GOOD_PASSWORD}
    assert client.post(f"/sign-in/link/{token}", data=form).location == "/sign-in/"
    assert client.get(f"/sign-in/link/{token}").status_code == 410
    again = client.post(f"/sign-in/link/{token}", data=form)
    assert again.status_code == 410 and "只能使用一次" in again.text
    signed_in = client.post("/sign-in/", data={"phone": account.phone, "password": GOOD_PASSWORD})
    assert signed_in.location == "/"


def test_only_the_hash_of_a_link_is_stored(session: Session) -> None:
    account = an_account(session)
    token = operations.create_invitation(actor=OPERATOR, account_id=account.id)
    row = session.scalars(select(OneTimeLink)).one()
    assert len(token) == 22  # 128 bits: an SMS has no room for more
    assert token not in repr({column.key: getattr(row, column.key) for column in OneTimeLink.__table__.columns})


def test_a_new_invitation_takes_back_the_old_one(session: Session) -> None:
    account = an_account(session)
    first = operations.create_invitation(actor=OPERATOR, account_id=account.id)
    second = operations.create_invitation(actor=OPERATOR, account_id=account.id)
    refused(None, "已失效", lambda: operations.link_behind(first))
    assert operations.link_behind(second).account_id == account.id


@pytest.mark.parametrize(
    ("purpose", "lasts"), [(LinkPurpose.INVITE, timedelta(days=2)), (LinkPurpose.RESET, timedelta(hours=1))]
)
def test_links_last_as_long_as_the_rules_say_and_not_longer(
    session: Session, purpose: LinkPurpose, lasts: timedelta
) -> None:
    account = an_account(session)
    make = {
        LinkPurpose.INVITE: operations.create_invitation,
        LinkPurpose.RESET: operations.create_reset_link,
    }[purpose]
    token = make(actor=OPERATOR, account_id=account.id)
    link = operations.link_behind(token)
    assert link.expires_at - link.created_at == lasts
    link.created_at -= lasts
    link.expires_at -= lasts
    session.flush()
    refused(None, "已失效", lambda: operations.link_behind(token))


def test_a_link_refuses_a_weak_password_and_stays_open(session: Session) -> None:
    account = an_account(session)
    token = operations.create_invitation(actor=OPERATOR, account_id=account.id)
    refused("new_password", "太常见", lambda: operations.use_link(token=token, password="Password123!"))
    operations.use_link(token=token, password=GOOD_PASSWORD)
    refused(None, "已失效", lambda: operations.use_link(token=token, password=GOOD_PASSWORD))


def test_the_name_of_the_own_court_is_no_password(session: Session) -> None:
    account = an_account(session, roles=[(Role.CLERK, court_a(session).id)])
    token = operations.create_invitation(actor=OPERATOR, account_id=account.id)
    refused("new_password", "南阳市宛城区", lambda: operations.use_link(token=token, password="南阳市宛城区Aa1"))


def test_a_reset_ends_every_session_and_opens_a_locked_account(session: Session) -> None:
    account = an_account(session, failed_count=5, locked_until=clock.now() + timedelta(minutes=9))
    started, _ = a_session(session, account)
    token = operations.create_reset_link(actor=OPERATOR, account_id=account.id)
    operations.use_link(token=token, password=GOOD_PASSWORD)
    session.expire_all()
    assert session.get(LoginSession, started.id).ended_how is SessionEnd.CREDENTIAL_CHANGED
    assert session.get(Account, account.id).locked_until is None


def test_who_has_a_password_is_not_invited_again(session: Session) -> None:
    account = an_account(session, password=GOOD_PASSWORD)
    refused(None, "已经设置过密码", lambda: operations.create_invitation(actor=OPERATOR, account_id=account.id))


# -- the empty platform ---------------------------------------------------------------------------------------------


def test_the_setup_link_makes_the_first_system_administrator_once(db_session: Session, client: FlaskClient) -> None:
    token = operations.create_setup_link(actor=OPERATOR)
    db_session.commit()
    assert "设置系统管理员" in client.get(f"/sign-in/link/{token}").text
    form = {"name": "首位", "phone": "13900007777", "new_password": GOOD_PASSWORD, "repeat": GOOD_PASSWORD}
    assert client.post(f"/sign-in/link/{token}", data={**form, "phone": "1"}).status_code == 422
    assert client.post(f"/sign-in/link/{token}", data=form).status_code == 303
    account = queries.account_of_phone(db_session, "13900007777")
    assert [held.role for held in queries.roles_held(db_session, account.id)] == [Role.SYSTEM_ADMIN]
    assert client.post(f"/sign-in/link/{token}", data={**form, "phone": "13900006666"}).status_code == 410
    with pytest.raises(RuleBroken, match="已经有用户"):
        operations.create_setup_link(actor=OPERATOR)


def test_a_setup_link_of_before_is_worth_nothing_once_there_are_people(db_session: Session) -> None:
    token = operations.create_setup_link(actor=OPERATOR)
    an_account(db_session)
    with pytest.raises(RuleBroken, match="已经有用户"):
        operations.set_up_platform(token=token, name="首位", phone="13900007777", password=GOOD_PASSWORD)


def test_an_invitation_does_not_set_up_a_platform_and_a_setup_link_sets_no_password(session: Session) -> None:
    setup = operations.create_setup_link(actor=OPERATOR)
    with pytest.raises(RuleBroken, match="已失效"):
        operations.use_link(token=setup, password=GOOD_PASSWORD)
    account = an_account(session)
    invitation = operations.create_invitation(actor=OPERATOR, account_id=account.id)
    with pytest.raises(RuleBroken, match="已失效"):
        operations.set_up_platform(token=invitation, name="首位", phone="13900007777", password=GOOD_PASSWORD)


# -- commands -------------------------------------------------------------------------------------------------------


def test_the_command_prints_a_setup_link_that_works(app: Flask, client: FlaskClient) -> None:
    done = app.test_cli_runner().invoke(args=["accounts", "setup-link", "--base-url", "http://127.0.0.1:8000/"])
    assert done.exit_code == 0, done.output
    address = done.output.split()[-1]
    assert address.startswith("http://127.0.0.1:8000/sign-in/link/")
    assert client.get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_the_command_adds_people_and_roles_and_keeps_the_three_apart(app: Flask, db_session: Session) -> None:
    code = court_a(db_session).code
    db_session.commit()
    run = app.test_cli_runner().invoke
    made = run(args=["accounts", "create", "--name", "王某", "--phone", "13900005555", "--role", "audit_admin"])
    assert made.exit_code == 0 and "/sign-in/link/" in made.output, made.output
    more = run(
        args=["accounts", "create", "--name", "王某", "--phone", "13900005555", "--role", "judge", "--court", code]
    )
    assert more.exit_code == 0 and "增加角色" in more.output, more.output
    other = run(args=["accounts", "create", "--name", "王某", "--phone", "13900005555", "--role", "system_admin"])
    assert other.exit_code == 1 and "三员" in other.output
    lost = run(args=["accounts", "create", "--name", "李某", "--phone", "13900004444", "--role", "judge"])
    assert lost.exit_code == 1 and "代字" in lost.output
    assert queries.account_of_phone(db_session, "13900004444") is None
    reset = run(args=["accounts", "reset-link", "--phone", "13900005555"])
    assert reset.exit_code == 0 and "/sign-in/link/" in reset.output
