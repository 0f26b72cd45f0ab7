"""What entries are about, in the words of the screens: joined by the subjects that own the rows (backoffice.py)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mediation_admin.audit.recording import Audited
from mediation_admin.core.db import Base
from mediation_admin.core.scope import Actor

Found = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object. ``address`` leads to its page for whoever has ``permission``; ``find(session, text)`` gives
    the (table, id) pairs whose entries a number or name stands for, a case's parties among them."""

    table: str
    label: str
    permission: str = ""
    address: Callable[[int], str] | None = None
    find: Callable[[Session, str], Found] | None = None


_kinds: dict[str, Kind] = {}
# table → label of everything known, filled as the subjects join.
LABELS: dict[str, str] = {"": ""}
_people: list[Callable[[Session, str], Sequence[tuple[int, str, str]]]] = []


def join(kind: Kind) -> None:
    """Make a kind of object known; the last word counts."""
    _kinds[kind.table] = kind
    LABELS[kind.table] = kind.label


def join_audited_tables() -> None:
    """Every other table the audit follows is known by the name its class gives itself."""
    for mapper in Base.registry.mappers:
        name = getattr(mapper.class_, "audit_name", "")
        if issubclass(mapper.class_, Audited) and isinstance(name, str) and name:
            LABELS.setdefault(mapper.class_.__tablename__, name)


def join_people(find: Callable[[Session, str], Sequence[tuple[int, str, str]]]) -> None:
    """Tell how people are found by the beginning of their name: (account id, name, note)."""
    _people[:] = [find]


def choices() -> list[tuple[str, str]]:
    """(table, label) of everything known, for a filter."""
    return [(table, label) for table, label in LABELS.items() if table]


def address_of(actor: Actor, table: str, ident: int | None) -> str | None:
    """Where the object can be looked at, if this person may."""
    kind = _kinds.get(table)
    if kind is None or kind.address is None or ident is None or not actor.may(kind.permission):
        return None
    return kind.address(ident)


def find(session: Session, text: str) -> list[tuple[str, int]]:
    """What a number or name stands for, over all kinds."""
    return [pair for kind in _kinds.values() if kind.find is not None for pair in kind.find(session, text)]


def people(session: Session, text: str) -> Sequence[tuple[int, str, str]]:
    """People whose name begins with the text."""
    return _people[0](session, text) if _people else []
