"""The application as a process of its own, for browsers: the real server or the real worker on the tests' database."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from launcher.postgres import last_lines
from launcher.processes import die_with_parent
from launcher.trial import ACCESS_FORMAT

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"


@contextlib.contextmanager
def web_server(environment: dict[str, str], log: Path) -> Iterator[str]:
    """gunicorn on a free port; yields its address once it answers."""
    with socket.socket() as door:
        door.bind((HOST, 0))
        door.listen(64)
        port = door.getsockname()[1]
        command = [
            sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "1", "--threads", "8",
            "--bind", f"fd://{door.fileno()}", "--graceful-timeout", "1", "--no-control-socket",
            "--access-logfile", "-", "--access-logformat", ACCESS_FORMAT, "--error-logfile", "-", "wsgi:app",
        ]  # fmt: skip
        with _process(command, environment, log, (door.fileno(),)) as process:
            _wait_until_it_answers(port, process, log)
            yield f"http://{HOST}:{port}"


@contextlib.contextmanager
def queue_worker(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen]:
    """A worker of the queue, the same command that production runs."""
    with _process([sys.executable, "-m", "flask", "--app", "wsgi", "worker"], environment, log, ()) as process:
        yield process


@contextlib.contextmanager
def _process(
    command: list[str], environment: dict[str, str], log: Path, fds: tuple[int, ...]
) -> Iterator[subprocess.Popen]:
    with log.open("ab") as kept:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment, "FLASK_SKIP_DOTENV": "1", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=kept,
            stderr=kept,
            start_new_session=True,
            pass_fds=fds,
            preexec_fn=die_with_parent(os.getpid()),
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(port: int, process: subprocess.Popen, log: Path, patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    said = "nothing"
    while time.monotonic() < deadline and process.poll() is None:
        line = http.client.HTTPConnection(HOST, port, timeout=patience)
        with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException):
            line.request("GET", "/healthz")
            answer = line.getresponse()
            said = f"{answer.status} {answer.read(300)!r}"
            if answer.status < 500:
                return
        time.sleep(0.1)
    raise RuntimeError(
        f"The web server did not come up; /healthz said {said}. Its log ends with:\n{last_lines(log, 40)}"
    )
