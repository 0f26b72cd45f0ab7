"""The application's database on the private server, and the checks of servers that come from outside."""

import psycopg
import redis
from psycopg import sql

from launcher.postgres import OLDEST, Postgres
from launcher.words import Stop

NAME = "mediation"
ROLE = "mediation"
PEOPLE = "account"  # the table that is empty exactly as long as nobody can sign in


def ensure(postgres: Postgres, name: str = NAME) -> None:
    """Make role and database if they are missing."""
    ensure_role(postgres)
    with psycopg.connect(postgres.conninfo(), autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            server.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(name), sql.Identifier(ROLE)
                )
            )


def ensure_role(postgres: Postgres) -> None:
    """Make the application's role if it is missing. It owns its database and has no other right."""
    with psycopg.connect(postgres.conninfo(), autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone():
            server.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS").format(
                    sql.Identifier(ROLE)
                )
            )


def is_empty(url: str, postgres: Postgres | None) -> bool:
    """Whether nobody has an account yet.

    On the private server the superuser counts, past all row-level security. On a server from outside we only see
    whether the table ever held a row, which errs on the safe side: no demo courts in a court's real database.
    """
    if postgres is not None:
        question, conninfo = (
            sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(sql.Identifier(PEOPLE)),
            postgres.conninfo(NAME),
        )
    else:
        question, conninfo = sql.SQL("SELECT pg_relation_size({}) = 0").format(sql.Literal(PEOPLE)), plain(url)
    with psycopg.connect(conninfo) as server:
        return server.execute(question).fetchone()[0]


def check_outside(url: str) -> str:
    """The address for SQLAlchemy of a PostgreSQL from outside, once it has shown that it will do."""
    address = plain(url)
    try:
        with psycopg.connect(address, connect_timeout=10) as server:
            version = server.info.server_version // 10000
            role, above = server.execute(
                "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        raise Stop(f"The PostgreSQL of DATABASE_URL cannot be used: {str(error).strip()}") from error
    if version < OLDEST:
        raise Stop(f"The PostgreSQL of DATABASE_URL is version {version}; {OLDEST} or newer is needed.")
    if above:
        raise Stop(
            f"DATABASE_URL signs in as {role}, whom row-level security does not bind, so the wall between courts would have a hole. "
            f"Make a plain role that owns the database: CREATE ROLE {ROLE} LOGIN PASSWORD '…'; CREATE DATABASE {NAME} OWNER {ROLE} TEMPLATE template0 ENCODING 'UTF8';"
        )
    return "postgresql+psycopg://" + address.split("://", 1)[1]


def check_queue(url: str) -> str:
    """The address of a Redis or Valkey from outside, once it has answered."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=10) as server:
            server.ping()
    except (redis.RedisError, ValueError) as error:
        raise Stop(f"The Redis or Valkey of REDIS_URL cannot be used: {error}") from error
    return url


def plain(url: str) -> str:
    """The same address as psycopg reads it, without SQLAlchemy's driver name."""
    kind, colon, rest = url.partition("://")
    if not colon or kind.split("+")[0] not in ("postgresql", "postgres"):
        raise Stop(
            f"DATABASE_URL must be the address of a PostgreSQL (postgresql://user@host/database), not {kind or url!r}."
        )
    return f"postgresql://{rest}"
