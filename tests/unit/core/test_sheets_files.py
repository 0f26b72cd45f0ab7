"""A sheet is there whole or not at all: errors, cancellation and death while it is written; and CSV."""

# ruff: noqa: DTZ001 - sheets show wall-clock time, which has no zone

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from mediation_admin.core.sheets import (
    Column,
    Kind,
    WritingCancelled,
    sweep_unfinished,
    whole_file,
    write_csv,
    write_rows,
)
from tests.sheet_readers import by_openpyxl

ROOT = Path(__file__).parents[3]
COLUMNS = [Column(key="a", title="序号", kind=Kind.INTEGER), Column(key="b", title="姓名")]


def rows(count: int) -> Iterator[tuple[int, str]]:
    return ((number, "演示人员") for number in range(count))


@pytest.mark.parametrize("write", [write_rows, write_csv])
def test_an_error_in_the_rows_leaves_nothing(tmp_path: Path, write) -> None:
    def failing() -> Iterator[tuple[int, str]]:
        yield from rows(2_000)
        raise LookupError("the row maker failed")

    with pytest.raises(LookupError, match="row maker"):
        write(tmp_path / "a.xlsx", COLUMNS, failing())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [write_rows, write_csv])
def test_cancelling_stops_early_and_leaves_nothing(tmp_path: Path, write) -> None:
    made = 0

    def counted() -> Iterator[tuple[int, str]]:
        nonlocal made
        for row in rows(50_000):
            made += 1
            yield row

    with pytest.raises(WritingCancelled):
        write(tmp_path / "a.xlsx", COLUMNS, counted(), cancelled=lambda: made >= 2_000, every=1_000)
    assert made < 5_000
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_up_to_the_last_row(tmp_path: Path) -> None:
    told: list[int] = []
    write_rows(tmp_path / "a.xlsx", COLUMNS, rows(2_750), progress=told.append, every=1_000)
    assert told == [1_000, 2_000, 2_750]


def test_an_older_file_of_that_name_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_rows(path, COLUMNS, [(1, "旧")])
    with pytest.raises(WritingCancelled):
        write_rows(path, COLUMNS, rows(10), cancelled=lambda: True)
    assert by_openpyxl(path)[1] == [1, "旧"]
    write_rows(path, COLUMNS, [(2, "新")])
    assert by_openpyxl(path)[1] == [2, "新"]


def test_a_file_of_personal_data_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.xlsx", COLUMNS, rows(1))
    assert (tmp_path / "a.xlsx").stat().st_mode & 0o777 == 0o600


_WRITES_UNTIL_KILLED = """
import itertools, sys
from mediation_admin.core.sheets import Column, write_rows
columns = [Column(key="a", title="文")]
write_rows(sys.argv[1], columns, ((str(n) * 20,) for n in itertools.count()), progress=lambda n: print(n, flush=True))
"""


def test_a_kill_in_the_middle_leaves_no_file_under_the_name_and_the_rest_is_swept(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITES_UNTIL_KILLED, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert writer.stdout.readline().strip()
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    assert not path.exists()
    leftover = list(tmp_path.iterdir())
    assert len(leftover) == 1
    assert sweep_unfinished(tmp_path) == 0, "a fresh one may still be being written"
    yesterday = time.time() - 90_000
    os.utime(leftover[0], (yesterday, yesterday))
    assert sweep_unfinished(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_sweep_touches_nothing_else(tmp_path: Path) -> None:
    kept = tmp_path / "案件列表.xlsx"
    write_rows(kept, COLUMNS, rows(1))
    os.utime(kept, (0, 0))
    assert sweep_unfinished(tmp_path) == 0
    assert kept.exists()


def test_while_it_is_written_the_name_is_free(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a.txt") as file:
        file.write(b"half")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_bytes() == b"half"


def test_csv_opens_in_excel_as_utf_8_with_typed_values(tmp_path: Path) -> None:
    columns = [
        Column(key="t", title="文"),
        Column(key="c", title="码", kind=Kind.CODE),
        Column(key="m", title="额", kind=Kind.MONEY),
        Column(key="d", title="日", kind=Kind.DATE),
        Column(key="w", title="时", kind=Kind.DATETIME),
        Column(key="p", title="率", kind=Kind.PERCENT),
        Column(key="b", title="否", kind=Kind.BOOLEAN),
        Column(key="l", title="态", labels={"open": "未结"}),
    ]
    values = (
        '甲,"乙"\n丙',
        "410***0001",
        Decimal("-12.50"),
        date(2024, 5, 6),
        datetime(2024, 5, 6, 7, 8, 9, 99),
        0.5,
        False,
        "open",
    )
    written = write_csv(tmp_path / "a.csv", columns, [values, (None,) * 8])
    raw = (tmp_path / "a.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert (written.rows, written.size) == (2, len(raw))
    lines = list(csv.reader(raw.decode("utf-8-sig").splitlines(keepends=True)))
    assert lines == [
        ["文", "码", "额", "日", "时", "率", "否", "态"],
        ['甲,"乙"\n丙', "410***0001", "-12.50", "2024-05-06", "2024-05-06 07:08:09", "0.5", "FALSE", "未结"],
        [""] * 8,
    ]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@SUM(A1)", "\t=1", "＝1", " =1"])
def test_s27_in_csv_an_apostrophe_defuses_a_formula(tmp_path: Path, text: str) -> None:
    write_csv(tmp_path / "a.csv", [Column(key="a", title="文")], [(text,)])
    lines = list(csv.reader((tmp_path / "a.csv").read_text("utf-8-sig").splitlines()))
    assert lines[1] == ["'" + text]


@pytest.mark.parametrize("kind", [Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT])
def test_in_csv_a_negative_number_stays_a_number_and_a_formula_among_numbers_does_not(
    tmp_path: Path, kind: Kind
) -> None:
    write_csv(tmp_path / "a.csv", [Column(key="a", title="数", kind=kind)], [(-5,), (Decimal("-0.5"),), ("=1",)])
    lines = list(csv.reader((tmp_path / "a.csv").read_text("utf-8-sig").splitlines()))
    assert lines[1:] == [["-5"], ["-0.5"], ["'=1"]]
