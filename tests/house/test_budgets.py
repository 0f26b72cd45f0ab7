"""What a page may ask of the database: a number of statements that does not grow with the rows. No clock is read here.

A page that needs more has a query in a loop, or asks twice for what it has; the failing test shows what was asked.
"""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from mediation_admin.core.admin import replay
from mediation_admin.demo.seeding import seed_cases
from tests import people
from tests.people import Person

LIST_BUDGET = 6  # the gate's statement included
DETAIL_BUDGET = 12
COUNT_BUDGET = 4

LISTS = [
    (people.clerk_a, "/cases/"),
    (people.clerk_a, "/cases/pre-filing/"),
    (people.clerk_a, "/cases/?state=mediating"),
    (people.clerk_a, "/cases/?state=mediating&registered_from=2022-01-01&order=due"),
    (people.clerk_a, "/cases/?q=王伟"),
    (people.clerk_a, "/cases/?q=123"),
    (people.clerk_a, "/cases/?end=1"),
    (people.clerk_a, "/reports/cases/"),
    (people.admin_a, "/mediators/"),
    (people.admin_a, "/organisations/"),
    (people.admin_a, "/court-users/"),
    (people.admin_a, "/audit/"),
    (people.clerk_a, "/exports/"),
]


@pytest.fixture
def ask(as_person, count_sql, db_session) -> Callable[[Person, str], list[str]]:
    """Opens a page twice and tells the statements of the second time, when short lists have been remembered."""

    def statements_of(person: Person, address: str) -> list[str]:
        client = as_person(person)
        assert client.get(address).status_code == 200, address
        with count_sql() as statements:
            assert client.get(address).status_code == 200
        return list(statements)

    return statements_of


@pytest.fixture
def court(app, db_session) -> int:
    """Court A with three hundred invented cases."""
    replay.forget()
    court_id = people.court_of(app, people.clerk_a)
    seed_cases(db_session, 300, courts=1, parties=True)
    # The invented ones stand in the first court of the country; they are wanted where the clerk works.
    seeded = db_session.scalar(text("select min(court_id) from mediation_case"))
    for table in ("mediation_case", "party", "mediator_listing"):
        moved = text(f"update {table} set court_id = :to where court_id = :at")
        db_session.execute(moved, {"to": court_id, "at": seeded})
    db_session.commit()
    return court_id


@pytest.mark.parametrize(("person", "address"), LISTS, ids=lambda value: str(value))
def test_a_list_asks_no_more_than_six_statements(ask, court, person, address):
    statements = ask(person, address)
    assert len(statements) <= LIST_BUDGET, "\n\n".join(statements)


@pytest.mark.parametrize("address", ["/cases/", "/cases/pre-filing/", "/reports/cases/"])
def test_a_list_asks_as_much_for_a_hundred_rows_as_for_twenty(ask, court, as_person, address):
    assert as_person(people.admin_a).get(f"{address}?size=100").text.count("<tr data-id=") == 100
    few, many = ask(people.admin_a, f"{address}?size=20"), ask(people.admin_a, f"{address}?size=100")
    assert len(few) == len(many), "\n\n".join(many)


def test_the_page_of_a_case_asks_no_more_than_twelve_statements(ask, court, db_session):
    ident = db_session.scalar(text("select min(id) from mediation_case where court_id = :court"), {"court": court})
    statements = ask(people.clerk_a, f"/cases/{ident}/")
    assert len(statements) <= DETAIL_BUDGET, "\n\n".join(statements)


def test_the_exact_count_is_one_statement_behind_the_gate(ask, court):
    statements = ask(people.clerk_a, "/cases/count")
    assert len(statements) <= COUNT_BUDGET, "\n\n".join(statements)
