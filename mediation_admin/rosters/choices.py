"""What the roster's forms and filters offer to pick from: dispute types, ministries, divisions."""

from datetime import date

from sqlalchemy.orm import Session

from mediation_admin.core import clock
from mediation_admin.reference import queries as reference
from mediation_admin.reference.models import Division

Pairs = list[tuple[str, str]]


def dispute_types(session: Session) -> Pairs:
    """(code, name) of the dispute types, in their own order."""
    return [(one.code, one.name) for one in reference.dispute_types(session, clock.today())]


def ministries(session: Session, today: date, held: str | None = None) -> Pairs:
    """("", 否) and the bodies that take part today; ``held`` stays on offer even if it no longer does."""
    offered = [(one.code, one.short_name) for one in reference.ministries(session, today)]
    if held and held not in dict(offered):
        offered += [(held, ministry_name(session, held))]
    return [("", "否"), *offered]


def ministry_name(session: Session, code: str | None) -> str:
    """The short name of a ministry, also of an abolished one; "" for none."""
    if not code:
        return ""
    return reference.ministry_names(session).names.get(code, code)


def find_divisions(session: Session, text: str) -> list[dict[str, str]]:
    """Current divisions for a type-ahead."""
    found = reference.search_divisions(session, text) if text else reference.divisions_below(session, None)
    return [{"value": one.code, "label": one.name, "note": _above(session, one)} for one in found]


def division_name(session: Session, code: str | None) -> str | None:
    """The full name of a division (省 市 县), None for an unknown code."""
    row = reference.division_by_code(session, code) if code else None
    return f"{_above(session, row)}{row.name}" if row else None


def _above(session: Session, row: Division) -> str:
    names: list[str] = []
    code = row.parent_code
    while code and len(names) < 3:
        parent = reference.division_by_code(session, code)
        if parent is None:
            break
        names.insert(0, parent.name)
        code = parent.parent_code
    return "".join(names)
