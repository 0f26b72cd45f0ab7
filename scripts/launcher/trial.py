"""One trial: servers, schema, first people, web server, workers and scheduler, brought up, watched and taken down."""

import argparse
import base64
import contextlib
import hashlib
import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path

from launcher import database, processes
from launcher.postgres import Postgres, home_for, last_lines, owner
from launcher.services import Service, stop_together
from launcher.valkey import Valkey
from launcher.words import Stop, say, tell

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
WORKERS = 2
JOB_PATIENCE = 5.0  # seconds that a running background job may take to finish after Ctrl-C
KEYS = ("SECRET_KEY", "ENCRYPTION_KEY", "INDEX_KEY")

# No query in the log of requests: what somebody typed into an address by hand is not kept (S29).
ACCESS_FORMAT = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(L)s'


class Trial:
    """Everything that one start of scripts/run brings up."""

    def __init__(self, options: argparse.Namespace, folder: Path, lock: int, door: socket.socket) -> None:
        self.options = options
        self.folder = folder
        self.lock = lock
        self.door = door
        self.address = f"http://{HOST}:{options.port}"
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self.services: list[Service] = []

    def start(self) -> None:
        """Servers, schema, reference data, the first people, then the application; returns when it answers."""
        environment = self.environment()
        self.prepare_database(environment)
        if database.is_empty(environment["DATABASE_URL"], self.postgres):
            self.first_people(environment)
        say("starting the web server")
        web, *others = self.make_services(environment)
        self.start_service(web)
        self.wait_until_healthy()
        say("starting workers and scheduler")
        for service in others:
            self.start_service(service)
        sign_in = self.folder / "sign-in.txt"
        tell("")
        tell(f"  Ready: {self.address}")
        if sign_in.exists():
            tell(f"  Who can sign in, and how: {sign_in}")
        tell(f"  Logs: {self.folder / 'logs'}   Stop: Ctrl-C")
        tell("")

    def environment(self) -> dict[str, str]:
        """What the application is told, the private servers started on the way."""
        environment = {
            **os.environ,
            **self.keys(),
            "DATA_DIR": str(self.folder),
            "FLASK_SKIP_DOTENV": "1",
            "PYTHONUNBUFFERED": "1",
            "PYTHONUTF8": "1",
        }
        if outside := os.environ.get("DATABASE_URL"):
            environment["DATABASE_URL"] = database.check_outside(outside)
        else:
            environment["DATABASE_URL"] = self.start_postgres()
        if outside := os.environ.get("REDIS_URL"):
            environment["REDIS_URL"] = database.check_queue(outside)
        else:
            say("starting Valkey")
            self.valkey = Valkey(self.folder / "valkey", keep_open=(self.lock,))
            self.valkey.start()
            environment["REDIS_URL"] = self.valkey.url
        return environment

    def start_postgres(self) -> str:
        """The private PostgreSQL with the application's database in it; returns its address for the application."""
        runs_as = owner()
        home = home_for(self.folder, runs_as)
        self.postgres = Postgres(home, runs_as, keep_open=(self.lock,))
        say(
            f"starting PostgreSQL ({self.postgres.binaries}{'' if runs_as.name is None else ', as the user ' + runs_as.name})"
        )
        self.postgres.initialise()
        self.postgres.start()
        database.ensure(self.postgres)
        return self.postgres.url(database.NAME, database.ROLE)

    def prepare_database(self, environment: dict[str, str]) -> None:
        """Tables and reference data, unless this very program has brought this private database up to date before."""
        mark = None if self.postgres is None else self.postgres.home / "prepared-by"
        program = fingerprint(ROOT / "mediation_admin", ROOT / "migrations")
        if mark is not None and mark.exists() and mark.read_text() == program:
            return
        say("bringing the database's tables up to date")
        self.flask(environment, "db", "upgrade")
        say("loading the reference data")
        self.flask(environment, "reference", "load")
        if mark is not None:
            mark.write_text(program)

    def keys(self) -> dict[str, str]:
        """The secrets: from the environment where given, else from DIR/secrets.env, made at the first start."""
        path = self.folder / "secrets.env"
        if not path.exists():
            made = {
                "SECRET_KEY": secrets.token_urlsafe(48),
                "ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
                "INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            }
            # Whole or not at all: losing the keys would lose every encrypted number.
            draft = path.with_suffix(".new")
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.writelines(f"{name}={value}\n" for name, value in made.items())
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
        kept = dict(
            line.split("=", 1) for line in path.read_text().splitlines() if "=" in line and not line.startswith("#")
        )
        found = {name: os.environ.get(name) or kept.get(name, "") for name in KEYS}
        if missing := [name for name, value in found.items() if not value]:
            raise Stop(
                f"{path} lacks {', '.join(missing)}. Put it back from your backup: without it the encrypted numbers cannot be read."
            )
        return found

    def first_people(self, environment: dict[str, str]) -> None:
        """An empty database gets the demo courts, or with --empty the link that sets up the first administrator."""
        if self.options.empty:
            tell("")
            self.flask(environment, "accounts", "setup-link", "--base-url", self.address, shown=True)
            tell("")
        else:
            say("making two demo courts (about a minute, only at the first start)")
            self.flask(environment, "demo", "create", "--sign-in-file", str(self.folder / "sign-in.txt"), shown=True)

    def flask(self, environment: dict[str, str], *arguments: str, shown: bool = False) -> None:
        """Run one of the application's commands to its end; its words are shown or kept in the log."""
        log = self.log("commands")
        with log.open("ab") as kept:
            command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
            done = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=None if shown else kept,
                stderr=kept,
                start_new_session=True,
                preexec_fn=processes.die_with_parent(os.getpid()),
            ).wait()
        if done != 0:
            raise Stop(f"`flask {' '.join(arguments[:2])}` failed. The log {log} ends with:\n{last_lines(log)}")

    def make_services(self, environment: dict[str, str]) -> list[Service]:
        """The web server, the workers of the queue, the scheduler; none is started yet."""
        door = self.door.fileno()
        options = {
            "worker-class": "gthread", "workers": "2", "threads": "4", "bind": f"fd://{door}",
            "timeout": "60", "graceful-timeout": "3", "access-logfile": "-", "error-logfile": "-",
            "access-logformat": ACCESS_FORMAT,
        }  # fmt: skip
        if os.access("/dev/shm", os.W_OK):  # gunicorn's heartbeat files belong in memory, not on a slow disk
            options["worker-tmp-dir"] = "/dev/shm"
        gunicorn = [
            sys.executable,
            "-m",
            "gunicorn",
            "--no-control-socket",
            *(f"--{k}={v}" for k, v in options.items()),
        ]
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        workers = [f"worker-{number}" for number in range(1, WORKERS + 1)]
        return [
            Service("web", [*gunicorn, "wsgi:app"], environment, ROOT, self.log("web"), (door,)),
            *(Service(name, [*flask, "worker"], environment, ROOT, self.log(name)) for name in workers),
            Service("scheduler", [*flask, "scheduler"], environment, ROOT, self.log("scheduler")),
        ]

    def start_service(self, service: Service) -> None:
        """Start one and watch over it from now on."""
        self.services.append(service)
        service.start()

    def wait_until_healthy(self, patience: float = 90) -> None:
        """Return when the application says it is well."""
        deadline = time.monotonic() + patience
        said = "nothing"
        while time.monotonic() < deadline:
            for service in self.services:
                service.watch()
            line = http.client.HTTPConnection(HOST, self.options.port, timeout=5)
            with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException):
                line.request("GET", "/healthz")
                answer = line.getresponse()
                said = f"{answer.status} {answer.read(300).decode(errors='replace')}"
                if answer.status == 200:
                    return
            time.sleep(0.1)
        raise Stop(
            f"The application did not become ready within {patience:.0f} seconds; /healthz said {said}. Its log ends with:\n{last_lines(self.log('web'))}"
        )

    def keep_running(self) -> None:
        """Watch everything until a signal ends the wait."""
        while True:
            time.sleep(0.3)
            for service in self.services:
                service.watch()
            for name, server in (("PostgreSQL", self.postgres), ("Valkey", self.valkey)):
                if server is not None and server.process is not None and server.process.poll() is not None:
                    say(f"{name} ended; starting it again")
                    start_again(server)
            bury_orphans({s.process.pid for s in (*self.services, self.postgres, self.valkey) if s and s.process})

    def log(self, name: str) -> Path:
        """The log of a service; a big one is put aside first."""
        path = self.folder / "logs" / f"{name}.log"
        if not any(s.log == path for s in self.services) and path.exists() and path.stat().st_size > 20_000_000:
            path.rename(path.with_suffix(".old.log"))
        return path

    def stop(self, hurry: list[int]) -> None:
        """First whoever uses the servers, then the servers."""
        self.door.close()
        stop_together(self.services, JOB_PATIENCE, hurry)
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.stop()


def fingerprint(*folders: Path) -> str:
    """Changes whenever a file of the program changes; takes a few milliseconds."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def start_again(server: Postgres | Valkey, tries: int = 10) -> None:
    """Start a server that died; what is left of it may need a moment to let go of its memory and files."""
    for left in reversed(range(tries)):
        try:
            server.start()
            return
        except Stop:
            if not left:
                raise
            time.sleep(0.5)


def bury_orphans(known: set[int]) -> None:
    """Take the exit status of adopted processes; those we started ourselves are asked for theirs elsewhere."""
    with contextlib.suppress(ChildProcessError):
        while (dead := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and dead.si_pid not in known:
            os.waitpid(dead.si_pid, 0)
