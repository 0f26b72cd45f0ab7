"""Sheets straight from PostgreSQL: values, parameters, the fence, decrypting, cancelling, and the connection afterwards."""

# ruff: noqa: DTZ001 - sheets show wall-clock time, which has no zone

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Connection, Engine, create_engine, func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, scoped_session, sessionmaker

from mediation_admin.core import crypto
from mediation_admin.core.db import enum_type
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.core.errors import ScopeMissing
from mediation_admin.core.scope import Actor, CourtScoped, Scope, enter
from mediation_admin.core.sheets import (
    Column,
    Kind,
    WritingCancelled,
    clean_text,
    compile_select,
    copy_query,
    copy_select,
    write_rows,
)
from tests.servers import template
from tests.servers.private import Servers
from tests.sheet_readers import by_calamine, by_openpyxl


class Ground(DeclarativeBase):
    """Tables of these tests alone."""


class Court(Ground):
    __tablename__ = "court"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class State(LabelledEnum):
    OPEN = "open", "未结"
    CLOSED = "closed", "已结"


class Quarrel(CourtScoped, Ground):
    __tablename__ = "quarrel"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    title: Mapped[str]
    state: Mapped[State] = mapped_column(enum_type(State))
    phone: Mapped[str | None] = mapped_column(crypto.Encrypted("quarrel.phone"))


@pytest.fixture(scope="module")
def engine(servers: Servers) -> Iterator[Engine]:
    engine = create_engine(template.create_empty(servers.postgres, "sheets"))
    with engine.begin() as connection:
        Ground.metadata.create_all(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back."""
    with engine.connect() as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """A session on that connection with five quarrels of court 1 and three of court 2, and no scope entered."""
    key = base64.b64encode(b"k" * 32).decode()
    crypto.configure(encryption_keys={1: key}, current=1, index_key=key)
    with Session(connection) as session:
        session.add_all([Court(id=1), Court(id=2)])
        session.flush()
        for number in range(8):
            session.add(
                Quarrel(
                    id=number,
                    court_id=1 if number < 5 else 2,
                    title=f"纠纷{number}",
                    state=State.OPEN if number % 2 else State.CLOSED,
                    phone=None if number == 3 else f"1380013800{number}",
                )
            )
        session.flush()
        yield session


def text_column(key: str = "a", **options: Any) -> Column:
    return Column(key=key, title=key, **options)


TYPED = [
    Column(key="t", title="文"),
    Column(key="c", title="码", kind=Kind.CODE),
    Column(key="i", title="整数", kind=Kind.INTEGER),
    Column(key="n", title="小数", kind=Kind.DECIMAL),
    Column(key="m", title="金额", kind=Kind.MONEY),
    Column(key="d", title="日期", kind=Kind.DATE),
    Column(key="w", title="时间", kind=Kind.DATETIME),
    Column(key="p", title="率", kind=Kind.PERCENT),
    Column(key="b", title="真假", kind=Kind.BOOLEAN),
    Column(key="s", title="状态", labels=State.labels()),
]
VALUES: list[tuple[Any, ...]] = [
    (
        "甲\t乙\n丙\\丁 <&>",
        "110105199001010123",
        42,
        Decimal("-1.5"),
        Decimal("12345.60"),
        date(2024, 2, 29),
        datetime(2024, 2, 29, 16, 30, 59, 123456, tzinfo=UTC),
        Decimal("0.8072"),
        True,
        "open",
    ),
    (
        "=1+1",
        "+86",
        10**15,
        Decimal("NaN"),
        Decimal("99999999999999.99"),
        date(1900, 2, 28),
        None,
        None,
        False,
        "closed",
    ),
    (None,) * 10,
    ("\\N", "\\", -7, Decimal("0.33333333333333333333"), None, date(9999, 12, 31), None, Decimal(1), None, "其他"),
    ("", " 空 格 ", 0, Decimal(0), Decimal(0), None, datetime(1987, 7, 1, tzinfo=UTC), Decimal(0), None, ""),
]


def test_a_query_gives_the_same_sheet_as_its_rows_in_python(connection: Connection, tmp_path: Path) -> None:
    connection.execute(
        text(
            "CREATE TEMP TABLE typed (at int, t text, c text, i bigint, n numeric, m numeric(18,2), d date,"
            " w timestamptz, p numeric, b boolean, s text)"
        )
    )
    placeholders = ", ".join(f":v{at}" for at in range(11))
    for at, row in enumerate(VALUES):
        values = {f"v{place}": value for place, value in enumerate((at, *row))}
        connection.execute(text(f"INSERT INTO typed VALUES ({placeholders})"), values)
    copy_query(
        tmp_path / "copied.xlsx", connection, "SELECT t, c, i, n, m, d, w, p, b, s FROM typed ORDER BY at", None, TYPED
    )
    write_rows(tmp_path / "written.xlsx", TYPED, VALUES)
    rows = by_openpyxl(tmp_path / "copied.xlsx")[1:]
    assert rows == by_openpyxl(tmp_path / "written.xlsx")[1:]
    assert by_calamine(tmp_path / "copied.xlsx") == by_calamine(tmp_path / "written.xlsx")
    assert rows[0] == [
        "甲\t乙\n丙\\丁 <&>",
        "110105199001010123",
        42,
        -1.5,
        12345.6,
        datetime(2024, 2, 29),
        datetime(2024, 3, 1, 0, 30, 59),
        0.8072,
        True,
        "未结",
    ]
    assert rows[2] == [None] * 10
    assert rows[3][:2] == ["\\N", "\\"]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40),
            st.text(st.sampled_from("\\\t\r\n\b\f\v=+-@ _x000D<&>中＝nN"), max_size=10),
        ),
        max_size=20,
    )
)
@example([("\\", "\\N"), ("\\t", "\t"), ("\\x41", "\\\\n")])
def test_any_text_survives_the_copy(connection: Connection, tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    sql = "SELECT * FROM unnest(%s::text[], %s::text[], %s::int[])"
    columns = [text_column("a"), text_column("b"), text_column("n", kind=Kind.INTEGER)]
    firsts, seconds = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    copy_query(tmp_path / "a.xlsx", connection, sql, (firsts, seconds, list(range(len(pairs)))), columns)
    expected = [[clean_text(one) or None, clean_text(two) or None, at] for at, (one, two) in enumerate(pairs)]
    assert by_openpyxl(tmp_path / "a.xlsx")[1:] == expected
    assert by_calamine(tmp_path / "a.xlsx")[1:] == expected


@pytest.mark.parametrize("value", ["'; DROP TABLE quarrel; --", "100%", "%s", "\\'", '"', "$$", "a\nb\\"])
def test_parameters_are_values_and_never_sql(connection: Connection, tmp_path: Path, value: str) -> None:
    columns = [text_column("a"), text_column("b")]
    copy_query(tmp_path / "a.xlsx", connection, "SELECT %(v)s::text, '100%%'", {"v": value}, columns)
    assert by_openpyxl(tmp_path / "a.xlsx")[1] == [value, "100%"]


def test_a_query_may_end_with_a_comment(connection: Connection, tmp_path: Path) -> None:
    copy_query(tmp_path / "a.xlsx", connection, "SELECT 'a' -- the only row", None, [text_column()])
    assert by_openpyxl(tmp_path / "a.xlsx")[1:] == [["a"]]


def test_without_parameters_a_percent_sign_is_one(connection: Connection, tmp_path: Path) -> None:
    copy_query(tmp_path / "a.xlsx", connection, "SELECT '100%'", None, [text_column()])
    assert by_openpyxl(tmp_path / "a.xlsx")[1] == ["100%"]


def test_dates_that_are_none_to_excel_are_texts(connection: Connection, tmp_path: Path) -> None:
    sql = (
        "SELECT d, w FROM (VALUES (1, date 'infinity', timestamp '-infinity'), (2, date '0044-03-15 BC',"
        " timestamp '2024-01-01 00:00:00 BC'), (3, date '12024-01-01', timestamp '12024-01-01 00:00:00')) v (n, d, w)"
        " ORDER BY n"
    )
    columns = [text_column("d", kind=Kind.DATE), text_column("w", kind=Kind.DATETIME)]
    copy_query(tmp_path / "a.xlsx", connection, sql, None, columns)
    assert by_openpyxl(tmp_path / "a.xlsx")[1:] == [
        ["infinity", "-infinity"],
        ["0044-03-15 BC", "2024-01-01 00:00:00 BC"],
        ["12024-01-01", "12024-01-01 00:00:00"],
    ]


def test_what_the_server_is_set_to_does_not_show_and_is_put_back(connection: Connection, tmp_path: Path) -> None:
    ours = {"DateStyle": "German, DMY", "TimeZone": "America/New_York", "bytea_output": "escape"}
    for name, value in ours.items():
        connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
    sql = "SELECT date '2024-05-06', timestamptz '2024-05-06 00:00:00+00', '\\x00ff'::bytea"
    columns = [
        text_column("d", kind=Kind.DATE),
        text_column("w", kind=Kind.DATETIME),
        text_column("x", binary=True, transform=bytes.hex),
    ]
    copy_query(tmp_path / "a.xlsx", connection, sql, None, columns)
    assert by_openpyxl(tmp_path / "a.xlsx")[1] == [datetime(2024, 5, 6), datetime(2024, 5, 6, 8), "00ff"]
    for name, value in ours.items():
        assert connection.scalar(text(f"SHOW {name}")) == value


QUARRELS = [
    text_column("id", kind=Kind.INTEGER),
    text_column("title"),
    text_column("state", labels=State.labels()),
    text_column(
        "phone",
        kind=Kind.CODE,
        binary=True,
        transform=lambda blob: crypto.mask_phone(crypto.decrypt(blob, "quarrel.phone")),
    ),
]
ALL_QUARRELS = select(Quarrel.id, Quarrel.title, Quarrel.state, Quarrel.phone).order_by(Quarrel.id)
CLERK = Actor(1, "演示人员", "clerk", 1)


def test_a_select_is_copied_through_the_fence_decrypted_masked_and_labelled(session: Session, tmp_path: Path) -> None:
    enter(session, CLERK, Scope.of([1]))
    written = copy_select(tmp_path / "a.xlsx", session, ALL_QUARRELS, QUARRELS)
    assert written.rows == 5
    assert by_openpyxl(tmp_path / "a.xlsx")[1:] == [
        [0, "纠纷0", "已结", "138****8000"],
        [1, "纠纷1", "未结", "138****8001"],
        [2, "纠纷2", "已结", "138****8002"],
        [3, "纠纷3", "未结", None],
        [4, "纠纷4", "已结", "138****8004"],
    ]


def test_the_app_s_scoped_session_will_do(connection: Connection, tmp_path: Path) -> None:
    session = scoped_session(sessionmaker(connection))
    enter(session(), CLERK, Scope.of([1]))
    assert copy_select(tmp_path / "a.xlsx", session, ALL_QUARRELS, QUARRELS).rows == 0
    session.remove()


def test_conditions_of_every_sort_compile_as_they_would_run(session: Session, tmp_path: Path) -> None:
    enter(session, CLERK, Scope.everything("a test over both courts"))
    condition = ALL_QUARRELS.where(
        Quarrel.state == State.CLOSED, Quarrel.id.in_([0, 2, 6, 7]), Quarrel.title.like("纠纷%")
    )
    wanted = session.execute(condition).scalars().all()
    copy_select(tmp_path / "a.xlsx", session, condition, QUARRELS)
    assert [row[0] for row in by_openpyxl(tmp_path / "a.xlsx")[1:]] == wanted == [0, 2, 6]


def test_without_a_scope_nothing_is_copied(session: Session, tmp_path: Path) -> None:
    with pytest.raises(ScopeMissing):
        copy_select(tmp_path / "a.xlsx", session, ALL_QUARRELS, QUARRELS)
    assert list(tmp_path.iterdir()) == []


def test_a_select_with_other_columns_than_the_sheet_is_refused(session: Session, tmp_path: Path) -> None:
    enter(session, CLERK, Scope.of([1]))
    with pytest.raises(ValueError, match="the sheet wants"):
        copy_select(tmp_path / "a.xlsx", session, select(Quarrel.title, Quarrel.id), QUARRELS[:2])


def test_a_compiled_select_carries_values_as_the_database_stores_them(session: Session) -> None:
    enter(session, CLERK, Scope.of([2]))
    compiled = compile_select(select(func.count().label("n")).where(Quarrel.state == State.OPEN), session)
    assert compiled.names == ["n"]
    assert "open" in compiled.params.values()
    driver = session.connection().connection.driver_connection
    assert driver.execute(compiled.sql, compiled.params).fetchone() == (2,)


@pytest.fixture
def still_usable(connection: Connection) -> Iterator[Callable[[], None]]:
    """Writes a row before the test; the function it gives asserts that the transaction still stands and has it."""
    connection.execute(text("CREATE TEMP TABLE before (n int)"))
    connection.execute(text("INSERT INTO before VALUES (1)"))

    def check() -> None:
        assert connection.scalar(text("SELECT count(*) FROM before")) == 1

    yield check


def test_cancelling_leaves_no_file_and_the_transaction_as_it_was(
    connection: Connection, tmp_path: Path, still_usable: Callable[[], None]
) -> None:
    told: list[int] = []
    with pytest.raises(WritingCancelled):
        copy_query(
            tmp_path / "a.xlsx", connection, "SELECT generate_series(1, 10000000)", None,
            [text_column(kind=Kind.INTEGER)],
            progress=told.append, cancelled=lambda: len(told) == 2, every=1_000,
        )  # fmt: skip
    assert told == [1_000, 2_000]
    assert list(tmp_path.iterdir()) == []
    still_usable()


def test_an_error_in_progress_stops_the_copy(
    connection: Connection, tmp_path: Path, still_usable: Callable[[], None]
) -> None:
    def stop(_done: int) -> None:
        raise KeyError("asked to stop")

    with pytest.raises(KeyError, match="asked to stop"):
        copy_query(
            tmp_path / "a.xlsx", connection, "SELECT generate_series(1, 1000000)", None, [text_column()], progress=stop
        )
    assert list(tmp_path.iterdir()) == []
    still_usable()


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("SELECT 1/(5000 - n) FROM generate_series(1, 9999) n", psycopg.errors.DivisionByZero),
        ("SELECT nothing", psycopg.errors.UndefinedColumn),
        ("SELECT 1, 2", ValueError),
    ],
)
def test_a_failing_query_leaves_no_file_and_the_transaction_as_it_was(
    connection: Connection, tmp_path: Path, still_usable: Callable[[], None], sql: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        copy_query(tmp_path / "a.xlsx", connection, sql, None, [text_column()])
    assert list(tmp_path.iterdir()) == []
    still_usable()


def test_a_transform_that_fails_leaves_no_file(
    connection: Connection, tmp_path: Path, still_usable: Callable[[], None]
) -> None:
    def failing(value: str) -> str:
        raise RuntimeError(f"cannot read {value}")

    with pytest.raises(RuntimeError, match="cannot read"):
        copy_query(tmp_path / "a.xlsx", connection, "SELECT 'a'", None, [text_column(transform=failing)])
    assert list(tmp_path.iterdir()) == []
    still_usable()
