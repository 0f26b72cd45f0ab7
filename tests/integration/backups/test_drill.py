"""The restore drill (S39): back up a platform that is used, bring it back elsewhere, compare everything."""

import json
import shutil
import signal
import time
from pathlib import Path

import psycopg
import pytest

from mediation_admin.imports import store
from tests import people
from tests.conftest import KEYS
from tests.integration.backups.conftest import NAMES

# What a restore itself writes: everybody is signed out, the audit says so, and it was verified.
WRITTEN_BY_THE_RESTORE = {"login_session", "one_time_link", "audit_entry", "audit_check"}


def _names(keeper, database: str) -> list[str]:
    return [
        name for (name,) in keeper.looked_up("SELECT name FROM party WHERE role = 'applicant' ORDER BY id", database)
    ]


def _told(backup: Path) -> dict:
    return json.loads((backup / "manifest.json").read_text())


def test_s39_a_backup_brought_back_into_an_empty_place_is_the_same_to_the_last_character_and_file(
    keeper, platform, as_person, app
):
    client = as_person(people.clerk_a)
    backup = keeper.back_up()
    assert client.get("/cases/").status_code == 200, "the platform stays usable"
    told = _told(backup)
    assert told["tables"]["party"]["rows"] == 2 * len(NAMES)
    # Beside them lies what tests before this one exported: files are kept longer than a test's rows.
    assert set(told["files"]) >= {"exports/1-0a1b2c.xlsx", f"imports/{platform}"}

    # A new machine: nothing but the backup, and the keys from the safe.
    keys = keeper.place / "from-the-safe.env"
    keys.write_text("".join(f"{name}={value}\n" for name, value in KEYS.items()))
    fresh = keeper.place / "fresh"
    said = keeper.run("restoring", backup, "--data", fresh, "--keys", keys)
    assert "compared with the manifest" in said
    assert "审计完整" in said

    # The restored platform is backed up in turn: what its manifest counts is what was there.
    again = keeper.place / "again"
    keeper.run("making", "--data", fresh, "--to", again)
    restored = _told(next(again.iterdir()))
    same = {name: one for name, one in told["tables"].items() if name not in WRITTEN_BY_THE_RESTORE}
    assert {name: restored["tables"][name] for name in same} == same
    assert restored["tables"]["audit_entry"]["rows"] == told["tables"]["audit_entry"]["rows"] + 1
    assert restored["files"] == told["files"]
    assert restored["keys"] == told["keys"]
    with app.app_context():
        original = b"".join(store.pieces(platform))
        assert original.startswith("案号,当事人\n".encode())
    assert (fresh / "imports" / platform).read_bytes() == (
        Path(app.config["DATA_DIR"]) / "imports" / platform
    ).read_bytes()


def test_s39_rare_characters_come_back_and_everybody_is_signed_out(keeper, platform, as_person):
    as_person(people.clerk_a)
    backup = keeper.back_up()
    keeper.run("restoring", backup, **keeper.environment("restored", keeper.place / "data"))
    assert _names(keeper, "restored") == list(NAMES)
    assert keeper.looked_up("SELECT count(*) FROM login_session WHERE ended_at IS NULL", "restored") == [(0,)]
    ((sentence,),) = keeper.looked_up("SELECT sentence FROM audit_entry ORDER BY id DESC LIMIT 1", "restored")
    assert "结束了所有人的登录" in sentence
    assert "备份恢复" in sentence


def test_a_platform_with_people_is_replaced_only_when_told_and_kept_beside(keeper, platform):
    backup = keeper.back_up()
    there = keeper.environment("restored", keeper.place / "data")
    keeper.run("restoring", backup, **there)
    with psycopg.connect(keeper.servers.postgres.conninfo("restored")) as connection:
        connection.execute("UPDATE party SET name = '后来改的'")
    assert "is not empty" in keeper.run("restoring", backup, refused=True, **there)
    assert set(_names(keeper, "restored")) == {"后来改的"}

    said = keeper.run("restoring", backup, "--replace", **there)
    assert _names(keeper, "restored") == list(NAMES)
    (before,) = [name for name in keeper.databases() if name.startswith("restored_before_")]
    assert before in said
    assert set(_names(keeper, before)) == {"后来改的"}


def test_a_database_in_use_is_not_restored_over(keeper, platform, as_person):
    backup = keeper.back_up()
    as_person(people.clerk_a)  # the application of the tests holds connections
    said = keeper.run("restoring", backup, "--replace", refused=True, **keeper.environment(data=keeper.place / "data"))
    assert "Stop the platform first" in said


def _missing_part(backup: Path) -> None:
    (backup / "files.tar").unlink()


def _flipped_byte(backup: Path) -> None:
    content = bytearray((backup / "database.dump").read_bytes())
    content[len(content) // 2] ^= 1
    (backup / "database.dump").write_bytes(content)


def _no_manifest(backup: Path) -> None:
    (backup / "manifest.json").unlink()


def _unknown_schema(backup: Path) -> None:
    told = _told(backup)
    (backup / "manifest.json").write_text(json.dumps(told | {"schema": "9999"}))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_missing_part, "is missing"),
        (_flipped_byte, "is damaged"),
        (_no_manifest, "not a complete backup"),
        (_unknown_schema, "does not know"),
    ],
)
def test_s39_a_backup_that_is_not_whole_is_refused_before_anything_is_touched(keeper, platform, damage, words):
    backup = keeper.back_up()
    damage(backup)
    before = keeper.databases()
    target = keeper.place / "data"
    assert words in keeper.run("restoring", backup, refused=True, **keeper.environment("restored", target))
    assert keeper.databases() == before
    assert not target.exists()


def test_what_differs_from_the_manifest_never_takes_the_place(keeper, platform):
    backup = keeper.back_up()
    told = _told(backup)
    told["tables"]["party"]["content"] = "1"
    (backup / "manifest.json").write_text(json.dumps(told))
    before = keeper.databases()
    said = keeper.run("restoring", backup, refused=True, **keeper.environment("restored", keeper.place / "data"))
    assert "party has as many rows, but not the same content" in said
    assert keeper.databases() == before


def test_keys_that_do_not_fit_are_refused(keeper, platform):
    backup = keeper.back_up()
    wrong = keeper.environment("restored", keeper.place / "data") | {"ENCRYPTION_KEY": KEYS["INDEX_KEY"]}
    assert "do not fit this backup" in keeper.run("restoring", backup, refused=True, **wrong)


def test_keys_are_never_in_the_backup_and_never_beside_it(keeper, platform):
    settings = keeper.environment()
    for folder in (keeper.backups, keeper.backups / "keys", keeper.place):
        said = keeper.run("making", "--to", keeper.backups, "--keys-to", folder, refused=True, **settings)
        assert "must be apart" in said
    safe = keeper.place / "safe"
    keeper.run("making", "--to", keeper.backups, "--keys-to", safe, **settings)
    (kept,) = safe.iterdir()
    assert KEYS["ENCRYPTION_KEY"] in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    (backup,) = keeper.complete()
    for path in backup.iterdir():
        assert not any(key.encode() in path.read_bytes() for key in KEYS.values()), path


def test_s39_a_killed_backup_leaves_nothing_that_counts_and_the_next_one_clears_it_away(keeper, platform):
    # A lock holds pg_dump up, so that the backup is certainly unfinished when it is killed.
    with psycopg.connect(keeper.servers.postgres.conninfo("test")) as holder:
        holder.execute("LOCK TABLE party IN ACCESS EXCLUSIVE MODE")
        process = keeper.start("making", "--to", keeper.backups, **keeper.environment())
        deadline = time.monotonic() + 60
        while not list(keeper.backups.glob(".unfinished-*")) if keeper.backups.exists() else True:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert keeper.complete() == []
    (left,) = keeper.backups.iterdir()
    assert "not a complete backup" in keeper.run(
        "restoring", left, refused=True, **keeper.environment("restored", keeper.place / "data")
    )
    finished = keeper.back_up()
    assert list(keeper.backups.iterdir()) == [finished]


def test_the_oldest_backups_go_when_a_newer_one_is_whole(keeper, platform):
    first = keeper.back_up()
    older = first.with_name("mediation-20200101T000000Z")
    shutil.copytree(first, older)
    time.sleep(1.1)  # backups are named by the second
    keeper.run("making", "--to", keeper.backups, "--keep", "2", **keeper.environment())
    kept = keeper.complete()
    assert len(kept) == 2
    assert older not in kept


def test_a_role_from_whom_rows_are_hidden_may_not_back_up(keeper, platform):
    with psycopg.connect(keeper.servers.postgres.conninfo("test"), autocommit=True) as server:
        server.execute("CREATE TABLE walled (id int); ALTER TABLE walled OWNER TO mediation")
        server.execute("ALTER TABLE walled ENABLE ROW LEVEL SECURITY; ALTER TABLE walled FORCE ROW LEVEL SECURITY")
        try:
            settings = keeper.environment() | {"MAINTENANCE_DATABASE_URL": ""}
            said = keeper.run("making", "--to", keeper.backups, refused=True, **settings)
        finally:
            server.execute("DROP TABLE walled")
    assert "does not see every row" in said
    assert "BYPASSRLS" in said
