"""From a foreign file to a spool of plain rows; runs in the reading process and nowhere else.

The spool is a folder: ``meta.json`` names the sheets, ``<n>.rows`` holds one line of JSON per row that has a value.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import python_calamine

from mediation_admin.imports.reading.archive import SheetFacts, inspect
from mediation_admin.imports.reading.cells import Cell, CellError, Uncomputed, encode_row, tidy
from mediation_admin.imports.reading.delimited import rows_of
from mediation_admin.imports.reading.formats import FileKind, detect
from mediation_admin.imports.reading.formulas import Sheet, references
from mediation_admin.imports.reading.legacy import skim_xls
from mediation_admin.imports.reading.limits import Limits
from mediation_admin.imports.reading.refused import FileRefused

_STATES = {"Visible": "visible", "Hidden": "hidden", "VeryHidden": "hidden"}


def extract(source: Path, spool: Path, limits: Limits) -> None:
    """Read ``source`` into the folder ``spool``. Raises FileRefused."""
    kind = detect(source)
    if kind is FileKind.CSV:
        sheets = [_spool_csv(source, spool, limits)]
    else:
        sheets = _spool_workbook(source, spool, kind, limits)
    if all(not sheet["rows"] for sheet in sheets):
        raise FileRefused("nothing_in_it")
    (spool / "meta.json").write_text(json.dumps({"kind": kind, "sheets": sheets}, ensure_ascii=False), encoding="utf-8")


def _spool_csv(source: Path, spool: Path, limits: Limits) -> dict:
    rows = width = last = 0
    with (spool / "0.rows").open("w", encoding="utf-8") as out:
        for number, cells in rows_of(source, limits):
            out.write(encode_row(number, cells) + "\n")
            rows += 1
            width = max(width, len(cells))
            last = number
    return {
        "name": "CSV",
        "state": "visible",
        "rows": rows,
        "width": width,
        "last_row": last,
        "merges": [],
        "hidden_rows": 0,
        "recomputed": 0,
        "uncomputed": 0,
        "errors": 0,
    }


def _spool_workbook(source: Path, spool: Path, kind: FileKind, limits: Limits) -> list[dict]:
    facts = inspect(source, limits) if kind is FileKind.XLSX else skim_xls(source)
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(source))
    except python_calamine.PasswordError as error:
        raise FileRefused("encrypted") from error
    except (python_calamine.CalamineError, OSError) as error:
        raise FileRefused("broken") from error
    sheets = []
    for at, described in enumerate(workbook.sheets_metadata):
        if described.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            sheet = workbook.get_sheet_by_index(at)
        except (python_calamine.CalamineError, OSError) as error:
            raise FileRefused("broken") from error
        state = _STATES.get(str(described.visible).rsplit(".", maxsplit=1)[-1], "visible")
        sheets.append(
            _spool_sheet(
                sheet,
                facts.get(described.name) or SheetFacts(described.name),
                spool / f"{len(sheets)}.rows",
                state,
                limits,
            )
        )
    return sheets


def _spool_sheet(
    sheet: python_calamine.CalamineSheet, facts: SheetFacts, target: Path, state: str, limits: Limits
) -> dict:
    if sheet.start is not None and sheet.end is not None:
        rows, columns = sheet.end[0] + 1, sheet.end[1] + 1
        if rows > limits.last_row or columns > limits.columns or rows * columns > limits.cells:
            raise FileRefused("too_many_cells", sheet=sheet.name, rows=rows, columns=columns)
    computed = _computed(sheet, facts, limits)
    replaced: dict[int, list[tuple[int, Cell]]] = {}
    for (row, column), value in (computed | {at: CellError(text) for at, text in facts.errors.items()}).items():
        replaced.setdefault(row, []).append((column, value))
    kept = width = last = 0
    with target.open("w", encoding="utf-8") as out:
        for index, cells in _rows(sheet, replaced):
            while cells and cells[-1] is None:
                cells.pop()
            if not cells:
                continue
            kept += 1
            last = index + 1
            width = max(width, len(cells))
            out.write(encode_row(index + 1, cells) + "\n")
    if kept > limits.data_rows + limits.spare_rows:
        raise FileRefused("too_many_rows", sheet=sheet.name, found=kept, limit=limits.data_rows)
    merges = [
        (top + 1, left, bottom + 1, right)
        for (top, left), (bottom, right) in (sheet.merged_cell_ranges or [])[: limits.merges]
    ]
    uncomputed = sum(isinstance(value, Uncomputed) for value in computed.values())
    return {
        "name": sheet.name,
        "state": state,
        "rows": kept,
        "width": width,
        "last_row": last,
        "merges": merges,
        "hidden_rows": facts.hidden_rows,
        "recomputed": len(computed) - uncomputed,
        "uncomputed": uncomputed,
        "errors": len(facts.errors),
    }


def _rows(
    sheet: python_calamine.CalamineSheet, replaced: dict[int, list[tuple[int, Cell]]]
) -> Iterator[tuple[int, list[Cell]]]:
    """(row from 0, cells from column A). The parser starts at row 1 but at the first column that holds anything."""
    index = -1
    if sheet.start is not None:
        before: list[Cell] = [None] * sheet.start[1]
        for index, values in enumerate(sheet.iter_rows()):
            cells = before + [None if value == "" else tidy(value) for value in values]
            for column, value in replaced.pop(index, ()):
                cells.extend([None] * (column + 1 - len(cells)))
                cells[column] = value
            yield index, cells
    for index in sorted(replaced):  # rows that hold formulas alone lie outside what the parser sees
        cells = []
        for column, value in replaced[index]:
            cells.extend([None] * (column + 1 - len(cells)))
            cells[column] = value
        yield index, cells


def _computed(sheet: python_calamine.CalamineSheet, facts: SheetFacts, limits: Limits) -> dict[tuple[int, int], Cell]:
    """Values of the formulas that came without one. Cells they look at are gathered first, so memory stays small."""
    if not facts.formulas:
        return {}
    if len(facts.formulas) > limits.formulas:
        return {at: Uncomputed(f"={found.text}", "没有算好的公式太多") for at, found in facts.formulas.items()}
    formulas = {}
    wanted: set[tuple[int, int]] = set()
    steps = limits.formula_steps
    last_row, last_column = sheet.end if sheet.end is not None else (0, 0)
    columns: dict[int, tuple[int, int]] = {}
    for at, found in facts.formulas.items():
        shift = (at[0] - found.base[0], at[1] - found.base[1]) if found.base else (0, 0)
        formulas[at] = (found.text, shift)
        for (top, left), (bottom, right) in references(found.text, shift):
            if top == bottom and left == right:
                wanted.add((top, left))
            else:  # of ranges only the span per column is kept
                for column in range(min(left, right), min(max(left, right), last_column) + 1):
                    first, last = columns.get(column, (top, bottom))
                    columns[column] = (min(first, top, bottom), max(last, min(max(top, bottom), last_row)))
    values: dict[tuple[int, int], Cell] = {}
    by_row: dict[int, list[int]] = {}
    for row, column in wanted:
        by_row.setdefault(row, []).append(column)
    start = sheet.start[1] if sheet.start is not None else 0
    for index, cells in enumerate(sheet.iter_rows() if sheet.start is not None else ()):
        looked_at = set(by_row.get(index, ()))
        looked_at.update(column for column, (first, last) in columns.items() if first <= index <= last)
        for column in looked_at:
            if 0 <= column - start < len(cells) and cells[column - start] != "":
                values[index, column] = tidy(cells[column - start])
    values.update({at: CellError(text) for at, text in facts.errors.items()})
    board = Sheet(values, formulas, steps)
    return {at: board.compute(at) for at in sorted(formulas)}
