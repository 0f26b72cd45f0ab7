"""The words of an import."""

from mediation_admin.core.enums import LabelledEnum


class BatchStatus(LabelledEnum):
    """Where an import batch stands. Nothing of its rows is in the database before COMMITTED, nothing is left after UNDONE."""

    UPLOADED = "uploaded", "正在读取", "info"
    MAPPING = "mapping", "待确认列对应", "warn"
    CHECKING = "checking", "预检中", "info"
    CHECKED = "checked", "待确认写入", "warn"
    COMMITTING = "committing", "写入中", "info"
    COMMITTED = "committed", "已写入", "good"
    UNDOING = "undoing", "撤销中", "info"
    UNDONE = "undone", "已撤销", "mute"
    FAILED = "failed", "未能读取", "bad"
    ABANDONED = "abandoned", "已放弃", "mute"


# A job is at work on the batch; the page shows its progress.
BUSY = (BatchStatus.UPLOADED, BatchStatus.CHECKING, BatchStatus.COMMITTING, BatchStatus.UNDOING)
# The batch can still be given up, or its columns mapped anew, because nothing has been written.
UNWRITTEN = (BatchStatus.MAPPING, BatchStatus.CHECKED, BatchStatus.FAILED)


class Verdict(LabelledEnum):
    """What confirming would do with a row of the workbook."""

    NEW = "new", "新增", "good"
    CHANGED = "changed", "更新", "info"
    UNCHANGED = "unchanged", "无变化", "mute"
    FAULTY = "faulty", "错误", "bad"


WRITTEN_VERDICTS = (Verdict.NEW, Verdict.CHANGED)


class Level(LabelledEnum):
    """How much a remark about a row weighs."""

    FAULT = "fault", "错误", "bad"
    WARNING = "warning", "提示", "warn"
    GAP = "gap", "待补", "warn"
