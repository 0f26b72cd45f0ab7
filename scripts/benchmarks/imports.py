"""Import of a ledger of 100,000 cases: pre-check, commit, the same file again, undo."""

import argparse
import contextlib
import datetime
import resource
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import select

import mediation_admin.backfill.importing
from benchmarks.harness.database import private_postgres
from benchmarks.harness.measuring import Measured, measure
from benchmarks.harness.page import Section, Table
from benchmarks.harness.platform import platform, prepare
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, Scope, enter
from mediation_admin.core.sheets import Column, Kind, write_rows
from mediation_admin.courts.models import Court
from mediation_admin.imports import operations as imports
from mediation_admin.permissions import permissions_of

HEADING = "导入 Import"
COURT = "豫1302"
STEPS = {
    "precheck": ("pre-check (read, map, judge)", "≤ 60 s"),
    "commit": ("commit", "≤ 120 s"),
    "again": ("pre-check of the same file again", ""),
    "undo": ("undo", ""),
}
_CAUSES = ("民间借贷纠纷", "买卖合同纠纷", "物业服务合同纠纷", "离婚纠纷", "信用卡纠纷", "机动车交通事故责任纠纷")
_RESULTS = ("调解成功", "和解撤诉", "调解不成", "", "达成调解协议")
_SURNAMES, _GIVEN = "王李张刘陈杨黄赵周吴", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平"


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many rows."""
    parser.add_argument("--rows", type=int, default=100_000)


def run(options: argparse.Namespace) -> Section:
    """One ledger through all steps, each in a process of its own."""
    with private_postgres() as server, tempfile.TemporaryDirectory() as folder:
        url = prepare(server)
        file = str(Path(folder) / "台账.xlsx")
        write_ledger(file, options.rows)
        given: dict[str, Any] = {"url": url, "folder": folder, "rows": options.rows}
        steps: dict[str, Measured] = {"precheck": measure(__name__, "precheck", {**given, "file": file})}
        batch = steps["precheck"].answer["batch"]
        steps["commit"] = measure(__name__, "commit", {**given, "batch": batch})
        steps["again"] = measure(__name__, "precheck", {**given, "file": file})
        steps["undo"] = measure(__name__, "undo", {**given, "batch": batch})
        size = Path(file).stat().st_size
    counts, again = steps["precheck"].answer["counts"], steps["again"].answer["counts"]
    lines = [
        (
            label,
            f"{steps[name].wall:.1f} s",
            f"{steps[name].processor:.1f} s",
            f"{max(steps[name].peak, steps[name].answer['children']):.0f} MiB",
            goal,
        )
        for name, (label, goal) in STEPS.items()
    ]
    notes = [
        f"The file: {options.rows:,} rows × 16 columns, {size / 1e6:.0f} MB; first {counts}, the second time {again}.",
        "Peak memory is the larger of the importing process and of the limited child that reads the workbook; the goal "
        "is 512 MiB.",
        "The commit is one transaction: cases, parties, events, ledger entries, the judged rows, the audit entry.",
    ]
    heading = ("step", "wall", "processor", "peak memory", "goal")
    return Section([Table(heading, lines, f"{options.rows:,} rows")], notes)


def write_ledger(path: str, rows: int) -> None:
    """A ledger as courts keep them, in any length; names are put together and mean nobody."""
    titles = (
        ("序号", Kind.INTEGER), ("诉前调案号", Kind.TEXT), ("登记日期", Kind.DATE), ("案由", Kind.TEXT),
        ("申请人姓名", Kind.TEXT), ("申请人联系电话", Kind.TEXT), ("被申请人姓名", Kind.TEXT),
        ("被申请人联系电话", Kind.TEXT), ("标的额", Kind.TEXT), ("调解组织", Kind.TEXT), ("调解员", Kind.TEXT),
        ("受理日期", Kind.DATE), ("结案日期", Kind.DATE), ("办理天数", Kind.INTEGER), ("调解结果", Kind.TEXT),
        ("备注", Kind.TEXT),
    )  # fmt: skip
    columns = [Column(key=str(n), title=title, kind=kind) for n, (title, kind) in enumerate(titles)]
    write_rows(path, columns, (_ledger_row(n) for n in range(rows)))


def _ledger_row(n: int) -> tuple[Any, ...]:
    registered = datetime.date(2021, 1, 1) + datetime.timedelta(days=n % 700)
    result = _RESULTS[n % 5]
    accepted = registered + datetime.timedelta(days=1 + n % 3)
    ended = accepted + datetime.timedelta(days=5 + n % 20) if result else None
    company = f"某某{_GIVEN[n % 20]}{_GIVEN[n // 20 % 20]}商贸有限公司"
    return (
        n + 1,
        f"（{registered.year}）{COURT}诉前调{n + 1}号",
        registered,
        _CAUSES[n % 6],
        _name(n) if n % 3 else company,
        f"199{n % 10**8:08d}" if n % 11 else None,
        _name(n + 7) if n % 4 else f"{_name(n + 3)}、{_name(n + 5)}",
        f"199{(n * 7) % 10**8:08d}",
        f"{(n * 37) % 90000 / 10:.4f}万元" if n % 5 == 0 else f"{(n * 1337) % 10**7 / 100:.2f}元",
        None,
        None,
        accepted,
        ended,
        (ended - accepted).days if ended else None,
        result or None,
        "线上调解" if n % 9 == 0 else None,
    )


def _name(n: int) -> str:
    return _SURNAMES[n % 10] + _GIVEN[n // 10 % 20] + (_GIVEN[n // 200 % 20] if n % 5 else "")


# --- steps: each runs alone in a fresh process ------------------------------------------------------------------


def precheck(url: str, folder: str, rows: int, file: str) -> dict[str, Any]:
    """Read and judge; nothing of it becomes a case."""
    with _court(url, folder) as actor:
        report = imports.precheck_file(subject_code="cases", path=Path(file), actor=actor, court_id=actor.court_id)
        db.session.commit()
    return {"batch": report["batch"], "counts": report["counts"], "children": _children()}


def commit(url: str, folder: str, rows: int, batch: int) -> dict[str, Any]:
    """Write everything in one transaction."""
    with _court(url, folder) as actor:
        imports.commit_batch(actor=actor, batch_id=batch)
        db.session.commit()
    return {"children": _children()}


def undo(url: str, folder: str, rows: int, batch: int) -> dict[str, Any]:
    """Take everything back."""
    with _court(url, folder) as actor:
        imports.undo_batch(actor=actor, batch_id=batch)
        db.session.commit()
    return {"children": _children()}


def _children() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


@contextlib.contextmanager
def _court(url: str, folder: str):
    assert mediation_admin.backfill.importing.CASES
    with platform(url, folder):
        court = db.session.scalar(select(Court).where(Court.code == COURT))
        actor = Actor(None, "测量", "court_admin", court.id, permissions_of("court_admin"))
        enter(db.session(), actor, Scope.of([court.id]))
        yield actor
