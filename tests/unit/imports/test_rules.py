"""What an import may do when."""

import pytest

from mediation_admin.core.errors import RuleBroken
from mediation_admin.imports import rules
from mediation_admin.imports.enums import BUSY, UNWRITTEN, BatchStatus


@pytest.mark.parametrize("status", BatchStatus)
def test_columns_are_mapped_only_while_nothing_is_written_and_nobody_is_at_work(status):
    if status in UNWRITTEN:
        rules.check_may_map(status)
    else:
        with pytest.raises(RuleBroken):
            rules.check_may_map(status)


@pytest.mark.parametrize("status", BatchStatus)
def test_only_a_pre_checked_batch_is_written(status):
    if status is BatchStatus.CHECKED:
        rules.check_may_write(status, 1)
    else:
        with pytest.raises(RuleBroken):
            rules.check_may_write(status, 1)


def test_a_batch_with_nothing_to_write_is_not_written():
    with pytest.raises(RuleBroken, match="没有要写入的行"):
        rules.check_may_write(BatchStatus.CHECKED, 0)


@pytest.mark.parametrize("status", BatchStatus)
def test_only_what_was_written_is_undone(status):
    if status is BatchStatus.COMMITTED:
        rules.check_may_undo(status)
    else:
        with pytest.raises(RuleBroken):
            rules.check_may_undo(status)


@pytest.mark.parametrize("status", BUSY)
def test_a_busy_batch_says_what_is_going_on(status):
    with pytest.raises(RuleBroken, match=status.label):
        rules.check_not_busy(status)


LABELS = {"name": "姓名", "phone": "手机号码", "parties": "当事人"}


def test_a_usable_mapping_passes():
    rules.check_mapping({0: "name", 1: "phone"}, LABELS, {"name": ()})


def test_a_field_for_two_columns_is_named():
    with pytest.raises(RuleBroken, match="“手机号码”对应了不止一列"):
        rules.check_mapping({0: "name", 1: "phone", 2: "phone"}, LABELS, {"name": ()})


def test_a_missing_required_field_is_named():
    with pytest.raises(RuleBroken, match="没有“姓名”这一列"):
        rules.check_mapping({1: "phone"}, LABELS, {"name": ()})


def test_another_field_may_stand_in_for_a_required_one():
    rules.check_mapping({1: "parties"}, LABELS, {"name": ("parties",)})


SAME = {"new": 2, "changed": 1, "unchanged": 0, "faulty": 3}


def test_the_confirmed_numbers_stand():
    rules.check_counts_stand(SAME, dict(SAME))


def test_other_numbers_are_refused_and_told():
    with pytest.raises(RuleBroken, match="新增由 2 变为 1，无变化由 0 变为 1"):
        rules.check_counts_stand(SAME, {**SAME, "new": 1, "unchanged": 1})
