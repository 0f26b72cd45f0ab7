"""A platform with people, cases and files, and the two scripts run on it as an operator would."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from mediation_admin.core.db import db
from mediation_admin.imports import store
from tests import people
from tests.conftest import KEYS
from tests.factories import cases
from tests.servers import template
from tests.servers.private import PREFIX, Servers

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("吴䶮", "欧阳某某", "𠮷野家某", "某某商贸（南阳）有限公司")


@dataclass
class Keeper:
    """Whoever backs up and restores: the scripts, their settings, and a folder for backups."""

    servers: Servers
    place: Path
    started: list[subprocess.Popen] = field(default_factory=list)

    @property
    def backups(self) -> Path:
        return self.place / "backups"

    def environment(self, database: str = template.DATABASE, data: Path | None = None) -> dict[str, str]:
        """The settings of a platform whose database is the tests' one, or another of the same server."""
        url, keeper = (
            self.servers.postgres.url(database, user).replace("+psycopg", "") for user in (template.ROLE, "postgres")
        )
        return {
            **KEYS,
            "DATABASE_URL": url,
            "MAINTENANCE_DATABASE_URL": keeper,
            "REDIS_URL": self.servers.valkey.url,
            "DATA_DIR": str(data or self.servers.folder / "data"),
        }

    def start(self, script: str, *arguments: object, **environment: str) -> subprocess.Popen:
        """Start making.py (scripts/backup) or restoring.py (scripts/restore)."""
        ours = ("DATABASE_URL", "REDIS_URL", "DATA_DIR", "MAINTENANCE_DATABASE_URL", *KEYS)
        self.started.append(
            subprocess.Popen(
                [sys.executable, ROOT / "scripts" / "backups" / f"{script}.py", *map(str, arguments)],
                env={k: v for k, v in os.environ.items() if k not in ours} | environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return self.started[-1]

    def run(self, script: str, *arguments: object, refused: bool = False, **environment: str) -> str:
        """The same, to its end; what it said."""
        process = self.start(script, *arguments, **environment)
        said, _ = process.communicate(timeout=240)
        assert (process.returncode != 0) == refused, said
        return said

    def back_up(self, **environment: str) -> Path:
        """A finished backup of the tests' platform."""
        self.run("making", "--to", self.backups, **(self.environment() | environment))
        return self.complete()[-1]

    def complete(self) -> list[Path]:
        """The folders that look like backups to an operator."""
        return sorted(path for path in self.backups.iterdir() if not path.name.startswith("."))

    def looked_up(self, question: str, database: str) -> list[tuple]:
        """Rows of another database of the server."""
        with psycopg.connect(self.servers.postgres.conninfo(database)) as connection:
            return connection.execute(question).fetchall()

    def databases(self) -> set[str]:
        """The names of all databases of the server."""
        return {name for (name,) in self.looked_up("SELECT datname FROM pg_database", "postgres")}


@pytest.fixture
def keeper(servers: Servers, app: Flask) -> Iterator[Keeper]:
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        one = Keeper(servers, Path(folder))
        before = one.databases()
        yield one
        for process in one.started:
            if process.poll() is None:
                process.kill()
                process.communicate()
        with psycopg.connect(servers.postgres.conninfo(), autocommit=True) as server:
            for name in one.databases() - before:
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def platform(app: Flask, working_as: Callable) -> Iterator[str]:
    """People, cases with rare characters, an export and an uploaded workbook; yields the workbook's stored name."""
    actor, scope = people.acting(app, people.admin_a)
    data = Path(app.config["DATA_DIR"])
    with working_as(actor, scope) as session:
        for name in NAMES:
            cases.a_case(actor, parties=(cases.a_party(name=name), cases.a_party(cases.PartyRole.RESPONDENT)))
        session.commit()
    with app.app_context():
        with (data / "ledger.bin").open("w+b") as source:
            source.write("案号,当事人\n".encode() * 200_000)
            source.seek(0)
            kept = store.keep(source, 1 << 30)
        (data / "ledger.bin").unlink()
        (data / "exports").mkdir(exist_ok=True)
        (data / "exports" / "1-0a1b2c.xlsx").write_bytes(b"a workbook")
        db.session.execute(text("select 1"))
        db.session.remove()
        yield kept.name
        store.remove(kept.name)
    (data / "exports" / "1-0a1b2c.xlsx").unlink()
