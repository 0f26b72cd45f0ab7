"""Where a platform keeps its things: the private server of scripts/run, or the database of DATABASE_URL."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from launcher import database, postgres, processes, run
from launcher.postgres import Postgres, home_for, owner
from launcher.words import Stop

ROOT = Path(__file__).resolve().parent.parent.parent
# Reading every row and making a database takes more rights than the application has.
MAINTENANCE = "MAINTENANCE_DATABASE_URL"


@dataclass(frozen=True)
class Place:
    """One platform as its keeper sees it: a database, a folder, settings."""

    data: Path
    database: str
    maintenance: str  # conninfo of a role that sees every row
    environment: dict[str, str]
    private: Postgres | None

    def connect(self, name: str | None = None, **options) -> psycopg.Connection:
        """A connection as the keeper, to the platform's database or another of the same server."""
        return psycopg.connect(make_conninfo(self.maintenance, dbname=name or self.database), **options)

    def program(self, name: str, *arguments: str | Path, database: str | None = None) -> subprocess.Popen:
        """Start pg_dump or pg_restore of this server's version. The password travels in the environment."""
        told = conninfo_to_dict(self.maintenance) | {"dbname": database or self.database}
        password = told.pop("password", None)
        where = ["--dbname", make_conninfo(**told)] if database != "" else []
        return subprocess.Popen(
            [self._tools(database or self.database) / name, "--no-password", *where, *arguments],
            cwd="/",
            env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", **({"PGPASSWORD": str(password)} if password else {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=processes.die_with_parent(os.getpid()),
        )

    def application_url(self, name: str) -> str:
        """The address by which the application's own role reaches a database of this server."""
        if self.private is not None:
            return self.private.url(name, database.ROLE)
        told = conninfo_to_dict(database.plain(self.environment["DATABASE_URL"])) | {"dbname": name}
        user, password, host = (told.pop(key, "") for key in ("user", "password", "host"))
        told.pop("dbname")
        from_socket = host.startswith("/") or not host
        rest = {**told, **({"host": host} if host and from_socket else {})}
        port = "" if from_socket else f":{rest.pop('port', 5432)}"
        query = "&".join(f"{key}={value}" for key, value in rest.items())
        signed = f"{user}:{password}@" if password else f"{user}@"
        return f"postgresql://{signed}{'' if from_socket else host}{port}/{name}" + (f"?{query}" if query else "")

    def _tools(self, name: str) -> Path:
        if self.private is not None:
            return self.private.binaries
        with self.connect(name) as connection:
            return postgres.tools_for(connection.info.server_version // 10000)


@contextlib.contextmanager
def opened(data: Path, *, alone: bool) -> Iterator[Place]:
    """The platform of this folder or of DATABASE_URL, its private server started if it is not running.

    ``alone``: nothing of the platform may run meanwhile (a restore).
    """
    environment = {**secrets_of(data), **{k: v for k, v in os.environ.items() if v}}
    if outside := environment.get("DATABASE_URL"):
        conninfo = database.plain(environment.get(MAINTENANCE) or outside)
        name = conninfo_to_dict(database.plain(outside))["dbname"]
        yield Place(data, name, conninfo, environment, None)
        return
    runs_as = owner()
    if not alone and not (data / "postgres").exists():
        raise Stop(
            f"{data} holds no data of scripts/run, and DATABASE_URL is not set. Name the folder with --data, or set the settings of the platform."
        )
    server = Postgres(home_for(data, runs_as), runs_as)
    place = Place(data, database.NAME, server.conninfo(), environment, server)
    if not alone and is_running(data):
        yield place
        return
    lock = run.take_lock(data, 0)
    server.keep_open = (lock,)
    try:
        server.initialise()
        server.start()
        database.ensure(server)
        yield place
    finally:
        server.stop()
        os.close(lock)


def is_running(data: Path) -> bool:
    """Whether scripts/run holds this folder."""
    with contextlib.suppress(OSError, ValueError):
        holder = (data / "run.lock").read_text().partition(" ")[0]
        return processes.is_alive(int(holder))
    return False


def secrets_of(data: Path) -> dict[str, str]:
    """The keys that scripts/run made for this folder; nothing where there are none."""
    path = data / "secrets.env"
    return read_settings(path) if path.is_file() else {}


def read_settings(path: Path) -> dict[str, str]:
    """NAME=value, a line each."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}.") from error
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def finish(process: subprocess.Popen, what: str) -> None:
    """Wait for a program; refuses with its own words when it failed."""
    _, said = process.communicate()
    if process.returncode != 0:
        raise Stop(f"{what} failed: {said.strip()[-2000:]}")
