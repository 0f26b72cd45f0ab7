"""The catalogue of reports: each runs, stays inside its scope, explains its figures, and equals its drill-down.

A report that is added to the catalogue is tested here without another line.
"""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from mediation_admin.core.scope import Actor, Scope
from mediation_admin.demo.seeding import seed_cases
from mediation_admin.permissions import permissions_of
from mediation_admin.reports import queries
from mediation_admin.reports.catalogue import REPORTS
from mediation_admin.reports.definition import Question
from mediation_admin.reports.definitions.grouped import rows_from

# What invented cases do not have.
NEVER_SEEDED = {"received_backfilled", "e_signed", "extended", "procedural"}
PERIOD = Question(date(2023, 1, 1), date(2023, 12, 31), today=date(2026, 3, 2))


# Every assigned case was assigned once to its mediator, and some of them before that to another one in vain.
ASSIGNMENTS = text(
    """
    insert into assignment (court_id, case_id, mediator_id, assigned_on, reason, response_due_on, accepted_on,
                            ended_at, end_kind)
    select court_id, id, mediator_id, assigned_on, '', assigned_on + 3,
           case when accepted_on is not null then accepted_on + (id % 9)::int end,
           case when ended_on is not null then ended_on::timestamptz end,
           case when ended_on is not null then 'case_ended' end
    from mediation_case where assigned_on is not null
    union all
    select court_id, id, (select min(mediator_id) from mediator_listing l where l.court_id = c.court_id), assigned_on,
           '', assigned_on + 3, null, assigned_on + (case when id % 5 < 2 then 1 else 9 end) * interval '1 day',
           case when id % 5 < 2 then 'declined' else 'timed_out' end
    from mediation_case c where assigned_on is not null and id % 7 < 2
    """
)


@pytest.fixture
def courts(db_session):
    """Three courts with six hundred invented cases each (two would not each get every kind of case)."""
    seed_cases(db_session, 1_800, courts=3, parties=False)
    db_session.execute(ASSIGNMENTS)
    db_session.commit()
    return list(db_session.scalars(text("select distinct court_id from mediation_case order by 1")))


@pytest.fixture
def clerk(courts):
    return Actor(1, "甲某", "clerk", courts[0], permissions_of("clerk"))


@pytest.mark.parametrize("code", sorted(REPORTS))
def test_every_figure_opens_exactly_the_rows_it_counts(code, courts, clerk, working_as):
    report = REPORTS[code]
    with working_as(clerk, Scope.of(courts[:1])) as session:
        answer = queries.ask(session, report, PERIOD)
        assert answer.lines, "the seeded cases must give the report something to count"
        for line in (*answer.lines[:3], answer.lines[-1], answer.total):
            for figure in report.figures:
                if figure.condition is None:
                    continue
                kind, condition = queries.behind(code, figure.key, line.key, PERIOD)
                rows = session.scalar(select(func.count()).select_from(rows_from(kind).where(condition).subquery()))
                assert rows == line.figures[figure.key], f"{line.label}: {figure.title}"
        for figure in report.figures:
            assert figure.kind == "money" or answer.total.figures[figure.key] != 0 or figure.key in NEVER_SEEDED, (
                f"no seeded row is counted by {figure.title}, so nothing was shown of it"
            )


@pytest.mark.parametrize("code", sorted(REPORTS))
def test_the_sums_are_the_sums_of_the_lines(code, courts, clerk, working_as):
    report = REPORTS[code]
    with working_as(clerk, Scope.of(courts[:1])) as session:
        answer = queries.ask(session, report, PERIOD)
    for figure in report.figures:
        if figure.derive is None:
            assert answer.total.figures[figure.key] == sum(line.figures[figure.key] for line in answer.lines)


@pytest.mark.parametrize("code", sorted(REPORTS))
def test_the_figures_fit_together(code, courts, clerk, working_as):
    report = REPORTS[code]
    with working_as(clerk, Scope.of(courts[:1])) as session:
        answer = queries.ask(session, report, PERIOD)
    for line in (*answer.lines, answer.total):
        f = line.figures
        assert f["in_hand"] == f["carried_over"] + f["received"]
        assert f["received"] == f["received_pre_filing"] + f["received_post_filing"] + f["received_internet"]
        assert f["closed"] == f["succeeded"] + f["failed"] + f["procedural"]
        assert f["succeeded"] == f["agreement"] + f["settled_withdrawn"]
        assert f["open_at_end"] == f["in_hand"] - f["closed"]


@pytest.mark.parametrize("code", sorted(REPORTS))
def test_a_report_counts_only_the_courts_in_scope(code, courts, clerk, working_as):
    report = REPORTS[code]
    with working_as(clerk, Scope.of(courts[:1])) as session:
        one = queries.ask(session, report, PERIOD).total.figures["in_hand"]
    with working_as(clerk, Scope.of(courts)) as session:
        both = queries.ask(session, report, PERIOD).total.figures["in_hand"]
    assert 0 < one < both


@pytest.mark.parametrize("code", sorted(REPORTS))
def test_a_report_costs_the_same_few_statements_however_many_rows(code, courts, clerk, working_as, count_sql):
    with working_as(clerk, Scope.of(courts)) as session, count_sql() as statements:
        queries.ask(session, REPORTS[code], PERIOD)
    assert len(statements) <= 5


@pytest.mark.parametrize("code", sorted(REPORTS))
def test_every_figure_is_explained_and_every_rate_names_both_halves(code):
    for figure in REPORTS[code].figures:
        assert figure.definition, figure.key
        if figure.kind in ("rate", "mean"):
            assert REPORTS[code].figure(figure.numerator)
            assert REPORTS[code].figure(figure.denominator)
        assert REPORTS[code].rows_behind(figure)


def test_the_success_rate_is_succeeded_by_closed_unless_the_court_counts_by_received(courts, clerk, working_as):
    report = REPORTS["by-mediator"]
    by_received = Question(PERIOD.start, PERIOD.end, PERIOD.today, by_received=True)
    with working_as(clerk, Scope.of(courts)) as session:
        f = queries.ask(session, report, PERIOD).total.figures
        g = queries.ask(session, report, by_received).total.figures
    assert f["success_rate"] == (Decimal(f["succeeded"]) / f["closed"]).quantize(Decimal("0.0001"))
    assert g["success_rate"] == (Decimal(g["succeeded"]) / g["in_hand"]).quantize(Decimal("0.0001"))


def test_courts_are_listed_by_code_and_never_by_result(courts, clerk, working_as):
    with working_as(clerk, Scope.of(courts)) as session:
        lines = queries.ask(session, REPORTS["by-court"], PERIOD).lines
    assert [line.notes[0] for line in lines] == sorted(line.notes[0] for line in lines)
