"""scripts/backup: database, files and (elsewhere) keys of a running platform, in one consistent state.

The backup is written under a hidden name and renamed when it is complete and was read back; whatever kills it before
leaves nothing that counts as a backup.
"""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg

from backups import files, manifest, place, tables
from backups.manifest import DUMP, FILES, KEYS, Manifest
from launcher import processes
from launcher.trial import fingerprint
from launcher.words import Stop, say, stop, tell

PREFIX = "mediation-"
UNFINISHED = ".unfinished-"


def main() -> None:
    """Make one backup, or say in a sentence why not."""
    options = parse(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    try:
        finished = back_up(options)
    except Stop as refusal:
        stop(refusal)
    except psycopg.Error as error:
        stop(Stop(f"The database refused: {str(error).strip()}"))
    tell(f"\n  Complete and read back: {finished}")
    if options.keys_to is None:
        tell(
            "  The keys are not in it. Keep them apart: --keys-to DIR, or a copy of the settings file in a safe place."
        )
    tell("")


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        prog="scripts/backup",
        description="Back up the platform while it runs: of scripts/run (--data), or of DATABASE_URL and DATA_DIR.",
    )
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="the folder of the backups")
    parser.add_argument(
        "--keys-to", type=Path, metavar="DIR", help="another folder, best on another medium, for a copy of the keys"
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("DATA_DIR") or place.ROOT / ".data"),
        metavar="DIR",
        help="the data folder (default DATA_DIR, or .data in the checkout)",
    )
    parser.add_argument("--keep", type=int, metavar="N", help="afterwards remove all but the newest N complete backups")
    options = parser.parse_args(arguments)
    for name in ("to", "keys_to", "data"):
        if (path := getattr(options, name)) is not None:
            setattr(options, name, Path(os.path.abspath(path)))
    if options.keep is not None and options.keep < 1:
        parser.error("--keep is a number from 1")
    return options


def back_up(options: argparse.Namespace) -> Path:
    """One backup; returns its folder. Refuses what would put keys and data together, or see only some rows."""
    began = time.monotonic()
    keep_apart(options.to, options.keys_to)
    keep_apart(options.data, options.to, "backups inside the data folder would be lost with it")
    options.to.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(options.to)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    finished = options.to / f"{PREFIX}{stamp}"
    draft = options.to / f"{UNFINISHED}{os.getpid()}-{stamp}"
    draft.mkdir(mode=0o700)
    try:
        with place.opened(options.data, alone=False) as here:
            if not (keys := manifest.check_values(here.environment)).get("ENCRYPTION_KEY"):
                raise Stop(
                    "ENCRYPTION_KEY and INDEX_KEY are not set, so nobody could tell later which keys this backup needs. "
                    "Load the settings of the platform first (set -a; . /etc/mediation-admin.env; set +a)."
                )
            told = dump(here, draft, keys)
            told.files = files.pack(options.data, draft / FILES)
            say("reading it back")
            place.finish(
                here.program("pg_restore", "--file=/dev/null", draft / DUMP, database=""), "Reading the dump back"
            )
            files.check(draft / FILES, told.files)
            if options.keys_to is not None:
                copy_keys(here.environment, options.keys_to, stamp)
        for name in (DUMP, FILES):
            sync(draft / name)
            told.checksums[name] = manifest.checksum(draft / name)
        told.seconds = round(time.monotonic() - began, 1)
        told.write(draft)
        sync(draft)
        draft.rename(finished)
        sync(options.to)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    rows = sum(one.rows for one in told.tables.values())
    say(f"{rows:,} rows in {len(told.tables)} tables, {len(told.files)} files")
    if options.keep:
        for old in complete(options.to)[: -options.keep]:
            shutil.rmtree(old)
            say(f"removed {old.name}")
    return finished


def dump(here: place.Place, draft: Path, keys: dict[str, dict[str, str]]) -> Manifest:
    """The database into the draft. What is counted and what is dumped is one snapshot; nobody is held up by it."""
    with here.connect() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        sees_everything(connection)
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()[0]
        say("dumping the database")
        dumping = here.program(
            "pg_dump",
            "--format=custom",
            "--compress=1",
            f"--snapshot={snapshot}",
            "--file",
            draft / DUMP,
        )
        with ended_with_us(dumping):
            counted = tables.contents(connection)
            if "alembic_version" not in counted:
                raise Stop("This database has no tables of the platform: there is nothing to back up.")
            schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            known = tables.roles(connection)
            place.finish(dumping, "pg_dump")
        return Manifest(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            program=fingerprint(place.ROOT / "mediation_admin", place.ROOT / "migrations"),
            schema=schema,
            postgres=connection.info.server_version // 10000,
            roles=known,
            tables=counted,
            files={},
            keys=keys,
        )


def sees_everything(connection: psycopg.Connection) -> None:
    """Refuse a role from whom row-level security hides rows: its backup would look whole and not be."""
    role, above, fenced = connection.execute(
        "SELECT rolname, rolsuper OR rolbypassrls, EXISTS (SELECT FROM pg_class WHERE relrowsecurity AND "
        "(relforcerowsecurity OR relowner <> pg_roles.oid)) FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if fenced and not above:
        raise Stop(
            f"The role {role} does not see every row (row-level security), so its backup would have holes. Make one that does, and name it in "
            f"{place.MAINTENANCE}: CREATE ROLE mediation_keeper LOGIN BYPASSRLS CREATEDB PASSWORD '…' IN ROLE mediation, pg_read_all_data;"
        )


@contextlib.contextmanager
def ended_with_us(process):
    """Whatever goes wrong here ends the program beside us too."""
    try:
        yield
    except BaseException:
        process.kill()
        process.communicate()
        raise


def keep_apart(one: Path, other: Path | None, why: str = "whoever takes the backup would have the keys too") -> None:
    """Refuse two folders of which one is, or holds, the other."""
    if other is None:
        return
    first, second = one.resolve(), other.resolve()
    if first == second or first in second.parents or second in first.parents:
        raise Stop(f"{one} and {other} must be apart: {why}.")


def copy_keys(environment: dict[str, str], folder: Path, stamp: str) -> None:
    """The keys in a file of their own, for the safe."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"mediation-keys-{stamp}.env"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name}={environment[name]}\n" for name in KEYS if environment.get(name))
        file.flush()
        os.fsync(file.fileno())
    say(f"the keys are in {path}")


def complete(folder: Path) -> list[Path]:
    """The backups that count, oldest first."""
    return sorted(path for path in folder.glob(f"{PREFIX}*") if (path / manifest.NAME).is_file())


def sweep(folder: Path) -> None:
    """Remove what killed backups left."""
    for left in folder.glob(f"{UNFINISHED}*"):
        pid = left.name.removeprefix(UNFINISHED).partition("-")[0]
        if not (pid.isdigit() and processes.is_alive(int(pid))):
            shutil.rmtree(left, ignore_errors=True)


def sync(path: Path) -> None:
    """Make sure it is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


if __name__ == "__main__":
    main()
