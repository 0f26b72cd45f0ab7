"""Workbooks made for one test: a sheet is a list of rows, merges are written as Excel writes them."""

import csv
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import xlwt
from openpyxl.styles import PatternFill

Rows = list[list[Any]]

PEOPLE = ["彭娟", "谢远浩", "郭艳子", "罗涛晨", "袁晨浩", "石红艳", "潘超杰", "于涛宇", "段慧思", "孙鑫华"]


def xlsx(
    path: Path,
    rows: Rows,
    *,
    merges: tuple[str, ...] = (),
    sheet: str = "Sheet1",
    more: dict[str, Rows] | None = None,
    hidden: tuple[str, ...] = (),
) -> Path:
    """An xlsx of the given rows; None cells do not exist."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = sheet
    for name, content in {sheet: rows, **(more or {})}.items():
        target = first if name == sheet else book.create_sheet(name)
        for row, cells in enumerate(content, 1):
            for column, value in enumerate(cells, 1):
                if value is not None:
                    target.cell(row, column, value)
        if name in hidden:
            target.sheet_state = "hidden"
    for merge in merges:
        first.merge_cells(merge)
    book.save(path)
    return path


def xls(path: Path, rows: Rows, *, merges: tuple[tuple[int, int, int, int], ...] = ()) -> Path:
    """A BIFF8 file; merges are (top, bottom, left, right) from 0."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("台账")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    inside = {
        (row, column)
        for top, bottom, left, right in merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
    for top, bottom, left, right in merges:
        sheet.write_merge(top, bottom, left, right, rows[top][left])
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if value is None or (row, column) in inside:
                continue
            if isinstance(value, date):
                sheet.write(row, column, value, day)
            else:
                sheet.write(row, column, value)
    book.save(str(path))
    return path


def text(path: Path, rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """A csv in any encoding."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([["" if value is None else value for value in row] for row in rows])
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def patched(source: Path, target: Path, changes: dict[str, Any]) -> Path:
    """The same zip with parts replaced (bytes), edited (a function of bytes) or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            change = changes.get(entry.filename)
            content = old.read(entry)
            new.writestr(entry.filename, content if change is None else change(content) if callable(change) else change)
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name])
    return target


def cases(count: int = 6, *, first: int = 1) -> Rows:
    """Records as most ledgers hold them: number, case number, date, cause, applicant, phone, respondent, phone, amount, organisation, mediator, end, result."""
    rows: Rows = []
    for n in range(first, first + count):
        rows.append(
            [
                n,
                f"（2023）豫1302诉前调{n}号",
                f"2023-01-{n % 27 + 1:02d}",
                "民间借贷纠纷",
                PEOPLE[n % 10],
                f"199000000{n % 90 + 10}",
                PEOPLE[(n + 3) % 10],
                f"199000001{n % 90 + 10}",
                1000.5 * n,
                "某某人民调解委员会",
                PEOPLE[(n + 6) % 10],
                f"2023-02-{n % 27 + 1:02d}" if n % 3 else None,
                "调解成功" if n % 3 else None,
            ]
        )
    return rows


HEADS = [
    "序号",
    "诉前调案号",
    "登记日期",
    "案由",
    "申请人",
    "联系电话",
    "被申请人",
    "联系电话",
    "标的额",
    "调解组织",
    "调解员",
    "结案日期",
    "调解结果",
]
FIELDS = {
    1: "case_no",
    2: "registered_on",
    3: "cause",
    4: "applicant_names",
    5: "applicant_phones",
    6: "respondent_names",
    7: "respondent_phones",
    8: "amount",
    9: "organisation",
    10: "mediator",
    11: "ended_on",
    12: "result",
}


def styled_cell_far_out(path: Path, rows: Rows) -> Path:
    """A workbook whose XFD1048576 is coloured but empty, as careless formatting leaves it."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.active["XFD1048576"].fill = PatternFill("solid", start_color="FFFF0000")
    book.save(path)
    return path
