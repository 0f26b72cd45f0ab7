"""Invented cases for measuring keep every rule of the tables."""

from sqlalchemy import text

from mediation_admin.demo.seeding import seed_cases


def test_seeded_cases_are_spread_over_courts_and_keep_the_rules_of_the_tables(db_session):
    assert seed_cases(db_session, 2_000, courts=10) == 2_000
    per_court = list(db_session.scalars(text("select count(*) from mediation_case group by court_id")))
    assert per_court == [200] * 10
    states = set(db_session.scalars(text("select distinct state from mediation_case")))
    assert {"to_assign", "to_accept", "mediating", "closing", "closed", "terminated"} <= states
    assert db_session.scalar(text("select count(*) from party")) == 4_000


def test_seeding_twice_goes_on_numbering(db_session):
    seed_cases(db_session, 100, courts=2)
    seed_cases(db_session, 100, courts=2)
    assert db_session.scalar(text("select count(distinct case_no) from mediation_case")) == 200
