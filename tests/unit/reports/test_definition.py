"""The published figures fix the formulas."""

from datetime import date
from decimal import Decimal

import pytest

from mediation_admin.core.errors import RuleBroken
from mediation_admin.reports.definition import Question, mean, rate

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("succeeded", "closed", "published"),
    [
        (67, 83, "0.8072"),  # 南阳 → 工商联 2022: 80.72 %
        (8270, 16328, "0.5065"),  # 扬州 2012, of all that entered: published as 50.6 %
        (313, 783, "0.3997"),
    ],
)
def test_a_rate_is_the_published_one(succeeded, closed, published):
    assert rate(succeeded, closed) == Decimal(published)


def test_a_rate_of_nothing_is_nothing():
    assert rate(0, 0) is None
    assert mean(0, 0) is None


def test_an_average_has_two_places():
    assert mean(1467, 83) == Decimal("17.67")


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(RuleBroken, match="早于"):
        Question(date(2022, 6, 30), date(2022, 1, 1), TODAY)


def test_a_period_of_more_than_ten_years_is_refused():
    with pytest.raises(RuleBroken, match="10 年"):
        Question(date(2000, 1, 1), date(2022, 1, 1), TODAY)
