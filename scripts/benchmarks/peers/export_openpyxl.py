"""The peer of the export benchmark, openpyxl; and the reader that compares its file with ours."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
from python_calamine import CalamineWorkbook

from benchmarks.export import COLUMNS, LABELS, fetched, watermark


def by_openpyxl(conninfo: str, rows: int, folder: str) -> dict[str, Any]:
    """The peer, given as little to do as possible."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.append([str(watermark())])
    sheet.append([column.title for column in COLUMNS])
    with psycopg.connect(conninfo) as connection:
        for row in fetched(connection, rows):
            values = list(row)
            for at, labels in LABELS.items():
                values[at] = labels.get(values[at])
            sheet.append(values)
    path = Path(folder) / "openpyxl.xlsx"
    book.save(path)
    return {"path": str(path), "size": path.stat().st_size}


def compare(ours: str, peers: str) -> int:
    """How many cells the two files have, having found them equal below their watermark."""
    cells = 0
    for number, (one, other) in enumerate(zip_longest(_read(ours), _read(peers)), 3):
        if one != other:
            raise AssertionError(f"row {number} differs:\n{one}\n{other}")
        cells += len(one)
    return cells


def _read(path: str) -> Iterator[list[Any]]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows()
    next(rows)
    yield from rows
