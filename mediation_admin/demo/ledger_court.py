"""The demo court that comes from workbooks: its roster and its ledger, through the very engine a clerk uses."""

from pathlib import Path

from mediation_admin.backfill.importing import CASES
from mediation_admin.core.scope import Actor
from mediation_admin.imports import operations as imports
from mediation_admin.rosters.importing import MEDIATORS

DATA = Path(__file__).parent / "data"
ROSTER = DATA / "宛城区_特邀调解员名册.xlsx"
LEDGER = DATA / "宛城区_工商联_诉前委派台账_2022上半年.xlsx"


def fill(court_id: int, *, admin: Actor) -> dict[str, int]:
    """Import the roster, then the ledger that names its mediators; subject → rows written. Flushes."""
    written = {}
    for subject, path in ((MEDIATORS, ROSTER), (CASES, LEDGER)):
        checked = imports.precheck_file(subject_code=subject.code, path=path, actor=admin, court_id=court_id)
        done = imports.commit_batch(actor=admin, batch_id=checked["batch"])
        written[subject.code] = done["counts"]["new"]
    return written
