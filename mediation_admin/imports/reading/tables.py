"""The table in a workbook: which sheet, which heading rows, which columns, and its records one by one."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from mediation_admin.imports.reading.bands import Band, Region, find_band, is_title, score_band, standing_upright
from mediation_admin.imports.reading.cells import Cell, shown, squeeze
from mediation_admin.imports.reading.furniture import BLANK, SECTION, furniture_in
from mediation_admin.imports.reading.headings import Heading, fold_heading, heading_of
from mediation_admin.imports.reading.limits import DEFAULT_LIMITS, Limits
from mediation_admin.imports.reading.refused import FileRefused
from mediation_admin.imports.reading.values.amounts import UNITS
from mediation_admin.imports.reading.workbook import Merge, Sheet, Workbook

_SERIAL = frozenset(
    {
        "序号",
        "序",
        "编号",
        "no",
        "no.",
        "#",
        "seq",
        "行号",
        "项次",
        "顺序号",
        "顺序",
        "序列",
        "序列号",
        "id",
        "index",
        "sn",
    }
)
_PAIR = re.compile(r"([^:：\s]{1,14})[:：]\s*([^:：]+?)(?=\s{2,}[^:：\s]{1,14}[:：]|$)")
_KEPT_SKIPPED = 2_000


@dataclass(frozen=True, slots=True)
class DataRow:
    """One record as it stands. ``number`` is the row Excel shows.

    ``filled`` are the columns whose value comes from a merged cell above; ``continues`` is the row of the record this
    line belongs to, where the record's serial number (or first column) is merged over several lines.
    """

    number: int
    cells: list[Cell]
    filled: frozenset[int] = frozenset()
    continues: int | None = None


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A line below the headings that is no record, and why. ``last`` > ``number`` for a run of blank lines."""

    number: int
    reason: str
    text: str = ""
    last: int = 0


@dataclass(frozen=True, slots=True)
class OtherSheet:
    """A sheet that was not chosen, and why. ``score`` > 0 means it looks like a table too."""

    name: str
    reason: str
    score: float = 0.0


@dataclass(slots=True)
class Table:
    """A table that was found. ``rows`` may be asked again; each time ``skipped`` and ``skipped_counts`` fill anew."""

    sheet: Sheet
    heading_rows: range
    columns: list[Heading]
    title: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    unit: str | None = None
    others: list[OtherSheet] = field(default_factory=list)
    confidence: float = 0.0
    skipped: list[SkippedRow] = field(default_factory=list)
    skipped_counts: Counter[str] = field(default_factory=Counter)
    _above: frozenset[str] = frozenset()
    _limits: Limits = DEFAULT_LIMITS

    @property
    def named(self) -> list[Heading]:
        """The columns that have a heading."""
        return [heading for heading in self.columns if heading.path]

    @property
    def serial(self) -> int | None:
        """The column of serial numbers, if there is one."""
        for heading in self.columns:
            if len(heading.path) == 1 and fold_heading(heading.path[0]) in _SERIAL:
                return heading.index
        return None

    def heading(self, column: int) -> Heading:
        """The heading of a column, also of one beyond the table's width."""
        return self.columns[column] if column < len(self.columns) else Heading(column, ())

    def sample(self, count: int) -> list[DataRow]:
        """The first records, for previews and for judging what a column holds."""
        rows = []
        for line in self.lines():
            if isinstance(line, DataRow):
                rows.append(line)
                if len(rows) >= count:
                    break
        return rows

    def rows(self) -> Iterator[DataRow]:
        """The records, in order. More than the promised number of them is refused."""
        self.skipped, self.skipped_counts = [], Counter()
        count = 0
        for line in self.lines():
            if isinstance(line, DataRow):
                count += 1
                if count > self._limits.data_rows:
                    raise FileRefused(
                        "too_many_rows",
                        sheet=self.sheet.name,
                        found=f"超过 {self._limits.data_rows}",
                        limit=self._limits.data_rows,
                    )
                yield line
            else:
                self.skipped_counts[line.reason] += max(1, line.last - line.number + 1)
                if len(self.skipped) < _KEPT_SKIPPED:
                    self.skipped.append(line)

    def lines(self) -> Iterator[DataRow | SkippedRow]:
        """Everything below the headings, records and others."""
        width = len(self.columns)
        serial = self.serial
        record_column = (
            serial if serial is not None else next((heading.index for heading in self.columns if heading.path), 0)
        )
        tall = sorted(
            (
                merge
                for merge in self.sheet.merges
                if merge.bottom > merge.top and merge.bottom >= self.heading_rows.stop
            ),
            key=lambda merge: merge.top,
        )
        wide = {(merge.top, merge.left) for merge in self.sheet.merges if merge.right > merge.left}
        active: list[tuple[Merge, Cell]] = []
        coming = 0
        expected = self.heading_rows.stop
        for number, cells in self.sheet.rows():
            if number < self.heading_rows.stop:
                continue
            if number > expected:
                yield SkippedRow(expected, BLANK, last=number - 1)
            expected = number + 1
            if len(cells) < width:
                cells.extend([None] * (width - len(cells)))
            reason = furniture_in(cells, self.columns, serial, self._above)
            if reason is None and len(self.named) >= 3:
                held = [column for column, cell in enumerate(cells) if cell is not None]
                if len(held) == 1 and (number, held[0]) in wide and isinstance(cells[held[0]], str):
                    reason = SECTION
            if reason:
                text = "  ".join(shown(cell) for cell in cells if cell is not None)
                yield SkippedRow(number, reason, text[:120])
                continue
            filled: list[int] = []
            continues = None
            while coming < len(tall) and tall[coming].top <= number:
                merge = tall[coming]
                coming += 1
                if merge.top == number and merge.left < len(cells):
                    active.append((merge, cells[merge.left]))
            if active:
                active = [(merge, value) for merge, value in active if merge.bottom >= number]
                for merge, value in active:
                    if (
                        merge.top < number
                        and merge.left < len(cells)
                        and cells[merge.left] is None
                        and value is not None
                    ):
                        cells[merge.left] = value
                        filled.append(merge.left)
                        if merge.left == record_column:
                            continues = merge.top
            yield DataRow(number, cells, frozenset(filled), continues)


def find_table(
    workbook: Workbook,
    vocabulary: Collection[str] = (),
    *,
    sheet: str | None = None,
    heading_row: int | None = None,
    heading_rows: int = 1,
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    """The table a person would mean: the sheet whose headings are surest and that holds most rows.

    ``vocabulary`` are folded words that may stand in headings (``Catalogue.vocabulary``). ``sheet``, ``heading_row``
    (as Excel counts) and ``heading_rows`` are a person's correction. Raises FileRefused("no_table").
    """
    vocabulary = frozenset(vocabulary) | _SERIAL
    candidates = workbook.readable if sheet is None else (workbook.sheet(sheet),)
    found: list[tuple[float, Band, Region, Sheet]] = []
    others = [
        OtherSheet(one.name, "隐藏的工作表" if one.hidden else "空的工作表")
        for one in workbook.sheets
        if one not in candidates and (one.hidden or one.empty)
    ]
    upright = False
    for one in candidates:
        region = Region.of(one)
        if heading_row is not None and (sheet is not None or len(candidates) == 1):
            band = _band_at(region, heading_row, heading_rows, vocabulary)
        else:
            band = find_band(region, vocabulary)
            turned = standing_upright(region, vocabulary)
            if turned >= 4 and (band is None or band.recognised < turned):
                band, upright = None, True
        if band is None:
            others.append(OtherSheet(one.name, "没有找到表头"))
            continue
        below = max(0, one.row_count - band.last)
        found.append((band.score * (1 + math.log10(1 + below)), band, region, one))
    if not found:
        detail = "这张表像是竖着排的（列名写在第一列），请改成一行一条记录。" if upright else ""
        example = (
            "、".join(sorted((word for word in vocabulary if 2 < len(word) < 6 and not word.isascii()), key=len)[:2])
            or "序号"
        )
        raise FileRefused("no_table", detail=detail, example=example)
    found.sort(key=lambda one: -one[0])
    _, band, region, chosen = found[0]
    others += [
        OtherSheet(one.name, "也像一张数据表，没有选它" if points > found[0][0] / 3 else "内容较少，没有选它", points)
        for points, _, _, one in found[1:]
    ]
    return _table(chosen, band, region, others, limits)


def _band_at(region: Region, first: int, count: int, vocabulary: Collection[str]) -> Band | None:
    """The band a person pointed at, whatever its score."""
    last = first + max(1, min(count, 3)) - 1
    band = score_band(region, first, last, vocabulary)
    if band is not None:
        return band
    headings = []
    for column in range(region.width):
        texts: list[str] = []
        for row in range(first, last + 1):
            value = region.seen(row, column)
            if value is not None and (not texts or shown(value) != texts[-1]):
                texts.append(shown(value))
        headings.append(heading_of(column, texts))
    return Band(first, last, headings, 0.0) if any(heading.path for heading in headings) else None


def _table(sheet: Sheet, band: Band, region: Region, others: list[OtherSheet], limits: Limits) -> Table:
    title, facts, above = "", {}, set()
    for number in sorted(region.rows):
        if number >= band.first:
            break
        texts = [cell for cell in region.rows[number] if isinstance(cell, str)]
        above.update(fold_heading(text) for text in texts)
        pairs = {key: value.strip() for text in texts for key, value in _PAIR.findall(text)}
        facts.update(pairs)
        if not pairs and texts and len(squeeze(texts[0])) > len(squeeze(title)) and is_title(region, number):
            title = " ".join(texts[0].split())
    columns = band.headings
    last = max((heading.index for heading in columns if heading.path), default=0)
    width = max(last + 1, min(sheet.width, last + 1 + 20))
    columns = [columns[index] if index < len(columns) else Heading(index, ()) for index in range(width)]
    unit = next(
        (
            word
            for word in re.split(r"[、,，/\s]+", facts.get("单位", "") or facts.get("金额单位", ""))
            if word in UNITS
        ),
        None,
    )
    known = sum(1 for heading in columns if heading.path)
    return Table(
        sheet=sheet,
        heading_rows=range(band.first, band.last + 1),
        columns=columns,
        title=title,
        facts=facts,
        unit=unit,
        others=others,
        confidence=min(1.0, band.score / max(known, 1)),
        _above=frozenset(above - {""}),
        _limits=limits,
    )
