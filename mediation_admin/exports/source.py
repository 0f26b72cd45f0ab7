"""What can be exported: a source names its columns and where their values come from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from mediation_admin.core import sheets
from mediation_admin.permissions import Permission

Params = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """One column that may be exported: how the sheet shows it.

    ``personal`` columns are masked unless the role may export names. ``clear`` turns a stored number that ``column``
    masks into the whole of it; it is used only where a second person has approved.
    """

    column: sheets.Column
    personal: bool = False
    clear: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Source:
    """A list or report as an export sees it.

    ``select(fields, params)`` gives a select labelled with the fields' keys (streamed by COPY); ``rows`` gives Python
    rows instead (reports). ``conditions(params)`` says the conditions in words, for the request row and watermark.
    """

    code: str
    title: str
    permission: Permission
    fields: Callable[[], Sequence[Field]]
    conditions: Callable[[Params], str]
    select: Callable[[Session, Sequence[Field], Params], Select[Any]] | None = None
    rows: Callable[[Session, Sequence[Field], Params], Iterable[dict[str, Any]]] | None = None
    # Columns of a report belong to its question and are not picked one by one.
    pick: bool = field(default=True)
