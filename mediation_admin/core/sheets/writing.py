"""The ways to write a sheet: from Python rows, from a query, as a workbook, as CSV. All else in this package serves these."""

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.orm import Session, scoped_session

from mediation_admin.core.sheets.columns import Column, Watermark
from mediation_admin.core.sheets.copying import BLOCK_ROWS, Database, compile_select, copy_blocks
from mediation_admin.core.sheets.csv_cells import csv_column
from mediation_admin.core.sheets.files import whole_file
from mediation_admin.core.sheets.wire import wire_all
from mediation_admin.core.sheets.xlsx import XlsxStream

PathLike = str | os.PathLike[str]
Progress = Callable[[int], None]
Blocks = Iterator[list[list[bytes]]]


class WritingCancelled(Exception):
    """``cancelled`` said yes: the writing stopped and left nothing behind."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: data rows, sheets they took, bytes of the file."""

    rows: int
    sheets: int
    size: int


def write_rows(
    path: PathLike,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any] | Mapping[str, Any]],
    *,
    watermark: Watermark | None = None,
    sheet_name: str = "数据",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    every: int = 10_000,
) -> Written:
    """A workbook from Python rows: sequences in the order of the columns, or mappings by their keys.

    Every ``every`` rows ``cancelled`` is asked and ``progress`` told how many are done; whatever these raise stops the
    writing. Raises WritingCancelled when asked to stop. The file is whole or absent.
    """
    steps = _watched(_blocks(columns, rows), progress, cancelled, every)
    return _write_workbook(path, columns, steps, watermark, sheet_name)


def copy_query(
    path: PathLike,
    connection: Database,
    sql: str,
    params: Mapping[str, Any] | Sequence[Any] | None,
    columns: Sequence[Column],
    *,
    watermark: Watermark | None = None,
    sheet_name: str = "数据",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    every: int = 10_000,
) -> Written:
    """A workbook straight from a query whose columns are those described, in that order: the way for many rows.

    ``params`` fill psycopg's placeholders; None means ``%`` is a percent sign. Aware moments are shown in Shanghai
    time. Runs in the connection's transaction and leaves it open. The rest is as in ``write_rows``.
    """
    steps = _watched(copy_blocks(connection, sql, params, columns), progress, cancelled, every)
    return _write_workbook(path, columns, steps, watermark, sheet_name)


def copy_select(
    path: PathLike,
    session: Session | scoped_session[Session] | Connection,
    statement: Select[Any],
    columns: Sequence[Column],
    *,
    watermark: Watermark | None = None,
    sheet_name: str = "数据",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    every: int = 10_000,
) -> Written:
    """``copy_query`` for a SQLAlchemy select, through the session's fence. Label its columns with the columns' keys."""
    compiled = compile_select(statement, session)
    wanted = [column.key for column in columns]
    if compiled.names != wanted:
        raise ValueError(f"the select gives {compiled.names}, the sheet wants {wanted}")
    steps = _watched(copy_blocks(session, compiled.sql, compiled.params, columns), progress, cancelled, every)
    return _write_workbook(path, columns, steps, watermark, sheet_name)


def write_csv(
    path: PathLike,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any] | Mapping[str, Any]],
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    every: int = 10_000,
) -> Written:
    """The same rows as CSV: UTF-8 with a byte order mark, as Excel and WPS want it.

    A text that a spreadsheet program would run as a formula gets an apostrophe in front; numbers, negative ones
    too, stay numbers. Percentages are written as fractions.
    """
    steps = _watched(_blocks(columns, rows), progress, cancelled, every)
    done = 0
    with whole_file(path) as file:
        text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
        lines = csv.writer(text)
        lines.writerow([column.title for column in columns])
        for block in steps:
            shown = [csv_column(column, values) for column, values in zip(columns, block, strict=True)]
            lines.writerows(zip(*shown, strict=True))
            done += len(block[0])
        text.flush()
        size = file.tell()
        text.detach()
    return Written(done, 1, size)


def _write_workbook(
    path: PathLike, columns: Sequence[Column], blocks: Blocks, watermark: Watermark | None, sheet_name: str
) -> Written:
    with whole_file(path) as file:
        book = XlsxStream(file, columns, watermark=watermark, sheet_name=sheet_name)
        try:
            for block in blocks:
                book.write_block(block)
            book.close()
        except BaseException:
            book.abandon()
            raise
        finally:
            blocks.close()
        size = file.tell()
    return Written(book.rows, book.sheets, size)


def _blocks(columns: Sequence[Column], rows: Iterable[Sequence[Any] | Mapping[str, Any]]) -> Blocks:
    keys = [column.key for column in columns]
    waiting = iter(rows)
    while chunk := list(islice(waiting, BLOCK_ROWS)):
        if isinstance(chunk[0], Mapping):
            by_column = [[row[key] for row in chunk] for key in keys]
        else:
            by_column = list(zip(*chunk, strict=True))
            if len(by_column) != len(columns):
                raise ValueError(f"rows of {len(by_column)} values where {len(columns)} columns are described")
        yield [wire_all(column, values) for column, values in zip(columns, by_column, strict=True)]


def _watched(blocks: Blocks, progress: Progress | None, cancelled: Callable[[], bool] | None, every: int) -> Blocks:
    """The blocks, with a stop every so many rows to tell how far it is and to ask whether to go on."""
    done, next_stop = 0, every
    try:
        for block in blocks:
            yield block
            done += len(block[0])
            if done >= next_stop:
                next_stop = done - done % every + every
                if cancelled is not None and cancelled():
                    raise WritingCancelled
                if progress is not None:
                    progress(done)
        if cancelled is not None and cancelled():
            raise WritingCancelled
        if progress is not None:
            progress(done)
    finally:
        blocks.close()
