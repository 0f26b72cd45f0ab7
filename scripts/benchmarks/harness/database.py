"""A private PostgreSQL for a benchmark, set up as the trial's is, in a folder that is gone afterwards."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from launcher.postgres import Postgres, home_for, owner
from launcher.words import say


@contextlib.contextmanager
def private_postgres() -> Iterator[Postgres]:
    """Start it, stop it, remove it. Its settings are the trial server's; it needs room in the folder for temporary files."""
    folder = Path(tempfile.mkdtemp(prefix=f"mediation-bench-{os.getpid()}-"))
    folder.chmod(0o711)
    runs_as = owner()
    server = Postgres(home_for(folder, runs_as), runs_as)
    try:
        server.initialise()
        server.start()
        say("PostgreSQL is up")
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
