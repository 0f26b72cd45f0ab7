"""scripts/run: the whole application on one machine, for a trial. Started by install.py with .venv's Python.

Two processes do it. The one the user started only passes signals on. Below it the supervisor starts everything,
watches it and stops it; it learns of the death of the first (kill -9 included) by a signal from the kernel, and it
adopts every orphan, so nothing it started can be left behind.
"""

import argparse
import contextlib
import fcntl
import os
import signal
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from launcher import processes
from launcher.trial import HOST, ROOT, Trial
from launcher.words import Stop, say, stop, tell


def main() -> None:
    """Refuse early what cannot work, then split into the watcher and the supervisor."""
    options = parse(sys.argv[1:])
    try:
        folder = open_folder(options.data)
        lock = take_lock(folder, options.port)
        door = bind(options.port)
    except Stop as refusal:
        stop(refusal)
    watcher = os.getpid()
    processes.adopt_orphans()
    supervisor = os.fork()
    if supervisor == 0:
        # Its own session: the terminal's Ctrl-C reaches the watcher alone, which passes it on once.
        os.setsid()
        processes.die_with_parent(watcher, signal.SIGTERM)()
        processes.adopt_orphans()
        # os._exit: nothing of the watcher's is to be cleaned up a second time here.
        os._exit(supervise(options, folder, lock, door))
    os.close(lock)
    door.close()
    sys.exit(watch(supervisor))


def parse(arguments: list[str]) -> argparse.Namespace:
    """The three options of the command."""
    parser = argparse.ArgumentParser(
        prog="scripts/run", description="Start the mediation platform on this machine, for a trial."
    )
    parser.add_argument("--port", type=int, default=8000, help="the port on 127.0.0.1 (default 8000)")
    parser.add_argument(
        "--data",
        type=Path,
        default=ROOT / ".data",
        metavar="DIR",
        help="where everything is kept (default .data in the checkout)",
    )
    parser.add_argument(
        "--empty",
        action="store_true",
        help="no demo courts: print a one-time link that sets up the first administrator",
    )
    options = parser.parse_args(arguments)
    if not 1 <= options.port <= 65535:
        parser.error("a port is a number from 1 to 65535")
    return options


def open_folder(wanted: Path) -> Path:
    """The data folder, made if need be; it must be ours."""
    folder = Path(os.path.abspath(wanted))
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(f"The data folder {folder} cannot be made: {error.strerror}. Choose another with --data.") from error
    if folder.stat().st_uid != os.geteuid():
        raise Stop(
            f"The data folder {folder} belongs to another user. Start as that user, or choose another with --data."
        )
    if is_new:
        # Root's database server runs as another user, who has to walk through, but not look around.
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    (folder / "logs").mkdir(mode=0o700, exist_ok=True)
    return folder


def take_lock(folder: Path, port: int) -> int:
    """Make sure that we are the only one on this folder. The servers hold the lock too, so it lasts until they are gone."""
    lock = os.open(folder / "run.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + 20
    waiting = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            holder, _, address = os.pread(lock, 200, 0).decode().partition(" ")
            if holder.isdigit() and processes.is_alive(int(holder)):
                raise Stop(
                    f"scripts/run is already running on {folder} (process {holder}, {address.strip()}). Stop it there with Ctrl-C, or choose another folder with --data."
                ) from None
            if time.monotonic() > deadline:
                raise Stop(
                    f"Servers of an earlier start still hold {folder}. Wait until they have ended, or restart the machine."
                ) from None
            if not waiting:
                say("waiting for the servers of the last start to end")
                waiting = True
            time.sleep(0.2)
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()} http://{HOST}:{port}\n".encode(), 0)
    return lock


def bind(port: int) -> socket.socket:
    """Take the port now, so that a taken one is told at once; gunicorn gets it handed over."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((HOST, port))
        # A bound port can be bound again as long as nobody listens on it: find out who does.
        door.listen(1)
    except OSError as error:
        raise Stop(
            f"Port {port} cannot be used ({error.strerror}). Choose another: scripts/run --port {port + 1 if port < 65535 else 8000}"
        ) from error
    return door


def watch(supervisor: int) -> int:
    """Pass signals on and wait. If the supervisor itself is killed, end whatever it had started."""

    def pass_on(_number: int, _frame: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(supervisor, signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    _, status = os.waitpid(supervisor, 0)
    if os.WIFSIGNALED(status):
        say("the supervisor was killed; ending what it had started")
    processes.end_descendants(os.getpid(), patience=3)
    return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 1


class Interrupted(BaseException):
    """Somebody asked us to stop."""


def supervise(options: argparse.Namespace, folder: Path, lock: int, door: socket.socket) -> int:
    """Start everything, watch it until asked to stop, stop it. Returns the exit code."""
    hurry: list[int] = []

    def interrupt(_number: int, _frame: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, lambda number, _frame: hurry.append(number))  # the second time: do not wait any longer
        raise Interrupted

    trial = Trial(options, folder, lock, door)
    watcher = os.getppid()
    code = 0
    try:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, interrupt)
        trial.start()
        trial.keep_running()
    except Interrupted:
        say("stopping")
    except Stop as refusal:
        code = 1
        tell(f"\n{refusal}\n")
    finally:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, lambda number, _frame: hurry.append(number))
        if os.getppid() != watcher:
            hurry.append(signal.SIGKILL)  # the watcher was killed: whoever did that wants everything gone now
        trial.stop(hurry)
        processes.end_descendants(os.getpid(), patience=0.5)
        say("stopped; everything is kept in " + str(folder))
    return code


if __name__ == "__main__":
    main()
