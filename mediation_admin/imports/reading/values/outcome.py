"""What a value parser answers: a value, a fault in the user's words, or that the cell is empty."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from mediation_admin.imports.reading.cells import Cell, CellError, Uncomputed


class Parsed(NamedTuple):
    """The cell could be read. A warning is shown but stops nothing."""

    value: Any
    warning: str | None = None


class Faulty(NamedTuple):
    """The cell could not be read; the message says what is wrong and what to write instead.

    ``word`` is the word nobody knows, where a person may explain it once for all rows.
    """

    message: str
    word: str | None = None


class Empty(NamedTuple):
    """Nothing is there. A warning says so when the cell holds a word that means nothing, such as “不详”."""

    warning: str | None = None


Outcome = Parsed | Faulty | Empty
Parser = Callable[..., Outcome]
"""``parse(cell, unit=None)``: the unit comes from the column's heading, e.g. 万元."""

EMPTY = Empty()

_QUOTED = re.compile(r"“[^”]*”")


def gist(message: str) -> str:
    """The message without what it quotes from the cell: fit for counting and for logs, free of personal data."""
    return _QUOTED.sub("“…”", message)


PLACEHOLDERS = frozenset(
    {
        "/",
        "//",
        "\\",
        "-",
        "--",
        "---",
        "—",
        "——",
        "－",
        "_",
        "*",
        "无",
        "没有",
        "空",
        "空白",
        "暂无",
        "不详",
        "未知",
        "不明",
        "待补",
        "待定",
        "待核",
        "未填",
        "未提供",
        "无法提供",
        "na",
        "n/a",
        "N/A",
        "NA",
        "null",
        "NULL",
        "none",
        "None",
        "nan",
        "NaN",
        "?",
        "？",
    }
)


def not_content(cell: Cell) -> Outcome | None:
    """The answer for blank cells, error values and formulas without a value; None for cells that hold content."""
    if cell is None:
        return EMPTY
    kind = cell.__class__
    if kind is str:
        return EMPTY if not cell or cell.isspace() else None
    if kind is CellError:
        return Faulty(f"这一格是错误值 {cell.text}，请改成实际内容")
    if kind is Uncomputed:
        return Faulty(f"这一格的公式没有算好的值（{cell.why}），请用 Excel 打开并保存一次，或直接填写结果")
    return None


def parser(read: Callable[[Any, str | None], Outcome]) -> Parser:
    """Make a parser that is asked only about cells with content."""

    @wraps(read)
    def parse(cell: Cell, unit: str | None = None) -> Outcome:
        answer = not_content(cell)
        return read(cell, unit) if answer is None else answer

    return parse
