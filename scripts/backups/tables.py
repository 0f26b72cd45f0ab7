"""Counting and adding up every table, so that what was restored can be compared with what was backed up."""

import psycopg
from psycopg import sql

from backups.manifest import Table

# The same text for the same row on every server: zone, dates and bytes as the first release wrote them.
SPELLING = "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL row_security = off"


def contents(connection: psycopg.Connection) -> dict[str, Table]:
    """Every table of the platform with its rows and a sum of their hashes, in the snapshot of this transaction."""
    connection.execute(SPELLING)
    names = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY c.relname"
    ).fetchall()
    found = {}
    for (name,) in names:
        # 60 bits of each row's hash, added up: the order of the rows does not matter, every character does.
        rows, content = connection.execute(
            sql.SQL(
                "SELECT count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0)::text FROM {} t"
            ).format(sql.Identifier("public", name))
        ).fetchone()
        found[name] = Table(rows, content)
    return found


def differences(wanted: dict[str, Table], found: dict[str, Table]) -> list[str]:
    """What is not the same, a sentence each."""
    said = []
    for name in sorted(wanted.keys() | found.keys()):
        one, other = wanted.get(name), found.get(name)
        if one is None or other is None:
            said.append(f"the table {name} is {'new' if one is None else 'missing'}")
        elif one.rows != other.rows:
            said.append(f"{name} has {other.rows} rows instead of {one.rows}")
        elif one.content != other.content:
            said.append(f"{name} has as many rows, but not the same content")
    return said


def roles(connection: psycopg.Connection) -> list[str]:
    """Who owns a table or was granted something on one."""
    return [
        name
        for (name,) in connection.execute(
            "SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace "
            "UNION SELECT pg_get_userbyid(a.grantee) FROM pg_class c, aclexplode(c.relacl) a "
            "WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> 0 ORDER BY 1"
        )
    ]
