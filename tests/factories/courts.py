"""Courts for tests: taken from the reference data where they are there, made where not."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.courts.enums import CourtLevel
from mediation_admin.courts.models import Court

COURT_A = ("豫1302", "南阳市宛城区人民法院", CourtLevel.BASIC)
COURT_B = ("闽0213", "厦门市翔安区人民法院", CourtLevel.BASIC)
# The court above A, and not above B.
COURT_ABOVE_A = ("豫13", "南阳市中级人民法院", CourtLevel.INTERMEDIATE)


def a_court(
    session: Session, code: str, name: str = "", level: CourtLevel = CourtLevel.BASIC, parent: Court | None = None
) -> Court:
    """The court with this code, added if it is not there; flushed."""
    held = session.scalar(select(Court).where(Court.code == code))
    if held is None:
        name = name or f"{code}人民法院"
        held = Court(
            code=code,
            name=name,
            short_name=name.removesuffix("人民法院"),
            level=level,
            parent=parent,
            source="测试",
            verified=False,
        )
        session.add(held)
        session.flush()
    return held


def court_a(session: Session) -> Court:
    """The court most tests work in; its parent is the court above A."""
    above = a_court(session, *COURT_ABOVE_A)
    held = a_court(session, *COURT_A, parent=above)
    assert held.parent_id == above.id, "the court above A is not the parent of A"
    return held


def court_b(session: Session) -> Court:
    """Another court, of another province: nobody of court A may see anything of it."""
    return a_court(session, *COURT_B)


def court_above_a(session: Session) -> Court:
    """The intermediate court above A."""
    return a_court(session, *COURT_ABOVE_A)
