"""Loading courts, importing more of them, and giving numbers to cases without a gap."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Text, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken, ScopeMissing
from mediation_admin.core.scope import Actor, scope_of
from mediation_admin.courts.models import CaseNumberCounter, Court
from mediation_admin.courts.names import court_pinyin
from mediation_admin.courts.rules import CourtRow
from mediation_admin.permissions import Permission
from mediation_admin.reference import files
from mediation_admin.reference.case_numbers import CaseNumber
from mediation_admin.reference.operations import is_outdated, keep_version, validity

IMPORT_SOURCE = "管理员导入"
_FILE = "courts.csv"
_COUNTED_BY = ["court_id", "type_code", "year"]
# What a load or an import may change; settings and what others refer to stay.
_DESCRIBED = (
    "name", "short_name", "pinyin", "initials", "short_initials", "level", "kind", "division_code", "province",
    "source", "valid_from", "valid_to", "verified",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in numbers of courts."""

    added: int
    changed: int
    unchanged: int


def load_courts(session: Session) -> int:
    """Bring the courts up to the data file; returns how many it holds, 0 when nothing had changed.

    A court that an administrator imported is left as he wrote it; settings are never touched. Flushes, does not commit.
    """
    if not is_outdated(session, "court", _FILE):
        return 0
    lines = files.rows(_FILE)
    statement = insert(Court)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["code"],
            set_={name: statement.excluded[name] for name in _DESCRIBED},
            where=Court.source != IMPORT_SOURCE,
        ),
        [_values(line) for line in lines],
    )
    _hang_under_parents(session, {line["code"]: line["parent_code"] for line in lines})
    return keep_version(session, "court", len(lines), _FILE)


def _values(line: dict[str, str]) -> dict[str, Any]:
    return {
        "code": line["code"],
        "name": line["name"],
        "short_name": line["short_name"],
        **_searchable(line["name"], line["short_name"]),
        "level": line["level"],
        "kind": line["kind"],
        "division_code": line["division_code"] or None,
        "province": line["province"],
        "source": line["source"],
        **validity(line),
    }


def _searchable(name: str, short_name: str) -> dict[str, str]:
    pinyin, initials = court_pinyin(name)
    return {"pinyin": pinyin, "initials": initials, "short_initials": court_pinyin(short_name)[1]}


def _hang_under_parents(session: Session, parents: Mapping[str, str]) -> None:
    """Set the parents of freshly written courts; those an administrator imported keep theirs."""
    pairs = func.unnest(cast(list(parents), ARRAY(Text)), cast(list(parents.values()), ARRAY(Text)))
    pair = pairs.table_valued("code", "parent_code").render_derived()
    parent = aliased(Court)
    session.execute(
        update(Court)
        .where(
            Court.code == pair.c.code,
            parent.code == pair.c.parent_code,
            Court.parent_id.is_distinct_from(parent.id),
            Court.source != IMPORT_SOURCE,
        )
        .values(parent_id=parent.id)
        .execution_options(synchronize_session=False)
    )


def import_courts(*, actor: Actor, rows: Sequence[CourtRow]) -> Imported:
    """Add or correct courts from an administrator's list, as judged by ``rules.judge_courts``; such rows are verified.

    Refuses a parent that does not exist, a court as its own ancestor, and an actor without the permission. Flushes.
    """
    if not actor.may(Permission.COURT_IMPORT):
        raise NotFound("court import")
    session = db.session()
    with session.no_autoflush:
        courts = {court.code: court for court in session.scalars(select(Court))}
        added = changed = 0
        for row in rows:
            court = courts.get(row.code)
            is_new = court is None
            if court is None:
                court = courts[row.code] = Court(code=row.code)
                session.add(court)
            different = _describe(court, row)
            added += is_new
            changed += different and not is_new
        session.flush()
        for row in rows:
            parent = courts.get(row.parent_code) if row.parent_code else None
            if row.parent_code and parent is None:
                raise RuleBroken(f"没有代字为 {row.parent_code} 的上级法院，请先导入它。", field="parent_code")
            court = courts[row.code]
            parent_id = parent.id if parent else None
            if court.parent_id != parent_id:
                court.parent_id = parent_id
        _refuse_circles(courts)
        session.flush()
    return Imported(added, changed, len(rows) - added - changed)


def _describe(court: Court, row: CourtRow) -> bool:
    """Write what the row says about the court; True when anything was different."""
    values: dict[str, Any] = {
        "name": row.name,
        "short_name": row.short_name,
        **_searchable(row.name, row.short_name),
        "level": row.level,
        "kind": row.kind,
        "division_code": row.division_code,
        "province": row.province,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "source": IMPORT_SOURCE,
        "verified": True,
    }
    different = {name: value for name, value in values.items() if getattr(court, name) != value}
    for name, value in different.items():
        setattr(court, name, value)
    return bool(different)


def _refuse_circles(courts: Mapping[str, Court]) -> None:
    above = {court.id: court.parent_id for court in courts.values()}
    for court in courts.values():
        step, seen = court.parent_id, {court.id}
        while step is not None:
            if step in seen:
                raise RuleBroken(f"{court.name}的上级法院绕回到了自己，请核对上级法院代字。", field="parent_code")
            seen.add(step)
            step = above[step]


def next_case_number(session: Session, court: Court, type_code: str, year: int) -> CaseNumber:
    """The next number of a court in one type and year, without gaps.

    The counter's row stays locked until the caller's transaction ends: a second taker waits, and a rollback gives the
    number back. Refuses a court outside the session's scope (NotFound).
    """
    return take_case_numbers(session, court, type_code, year, 1)[0]


def take_case_numbers(session: Session, court: Court, type_code: str, year: int, count: int) -> list[CaseNumber]:
    """``count`` numbers in a row, for many cases at once. As ``next_case_number``."""
    if count < 1:
        raise ValueError("take at least one number")
    _refuse_foreign(session, court)
    CaseNumber(year, court.code, None, type_code, 1)  # refuses a type code or year that could not be read back
    statement = insert(CaseNumberCounter).values(court_id=court.id, type_code=type_code, year=year, last_number=count)
    last = session.scalars(
        statement.on_conflict_do_update(
            index_elements=_COUNTED_BY, set_={"last_number": CaseNumberCounter.last_number + count}
        ).returning(CaseNumberCounter.last_number)
    ).one()
    return [CaseNumber(year, court.code, None, type_code, serial) for serial in range(last - count + 1, last + 1)]


def observe_case_number(session: Session, court: Court, number: CaseNumber) -> None:
    """Lift the counter above a number that a ledger brought along; numbers of other courts do not count."""
    observe_case_numbers(session, court, [number])


def observe_case_numbers(session: Session, court: Court, numbers: Iterable[CaseNumber]) -> None:
    """``observe_case_number`` for many, one statement per type and year."""
    _refuse_foreign(session, court)
    highest: dict[tuple[str, int], int] = {}
    for number in numbers:
        if number.court_code == court.code and number.special is None:
            counted_by = number.type_code, number.year
            highest[counted_by] = max(number.serial, highest.get(counted_by, 0))
    # Sorted, so that two imports of one court lock the counters in the same order.
    for (type_code, year), serial in sorted(highest.items()):
        statement = insert(CaseNumberCounter).values(
            court_id=court.id, type_code=type_code, year=year, last_number=serial
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=_COUNTED_BY,
                set_={"last_number": statement.excluded.last_number},
                where=CaseNumberCounter.last_number < statement.excluded.last_number,
            )
        )


def _refuse_foreign(session: Session, court: Court) -> None:
    scope = scope_of(session)
    if scope is None:
        raise ScopeMissing("no scope is set, but a case number was asked for")
    if scope.court_ids is not None and court.id not in (scope.write_court_ids or frozenset()):
        raise NotFound(f"Court {court.id}")
