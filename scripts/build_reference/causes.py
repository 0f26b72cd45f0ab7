"""The causes of action of the 2025 regulation, each with the dispute type that follows from it."""

import csv
from pathlib import Path
from typing import NamedTuple

EDITION = "2025"
IN_FORCE_SINCE = "2026-01-01"
FALLBACK = "other"


class Cause(NamedTuple):
    """One line of causes.csv."""

    edition: str
    code: str
    name: str
    level: str
    parent_code: str
    position: int
    dispute_type_code: str
    valid_from: str
    valid_to: str


def join(transcription: Path, rules: Path) -> list[Cause]:
    """Each cause takes the dispute type of its nearest ancestor (or itself) that a rule names."""
    with rules.open(encoding="utf-8", newline="") as file:
        ruled = {row["cause_code"]: row["dispute_type_code"] for row in csv.DictReader(file)}
    settled: dict[str, str] = {}
    found: list[Cause] = []
    with transcription.open(encoding="utf-8", newline="") as file:
        for position, row in enumerate(csv.DictReader(file), start=1):
            code, parent = row["code"], row["parent"]
            settled[code] = ruled.get(code) or settled.get(parent, FALLBACK)
            found.append(
                Cause(EDITION, code, row["name"], row["level"], parent, position, settled[code], IN_FORCE_SINCE, "")
            )
    if unknown := ruled.keys() - settled.keys():
        raise ValueError(f"dispute_type_rules.csv names causes that do not exist: {sorted(unknown)}")
    return found
