"""Short load on a real web server: gunicorn as scripts/run starts it, clients that ask one page after the other."""

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from launcher.processes import die_with_parent
from launcher.words import Stop

ROOT = Path(__file__).resolve().parent.parent.parent.parent
WORKERS, THREADS = 2, 4
_TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def gunicorn(application: str, environment: dict[str, str], log: Path) -> Iterator[tuple[int, int]]:
    """Serve ``module:app`` on a free port of this machine; yields (port, process id) once it answers."""
    scripts = ROOT / "scripts"
    with socket.create_server(("127.0.0.1", 0)) as door, log.open("ab") as kept:
        port = door.getsockname()[1]
        command = [
            sys.executable, "-W", "ignore", "-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread",
            "--workers", str(WORKERS), "--threads", str(THREADS), "--bind", f"fd://{door.fileno()}",
            "--timeout", "120", "--graceful-timeout", "3", "--access-logfile", os.devnull, "--error-logfile", "-",
            application,
        ]  # fmt: skip
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join((str(scripts), str(ROOT)))},
            stdout=kept,
            stderr=kept,
            pass_fds=(door.fileno(),),
            preexec_fn=die_with_parent(os.getpid()),
        )
        try:
            _wait(process, port, log)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait()


def _wait(process: subprocess.Popen, port: int, log: Path, patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException), _line(port) as line:
            line.request("GET", "/healthz")
            line.getresponse().read()
            return
        time.sleep(0.1)
    raise Stop(f"gunicorn did not answer, see {log}: {log.read_text()[-2000:]}")


def under_load(
    port: int, pages: Sequence[str], cookies: str, *, clients: int, seconds: float, watch: dict[str, int]
) -> dict[str, Any]:
    """Ask for the pages in turn from so many clients at once; what is not 200 is counted as an error.

    ``watch`` names processes whose processor time per request is told (their children included).
    """
    times: list[float] = []
    faults: list[str] = []
    begun = time.monotonic()
    before = {name: processor_of(pid) for name, pid in watch.items()}

    def ask(number: int) -> None:
        with _line(port) as line:
            turn = number
            while time.monotonic() < begun + seconds:
                started = time.perf_counter()
                line.request("GET", pages[turn % len(pages)], headers={"Cookie": cookies, "Accept": "text/html"})
                answer = line.getresponse()
                answer.read()
                times.append(time.perf_counter() - started)
                if answer.status != 200:
                    faults.append(f"{answer.status} {pages[turn % len(pages)]}")
                turn += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    ordered = sorted(times)
    return {
        "rate": len(times) / took,
        "median": statistics.median(ordered) * 1000,
        "p95": ordered[int(len(ordered) * 0.95)] * 1000,
        "p99": ordered[int(len(ordered) * 0.99)] * 1000,
        "errors": len(faults),
        "fault": faults[0] if faults else "",
        **{name: (processor_of(pid) - before[name]) * 1000 / len(times) for name, pid in watch.items()},
    }


def processor_of(pid: int) -> float:
    """Seconds of processor time of a process and those below it that are alive."""
    used = 0.0
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used = (int(fields[11]) + int(fields[12])) / _TICKS
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            used += processor_of(int(child))
    return used


@contextlib.contextmanager
def _line(port: int) -> Iterator[http.client.HTTPConnection]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    with contextlib.closing(line):
        yield line
