"""What the roster's forms and filters offer to pick from: dispute types, ministries, divisions, the court's organisations."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mediation_admin.reference.models import DisputeType, Division, Ministry

Pairs = list[tuple[str, str]]


def dispute_types(session: Session) -> Pairs:
    """(code, name) of the dispute types, in their own order."""
    return [
        (c, n) for c, n in session.execute(select(DisputeType.code, DisputeType.name).order_by(DisputeType.position))
    ]


def ministries(session: Session, today: date, held: str | None = None) -> Pairs:
    """("", 否) and the bodies that take part today; ``held`` stays on offer even if it no longer does."""
    rows = session.scalars(select(Ministry).order_by(Ministry.position)).all()
    offered = [(m.code, m.short_name) for m in rows if (m.partner and m.holds_on(today)) or m.code == held]
    return [("", "否"), *offered]


def find_divisions(session: Session, text: str) -> list[dict[str, str]]:
    """Current divisions for a type-ahead: name or code begins or contains what was typed, twenty at most."""
    statement = select(Division.code, Division.name).where(Division.valid_to.is_(None))
    if text:
        statement = statement.where(or_(Division.name.contains(text, autoescape=True), Division.code.startswith(text)))
    rows = session.execute(statement.order_by(Division.code).limit(20)).all()
    parents = _names(session, {code[:2] + "0000" for code, _ in rows} | {code[:4] + "00" for code, _ in rows})
    return [
        {"value": code, "label": name, "note": _above(parents, code)} for code, name in rows
    ]  # fmt: skip


def division_name(session: Session, code: str | None) -> str | None:
    """The full name of a division (省 市 县), None for an unknown code."""
    if not code:
        return None
    names = _names(session, {code[:2] + "0000", code[:4] + "00", code})
    return f"{_above(names, code)}{names[code]}" if code in names else None


def _names(session: Session, codes: set[str]) -> dict[str, str]:
    return dict(
        session.execute(
            select(Division.code, Division.name).where(Division.code.in_(codes), Division.valid_to.is_(None))
        ).all()
    )


def _above(names: dict[str, str], code: str) -> str:
    chain = [code[:2] + "0000", code[:4] + "00"]
    return "".join(names.get(one, "") for one in dict.fromkeys(chain) if one != code)
