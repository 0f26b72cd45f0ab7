"""Finding the heading rows of a sheet nobody here has seen: every band of one to three rows is scored, the best wins.

What counts: words the caller knows, words that end as headings end, cells that are short texts and not values, the
shape of what follows, and merged cells that hold the rows of a band together. No position is fixed.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from mediation_admin.imports.reading.cells import Cell, CellError, Uncomputed, squeeze
from mediation_admin.imports.reading.headings import Heading, fold_heading, heading_of, variants
from mediation_admin.imports.reading.workbook import Merge, Sheet

SAMPLE_ROWS = 150
_DEEPEST_START = 60
_GOOD_ENOUGH = 2.0
_ENDS = (
    "日期",
    "时间",
    "号",
    "号码",
    "编号",
    "姓名",
    "名称",
    "电话",
    "方式",
    "情况",
    "备注",
    "地址",
    "住址",
    "类型",
    "类别",
    "单位",
    "人",
    "员",
    "额",
    "金额",
    "结果",
    "案由",
    "性别",
    "学历",
    "职务",
    "组织",
    "内容",
    "数",
    "年月",
    "状态",
    "说明",
    "序号",
    "年龄",
    "民族",
    "部门",
    "机构",
    "代码",
    "职业",
    "领域",
    "期",
    "至",
    "次数",
    "原因",
    "身份",
    "来源",
    "name",
    "phone",
    "tel",
    "date",
    "no",
    "no.",
    "amount",
    "remark",
    "remarks",
    "type",
    "id",
    "address",
    "mobile",
    "result",
    "status",
    "number",
    "note",
    "notes",
)
_VALUE = re.compile(
    r"[-+￥¥]?[\d,]*\d(\.\d+)?(元|万元|万|亿元|%|件|天|个|人|名|条)?"  # numbers and amounts
    r"|\+?[\d\-() ]{7,}"  # phones
    r"|\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?.*"  # dates
    r"|\d{15,17}[\dxX]"  # identity numbers
    r"|[(\[]\d{4}[)\]].*号.*"  # case numbers
    r"|.*(有限公司|有限责任公司)"
)
_KEY_AND_VALUE = re.compile(r"^[^:：]{1,14}[:：].+")


def is_value(cell: Cell) -> bool:
    """Whether a cell looks like content, not like a heading."""
    if cell is None:
        return False
    if not isinstance(cell, str):
        return True
    return bool(_VALUE.fullmatch(squeeze(cell)))


@dataclass(slots=True)
class Band:
    """Heading rows ``first`` to ``last`` (as Excel counts) and what they say."""

    first: int
    last: int
    headings: list[Heading]
    score: float
    recognised: int = 0


@dataclass(slots=True)
class Region:
    """The top of a sheet with its merged cells spread out."""

    rows: dict[int, list[Cell]]
    merges: list[Merge]
    width: int
    spread: dict[tuple[int, int], Merge] = field(default_factory=dict)

    @classmethod
    def of(cls, sheet: Sheet) -> "Region":
        """The first rows of the sheet that hold something."""
        rows: dict[int, list[Cell]] = {}
        for number, cells in sheet.rows():
            rows[number] = cells
            if len(rows) >= SAMPLE_ROWS:
                break
        last = max(rows, default=0)
        merges = [merge for merge in sheet.merges if merge.top <= last]
        region = cls(rows, merges, max((len(cells) for cells in rows.values()), default=0))
        for merge in merges:
            for row in range(merge.top, min(merge.bottom, merge.top + 3) + 1):
                for column in range(merge.left, min(merge.right, region.width - 1) + 1):
                    region.spread[row, column] = merge
        return region

    def own(self, row: int, column: int) -> Cell:
        """What the cell itself holds."""
        cells = self.rows.get(row, ())
        return cells[column] if column < len(cells) else None

    def seen(self, row: int, column: int) -> Cell:
        """What a person sees there: the value of the merged range the cell belongs to."""
        merge = self.spread.get((row, column))
        return self.own(merge.top, merge.left) if merge else self.own(row, column)


def _texts(region: Region, row: int) -> list[tuple[str, int]]:
    """(text, columns it spans) of a row's distinct cells."""
    out = []
    column = 0
    while column < region.width:
        value = region.seen(row, column)
        merge = region.spread.get((row, column))
        span = (min(merge.right, region.width - 1) - column + 1) if merge else 1
        if isinstance(value, str):
            out.append((value, span))
        elif value is not None:
            out.append(("", span))
        column += span
    return out


def is_title(region: Region, row: int) -> bool:
    """One text alone in its row, or lines like 填报单位：…　单位：元."""
    texts = _texts(region, row)
    if len(texts) <= 1:
        return True
    return all(_KEY_AND_VALUE.match(text.strip()) or len(squeeze(text)) > 30 for text, _ in texts)


def _paths(region: Region, first: int, last: int) -> list[list[str]] | None:
    """The heading cells over each column; None where the rows cannot be one band."""
    for merge in region.merges:
        if merge.top < first <= merge.bottom or merge.top <= last < merge.bottom:
            return None
    paths: list[list[str]] = [[] for _ in range(region.width)]
    seen: list[object] = [None] * region.width
    for row in range(first, last + 1):
        parent: str | None = None
        for column in range(region.width):
            value = region.seen(row, column)
            merge = region.spread.get((row, column))
            if value is None and row < last and not merge and parent and region.own(row + 1, column) is not None:
                value = parent  # 「申请人, , 被申请人, 」: a group over the columns to its right
            elif value is not None and row < last:
                below = region.own(row + 1, column)
                parent = (
                    value
                    if isinstance(value, str) and not merge and below is not None and not is_value(below)
                    else None
                )
            if value is None:
                continue
            source = merge or (row, column)
            if seen[column] is not None and seen[column] == source:
                continue  # the same merged cell, one row further down
            seen[column] = source
            paths[column].append(value if isinstance(value, str) else f"\0{value}")
    return paths


def _known(texts: list[str], vocabulary: Collection[str]) -> bool:
    leaf = variants(texts[-1])
    if any(word in vocabulary for word in leaf):
        return True
    joined = fold_heading("".join(texts))
    return joined in vocabulary


def _column_score(texts: list[str], vocabulary: Collection[str]) -> tuple[float, bool]:
    leaf = texts[-1]
    folded = fold_heading(leaf)
    if leaf.startswith("\0") or is_value(leaf) or any(text.startswith("\0") for text in texts):
        return -1.5, False
    if not folded or (_KEY_AND_VALUE.match(leaf) and not _known(texts, vocabulary)):
        return -1.0, False
    if _known(texts, vocabulary):
        return 1.0, True
    if len(folded) <= 12 and any(word.endswith(_ENDS) for word in variants(leaf)):
        return 0.6, True
    if len(folded) > 25:
        return -0.8, False
    return 0.15, False


def _contributes(region: Region, first: int, last: int, vocabulary: Collection[str]) -> bool:
    """Whether every row of a deeper band adds words of its own under (or over) the others."""
    for row in range(first, last + 1):
        if len(_texts(region, row)) < 2:
            return False
        if row > first and all(region.own(row, column) is None for column in range(region.width)):
            return False
    return all(_belong_together(region, row, vocabulary) for row in range(first, last))


def _belong_together(region: Region, row: int, vocabulary: Collection[str]) -> bool:
    """Whether this row and the one below it are two levels of headings and not a heading and a record, or two records."""
    if any(
        merge.top <= row < merge.bottom or (merge.top == row and merge.right > merge.left) for merge in region.merges
    ):
        return True  # merged cells tie them
    upper = [region.own(row, column) for column in range(region.width)]
    lower = [region.own(row + 1, column) for column in range(region.width)]
    if any(is_value(value) for value in lower):
        return False
    if any(one is None and other is not None for one, other in zip(upper, lower, strict=True)):
        return True  # 「申请人, , 被申请人, 」 over 「姓名, 电话, 姓名, 电话」
    words = [value for value in lower if isinstance(value, str)]
    return len(words) < sum(value is not None for value in upper) and all(_known([word], vocabulary) for word in words)


def score_band(region: Region, first: int, last: int, vocabulary: Collection[str]) -> Band | None:
    """The band with its score; None if these rows cannot be headings."""
    if any(is_title(region, row) for row in range(first, last + 1)):
        return None
    if last > first and not _contributes(region, first, last, vocabulary):
        return None
    paths = _paths(region, first, last)
    if paths is None:
        return None
    below = [cells for number, cells in region.rows.items() if number > last][:25]
    score, recognised, keys = 0.0, 0, []
    for column, texts in enumerate(paths):
        under = [cells[column] for cells in below if column < len(cells) and cells[column] is not None]
        if not texts:
            score -= 0.5 if under else 0.0
            continue
        points, known = _column_score(texts, vocabulary)
        recognised += known
        keys.append("›".join(fold_heading(text) for text in texts))
        score += points
        typed = sum(1 for value in under if is_value(value) or isinstance(value, CellError | Uncomputed))
        if points > 0 and under and typed * 2 >= len(under):
            score += 0.3
    if len(keys) < 2 or recognised < 1:
        return None
    score -= 0.4 * (len(keys) - len(set(keys)))
    score -= 0.3 * (last - first)
    following = [cell for cell in region.rows.get(last + 1, ()) if cell is not None]
    if len(following) > 1 and all(isinstance(cell, str) and _known([cell], vocabulary) for cell in following):
        score -= 0.5  # a line of nothing but headings belongs to them
    if not below:
        score -= 0.5
    headings = [heading_of(column, texts) for column, texts in enumerate(paths)]
    return Band(first, last, headings, score, recognised)


def find_band(region: Region, vocabulary: Collection[str]) -> Band | None:
    """The best band of the sheet, or None if nothing there looks like headings."""
    best: Band | None = None
    for above, first in enumerate(sorted(region.rows)):
        if above > _DEEPEST_START:
            break
        for last in range(first, first + 3):
            if last not in region.rows:
                break
            band = score_band(region, first, last, vocabulary)
            if band:
                band.score -= 0.02 * above
                if best is None or band.score > best.score + 1e-9:
                    best = band
    if best is None or best.score < _GOOD_ENOUGH * min(1.0, max(len([h for h in best.headings if h.path]), 2) / 4):
        return None
    return best


def standing_upright(region: Region, vocabulary: Collection[str]) -> int:
    """How many words that should stand in a row stand below each other in the first column: the table is turned."""
    column = [value for row in region.rows for value in [region.own(row, 0)] if isinstance(value, str)]
    return sum(any(word in vocabulary for word in variants(value)) for value in set(column))
