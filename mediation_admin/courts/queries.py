"""Reads of courts: by code, by typing, and the tree below one."""

from collections.abc import Sequence

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, aliased

from mediation_admin.courts.models import Court

MOST_FOUND = 20


def court_by_code(session: Session, code: str) -> Court | None:
    """The court of a 代字, None if there is none."""
    return session.scalars(select(Court).where(Court.code == code.strip())).one_or_none()


def search_courts(session: Session, text: str, limit: int = MOST_FOUND) -> Sequence[Court]:
    """Courts for a type-ahead, by 代字, name or pinyin (full or initials); nothing for empty text.

    Best first: the code itself, codes and names that begin so, then names that contain the words in order
    (南阳宛城 finds 南阳市宛城区人民法院). Courts no longer in force come last.
    """
    typed = text.strip().lower()
    if not typed:
        return []
    begins = f"{_literal(typed)}%"
    inside = f"%{_literal(typed)}%"
    scattered = "%" + "%".join(_literal(character) for character in typed if not character.isspace()) + "%"
    latin = typed.isascii()
    if latin:
        plain = typed.replace(" ", "")
        matches = [
            Court.initials.like(f"{_literal(plain)}%"),
            Court.short_initials.like(f"{_literal(plain)}%"),
            Court.pinyin.like(f"%{_literal(plain)}%"),
            Court.code.like(inside),
            Court.initials.like(f"%{_literal(plain)}%"),
        ]
    else:
        matches = [
            Court.code == typed,
            Court.code.like(begins),
            or_(Court.name.like(begins), Court.short_name.like(begins)),
            or_(Court.name.like(inside), Court.short_name.like(inside)),
            Court.name.like(scattered),
        ]
    rank = case(*((condition, position) for position, condition in enumerate(matches)), else_=len(matches))
    statement = (
        select(Court)
        .where(or_(*matches))
        .order_by(Court.valid_to.is_not(None), rank, func.length(Court.code), Court.code)
        .limit(limit)
    )
    return session.scalars(statement).all()


def subordinate_ids(session: Session, court_id: int, *, with_itself: bool = True) -> frozenset[int]:
    """The courts below one, however deep; with the court itself unless told otherwise."""
    tree = select(Court.id).where(Court.id == court_id).cte("tree", recursive=True)
    below = aliased(Court)
    # UNION, not UNION ALL: a circle in the tree must not run forever.
    tree = tree.union(select(below.id).where(below.parent_id == tree.c.id))
    ids = frozenset(session.scalars(select(tree.c.id)))
    return ids if with_itself else ids - {court_id}


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
