"""The servers of one test run: PostgreSQL and Valkey of its own, in a folder of its own, gone at the end."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from launcher import database, processes
from launcher.postgres import Postgres, home_for, owner
from launcher.valkey import Valkey

PREFIX = "mediation-test-"


@dataclass(frozen=True)
class Servers:
    """What runs, and where it keeps its files."""

    postgres: Postgres
    valkey: Valkey
    folder: Path


@contextlib.contextmanager
def private_servers() -> Iterator[Servers]:
    """Start both, stop both. A run that is killed takes its servers with it; its folder goes with the next run."""
    _clear_away_dead_runs()
    # A short path: a unix socket's name may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp"))
    folder.chmod(0o711)
    runs_as = owner()
    postgres = Postgres(home_for(folder, runs_as), runs_as, careless=True)
    valkey = Valkey(folder / "valkey", keep=False)
    try:
        postgres.initialise()
        postgres.start()
        valkey.start()
        database.ensure_role(postgres)
        yield Servers(postgres, valkey, folder)
    finally:
        valkey.stop()
        postgres.stop(patience=5)
        shutil.rmtree(folder, ignore_errors=True)


def _clear_away_dead_runs() -> None:
    for folder in Path("/tmp").glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not processes.is_alive(int(pid)) and folder.stat().st_uid == os.geteuid():
            shutil.rmtree(folder, ignore_errors=True)
