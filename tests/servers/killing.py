"""Kills a worker as a power cut would: the worker and its work-horse, which lives in a group of its own."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path


def cut_power(worker: subprocess.Popen) -> None:
    """SIGKILL to the worker and everything it started, the worker first so that it cannot react."""
    family = _family(worker.pid)
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    worker.wait()


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [pid]
    for child in children.read_text().split() if children.exists() else ():
        found += _family(int(child))
    return found
