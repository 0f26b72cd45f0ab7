"""Operators' commands, run as at the terminal; the workbooks of the demo."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import func, select

from mediation_admin.core.db import db
from mediation_admin.core.scope import unfenced

DATA = Path(__file__).parents[3] / "mediation_admin" / "demo" / "data"
ROSTER = DATA / "宛城区_特邀调解员名册.xlsx"
LEDGER = DATA / "宛城区_工商联_诉前委派台账_2022上半年.xlsx"
TRUTH = json.loads((Path(__file__).parents[2] / "data" / "宛城区_2022上半年_truth.json").read_text())
COURT = ("--court", "豫1302")


@pytest.fixture
def flask(app):
    """What `flask …` does, in a context of its own."""

    def run(*words: object) -> Result:
        with app.app_context():
            try:
                return app.test_cli_runner().invoke(args=[str(word) for word in words], catch_exceptions=False)
            finally:
                db.session.remove()

    return run


@pytest.fixture
def count(app):
    """How many rows a table has, looking over the fence."""

    def look(model: type) -> int:
        with app.app_context():
            return db.session.scalar(unfenced(select(func.count()).select_from(model), "a test counts"))

    return look
