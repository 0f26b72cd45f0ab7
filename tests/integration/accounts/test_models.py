"""What the database itself refuses of accounts, and what the fence lets through."""

from datetime import timedelta
from itertools import combinations_with_replacement

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from mediation_admin.accounts import queries
from mediation_admin.accounts.enums import LinkPurpose, SessionEnd
from mediation_admin.accounts.models import Account, LoginSession, OneTimeLink, RoleGrant
from mediation_admin.core import clock
from mediation_admin.core.errors import ScopeMissing
from mediation_admin.core.scope import Scope
from mediation_admin.permissions import COURT_ROLES, EXCLUSIVE_ROLES, Role
from tests import people
from tests.factories.accounts import a_grant, a_link, a_phone, a_session, an_account
from tests.factories.courts import court_a, court_b


def refused_by(session: Session, constraint: str, act) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        act()
        session.flush()
    session.rollback()


def test_a_phone_belongs_to_one_account(db_session: Session) -> None:
    phone = a_phone()
    an_account(db_session, phone=phone)
    refused_by(db_session, "uq_account_phone_index", lambda: an_account(db_session, phone=phone))


def test_a_phone_is_not_stored_in_clear(db_session: Session) -> None:
    account = an_account(db_session, phone="13912345678")
    raw = db_session.execute(select(Account.__table__.c.phone_index, Account.__table__.c.id)).one()
    stored = db_session.connection().exec_driver_sql("select phone, phone_index from account").one()
    assert b"13912345678" not in bytes(stored[0]) and b"13912345678" not in bytes(stored[1])
    assert (raw.id, bytes(raw.phone_index)) == (account.id, queries.phone_index("139 1234-5678"))


def test_a_name_is_never_empty(db_session: Session) -> None:
    refused_by(db_session, "ck_account_name_given", lambda: an_account(db_session, ""))


@pytest.mark.parametrize("role", Role)
def test_the_database_knows_which_roles_have_a_court(db_session: Session, role: Role) -> None:
    court_id = court_a(db_session).id
    right, wrong = (court_id, None) if role in COURT_ROLES else (None, court_id)
    account = an_account(db_session)
    a_grant(db_session, account, role, right)
    other = an_account(db_session)
    refused_by(db_session, "ck_role_grant_court_fits_role", lambda: a_grant(db_session, other, role, wrong))


@pytest.mark.parametrize(("first", "second"), list(combinations_with_replacement(EXCLUSIVE_ROLES, 2)))
def test_s3_the_database_refuses_every_pair_of_the_three_administrators(
    db_session: Session, first: Role, second: Role
) -> None:
    account = an_account(db_session, roles=[(first, None)])
    refused_by(db_session, "uq_role_grant_", lambda: a_grant(db_session, account, second))


@pytest.mark.parametrize(("first", "second"), [(a, b) for a in EXCLUSIVE_ROLES for b in EXCLUSIVE_ROLES if a != b])
def test_s3_one_administrator_role_may_follow_another_that_was_taken_back(
    db_session: Session, first: Role, second: Role
) -> None:
    account = an_account(db_session)
    a_grant(db_session, account, first, revoked_at=clock.now() + timedelta(seconds=1))
    later = a_grant(db_session, account, second)
    assert later.id is not None and later.revoked_at is None


def test_a_role_is_held_once_in_a_court_and_may_be_held_in_two(db_session: Session) -> None:
    first, second = court_a(db_session).id, court_b(db_session).id
    account = an_account(db_session, roles=[(Role.CLERK, first), (Role.CLERK, second), (Role.JUDGE, first)])
    refused_by(db_session, "uq_role_grant_active_in_court", lambda: a_grant(db_session, account, Role.CLERK, first))


def test_a_platform_role_is_held_once(db_session: Session) -> None:
    account = an_account(db_session, roles=[(Role.SUPPORT, None)])
    refused_by(db_session, "uq_role_grant_active_on_platform", lambda: a_grant(db_session, account, Role.SUPPORT))


def test_a_session_that_ended_says_how(db_session: Session) -> None:
    account = an_account(db_session)
    refused_by(
        db_session, "ck_login_session_end_has_a_reason", lambda: a_session(db_session, account, ended_at=clock.now())
    )
    account = an_account(db_session)
    refused_by(
        db_session,
        "ck_login_session_end_has_a_reason",
        lambda: a_session(db_session, account, ended_how=SessionEnd.IDLE),
    )


def test_only_the_setup_link_belongs_to_nobody(db_session: Session) -> None:
    a_link(db_session, LinkPurpose.SETUP)
    refused_by(db_session, "ck_one_time_link_setup_has_no_account", lambda: a_link(db_session, LinkPurpose.INVITE))
    account = an_account(db_session)
    refused_by(
        db_session, "ck_one_time_link_setup_has_no_account", lambda: a_link(db_session, LinkPurpose.SETUP, account)
    )


def test_a_person_has_one_open_link_of_a_kind(db_session: Session) -> None:
    account = an_account(db_session)
    a_link(db_session, LinkPurpose.INVITE, account)
    a_link(db_session, LinkPurpose.RESET, account)
    refused_by(db_session, "uq_one_time_link_open", lambda: a_link(db_session, LinkPurpose.INVITE, account))


# -- the fence ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Account, RoleGrant, LoginSession, OneTimeLink])
def test_people_are_not_read_without_a_scope(db_session: Session, model: type) -> None:
    with pytest.raises(ScopeMissing):
        db_session.scalars(select(model)).all()


def test_a_court_sees_its_own_people_and_those_who_left_and_nothing_of_another(
    app: Flask, db_session: Session, working_as
) -> None:
    a, b = court_a(db_session), court_b(db_session)
    own = an_account(db_session, "本院", roles=[(Role.CLERK, a.id)])
    left = an_account(db_session, "调走")
    a_grant(db_session, left, Role.JUDGE, a.id, revoked_at=clock.now() + timedelta(seconds=1))
    both = an_account(db_session, "两院", roles=[(Role.CLERK, a.id), (Role.CLERK, b.id)])
    foreign = an_account(db_session, "他院", roles=[(Role.CLERK, b.id)])
    platform = an_account(db_session, "平台", roles=[(Role.SUPPORT, None)])
    for account in (own, foreign, platform):
        a_session(db_session, account)
        a_link(db_session, LinkPurpose.RESET, account)
    db_session.commit()
    names = {"本院", "调走", "两院"}
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        assert {account.name for account in session.scalars(select(Account))} - {people.admin_a.name} == names
        assert {grant.court_id for grant in session.scalars(select(RoleGrant))} == {a.id}
        assert session.scalars(select(LoginSession.account_id)).all() == [own.id]
        assert session.scalars(select(OneTimeLink.account_id)).all() == [own.id]
        assert session.get(Account, foreign.id) is None
        # A role at another court stays unseen even on a person of both.
        seen = session.get(Account, both.id)
        assert {grant.court_id for grant in seen.grants} == {a.id}


def test_a_platform_scope_sees_every_person_and_the_rows_of_no_court(
    app: Flask, db_session: Session, working_as
) -> None:
    a, b = court_a(db_session), court_b(db_session)
    for court in (a, b):
        an_account(db_session, court.name[:4], roles=[(Role.CLERK, court.id)])
    db_session.commit()
    actor, scope = people.acting(app, people.system_admin)
    assert scope == Scope.of_platform()
    with working_as(actor, scope) as session:
        assert {a.id, b.id} <= set(session.scalars(select(RoleGrant.court_id)))
        assert len(session.scalars(select(Account)).all()) == 3


def test_the_fence_of_one_court_is_not_kept_for_the_next(app: Flask, db_session: Session, working_as) -> None:
    # Statement and options are cached; the courts in them must not be.
    for _ in range(2):
        for person in (people.clerk_a, people.clerk_b):
            actor, scope = people.acting(app, person)
            with working_as(actor, scope) as session:
                assert set(session.scalars(select(RoleGrant.court_id))) == {actor.court_id}


def test_the_fence_holds_where_a_table_is_joined_under_another_name(
    app: Flask, db_session: Session, working_as
) -> None:
    a, b = court_a(db_session), court_b(db_session)
    own = an_account(db_session, "本院", roles=[(Role.CLERK, a.id)])
    foreign = an_account(db_session, "他院", roles=[(Role.CLERK, b.id)])
    a_grant(db_session, own, Role.JUDGE, a.id, granted_by=foreign.id)
    db_session.commit()
    actor, scope = people.acting(app, people.admin_a)
    granter = aliased(Account)
    to_granter = granter.id == RoleGrant.granted_by
    with working_as(actor, scope) as session:
        names = session.scalars(select(granter.name)).all()
        assert "本院" in names and "他院" not in names
        joined = select(RoleGrant.role, granter.name).where(RoleGrant.role == Role.JUDGE)
        assert session.execute(joined.join(granter, to_granter)).all() == []
        assert session.execute(joined.outerjoin(granter, to_granter)).all() == [(Role.JUDGE, None)]
        pairs = select(Account.name, granter.name).join(granter, granter.id != Account.id)
        assert all("他院" not in pair for pair in session.execute(pairs))


def test_the_state_in_sql_is_the_state_of_the_rule(app: Flask, db_session: Session) -> None:
    soon, before = clock.now() + timedelta(minutes=5), clock.now() - timedelta(minutes=5)
    for values in (
        {},
        {"disabled_at": before},
        {"disabled_at": before, "locked_until": soon},
        {"locked_until": soon},
        {"locked_until": before},
    ):
        for password_hash in (None, "$argon2id$…"):
            account = an_account(db_session, **values)
            account.password_hash = password_hash
    db_session.flush()
    from mediation_admin.core.scope import unfenced

    rows = db_session.execute(unfenced(select(Account, queries.state()), "a test looks")).all()
    assert len(rows) == 10
    for account, state in rows:
        assert queries.state_of(account) == state
