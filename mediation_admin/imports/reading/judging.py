"""From the records of a table to typed values, each cell judged. Streams: one record in memory at a time."""

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from typing import Any

from mediation_admin.imports.reading.catalogue import Catalogue
from mediation_admin.imports.reading.cells import Cell, shown
from mediation_admin.imports.reading.mapping import Mapping
from mediation_admin.imports.reading.tables import DataRow, Table
from mediation_admin.imports.reading.values.outcome import Faulty, Parsed, Parser

_DITTO = frozenset({"同上", "〃", "″", "''", '"', "”", "々"})


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say about a cell. ``column`` None means the row; ``word`` is a word a person may explain."""

    field: str
    message: str
    column: int | None = None
    word: str | None = None


@dataclass(slots=True)
class JudgedRow:
    """One record: field → value for every field that holds one, faults, and warnings that stop nothing.

    ``lines`` are the rows of the sheet it was read from: more than one where merged cells bind lines together.
    """

    number: int
    values: dict[str, Any]
    faults: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def judge_rows(
    table: Table,
    mapping: Mapping,
    catalogue: Catalogue,
    *,
    words: AnyMapping[str, AnyMapping[str, Any]] | None = None,
) -> Iterator[JudgedRow]:
    """Parse every mapped cell of every record.

    ``words`` are words a person explained: field → {word: value}; they reach parsers that have ``extended``. A required
    field whose cell is empty is a fault; one without a column is the mapping's business. 「同上」 takes the value above.
    """
    plan = []
    for column, name in sorted(mapping.columns().items()):
        known = catalogue.field(name)
        parse: Parser = known.parser
        if words and words.get(name) and hasattr(parse, "extended"):
            parse = parse.extended(words[name])
        plan.append((column, name, parse, table.heading(column).unit or table.unit, bool(known.spreads)))
    required = []
    for one in catalogue.required():
        standing_in = (mapping.column_of(name) for name in (one.name, *one.satisfied_by))
        column = next((column for column in standing_in if column is not None), None)
        if column is not None:
            required.append((column, one.name, one.label))
    above: dict[int, Cell] = {}
    held: JudgedRow | None = None
    for row in table.rows():
        judged = _judge(row, plan, required, above, continued=held is not None and row.continues == held.number)
        if held is not None and row.continues == held.number:
            _fold(held, judged, row)
            continue
        if held is not None:
            yield held
        held = judged
    if held is not None:
        yield held


def _judge(row: DataRow, plan: list, required: list, above: dict[int, Cell], *, continued: bool) -> JudgedRow:
    cells = row.cells
    values: dict[str, Any] = {}
    judged = JudgedRow(row.number, values, lines=[row.number])
    for column, name, parse, unit, spreads in plan:
        cell = cells[column] if column < len(cells) else None
        if cell is None:
            continue
        if cell.__class__ is str and cell.strip() in _DITTO:
            cell = above.get(column)
        above[column] = cell
        outcome = parse(cell, unit)
        kind = outcome.__class__
        if kind is Parsed:
            if spreads:
                for other, value in outcome.value.items():
                    if value and other not in values:
                        values[other] = value
            else:
                values[name] = outcome.value
            if outcome.warning:
                judged.warnings.append(Remark(name, outcome.warning, column))
        elif kind is Faulty:
            judged.faults.append(Remark(name, outcome.message, column, outcome.word))
        elif outcome.warning:
            judged.warnings.append(Remark(name, outcome.warning, column))
    if not continued:
        for column, name, label in required:
            if name not in values and not any(fault.column == column for fault in judged.faults):
                judged.faults.append(Remark(name, f"缺少{label}，请补上", column))
    return judged


def _fold(held: JudgedRow, line: JudgedRow, row: DataRow) -> None:
    """Add a further line of the same record: lists grow, a single value that differs is a fault."""
    held.lines.append(line.number)
    held.faults += line.faults
    held.warnings += line.warnings
    for name, value in line.values.items():
        before = held.values.get(name)
        if before is None:
            held.values[name] = value
        elif isinstance(before, list) and isinstance(value, list):
            before += [one for one in value if one not in before]
        elif before != value:
            held.warnings.append(
                Remark(
                    name,
                    f"第 {row.number} 行与第 {held.number} 行合并为一条，这里写的“{shown(str(value))}”与上面不同，用的是上面的",
                )
            )
