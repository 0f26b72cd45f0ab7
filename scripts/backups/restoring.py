"""scripts/restore: a backup brought back whole or not at all.

The backup is checked before anything is touched. The database is restored beside the present one and compared with the
manifest; files are laid beside the present ones under names that never meet. Then one transaction renames the
databases, and that is the moment at which the platform is the restored one.
"""

import argparse
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg
from psycopg import sql

from backups import files, manifest, place, tables
from backups.making import sync
from backups.manifest import DUMP, FILES, KEYS, Manifest
from launcher import database, processes, run
from launcher.words import Stop, say, stop, tell

STAGING = ".restoring-"
FRESH, BEFORE = "restoring", "before"  # pieces of the names of databases on their way in and out


def main() -> None:
    """Restore one backup, or say in a sentence why not."""
    options = parse(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    try:
        restore(options)
    except Stop as refusal:
        stop(refusal)
    except psycopg.Error as error:
        stop(Stop(f"The database refused: {str(error).strip()} The platform is as it was."))


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        prog="scripts/restore",
        description="Bring a backup back: into the data folder of scripts/run (--data), or into DATABASE_URL and DATA_DIR.",
    )
    parser.add_argument("backup", type=Path, help="the folder that scripts/backup made")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("DATA_DIR") or place.ROOT / ".data"),
        metavar="DIR",
        help="the data folder (default DATA_DIR, or .data in the checkout)",
    )
    parser.add_argument("--keys", type=Path, metavar="FILE", help="the keys that were kept apart from the backup")
    parser.add_argument(
        "--replace", action="store_true", help="put the backup in the place of a platform that holds people and cases"
    )
    options = parser.parse_args(arguments)
    options.backup, options.data = Path(os.path.abspath(options.backup)), Path(os.path.abspath(options.data))
    return options


def restore(options: argparse.Namespace) -> None:
    """Check, restore beside, compare, switch."""
    began = time.monotonic()
    said = manifest.read(options.backup)
    if not (place.ROOT / "migrations" / "versions").is_dir() or not knows(said.schema):
        raise Stop(
            f"The backup's tables are of revision {said.schema}, which this program does not know. Restore it with the program of its time or a later one."
        )
    say("checking the backup")
    manifest.check_files(options.backup, said)
    keys = {
        **place.secrets_of(options.data),
        **{name: os.environ[name] for name in KEYS if os.environ.get(name)},
        **(place.read_settings(options.keys) if options.keys else {}),
    }
    if not keys.get("ENCRYPTION_KEY"):
        raise Stop("The keys are missing: name the file that was kept apart from the backup with --keys FILE.")
    manifest.check_keys(said, keys)
    run.open_folder(options.data)
    keep_keys(options, keys)
    with place.opened(options.data, alone=True) as here:
        with here.connect("postgres", autocommit=True) as server:
            target(here, said, server, options.replace)
            clear_away(here, server)
            fresh = f"{here.database}_{FRESH}_{secrets.token_hex(4)}"
            staging = options.data / f"{STAGING}{os.getpid()}"
            try:
                fill(here, server, fresh, options.backup, said)
                files.unpack(options.backup / FILES, said.files, staging)
                whole = settle(here, fresh, keys, said)
                later = lay_files(staging, options.data, said)
                before = switch(here, server, fresh)
                for name in later:
                    os.replace(staging / name, options.data / name)
            except BaseException:
                drop(server, fresh)
                raise
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        if here.private is not None:  # the next start looks whether this program has newer tables
            (here.private.home / "prepared-by").unlink(missing_ok=True)
    say(f"{sum(t.rows for t in said.tables.values()):,} rows and {len(said.files)} files, as of {said.made_at}")
    tell(
        f"\n  Restored in {time.monotonic() - began:.0f} seconds, compared with the manifest. Everybody is signed out."
    )
    if not whole:
        tell("  The audit of the backup is not whole, see above: tell the audit administrator.")
    if before:
        tell(f"  What was there before is kept as the database {before}; remove it when nobody misses anything.")
    tell("")


def knows(revision: str) -> bool:
    """Whether this program has the migration."""
    return any(
        f'revision = "{revision}"' in path.read_text() or f'revision: str = "{revision}"' in path.read_text()
        for path in (place.ROOT / "migrations" / "versions").glob("*.py")
    )


def keep_keys(options: argparse.Namespace, keys: dict[str, str]) -> None:
    """A trial without keys gets those of the backup; a server of its own has them in its settings."""
    path = options.data / "secrets.env"
    if os.environ.get("DATABASE_URL") or path.exists():
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        wanted = {"SECRET_KEY": secrets.token_urlsafe(48), **{k: v for k, v in keys.items() if k in KEYS}}
        file.writelines(f"{name}={value}\n" for name, value in wanted.items())
        file.flush()
        os.fsync(file.fileno())


def target(here: place.Place, said: Manifest, server: psycopg.Connection, replace: bool) -> None:
    """Refuse a database that may not be replaced: one in use, one that holds people, a server too old, roles missing."""
    major = server.info.server_version // 10000
    if major < said.postgres:
        raise Stop(f"The backup is of PostgreSQL {said.postgres}, this server is {major}. Install the later one.")
    may = server.execute("SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user").fetchone()[0]
    if not may:
        raise Stop(
            f"Restoring makes a database beside the present one. Name a role that may (CREATEDB) in {place.MAINTENANCE}."
        )
    known = {name for (name,) in server.execute("SELECT rolname FROM pg_roles")}
    if missing := sorted(set(said.roles) - known):
        raise Stop(
            f"This server lacks the roles {', '.join(missing)}. Make them as the operations guide says, then restore."
        )
    exists = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (here.database,)).fetchone()
    if not exists:
        return
    others = server.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", (here.database,)
    ).fetchone()[0]
    if others:
        raise Stop(
            f"{others} connections use the database {here.database}. Stop the platform first (systemctl stop mediation.target), then restore."
        )
    if not replace and holds_people(here):
        raise Stop(
            f"The database {here.database} is not empty. To put the backup in its place say --replace: what is there is kept beside it under another name."
        )


def holds_people(here: place.Place) -> bool:
    """Whether somebody has an account in the present database."""
    with here.connect() as connection:
        if not connection.execute("SELECT to_regclass(%s)", (f"public.{database.PEOPLE}",)).fetchone()[0]:
            return False
        connection.execute("SET row_security = off")
        counted = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier("public", database.PEOPLE))
        return connection.execute(counted).fetchone()[0]


def clear_away(here: place.Place, server: psycopg.Connection) -> None:
    """Remove what a killed restore left: it never counted."""
    pattern = f"{here.database}\\_{FRESH}\\_%"
    for (name,) in server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (pattern,)).fetchall():
        drop(server, name)
    for left in here.data.glob(f"{STAGING}*"):
        pid = left.name.removeprefix(STAGING)
        if not (pid.isdigit() and processes.is_alive(int(pid))):
            shutil.rmtree(left, ignore_errors=True)


def fill(here: place.Place, server: psycopg.Connection, fresh: str, backup: Path, said: Manifest) -> None:
    """A new database with the content of the dump, compared table by table."""
    say("restoring the database")
    owner = sql.Identifier(owner_of(here, server))
    server.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(fresh), owner)
    )
    jobs = min(4, os.cpu_count() or 1)
    place.finish(
        here.program("pg_restore", "--exit-on-error", f"--jobs={jobs}", backup / DUMP, database=fresh), "pg_restore"
    )
    say("comparing every table with the manifest")
    with here.connect(fresh) as connection:
        if wrong := tables.differences(said.tables, tables.contents(connection)):
            raise Stop(
                f"What was restored is not what was backed up: {'; '.join(wrong[:5])}. The platform is as it was."
            )
    with here.connect(fresh, autocommit=True) as connection:
        connection.execute("ANALYZE")


def owner_of(here: place.Place, server: psycopg.Connection) -> str:
    """Who owns the platform's database, or is to own it."""
    found = server.execute(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", (here.database,)
    ).fetchone()
    return found[0] if found else database.ROLE


def settle(here: place.Place, fresh: str, keys: dict[str, str], said: Manifest) -> bool:
    """Bring the restored tables up to date, sign everybody out, walk the audit's chain; whether the audit is whole.

    The program's own commands do it. An audit that was broken before the backup is told, and no reason to have nothing.
    """
    environment = {
        **here.environment,
        **keys,
        "DATABASE_URL": here.application_url(fresh),
        "DATA_DIR": str(here.data),
        "REDIS_URL": here.environment.get("REDIS_URL") or "unix:///nowhere",
        "FLASK_SKIP_DOTENV": "1",
        "PYTHONUTF8": "1",
    }

    def flask(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            cwd=place.ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            preexec_fn=processes.die_with_parent(os.getpid()),
        )

    because = f"从 {said.made_at} 的备份恢复"
    for arguments in (("db", "upgrade"), ("accounts", "end-sessions", "--everybody", "--because", because)):
        say(f"flask {' '.join(arguments[:2])}")
        done = flask(*arguments)
        if done.returncode != 0:
            raise Stop(
                f"`flask {' '.join(arguments[:2])}` on the restored database failed: {(done.stderr or done.stdout).strip()[-1500:]}\nThe platform is as it was."
            )
    say("flask audit verify")
    done = flask("audit", "verify")
    tell(f"  {done.stdout.strip() or done.stderr.strip()[-500:]}")
    return done.returncode == 0


def lay_files(staging: Path, data: Path, said: Manifest) -> list[str]:
    """Put the files where they belong; their names are random and meet no others. Returns those left for later.

    One that is there with another content (its keys were changed since) belongs to the present database until the
    switch, so it is written over only after it.
    """
    later = []
    for name, wanted in said.files.items():
        goal = data / name
        goal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if goal.is_file():
            if manifest.checksum(goal) != wanted:
                later.append(name)
            continue
        os.replace(staging / name, goal)
    for folder in {(data / name).parent for name in said.files}:
        sync(folder)
    return later


def switch(here: place.Place, server: psycopg.Connection, fresh: str) -> str | None:
    """The one moment: the restored database takes the name. Returns what the one before is called now."""
    old, new, now = here.database, fresh, datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    exists = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (old,)).fetchone()
    empty = bool(exists) and not holds_people(here)
    before = f"{old}_{BEFORE}_{now}"
    with server.transaction():
        if exists:
            server.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(before))
            )
        server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(new), sql.Identifier(old)))
    if empty:
        drop(server, before)
    return before if exists and not empty else None


def drop(server: psycopg.Connection, name: str) -> None:
    """Remove a database, whoever is in it."""
    with suppress(psycopg.Error):
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


if __name__ == "__main__":
    main()
