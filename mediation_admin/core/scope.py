"""The fence: which rows a session may see and write, enforced on every ORM statement.

A session enters a scope once (per request, job or command). Reading or writing a fenced table without one is an
error, never "all rows"; "all" must be written out with its reason. Core selects on ``__table__`` and raw SQL pass by
this fence, so they are for migrations and reference data only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Executable, ForeignKey, event
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    UOWTransaction,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql.util import ClauseAdapter

from mediation_admin.core.errors import NotFound, ScopeMissing


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or the system) on whose behalf a session works, in the role held now."""

    account_id: int | None
    name: str
    role: str
    court_id: int | None
    permissions: frozenset[str] = frozenset()
    address: str = ""
    request_id: str = ""

    def may(self, permission: str) -> bool:
        """Whether the role held now carries this permission."""
        return permission in self.permissions


@dataclass(frozen=True, slots=True)
class Scope:
    """The courts whose rows a session may touch. ``court_ids`` None means all, and then ``reason`` must be given.

    ``platform``: whether the platform's own tables (people, the roles they hold) are seen whole. It opens no court:
    a system administrator sees every account and not one case.
    """

    court_ids: frozenset[int] | None
    reason: str = ""
    write_court_ids: frozenset[int] | None = field(default=None)
    platform: bool = False

    def __post_init__(self) -> None:
        if self.court_ids is None and not self.reason:
            raise ValueError("a scope over all courts needs a reason")

    @classmethod
    def of(cls, court_ids: Iterable[int]) -> "Scope":
        """The scope of a person: read and write in these courts only."""
        ids = frozenset(court_ids)
        return cls(ids, write_court_ids=ids)

    @classmethod
    def of_platform(cls) -> "Scope":
        """The scope of whoever works for the platform: its own tables whole, no court at all."""
        return cls(frozenset(), write_court_ids=frozenset(), platform=True)

    @classmethod
    def everything(cls, reason: str) -> "Scope":
        """Every court; ``reason`` says why (a nightly sweep, a migration, an operator's command)."""
        return cls(None, reason)


class CourtScoped:
    """Mixin of tables whose rows belong to one court. Child tables repeat the court so that the fence is one test."""

    @declared_attr
    def court_id(cls) -> Mapped[int]:
        return mapped_column(BigInteger, ForeignKey("court.id"), index=True)


T = TypeVar("T")
S = TypeVar("S", bound=Executable)

_SCOPE, _ACTOR = "scope", "actor"
_fences: dict[type, Callable[[frozenset[int]], ColumnElement[bool]]] = {}
_of_platform: set[type] = set()


def fence(model: type, criterion: Callable[[frozenset[int]], ColumnElement[bool]], *, platform: bool = False) -> None:
    """Fence a table that has no court of its own: ``criterion(court_ids)`` says which rows those courts may see.

    ``platform=True`` marks a table of the platform's own, which a platform scope sees whole.
    """
    _fences[model] = criterion
    if platform:
        _of_platform.add(model)
    _criteria.cache_clear()


def enter(session: Session, actor: Actor, scope: Scope) -> None:
    """Give the session its actor and scope. A session never changes its scope: that raises."""
    held = session.info.get(_SCOPE)
    if held is not None and held != scope:
        raise ScopeMissing("this session already works in another scope")
    session.info[_SCOPE] = scope
    session.info[_ACTOR] = actor


def leave(session: Session) -> None:
    """Forget actor and scope, with everything loaded under them. Only the edge that entered may call this."""
    session.expunge_all()
    session.info.pop(_SCOPE, None)
    session.info.pop(_ACTOR, None)


def scope_of(session: Session) -> Scope | None:
    """The session's scope, None before anybody entered one."""
    return session.info.get(_SCOPE)


def actor_of(session: Session) -> Actor | None:
    """The session's actor, None before anybody entered."""
    return session.info.get(_ACTOR)


def fetch(session: Session, model: type[T], ident: int, **options: Any) -> T:
    """One row through the fence, or NotFound: a row of another court and a missing row look the same."""
    row = session.get(model, ident, populate_existing=True, **options)
    if row is None:
        raise NotFound(f"{model.__name__} {ident}")
    return row


def check_writes_in(session: Session, court_id: int) -> None:
    """Refuse (NotFound) to write for a court the session does not write in: for tables that are fenced by a criterion
    of their own, whose rows the flush does not judge."""
    scope = session.info.get(_SCOPE)
    if scope is None:
        raise ScopeMissing("no scope is set, but a row of a court was to be written")
    if scope.court_ids is not None and court_id not in (scope.write_court_ids or frozenset()):
        raise NotFound(f"court {court_id}")


def unfenced(statement: S, reason: str) -> S:
    """A statement that may look over the fence; ``reason`` says why (R02 asks the whole platform for a phone)."""
    if not reason:
        raise ValueError("looking over the fence needs a reason")
    return statement.execution_options(unfenced=reason)


def is_fenced(model: type) -> bool:
    """Whether rows of this class are seen only through the fence."""
    return issubclass(model, CourtScoped) or model in _fences


def fenced(session: Session, statement: S) -> S:
    """The statement as the session would run it, for the few that are compiled and run elsewhere (COPY)."""
    scope = session.info.get(_SCOPE)
    if scope is None:
        raise ScopeMissing("no scope is set, but a statement was to be fenced")
    return statement if scope.court_ids is None else statement.options(*_criteria(scope.court_ids, scope.platform))


class _Fence(LoaderCriteriaOption):
    """with_loader_criteria for a relational criterion, also where the table is joined under another name.

    The library puts a ready-made criterion unchanged into the ON clause of a joined alias, where it would fence the
    table of the original name and let every row of the alias through (tests/integration/accounts/test_models.py).
    """

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # so that statements are still cached

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        criterion = super()._resolve_where_criteria(ext_info)
        return ClauseAdapter(ext_info.selectable).traverse(criterion) if ext_info.is_aliased_class else criterion


@lru_cache(maxsize=4096)
def _criteria(ids: frozenset[int], platform: bool) -> tuple[Any, ...]:
    # Kept per set of courts: building them anew cost more than the rest of a short statement.
    options = [
        with_loader_criteria(
            CourtScoped, lambda cls: cls.court_id.in_(ids), include_aliases=True, track_closure_variables=True
        )
    ]
    # Each relational criterion is an ordinary expression of its class.
    return (
        *options,
        *(
            _Fence(model, criterion(ids), include_aliases=True)
            for model, criterion in _fences.items()
            if not (platform and model in _of_platform)
        ),
    )


def _classes_in(state: ORMExecuteState) -> set[type]:
    return {mapper.class_ for mapper in state.all_mappers}


def install(session_class: type[Session] | Session) -> None:
    """Hang the fence on a session class; called once by create_app."""

    @event.listens_for(session_class, "do_orm_execute")
    def _fence_reads(state: ORMExecuteState) -> None:
        if state.is_column_load or state.is_relationship_load:
            # Criteria travel with the statement that loaded the parent; a refresh touches a row already let in.
            return
        if not (state.is_select or state.is_update or state.is_delete):
            return
        if state.execution_options.get("unfenced"):
            return
        scope = state.session.info.get(_SCOPE)
        if scope is None:
            fenced = [m for m in _classes_in(state) if is_fenced(m)]
            if fenced:
                raise ScopeMissing(f"no scope is set, but {fenced[0].__name__} was read")
            return
        if scope.court_ids is None:
            return
        state.statement = state.statement.options(*_criteria(scope.court_ids, scope.platform))

    @event.listens_for(session_class, "before_flush")
    def _fence_writes(session: Session, _context: UOWTransaction, _instances: Any) -> None:
        scope = session.info.get(_SCOPE)
        for row in (*session.new, *session.dirty, *session.deleted):
            if not isinstance(row, CourtScoped):
                continue
            if scope is None:
                raise ScopeMissing(f"no scope is set, but a {type(row).__name__} was written")
            allowed = scope.write_court_ids if scope.court_ids is not None else None
            if scope.court_ids is not None and row.court_id not in (allowed or frozenset()):
                raise NotFound(f"{type(row).__name__} of another court")
