"""The database the tests use: made once from the migrations, then brought back after each test.

Code under test commits for real, on as many connections as it likes. So that bringing the database back costs
milliseconds, every table notes in ``testing.touched`` that it was written to. Rows of tables that were empty before
the test are deleted; rows added to reference tables too; only a changed or deleted reference row costs a fresh copy
of the template (0.1 s).
"""

import psycopg
from psycopg import sql

from launcher.database import ROLE
from launcher.postgres import Postgres

TEMPLATE = "template_for_tests"
DATABASE = "test"

TRACKING = """
CREATE SCHEMA testing;
GRANT USAGE ON SCHEMA testing TO PUBLIC;
CREATE UNLOGGED TABLE testing.touched (name text, operation text);
CREATE UNLOGGED TABLE testing.baseline (name text PRIMARY KEY, last_id bigint);
-- No unique key on "touched": two transactions of one test must not wait for each other because of us.
CREATE FUNCTION testing.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO testing.touched VALUES (TG_TABLE_NAME, TG_OP);
    RETURN NULL;
END $$;
"""


def create_empty(postgres: Postgres, name: str) -> str:
    """A database without a single table, owned by the application's role; returns its SQLAlchemy address."""
    with psycopg.connect(postgres.conninfo(), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(sql.Identifier(name), sql.Identifier(ROLE))
        )
    return postgres.url(name, ROLE)


def clone(postgres: Postgres, name: str = DATABASE) -> str:
    """A fresh copy of the template, replacing the database of that name; returns its SQLAlchemy address."""
    with psycopg.connect(postgres.conninfo(), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(ROLE), sql.Identifier(TEMPLATE)
            )
        )
    return postgres.url(name, ROLE)


def start_tracking(postgres: Postgres, name: str = TEMPLATE) -> None:
    """From now on the tables of this database note that they were written to; what is in them now is the baseline."""
    with psycopg.connect(postgres.conninfo(name)) as connection:
        connection.execute(TRACKING)
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            identifier = sql.Identifier("public", table)
            connection.execute(
                sql.SQL(
                    "CREATE TRIGGER zz_testing AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION testing.note()"
                ).format(identifier)
            )
            if not connection.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(identifier)).fetchone()[0]:
                continue
            has_id = connection.execute(
                "SELECT 1 FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s "
                "AND column_name = 'id' AND data_type IN ('bigint', 'integer')",
                (table,),
            ).fetchone()
            last = (
                connection.execute(sql.SQL("SELECT max(id) FROM {}").format(identifier)).fetchone()[0]
                if has_id
                else None
            )
            connection.execute("INSERT INTO testing.baseline VALUES (%s, %s)", (table, last))
        connection.execute("ANALYZE")  # nothing else does: autovacuum is off


def bring_back(postgres: Postgres, name: str = DATABASE) -> bool:
    """Undo what a test committed. False when only a fresh copy would do (then nothing was undone)."""
    with psycopg.connect(postgres.conninfo(name)) as connection:
        touched = connection.execute(
            "SELECT name, array_agg(DISTINCT operation), b.name IS NOT NULL, last_id "
            "FROM testing.touched t LEFT JOIN testing.baseline b USING (name) GROUP BY name, b.name, last_id"
        ).fetchall()
        if not touched:
            return True
        if any(has_rows and (operations != ["INSERT"] or last is None) for _, operations, has_rows, last in touched):
            return False
        # "replica" keeps foreign keys, append-only guards and our own notes quiet. The time-out is for a test that
        # left a transaction open: it gets a fresh copy, which ends its connections.
        connection.execute("SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '3s'")
        try:
            for table, _, has_rows, last in touched:
                statement = sql.SQL("DELETE FROM {}").format(sql.Identifier("public", table))
                if has_rows:
                    statement += sql.SQL(" WHERE id > {}").format(sql.Literal(last))
                connection.execute(statement)
            connection.execute("DELETE FROM testing.touched")
        except psycopg.errors.LockNotAvailable:
            connection.rollback()
            return False
        return True
