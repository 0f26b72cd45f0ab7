"""The restore drill, timed: scripts/backup of a platform with many cases, scripts/restore into an empty place."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from backups import manifest
from benchmarks.harness.database import private_postgres
from benchmarks.harness.page import Section, Table
from benchmarks.harness.platform import environment, platform, prepare
from launcher import database
from launcher.words import Stop
from mediation_admin.core.db import db
from mediation_admin.demo.seeding import seed_cases

HEADING = "备份与恢复 Backup and restore"
SCRIPTS = Path(__file__).resolve().parent.parent


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many cases."""
    parser.add_argument("--cases", type=int, default=1_000_000)


def run(options: argparse.Namespace) -> Section:
    """One backup, one restore, each as an operator runs it; the restored database stands on the same server."""
    with private_postgres() as server, TemporaryDirectory() as folder:
        database.ensure_role(server)
        url = prepare(server)
        data = Path(folder) / "data"
        (data / "exports").mkdir(parents=True)
        # Files cost what a disk costs: a hundred workbooks of ten megabytes.
        for number in range(100):
            (data / "exports" / f"{number}-bench.xlsx").write_bytes(os.urandom(1 << 20) * 10)
        with platform(url, str(data)):
            seed_cases(db.session, options.cases)
            db.session.commit()
        settings = {
            **environment(url.replace("+psycopg", ""), str(data)),
            "MAINTENANCE_DATABASE_URL": url.replace("+psycopg", ""),
        }
        backups = Path(folder) / "backups"
        made = timed("making", "--to", backups, **settings)
        (backup,) = backups.iterdir()
        told = manifest.read(backup)
        target = url.replace("+psycopg", "").replace("/bench?", "/restored?")
        back = timed("restoring", backup, **{**settings, "DATABASE_URL": target, "DATA_DIR": str(Path(folder) / "new")})
        dump, files = ((backup / name).stat().st_size for name in (manifest.DUMP, manifest.FILES))
    rows = sum(table.rows for table in told.tables.values())
    lines = [
        ("scripts/backup: dump, count, add up, pack, read back", f"{made:.0f} s"),
        ("scripts/restore: check, restore, compare, verify the audit, switch", f"{back:.0f} s"),
    ]
    notes = [
        f"{rows:,} rows in {len(told.tables)} tables, the dump {dump / 1e6:,.0f} MB; {len(told.files)} files, {files / 1e6:,.0f} MB.",
        "What was restored is compared with the manifest table by table: rows and a sum over the content of every row.",
        "Backup and database share the cores; the platform could be used meanwhile.",
    ]
    return Section([Table(("step", "wall"), lines, f"{options.cases:,} cases")], notes)


def timed(script: str, *arguments: object, **settings: str) -> float:
    """Seconds that a script took; its words when it refused."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, SCRIPTS / "backups" / f"{script}.py", *map(str, arguments)],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Stop(done.stdout + done.stderr)
    return time.monotonic() - began
