"""Reads a workbook back with two independent readers, openpyxl and calamine, for tests that compare every value."""

import re
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def by_openpyxl(path: Path, sheet: int = 0) -> list[list[Any]]:
    """The rows as openpyxl gives them. It leaves _xHHHH_ escapes of inline strings to us, as Excel would read them."""
    return [[_read(value) for value in row] for row in worksheet(path, sheet).iter_rows(values_only=True)]


def by_calamine(path: Path, sheet: int = 0) -> list[list[Any]]:
    """The rows as calamine gives them: numbers as floats, nothing as None."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet).to_python(skip_empty_area=False)
    return [[None if value == "" else value for value in row] for row in rows]


def worksheet(path: Path, sheet: int = 0) -> Worksheet:
    """One sheet with its cells, styles and settings."""
    return load_workbook(path).worksheets[sheet]


def _read(value: Any) -> Any:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if isinstance(value, str) else value
