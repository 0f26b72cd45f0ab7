"""Rows straight from PostgreSQL: a query becomes COPY … TO STDOUT, and its text goes into sheets undecoded."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Connection, Select
from sqlalchemy.orm import Session, scoped_session

from mediation_admin.core.scope import fenced
from mediation_admin.core.sheets.columns import Column
from mediation_admin.core.sheets.wire import from_copy

Database = psycopg.Connection | Connection | Session | scoped_session[Session]

BLOCK_ROWS = 200  # half a megabyte of XML: more does not fit the processor's cache and is slower

# How values must be spelled for us, whatever the server is set to: ISO dates, Shanghai time, bytea as hexadecimal.
_SPELLING = {"DateStyle": "ISO, YMD", "TimeZone": "Asia/Shanghai", "bytea_output": "hex"}


class CompiledSelect(NamedTuple):
    """SQL in psycopg's form, its parameters, and the names of the columns it gives."""

    sql: str
    params: dict[str, Any]
    names: list[str]


def compile_select(
    statement: Select[Any], connection: Connection | Session | scoped_session[Session]
) -> CompiledSelect:
    """The SQL and parameters that executing this select on the connection would send.

    Given a session, its fence is in it, and a session without a scope is refused. Given a connection, only row-level
    security stands between the query and other courts.
    """
    if isinstance(connection, (Session, scoped_session)):
        statement = fenced(connection, statement)
        connection = connection.connection()
    names = [str(described["name"]) for described in statement.column_descriptions]
    state = statement.compile(dialect=connection.dialect).construct_expanded_state()
    params = {
        name: state.processors[name](value) if name in state.processors else value
        for name, value in state.parameters.items()
    }
    return CompiledSelect(state.statement, params, names)


def copy_blocks(
    connection: Database,
    sql: str,
    params: Mapping[str, Any] | Sequence[Any] | None,
    columns: Sequence[Column],
) -> Iterator[list[list[bytes]]]:
    """The result of a query in blocks of columns in wire form. ``params`` None means there is no placeholder in it.

    COPY takes no parameters, so psycopg writes them into the SQL as literals, quoted for this connection. NULL and the
    empty text both come as nothing: a sheet shows them alike. Raises ValueError if the query does not give as many
    columns as are to be written.
    """
    driver = _driver(connection)
    query = psycopg.ClientCursor(driver).mogrify(sql, params)
    width = len(columns)
    # The line break ends a comment that the query may end with.
    statement = f"COPY ({query}\n) TO STDOUT (FORMAT text, NULL '')"
    with _spelled(driver), driver.cursor() as cursor, cursor.copy(statement) as copy:
        lines = iter(copy)
        while chunk := list(islice(lines, BLOCK_ROWS)):
            text = b"".join(chunk)
            fields = text[:-1].replace(b"\n", b"\t").split(b"\t")
            if len(fields) != len(chunk) * width:
                raise ValueError(f"the query gives {len(fields) // len(chunk)} columns where {width} are described")
            escaped = b"\\" in text
            yield [from_copy(column, fields[at::width], escaped) for at, column in enumerate(columns)]


def _driver(connection: Database) -> psycopg.Connection:
    if isinstance(connection, (Session, scoped_session)):
        connection = connection.connection()
    if isinstance(connection, Connection):
        return connection.connection.driver_connection
    return connection


@contextmanager
def _spelled(driver: psycopg.Connection) -> Iterator[None]:
    """Let the server spell values our way, and put its own way back. An error rolls back no further than to here."""
    with driver.transaction():
        kept = {name: driver.execute(f"SHOW {name}").fetchone()[0] for name in _SPELLING}
        _set(driver, _SPELLING)
        yield
        _set(driver, kept)


def _set(driver: psycopg.Connection, settings: Mapping[str, str]) -> None:
    for name, value in settings.items():
        driver.execute("SELECT set_config(%s, %s, true)", (name, value))
