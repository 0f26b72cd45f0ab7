"""What an import may do when: which status allows which step, and what makes a mapping usable."""

from collections import Counter
from collections.abc import Collection, Mapping

from mediation_admin.core.errors import RuleBroken
from mediation_admin.imports.enums import BUSY, UNWRITTEN, BatchStatus

KEEP_DAYS = 30

_WHY_NOT = {
    BatchStatus.COMMITTED: "这批数据已经写入。如需更正，请先撤销这次导入，或导入更正后的文件（相同的行不会重复写入）。",
    BatchStatus.UNDONE: "这次导入已经撤销，请重新上传文件。",
    BatchStatus.ABANDONED: "这次导入已经放弃，请重新上传文件。",
}


def check_not_busy(status: BatchStatus) -> None:
    """Refuse a step while a job is at work on the batch."""
    if status in BUSY:
        raise RuleBroken(f"系统正在处理这次导入（{status.label}），请等它完成。")


def check_may_map(status: BatchStatus) -> None:
    """Columns can be mapped (and pre-checked) as long as nothing was written."""
    check_not_busy(status)
    if status not in UNWRITTEN:
        raise RuleBroken(_WHY_NOT[status])


def check_may_write(status: BatchStatus, rows_to_write: int) -> None:
    """Only a batch that was pre-checked and has something to write can be confirmed."""
    check_not_busy(status)
    if status is not BatchStatus.CHECKED:
        raise RuleBroken(_WHY_NOT.get(status, "请先完成预检，再确认写入。"))
    if rows_to_write == 0:
        raise RuleBroken("没有要写入的行：文件里的内容已经全部在系统中，或者都有错误。")


def check_may_undo(status: BatchStatus) -> None:
    """Only what was written can be undone."""
    check_not_busy(status)
    if status is not BatchStatus.COMMITTED:
        raise RuleBroken("这次导入没有写入任何数据，不需要撤销。")


def check_mapping(
    mapping: Mapping[int, str], labels: Mapping[str, str], required: Mapping[str, Collection[str]]
) -> None:
    """Refuse a field chosen for two columns and a required field that no column has; every one is named.

    ``required``: field → fields whose column does in its place.
    """
    twice = [field for field, count in Counter(mapping.values()).items() if count > 1]
    if twice:
        names = "、".join(f"“{labels.get(field, field)}”" for field in twice)
        raise RuleBroken(f"{names}对应了不止一列，一项只能对应一列。请把多出来的列改为“不导入”。", field="mapping")
    chosen = set(mapping.values())
    missing = [field for field, instead in required.items() if not chosen.intersection((field, *instead))]
    if missing:
        names = "、".join(f"“{labels.get(field, field)}”" for field in missing)
        raise RuleBroken(
            f"文件里没有{names}这一列。请在下面为它选一列；若确实没有，请补上这一列后重新上传。", field="mapping"
        )


def check_counts_stand(confirmed: Mapping[str, int], now: Mapping[str, int]) -> None:
    """Refuse to write when the same workbook would now do something else than what was confirmed."""
    words = {"new": "新增", "changed": "更新", "unchanged": "无变化", "faulty": "错误"}
    moved = [
        f"{words[key]}由 {confirmed[key]} 变为 {now[key]}" for key in words if confirmed.get(key, 0) != now.get(key, 0)
    ]
    if moved:
        raise RuleBroken(f"预检之后系统里的数据有变化（{'，'.join(moved)}），没有写入。请重新预检后再确认。")
