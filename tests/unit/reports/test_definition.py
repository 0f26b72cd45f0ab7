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
        (5_198_800, 7_993_000, "0.6504"),  # 最高法 2020: 65.04 % of the closed
        (424_0000, 424_0000 + 1313_6000, "0.2440"),  # 诉前调解成功分流率 2020: 24.40 %
        (145_5000, 145_5000 + 1385_2000, "0.0951"),  # the same, 2019: 9.51 %
        (11_232 + 550, 11_263 + 6_218 - 46 - 3_377, "0.8381"),  # 网上立案率 of a basic court 2021: 83.8 %
        (113 + 0, 79 + 95 - 0 - 48, "0.8968"),  # of its intermediate court: 89.68 %
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
