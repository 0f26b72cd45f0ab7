"""The glossary says what the code says."""

import re
from pathlib import Path

from build_glossary.tables import MARK, enums, tables

ROOT = Path(__file__).parents[3]
CODE = ROOT / "mediation_admin"
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


def test_every_enum_and_permission_stands_in_the_glossary_as_in_the_code() -> None:
    written = PAGE[PAGE.index(MARK) :]
    assert written == tables(), "The words of the code have changed. Run: .venv/bin/python scripts/build_glossary"


def test_every_enum_says_in_a_line_what_it_is() -> None:
    silent = [enum.__name__ for enum in enums() if not (enum.__doc__ or "").strip()]
    assert silent == []


def test_no_enum_gives_two_members_one_label() -> None:
    twice = [enum.__name__ for enum in enums() if len({member.label for member in enum}) < len(list(enum))]
    assert twice == []


def test_every_identifier_of_the_glossary_is_found_in_the_code() -> None:
    by_hand = PAGE[: PAGE.index(MARK)]
    rows = [line.split(" | ") for line in by_hand.splitlines() if line.startswith("| ") and " | " in line]
    named = {part for row in rows for token in re.findall(r"`([\w.]+)`", row[1]) for part in token.split(".")}
    code = "\n".join(path.read_text(encoding="utf-8") for path in CODE.rglob("*.py"))
    known = set(re.findall(r"\w+", code))
    assert named - known == set()
    assert len(named) > 60
