"""Writes the second half of docs/glossary.md anew: every enum and every permission as the code has them.

Run with the project's own Python: ``.venv/bin/python scripts/build_glossary``. What stands above the mark is written by
hand and kept.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from build_glossary.tables import MARK, tables

if __name__ == "__main__":
    page = ROOT / "docs" / "glossary.md"
    by_hand = page.read_text(encoding="utf-8").partition(MARK)[0]
    page.write_text(by_hand + tables(), encoding="utf-8")
