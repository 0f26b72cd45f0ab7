"""The committed data files: read once, and turned into the catalogues that pure code uses without a database."""

import csv
import hashlib
from functools import cache
from pathlib import Path

from mediation_admin.reference.causes import Alias, Cause, CauseBook
from mediation_admin.reference.enums import AliasKind
from mediation_admin.reference.workdays import Calendar, DayException

FOLDER = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    """The lines of a data file, as strings."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digest(*names: str) -> str:
    """SHA-256 of data files: their version."""
    found = hashlib.sha256()
    for name in names:
        found.update((FOLDER / name).read_bytes())
    return found.hexdigest()


@cache
def cause_book() -> CauseBook:
    """Causes and aliases as shipped; about 20 ms the first time."""
    return CauseBook(
        (
            Cause(row["code"], row["name"], int(row["level"]), row["parent_code"] or None, row["dispute_type_code"])
            for row in rows("causes.csv")
        ),
        (Alias(row["alias"], row["cause_code"], AliasKind(row["kind"])) for row in rows("cause_aliases.csv")),
    )


@cache
def calendar() -> Calendar:
    """The calendar as shipped, without days an administrator entered later."""
    return Calendar(
        DayException.from_text(row["day"], is_workday=row["is_workday"] == "true", name=row["name"])
        for row in rows("calendar.csv")
    )
