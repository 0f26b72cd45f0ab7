"""The application's own processes: started together, started again when one dies, stopped together."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from launcher.postgres import last_lines
from launcher.processes import die_with_parent
from launcher.words import Stop, say

QUICK_DEATH = 5.0  # seconds: whoever dies sooner after its start did not come up
QUICK_DEATHS_ALLOWED = 3


@dataclass
class Service:
    """One process that has to run, and how it is asked to stop."""

    name: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    log: Path
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen | None = None
    started: float = 0.0
    quick_deaths: int = 0
    start_at: float | None = field(default=None)  # when a dead one is to be started again

    def start(self) -> None:
        """Start it in its own session, so that Ctrl-C in the terminal does not reach it before we decide."""
        self.start_at = None
        self.started = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self.pass_fds,
                preexec_fn=die_with_parent(os.getpid()),
            )

    def watch(self) -> None:
        """Start it again if it died, a little later each time. Refuses when it dies at once again and again."""
        now = time.monotonic()
        if self.start_at is not None:
            if now >= self.start_at:
                self.start()
            return
        assert self.process is not None
        code = self.process.poll()
        if code is None:
            return
        # What it leaves in its process group (gunicorn's workers) must not get in the way of the next one.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.quick_deaths = self.quick_deaths + 1 if now - self.started < QUICK_DEATH else 0
        if self.quick_deaths >= QUICK_DEATHS_ALLOWED:
            raise Stop(
                f"{self.name} ended {self.quick_deaths} times right after its start. Its log {self.log} ends with:\n{last_lines(self.log)}"
            )
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        say(f"{self.name} ended ({how}); starting it again")
        self.start_at = now + self.quick_deaths

    def is_running(self) -> bool:
        """Whether its process is there."""
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """The polite signal; finishing what it has in hand is up to it."""
        if self.is_running():
            self.process.terminate()


def stop_together(services: list[Service], patience: float, hurry: list[int]) -> None:
    """Ask all to stop and wait; whoever is not done after ``patience`` seconds is killed.

    Once ``hurry`` holds anything, one second is all. A background job that is cut off here is taken up again at the next start: its row says how far it was.
    """
    for service in services:
        service.ask_to_stop()
    asked = time.monotonic()
    while any(s.is_running() for s in services) and time.monotonic() < asked + (1.0 if hurry else patience):
        time.sleep(0.05)
    for service in services:
        if service.is_running():
            say(f"{service.name} did not stop in time and is ended")
            with contextlib.suppress(ProcessLookupError):
                os.killpg(service.process.pid, signal.SIGKILL)
            service.process.wait()
