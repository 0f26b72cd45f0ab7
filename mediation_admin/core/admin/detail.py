"""A detail page: heading with key facts, buttons, tabs; the same page as a fragment for the drawer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from markupsafe import Markup

from mediation_admin.core.admin import looks
from mediation_admin.core.admin.access import current_actor
from mediation_admin.core.admin.pieces import Action, Fact, blocks_html
from mediation_admin.core.admin.screen import Screen
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.core.scope import Actor

Panel = Callable[[Actor, Any], Sequence[Any]]
_panels: dict[tuple[str, str], list[Panel]] = {}
_buttons: dict[str, list[Callable[[Actor, Any], Sequence[Action]]]] = {}


def register_panel(screen_code: str, slot: str, function: Panel) -> None:
    """Add to a lower subject's page from a higher one: ``function(actor, row)`` answers pieces (or nothing).

    Joined in backoffice.py. slot is the key of the tab the pieces stand in.
    """
    held = _panels.setdefault((screen_code, slot), [])
    if function not in held:
        held.append(function)


def register_button(screen_code: str, function: Callable[[Actor, Any], Sequence[Action]]) -> None:
    """Add buttons to a lower subject's page from a higher one: ``function(actor, row)`` answers actions (or nothing).
    Called for every page shown, so it may look at the row and ask the database nothing."""
    held = _buttons.setdefault(screen_code, [])
    if function not in held:
        held.append(function)


def panels(screen_code: str, slot: str, row: Any) -> list[Any]:
    """The pieces others have registered for a tab."""
    actor = current_actor()
    return [piece for function in _panels.get((screen_code, slot), ()) for piece in function(actor, row)]


@dataclass
class Tab:
    """One tab. ``blocks`` are pieces, or a function that makes them when the tab is the one to show."""

    key: str
    label: str
    blocks: Sequence[Any] | Callable[[], Sequence[Any]] = ()
    count: int | None = None

    def pieces(self) -> Sequence[Any]:
        return self.blocks() if callable(self.blocks) else self.blocks


@dataclass
class Detail:
    """What a detail page shows. ``facts`` are the few that matter most; ``row`` is handed to registered panels.

    aside: pieces beside the tabs on a wide screen (a timeline, a deadline). notices: banners above the tabs.
    """

    title: str
    state: LabelledEnum | None = None
    subtitle: str = ""
    facts: Sequence[Fact] = ()
    actions: Sequence[Action] = ()
    tabs: Sequence[Tab] = ()
    aside: Sequence[Any] = ()
    notices: Sequence[Any] = ()
    row: Any = None
    copy: str | None = None
    tags: Sequence[Markup] = field(default_factory=tuple)


def render_detail(screen: Screen, detail: Detail, *, here: str, crumbs: Sequence[tuple[str, str | None]] = ()) -> str:
    """The page, or with ?drawer=1 the fragment. ``here`` is the page's own address; ``?tab=`` picks the tab."""
    if detail.row is not None and request.method == "GET":
        looks.tell_row(screen.title, detail.row, detail.title)
    wanted = request.args.get("tab", "")
    current = next((tab for tab in detail.tabs if tab.key == wanted), detail.tabs[0] if detail.tabs else None)
    body: Markup = Markup("")
    if current is not None:
        body = blocks_html([*current.pieces(), *panels(screen.code, current.key, detail.row)])
    actor = current_actor()
    added = [action for function in _buttons.get(screen.code, ()) for action in function(actor, detail.row)]
    detail.actions = [*detail.actions, *added]
    template = "shared/detail_fragment.html" if screen.is_fragment() else "shared/detail.html"
    return screen.render(
        template, title=detail.title, crumbs=crumbs, detail=detail, current=current, body=body, here_url=here
    )
