"""What was ticked on a list: some rows by number, or everything the conditions match, and the bulk steps on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from mediation_admin.core.forms import Form

if TYPE_CHECKING:
    from mediation_admin.core.admin.listing import ListScreen

MAX_TICKED = 1000


@dataclass(frozen=True)
class BulkAction:
    """Something done to many rows at once: rehearse, confirm, run, undo.

    The list screen has two methods for it: ``rehearse_<code>(selection, form) -> Rehearsal`` (changes nothing) and
    ``run_<code>(selection, form, key) -> Outcome``; ``key`` is the same when one confirmation is sent twice, so give it
    to the job as its unique id. form: what must be asked first (a reason, a mediator), shown on the rehearsal page.
    """

    code: str
    label: str
    permission: object
    form: type[Form] | None = None
    danger: bool = False
    max_rows: int | None = None
    help: str = ""


@dataclass(frozen=True)
class Refused:
    """One row that will be left out, and why; ``url`` leads to where it can be mended."""

    label: str
    reason: str
    url: str | None = None


@dataclass
class Rehearsal:
    """What a bulk action would do. ``effect`` is one sentence; ``groups`` (label, count) breaks ``count`` down;
    ``rows`` are the first affected ones under ``headings``; ``refused`` the first left-out ones of ``refused_count``."""

    count: int
    effect: str
    headings: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    groups: Sequence[tuple[str, int]] = ()
    refused: Sequence[Refused] = ()
    refused_count: int | None = None
    warning: str | None = None

    @property
    def left_out(self) -> int:
        return len(self.refused) if self.refused_count is None else self.refused_count


@dataclass
class Outcome:
    """What a bulk action did. ``progress_url`` when a job does it; ``undo_url`` takes a POST that puts it back."""

    message: str
    undo_url: str | None = None
    progress_url: str | None = None
    link: tuple[str, str] | None = None


@dataclass
class Selection:
    """The rows a bulk action is about: ``ids`` when they were ticked, else all rows of the list's ``params``."""

    screen: "ListScreen"
    ids: list[int] | None = None
    params: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_everything(self) -> bool:
        """Whether it means all rows the conditions match, beyond the page."""
        return self.ids is None

    def statement(self) -> Select[Any]:
        """A select of the ids, through the fence and the list's own conditions."""
        column = self.screen.id_column()
        if self.ids is None:
            return self.screen.matching(self.params).with_only_columns(column.label("id")).order_by(None)
        return self.screen.select().with_only_columns(column.label("id")).where(column.in_(self.ids)).order_by(None)

    def count(self, session: Session) -> int:
        """How many rows it is now."""
        return session.scalar(select(func.count()).select_from(self.statement().subquery())) or 0

    def find_ids(self, session: Session, limit: int | None = None) -> list[int]:
        """The ids, in order of id."""
        statement = self.statement().order_by(self.screen.id_column())
        return list(session.scalars(statement.limit(limit) if limit else statement))

    def packed(self) -> dict[str, Any]:
        """As it travels inside a token."""
        return {"ids": self.ids, "params": self.params}

    @classmethod
    def unpacked(cls, screen: "ListScreen", held: dict[str, Any]) -> "Selection":
        """The selection of a token."""
        return cls(screen, held["ids"], [(name, value) for name, value in held["params"]])
