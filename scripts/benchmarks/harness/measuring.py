"""Runs a contender in a child process and tells its wall time, processor time and peak memory."""

import importlib
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.processes import die_with_parent
from launcher.words import Stop, say

_SCRIPTS = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Measured:
    """Medians over the runs: seconds on the clock, seconds of the child's own processor time, mebibytes at the peak."""

    wall: float
    processor: float
    peak: float
    runs: int
    answer: Any


def measure(module: str, function: str, arguments: dict[str, Any], *, repeat: int = 1) -> Measured:
    """Call ``module.function(**arguments)`` in a fresh Python ``repeat`` times; both travel as JSON.

    The peak counts everything the child holds, the interpreter and libraries included.
    """
    runs = []
    for number in range(repeat):
        run = _once(module, function, arguments)
        of_rows = f" of {arguments['rows']:,} rows" if "rows" in arguments else ""
        say(f"{function}{of_rows}: {run['wall']:.1f} s, {run['peak']:.0f} MiB ({number + 1} of {repeat})")
        runs.append(run)
    return Measured(
        *(statistics.median(run[name] for run in runs) for name in ("wall", "processor", "peak")),
        runs=repeat,
        answer=runs[-1]["answer"],
    )


def _once(module: str, function: str, arguments: dict[str, Any]) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.harness.measuring", module, function, json.dumps(arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=_SCRIPTS.parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(_SCRIPTS), str(_SCRIPTS.parent)))},
        preexec_fn=die_with_parent(os.getpid()),
    )
    if ended.returncode != 0:
        raise Stop(f"{function} failed, see above.")
    return json.loads(ended.stdout.splitlines()[-1])


def _peak() -> float:
    # Not ru_maxrss: that starts from the parent's size at the fork.
    return int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def _main(arguments: Sequence[str]) -> None:
    module, function, given = arguments
    call = getattr(importlib.import_module(module), function)
    wall, processor = time.perf_counter(), time.process_time()
    answer = call(**json.loads(given))
    taken = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
    print(json.dumps({**taken, "peak": _peak(), "answer": answer}))


if __name__ == "__main__":
    _main(sys.argv[1:])
