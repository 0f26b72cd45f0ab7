"""What a table cell says, and that nothing typed by a person becomes HTML."""

from collections import namedtuple
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from mediation_admin.core.admin.columns import Column, cell_writer
from mediation_admin.core.admin.formats import days_left, moment_text, money_text
from mediation_admin.core.admin.pieces import Event, Fact, Table
from mediation_admin.core.admin.shell import safe_path
from mediation_admin.core.enums import LabelledEnum

TODAY = date(2022, 6, 30)


class State(LabelledEnum):
    OPEN = "open", "未结", "info"


def cell(column, **values):
    row = namedtuple("Row", values)(**values)
    return cell_writer(column, lambda row: "/things/1/", TODAY)(row)


def test_text_is_escaped_everywhere():
    bad = "<script>x</script>"
    assert "<script>" not in cell(Column("name", "名称"), name=bad)
    assert "<script>" not in cell(Column("name", "名称", kind="link", copy=True), name=bad)
    assert "<script>" not in cell(Column("name", "名称", kind="names"), name=[bad, bad, bad])
    assert "<script>" not in cell(Column("name", "名称", cell=lambda row: row.name), name=bad)
    assert "<script>" not in Fact("名称", bad, copy=True).html()
    assert "<script>" not in Event(bad, who=bad, text=bad).html()


def test_a_state_is_told_by_word_as_well_as_by_colour():
    assert '<span class="tag tag-info">未结</span>' in cell(
        Column("state", "状态", kind="tag", enum=State), state="open"
    )


def test_an_unknown_state_of_old_data_is_shown_as_it_is():
    assert "旧状态" in cell(Column("state", "状态", kind="tag", enum=State), state="旧状态")


@pytest.mark.parametrize(
    ("due", "words", "tone"),
    [
        (date(2022, 7, 3), "剩 3 天", "warn"),
        (date(2022, 6, 30), "今天到期", "bad"),
        (date(2022, 6, 28), "超 2 天", "bad"),
        (date(2022, 8, 1), "剩 32 天", "plain"),
    ],
)
def test_a_deadline_says_how_many_days_are_left(due, words, tone):
    assert days_left(due, TODAY) == (words, tone)


def test_a_deadline_of_a_finished_row_is_a_plain_date():
    column = Column("due", "期限", kind="deadline", active=lambda row: False)
    assert "2022-06-28" in cell(column, due=date(2022, 6, 28))
    assert "超" not in cell(column, due=date(2022, 6, 28))


def test_moments_are_shown_in_shanghai_and_dates_get_no_invented_hour():
    assert moment_text(datetime(2022, 6, 30, 17, 5, tzinfo=UTC)) == "2022-07-01 01:05"
    assert moment_text(TODAY) == "2022-06-30"
    assert "00:00" not in Event("登记", TODAY).html()


def test_money_keeps_cents_only_where_there_are_any():
    assert money_text(Decimal("12000.00")) == "12,000"
    assert money_text(Decimal("12000.50")) == "12,000.50"


def test_more_than_two_names_are_counted():
    html = cell(Column("people", "当事人", kind="names"), people=["张三", "李四", "王五"])
    assert "张三 等 3 人" in html
    assert 'title="张三、李四、王五"' in html


def test_an_empty_value_is_a_dash_in_lists_and_tables():
    assert "—" in cell(Column("name", "名称"), name=None)
    assert "—" in Table(["名称"], [[None]]).html()


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1", "", None, "/a\nb", "x"]
)
def test_a_way_back_never_leads_outside(target):
    assert safe_path(target) is None


def test_a_way_back_inside_is_kept_with_its_query():
    assert safe_path("/cases/?state=open") == "/cases/?state=open"
