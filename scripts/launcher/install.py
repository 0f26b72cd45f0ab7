"""Makes .venv and installs the hashed lock into it, then hands over to the part of the launcher that was asked for.

Runs on the system's bare Python, so it uses the standard library only. What is already installed is remembered by
the hash of the lock; a start with nothing to install costs a few milliseconds.
"""

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from launcher.processes import die_with_parent
from launcher.words import Stop, say, stop

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME = ("requirements.txt",)
WITH_TESTS = ("requirements.txt", "requirements-dev.txt")


def main() -> None:
    """Install what the asked-for part needs, then become it."""
    part, *arguments = sys.argv[1:]
    try:
        install(WITH_TESTS if part in ("test", "check", "bench") else RUNTIME)
    except Stop as refusal:
        stop(refusal)
    except KeyboardInterrupt:
        sys.exit("\nStopped while installing; the next start goes on from here.")
    os.execv(PYTHON, [str(PYTHON), str(ROOT / "scripts" / "launcher" / f"{part}.py"), *arguments])


def install(locks: tuple[str, ...]) -> None:
    """Bring .venv to the state of the locks. Two starts at once take turns."""
    try:
        VENV.mkdir(exist_ok=True)
    except OSError as error:
        raise Stop(
            f"{ROOT} cannot be written by this user ({error.strerror}), so .venv cannot be made in it."
        ) from error
    missing = [lock for lock in locks if not _is_installed(lock)]
    if not missing:
        return
    try:
        turn = (VENV / ".installing").open("w")
    except OSError as error:
        raise Stop(
            f"{VENV} belongs to another user, and the libraries in it do not match the lock. Remove it, or start as that user."
        ) from error
    with turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _ensure_venv()
        for lock in locks:
            if not _is_installed(lock):
                say(f"installing the libraries of {lock}")
                _pip_install(lock)
                _mark(lock).write_text(_fingerprint(lock))


def _ensure_venv() -> None:
    if PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Stop(
            f"Python {version} is here, but its venv module is not complete. "
            f"Install it: apt-get install python{version}-venv (or python3-venv)."
        )
    say("making .venv")
    for mark in VENV.glob(".installed-*"):
        mark.unlink()
    try:
        venv.EnvBuilder(with_pip=True, clear=False, symlinks=True).create(VENV)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Stop(f".venv cannot be made in {ROOT}: {error}.") from error


def _pip_install(lock: str) -> None:
    # --no-deps: the lock is complete, so there is nothing to resolve. --no-input: nobody may be there to answer.
    command = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--no-deps",
        "--no-input",
        "-qq",
        "-r",
        ROOT / lock,
    ]
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    pip = subprocess.Popen(command, env=environment, preexec_fn=die_with_parent(os.getpid()))
    if pip.wait() != 0:
        raise Stop(
            f"The libraries of {lock} could not be installed; pip says why above. Without a package index in reach, set PIP_INDEX_URL to a mirror."
        )


def _mark(lock: str) -> Path:
    return VENV / f".installed-{lock}"


def _fingerprint(lock: str) -> str:
    """Changes with the lock, with the Python underneath, and with the place .venv was made for."""
    base = f"{sys.version_info.major}.{sys.version_info.minor}\n{VENV}\n"
    return hashlib.sha256(base.encode() + (ROOT / lock).read_bytes()).hexdigest()


def _is_installed(lock: str) -> bool:
    try:
        return PYTHON.exists() and _mark(lock).read_text() == _fingerprint(lock)
    except OSError:
        return False


if __name__ == "__main__":
    main()
