"""Amounts in every spelling, always read into yuan with two decimals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation_admin.imports.reading import Empty, Faulty, Parsed
from mediation_admin.imports.reading.values.amounts import amount


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        ("30662.20元", "30662.20"),
        ("1,776,160.53", "1776160.53"),
        (6941.68, "6941.68"),
        (140392.44, "140392.44"),
        ("0.6632万元", "6632.00"),
        ("108.8844万元", "1088844.00"),
        ("244,772.38", "244772.38"),
        (5, "5.00"),
        (0, "0.00"),
        ("人民币30662.20元整", "30662.20"),
        ("￥30,662.2", "30662.20"),
        ("¥ 30662", "30662.00"),
        ("３０６６２．２０元", "30662.20"),
        ("1.5亿", "150000000.00"),
        ("2亿元", "200000000.00"),
        ("3千元", "3000.00"),
        ("300万", "3000000.00"),
        ("壹万贰仟叁佰元整", "12300.00"),
        ("叁拾万元", "300000.00"),
        ("十五万元", "150000.00"),
        ("壹佰元伍角", "100.50"),
        ("30 662.20", "30662.20"),
        ("5万3000元", "53000.00"),
        (0.1 + 0.2, "0.30"),
        (30662.199999999997, "30662.20"),
        ("1，776，160.53元", "1776160.53"),
        ("标的额：3000元", "3000.00"),
        ("100块", "100.00"),
        ("3w", "30000.00"),
        ("3.066E4", "30660.00"),
    ],
)
def test_spellings_of_money(cell, yuan):
    outcome = amount(cell)
    assert outcome.value == Decimal(yuan)
    assert outcome.value.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("cell", "unit", "yuan"),
    [
        (0.6632, "万元", "6632.00"),
        ("0.6632", "万元", "6632.00"),
        (3, "千元", "3000.00"),
        ("30662.20元", "万元", "30662.20"),
        ("2万元", "元", "20000.00"),
    ],
)
def test_the_unit_of_the_heading_counts_unless_the_cell_names_its_own(cell, unit, yuan):
    assert amount(cell, unit).value == Decimal(yuan)


def test_a_cell_that_contradicts_its_heading_is_pointed_out():
    assert "没有按表头的“万元”读" in amount("30662.20元", "万元").warning
    assert amount("2万元", "元").warning is None


@pytest.mark.parametrize(
    ("cell", "said"), [("约3万元", "约数"), ("3万余元", "约数"), ("100000元及利息", "利息"), ("12.345", "四舍五入")]
)
def test_inexact_amounts_are_read_with_a_warning(cell, said):
    outcome = amount(cell)
    assert isinstance(outcome, Parsed)
    assert said in outcome.warning


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (-5, "负数"),
        ("-500元", "负数"),
        ("1,77,6.5", "逗号"),
        ("1000美元", "外币"),
        ("$500", "外币"),
        ("三千多吧", "不是金额"),
        ("10万元或20万元", "几个数"),
        (1e15, "大得不像"),
        (True, "不是金额"),
    ],
)
def test_what_is_no_amount_says_why(cell, said):
    outcome = amount(cell)
    assert isinstance(outcome, Faulty)
    assert said in outcome.message


@pytest.mark.parametrize("cell", [None, " ", "无", "/", "-", "无标的", "不涉及财产"])
def test_no_amount_is_empty(cell):
    assert isinstance(amount(cell), Empty)


@given(st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False, allow_infinity=False))
def test_any_amount_reads_back_from_each_spelling(value):
    assert amount(f"{value}元").value == value
    assert amount(f"{value:,}").value == value
    assert amount(f"{value / 10000:f}万元").value == value


@given(st.text(max_size=25) | st.floats() | st.integers(), st.sampled_from([None, "元", "万元"]))
def test_no_cell_makes_the_parser_fail(cell, unit):
    assert isinstance(amount(cell, unit), Parsed | Faulty | Empty)
