"""The user's own workbook comes back with its faulty cells coloured, commented and listed.

Three ways, chosen by what came in:

- xlsx of up to ``WHOLE_UP_TO`` rows: the same workbook through openpyxl, with heads, merged cells, widths, formulas and
  other sheets as they were (pictures and charts are lost: openpyxl cannot keep them; macros are dropped on purpose);
- csv, xls, and xlsx that openpyxl cannot load or that are full of empty styled cells: a new xlsx with the same cells
  in the same places;
- anything larger: an xlsx with the heading rows and the faulty rows only, each with its original row number, since
  nobody mends by hand in a sheet of 100,000 rows; it can be mended and uploaded by itself.

In all three a last column 问题 repeats the messages, so that they can be printed, filtered and sorted. Marks of an
earlier round are taken off first.
"""

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
from openpyxl.cell import Cell, MergedCell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook as OpenpyxlWorkbook
from openpyxl.worksheet.worksheet import Worksheet

from mediation_admin.imports.reading.cells import CellError, Uncomputed, shown
from mediation_admin.imports.reading.formats import FileKind
from mediation_admin.imports.reading.workbook import Sheet, Workbook, open_workbook_safely

WHOLE_UP_TO = 20_000  # rows of all sheets together
OWN_UP_TO = 20 << 20  # bytes of unpacked sheets that openpyxl may hold: about 300 MB of memory, 15 seconds
MOST_COMMENTS = 2_000  # Excel grows slow beyond; the rest are coloured and listed
MOST_ROWS = 20_000  # faulty rows in the short form
LONGEST_COMMENT = 300
HEADING = "问题（系统标注）"
ORIGINAL_ROW = "原行号（系统标注）"
AUTHOR = "系统核对"

_FILL = PatternFill("solid", start_color="FFFFD6D6", end_color="FFFFD6D6")
_NO_FILL = PatternFill()
_RED = Font(color="FFB42318")
_WRAP = Alignment(wrap_text=True, vertical="top")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Fault(NamedTuple):
    """Something wrong in a cell; rows as Excel counts, columns from 0, ``column`` None for the whole row."""

    sheet: str
    row: int
    column: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Marked:
    """What was written: the whole workbook or the faulty rows only, and how many faults found no room in it."""

    path: Path
    whole: bool
    faults: int
    left_out: int = 0


class _Faults:
    """Faults by sheet and row."""

    def __init__(self, faults: Iterable[Fault | tuple[str, int, int | None, str]]) -> None:
        self.by_sheet: dict[str, dict[int, list[tuple[int | None, str]]]] = {}
        self.count = 0
        for sheet, row, column, message in faults:
            self.by_sheet.setdefault(sheet, {}).setdefault(row, []).append((column, message))
            self.count += 1

    def of(self, sheet: str, row: int) -> list[tuple[int | None, str]]:
        return self.by_sheet.get(sheet, {}).get(row, [])


def mark_workbook(
    source: Path | str,
    target: Path | str,
    faults: Iterable[Fault | tuple[str, int, int | None, str]],
    *,
    heading_rows: Mapping[str, range] | None = None,
    workbook: Workbook | None = None,
) -> Marked:
    """Write ``target`` (xlsx) from ``source`` with the faults marked.

    ``heading_rows`` gives the heading rows of each sheet (``Table.heading_rows``); the column 问题 is headed in the last
    of them. ``workbook`` is the source already opened, if it is; else it is read again. Raises FileRefused as reading does.
    """
    source, target = Path(source), Path(target)
    if workbook is None:
        with open_workbook_safely(source) as opened:
            return mark_workbook(source, target, faults, heading_rows=heading_rows, workbook=opened)
    gathered = _Faults(faults)
    heads = {name: rows for name, rows in (heading_rows or {}).items() if len(rows)}
    if sum(sheet.row_count for sheet in workbook.sheets) > WHOLE_UP_TO:
        return _write_faulty_rows(workbook, target, gathered, heads)
    if workbook.kind is FileKind.XLSX:
        loaded = _load(source)
        if loaded is not None:
            return _mark_own(loaded, target, gathered, heads)
    return _write_copy(workbook, target, gathered, heads)


def _load(source: Path) -> OpenpyxlWorkbook | None:
    with zipfile.ZipFile(source) as archive:
        if sum(part.file_size for part in archive.infolist() if part.filename.startswith("xl/worksheets/")) > OWN_UP_TO:
            return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(source)
    except Exception:  # openpyxl fails in many ways on workbooks other programs wrote; the copy serves them
        return None


def _comment(message: str) -> Comment:
    text = message if len(message) <= LONGEST_COMMENT else message[: LONGEST_COMMENT - 2] + "……"
    return Comment(_ILLEGAL.sub("", text), AUTHOR, width=320, height=40 + 20 * (len(text) // 22 + text.count("\n")))


def _listed(faults: list[tuple[int | None, str]]) -> str:
    lines = [
        f"{get_column_letter(column + 1)} 列：{message}" if column is not None else message
        for column, message in faults
    ]
    return _ILLEGAL.sub("", "\n".join(lines))[:32_000]


def _mark_own(book: OpenpyxlWorkbook, target: Path, faults: _Faults, heads: Mapping[str, range]) -> Marked:
    comments = left_out = 0
    for sheet in book.worksheets:
        _take_off_marks(sheet)
        rows = faults.by_sheet.get(sheet.title)
        if not rows:
            continue
        head = heads.get(sheet.title, range(1, 2))
        place = _column_for_messages(sheet, head)
        title = sheet.cell(head[-1], place, HEADING)
        title.font, title.alignment = Font(bold=True, color="FFB42318"), _WRAP
        sheet.column_dimensions[get_column_letter(place)].width = 48
        for row, found in sorted(rows.items()):
            for cell, message in _cells_of(sheet, row, found):
                cell.fill = _FILL
                if comments < MOST_COMMENTS:
                    before = f"{cell.comment.text}\n" if cell.comment else ""
                    cell.comment = _comment(before + message)
                    comments += 1
            listed = sheet.cell(row, place)
            listed.value = _listed(found)
            listed.data_type = "s"
            listed.font, listed.alignment = _RED, _WRAP
        if sheet.print_area:
            sheet.print_area = None
    left_out = sum(
        len(found) for name, rows in faults.by_sheet.items() if name not in book.sheetnames for found in rows.values()
    )
    book.save(target)
    return Marked(target, whole=True, faults=faults.count, left_out=left_out)


def _cells_of(sheet: Worksheet, row: int, found: list[tuple[int | None, str]]) -> Iterator[tuple[Cell, str]]:
    """The cells to colour, with all messages of one cell in one piece; a merged cell is marked where its value stands."""
    together: dict[int, list[str]] = {}
    for column, message in found:
        together.setdefault(column or 0, []).append(message)
    for column, messages in together.items():
        cell: Any = sheet.cell(row, column + 1)
        if isinstance(cell, MergedCell):
            place = next(area for area in sheet.merged_cells.ranges if cell.coordinate in area)
            cell = sheet.cell(place.min_row, place.min_col)
        yield cell, "\n".join(messages)


def _held(sheet: Worksheet) -> list[Cell]:
    """The cells that exist. ``iter_rows`` would make every cell up to a styled one at XFD1048576."""
    return [cell for cell in sheet._cells.values() if not isinstance(cell, MergedCell)]


def _column_for_messages(sheet: Worksheet, head: range) -> int:
    used = 0
    for cell in _held(sheet):
        if cell.value == HEADING and cell.row in head:
            return cell.column
        if cell.value is not None:
            used = max(used, cell.column)
    return used + 1


def _take_off_marks(sheet: Worksheet) -> None:
    cells = _held(sheet)
    place = next((cell.column for cell in cells if cell.value == HEADING), None)
    if place is None:
        return
    for cell in cells:
        if cell.comment is not None and cell.comment.author == AUTHOR:
            cell.comment = None
        if cell.has_style and cell.fill.fill_type == "solid" and cell.fill.start_color.rgb == _FILL.start_color.rgb:
            cell.fill = _NO_FILL
        if cell.column == place and cell.value != HEADING:
            cell.value = None


def _write_copy(workbook: Workbook, target: Path, faults: _Faults, heads: Mapping[str, range]) -> Marked:
    book = openpyxl.Workbook(write_only=True)
    comments = 0
    for sheet in workbook.sheets:
        if sheet.empty:
            continue
        out = book.create_sheet(sheet.name[:31])
        head = heads.get(sheet.name, range(1, 2))
        width, marked = _own_width(sheet, head), sheet.name in faults.by_sheet
        _set_up(out, width, head)
        for merge in sheet.merges:
            out.merged_cells.add(
                f"{get_column_letter(merge.left + 1)}{merge.top}:{get_column_letter(merge.right + 1)}{merge.bottom}"
            )
        at = 0
        for number, cells in sheet.rows():
            while at + 1 < number:
                out.append([])
                at += 1
            found = faults.of(sheet.name, number)
            line, comments = _line(out, cells, width, found, comments)
            if marked and number == head[-1]:
                line.append(_text(out, HEADING, bold=True))
            elif found:
                line.append(_text(out, _listed(found)))
            out.append(line)
            at = number
    book.save(target)
    return Marked(target, whole=True, faults=faults.count)


def _write_faulty_rows(workbook: Workbook, target: Path, faults: _Faults, heads: Mapping[str, range]) -> Marked:
    book = openpyxl.Workbook(write_only=True)
    comments = written = left_out = 0
    for sheet in workbook.sheets:
        wanted = faults.by_sheet.get(sheet.name)
        if not wanted:
            continue
        out = book.create_sheet(sheet.name[:31])
        head = heads.get(sheet.name, range(1, 2))
        width = _own_width(sheet, head)
        # the rows above the headings are left out, so the headings stand on top
        _set_up(out, width, range(1, len(head) + 1))
        for merge in sheet.merges:
            if merge.top in head and merge.bottom in head:
                top, bottom = merge.top - head[0] + 1, merge.bottom - head[0] + 1
                out.merged_cells.add(
                    f"{get_column_letter(merge.left + 1)}{top}:{get_column_letter(merge.right + 1)}{bottom}"
                )
        for number, cells in sheet.rows():
            found = wanted.get(number, [])
            if number not in head and not found:
                continue
            if number not in head and written >= MOST_ROWS:
                left_out += len(found)
                continue
            line, comments = _line(out, cells, width, found, comments)
            if number == head[-1]:
                line += [_text(out, HEADING, bold=True), _text(out, ORIGINAL_ROW, bold=True)]
            elif number not in head:
                line += [_text(out, _listed(found)), WriteOnlyCell(out, number)]
                written += 1
            out.append(line)
    if not book.worksheets:
        book.create_sheet("没有问题")
    book.save(target)
    return Marked(target, whole=False, faults=faults.count, left_out=left_out)


def _own_width(sheet: Sheet, head: range) -> int:
    """The columns of the sheet without those of an earlier round of marks."""
    for number, cells in sheet.rows():
        if number > head[-1]:
            break
        if HEADING in cells:
            return cells.index(HEADING)
    return sheet.width


def _set_up(out: Any, width: int, head: range) -> None:
    for column in range(1, width + 1):
        out.column_dimensions[get_column_letter(column)].width = 16
    out.column_dimensions[get_column_letter(width + 1)].width = 48
    out.freeze_panes = f"A{head[-1] + 1}"


def _line(
    out: Any, cells: list[Any], width: int, found: list[tuple[int | None, str]], comments: int
) -> tuple[list[Any], int]:
    together: dict[int, list[str]] = {}
    for column, message in found:
        together.setdefault(column or 0, []).append(message)
    line = []
    for column in range(width):
        cell = _copied(out, cells[column] if column < len(cells) else None)
        if column in together:
            cell.fill = _FILL
            if comments < MOST_COMMENTS:
                cell.comment = _comment("\n".join(together[column]))
                comments += 1
        line.append(cell)
    return line, comments


def _copied(out: Any, value: Any) -> Any:
    if isinstance(value, CellError | Uncomputed):
        value = shown(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**15:
        value = str(value)
    if isinstance(value, str):
        cell = WriteOnlyCell(out, _ILLEGAL.sub("", value)[:32_767])
        cell.data_type = "s"  # text from a foreign file never becomes a formula
        return cell
    return WriteOnlyCell(out, value)


def _text(out: Any, text: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(out, text)
    cell.data_type = "s"
    cell.font, cell.alignment = Font(bold=bold, color="FFB42318"), _WRAP
    return cell
