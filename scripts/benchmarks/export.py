"""Export of 100,000 and 1,000,000 rows × 35 columns from PostgreSQL to xlsx: our writer against openpyxl."""

import argparse
import base64
import datetime
import importlib.metadata
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.harness.database import private_postgres
from benchmarks.harness.measuring import Measured, measure
from benchmarks.harness.page import Section, Table
from launcher.words import say
from mediation_admin.core import crypto
from mediation_admin.core.sheets import Column, Kind, Watermark, copy_query, write_rows

HEADING = "导出 Export"

_TYPES = {
    "sale": "买卖合同", "loan": "民间借贷", "labour": "劳动争议", "property": "物业纠纷", "traffic": "道路交通",
    "family": "婚姻家庭", "neighbour": "相邻关系", "tort": "侵权责任",
}  # fmt: skip
_STATES = {
    "pending": "待委派", "assigned": "已指派", "mediating": "调解中", "succeeded": "调解成功", "failed": "调解失败",
    "withdrawn": "撤回",
}  # fmt: skip
_OUTCOMES = {
    "agreement": "达成协议", "withdrawal": "撤回申请", "no_agreement": "未达成协议", "transferred": "转立案",
}  # fmt: skip


def _column(key: str, title: str, kind: Kind = Kind.TEXT, **options: Any) -> Column:
    return Column(key=key, title=title, kind=kind, **options)


COLUMNS = [
    _column("case_number", "案号", width=28),
    _column("registered_on", "登记日期", Kind.DATE),
    _column("dispute_type", "纠纷类型", labels=_TYPES),
    _column("cause", "案由"),
    _column("state", "状态", labels=_STATES),
    _column("delegated_on", "委派日期", Kind.DATE),
    _column("court", "法院"),
    _column("court_code", "法院代码", Kind.CODE),
    _column("applicant", "申请人"),
    _column("applicant_number", "申请人证件号", Kind.CODE),
    _column("applicant_phone", "申请人电话", Kind.CODE),
    _column("applicant_address", "申请人地址"),
    _column("respondent", "被申请人"),
    _column("respondent_number", "被申请人证件号", Kind.CODE),
    _column("respondent_phone", "被申请人电话", Kind.CODE),
    _column("respondent_address", "被申请人地址"),
    _column("organisation", "调解组织"),
    _column("mediator", "调解员"),
    _column("mediator_phone", "调解员电话", Kind.CODE),
    _column("amount", "标的额", Kind.MONEY),
    _column("term_days", "期限（天）", Kind.INTEGER),
    _column("due_on", "到期日", Kind.DATE),
    _column("received_at", "接收时间", Kind.DATETIME),
    _column("contacted_at", "首次联系时间", Kind.DATETIME),
    _column("closed_at", "结案时间", Kind.DATETIME),
    _column("outcome", "结案方式", labels=_OUTCOMES),
    _column("sessions", "调解次数", Kind.INTEGER),
    _column("success_rate", "成功率", Kind.PERCENT),
    _column("confirmed", "司法确认", Kind.BOOLEAN),
    _column("of_ministry", "涉部委", Kind.BOOLEAN),
    _column("ministry", "部委"),
    _column("handler", "承办人"),
    _column("summary", "纠纷概况", width=40),
    _column("remark", "备注"),
    _column("changed_at", "更新时间", Kind.DATETIME),
]
_SECRETS = {"applicant_number": "one.number", "applicant_phone": "one.phone", "respondent_number": "two.number",
            "mediator_phone": "two.phone"}  # fmt: skip
_PEOPLE = 10_000
LABELS = {at: column.labels for at, column in enumerate(COLUMNS) if column.labels}
_KEY = base64.b64encode(b"a key that guards invented data.").decode()


def arguments(parser: argparse.ArgumentParser) -> None:
    """Sizes and repetitions."""
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=3, help="runs of each of our ways")
    parser.add_argument("--peer-repeat", type=int, default=1, help="runs of openpyxl (six minutes per million rows)")


def run(options: argparse.Namespace) -> Section:
    """Every contender on every size; the smallest size is also compared cell by cell."""
    tables, notes = [], []
    with private_postgres() as server, tempfile.TemporaryDirectory() as folder:
        _fill(server.conninfo(), max(options.rows))
        for rows in sorted(options.rows):
            given = {"conninfo": server.conninfo(), "rows": rows, "folder": folder}
            ours = {name: measure(__name__, name, given, repeat=options.repeat) for name in OURS}
            peer = measure(PEER, "by_openpyxl", given, repeat=options.peer_repeat)
            floor = measure(__name__, "copy_to_csv", given, repeat=options.repeat)
            tables.append(_table(rows, ours, peer, floor))
            if rows == min(options.rows):
                pair = {"ours": ours["copied"].answer["path"], "peers": peer.answer["path"]}
                cells = measure(PEER, "compare", pair).answer
                notes.append(f"The two files of {rows:,} rows were read back and compared: {cells:,} cells, all equal.")
            for file in Path(folder).iterdir():
                file.unlink()
    notes += [
        "From the start of the query to the finished, synced file; the database runs beside it on the same cores, its "
        "own work is in the wall time, not in the processor time.",
        "openpyxl: write-only workbook with lxml, plain values, no formats, fed from a server-side cursor.",
        "Four secrets: phones and identity numbers are stored encrypted (AES-GCM), decrypted in Python and masked.",
        f"Runs: {options.repeat} of ours, {options.peer_repeat} of openpyxl.",
    ]
    versions = {name: importlib.metadata.version(name) for name in ("openpyxl", "lxml", "isal", "psycopg")}
    return Section(tables, notes, versions)


PEER = "benchmarks.peers.export_openpyxl"
OURS = {
    "copied": "ours, COPY (`copy_query`)",
    "copied_with_secrets": "ours, COPY, four secrets decrypted and masked",
    "written": "ours, Python rows (`write_rows`)",
}


def _table(rows: int, ours: dict[str, Measured], peer: Measured, floor: Measured) -> Table:
    lines = [("openpyxl write-only + lxml", peer), *((OURS[name], measured) for name, measured in ours.items())]
    cells = [
        (
            label,
            f"{measured.wall:.1f} s",
            f"{measured.processor:.1f} s",
            f"{measured.peak:.0f} MiB",
            f"{measured.answer['size'] / 1e6:.0f} MB",
            f"{peer.wall / measured.wall:.1f} ×",
        )
        for label, measured in lines
    ]
    cells.append(("floor: COPY to a CSV file", f"{floor.wall:.1f} s", f"{floor.processor:.1f} s", "", "", ""))
    heading = ("to xlsx", "wall", "processor", "peak memory", "file", "openpyxl ÷ this")
    return Table(heading, cells, f"{rows:,} rows × {len(COLUMNS)} columns")


# --- contenders: each runs alone in a fresh process -------------------------------------------------------------


def copied(conninfo: str, rows: int, folder: str) -> dict[str, Any]:
    """Our hot path."""
    with psycopg.connect(conninfo) as connection:
        path = Path(folder) / "copied.xlsx"
        written = copy_query(path, connection, _sql(), {"rows": rows}, COLUMNS, watermark=watermark())
    return {"path": str(path), "size": written.size}


def copied_with_secrets(conninfo: str, rows: int, folder: str) -> dict[str, Any]:
    """The same with four columns that only Python can read."""
    crypto.configure(encryption_keys={1: _KEY}, current=1, index_key=_KEY)
    columns = [_secret(column) if column.key in _SECRETS else column for column in COLUMNS]
    selected = ", ".join(_SECRETS.get(column.key, f"c.{column.key}") for column in COLUMNS)
    sql = (
        f"SELECT {selected} FROM bench_export c JOIN bench_person one ON one.n = c.id %% {_PEOPLE}"  # noqa: S608
        f" JOIN bench_person two ON two.n = c.id * 7 %% {_PEOPLE} WHERE c.id <= %(rows)s ORDER BY c.id"
    )
    with psycopg.connect(conninfo) as connection:
        path = Path(folder) / "secrets.xlsx"
        written = copy_query(path, connection, sql, {"rows": rows}, columns, watermark=watermark())
    return {"path": str(path), "size": written.size}


def _secret(column: Column) -> Column:
    purpose = "bench." + _SECRETS[column.key].partition(".")[2]
    mask = crypto.mask_phone if purpose == "bench.phone" else crypto.mask_id_number
    return _column(
        column.key, column.title, Kind.CODE, binary=True, transform=lambda blob: mask(crypto.decrypt(blob, purpose))
    )


def written(conninfo: str, rows: int, folder: str) -> dict[str, Any]:
    """Our writer from Python rows, for what SQL cannot say."""
    path = Path(folder) / "written.xlsx"
    with psycopg.connect(conninfo) as connection:
        done = write_rows(path, COLUMNS, fetched(connection, rows), watermark=watermark())
    return {"path": str(path), "size": done.size}


def copy_to_csv(conninfo: str, rows: int, folder: str) -> dict[str, Any]:
    """What the database alone takes, written down as it comes."""
    path = Path(folder) / "floor.csv"
    with psycopg.connect(conninfo) as connection, path.open("wb") as file:
        query = psycopg.ClientCursor(connection).mogrify(_sql(), {"rows": rows})
        with connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
            for line in copy:
                file.write(line)
    return {"path": str(path), "size": path.stat().st_size}


def fetched(connection: psycopg.Connection, rows: int) -> Iterator[tuple[Any, ...]]:
    """The rows as Python values through a server-side cursor, moments in local time to the second."""
    local = [
        f"date_trunc('second', {column.key} AT TIME ZONE 'Asia/Shanghai')"
        if column.kind is Kind.DATETIME
        else column.key
        for column in COLUMNS
    ]
    with connection.cursor("export") as cursor:
        cursor.itersize = 2_000
        cursor.execute(f"SELECT {', '.join(local)} FROM bench_export WHERE id <= %s ORDER BY id", (rows,))  # noqa: S608
        yield from cursor


def _sql() -> str:
    keys = ", ".join(column.key for column in COLUMNS)
    return f"SELECT {keys} FROM bench_export WHERE id <= %(rows)s ORDER BY id"  # noqa: S608


def watermark() -> Watermark:
    """The row above the heading."""
    return Watermark(
        title="案件列表", who="演示人员", when=datetime.datetime(2024, 5, 6, 7, 8, 9), conditions="全部案件"  # noqa: DTZ001
    )  # fmt: skip


# --- the data --------------------------------------------------------------------------------


def _fill(conninfo: str, rows: int) -> None:
    crypto.configure(encryption_keys={1: _KEY}, current=1, index_key=_KEY)
    statement = Path(__file__).with_suffix(".sql").read_text("utf-8").replace("%(rows)s", str(rows))
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(statement)
        connection.execute("ALTER TABLE bench_export ADD PRIMARY KEY (id)")
        connection.execute("CREATE TABLE bench_person (n bigint PRIMARY KEY, phone bytea, number bytea)")
        with connection.cursor().copy("COPY bench_person FROM STDIN") as copy:
            for n in range(_PEOPLE):
                phone = crypto.encrypt(f"139{n:08}", "bench.phone")
                copy.write_row((n, phone, crypto.encrypt(f"41130219900101{n:04}", "bench.number")))
        connection.execute("VACUUM ANALYZE")
    say(f"{rows:,} invented cases are in the database")
