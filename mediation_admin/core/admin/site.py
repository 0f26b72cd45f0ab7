"""Site: Flask-Admin's Admin with our menu tree and frame, and the one call that joins it all to an app."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request
from flask_admin import Admin, BaseView
from flask_admin.menu import BaseMenu, MenuCategory, MenuView
from flask_admin.theme import Theme
from markupsafe import Markup, escape

from mediation_admin.core.admin import assets, error_pages, messages, pieces, reveals, shell
from mediation_admin.core.admin.access import current_actor
from mediation_admin.core.admin.formats import safe
from mediation_admin.core.admin.screen import Screen


@dataclass
class Branch:
    """One line of the menu as this person may see it: a screen (with url) or a heading with lines below."""

    label: str
    url: str | None = None
    view: BaseView | None = None
    icon: str | None = None
    lines: list["Branch"] = field(default_factory=list)


class Site(Admin):
    """Flask-Admin's Admin. A screen's ``menu_path`` names its branches; equal names under different parents differ."""

    def __init__(self, *, index_view: Screen, name: str = "人民法院调解平台") -> None:
        self._seen: dict[frozenset[str], list[Branch]] = {}
        self._drawn: dict[tuple[frozenset[str], int], Markup] = {}
        super().__init__(
            name=name,
            index_view=index_view,
            theme=Theme(folder="bootstrap4", base_template="shared/shell.html"),
            csp_nonce_generator=shell.nonce,
        )

    def add_screens(self, screens: Iterable[Screen], *, icons: dict[str, str] | None = None) -> None:
        """Add screens in menu order; ``icons`` maps a top branch to a symbol of icons.svg."""
        self.category_icon_classes.update(icons or {})
        for screen in screens:
            self.add_view(screen)

    def _add_view_to_menu(self, view: BaseView) -> None:
        self._seen.clear()
        self._drawn.clear()
        item = MenuView(view.name, view)
        path = getattr(view, "menu_path", ())
        if path is None:
            return
        siblings: list[BaseMenu] = self._menu
        parent: MenuCategory | None = None
        for depth in range(len(path)):
            key = "\0".join(path[: depth + 1])
            category = self._menu_categories.get(key)
            if category is None:
                category = MenuCategory(path[depth], icon_value=self.category_icon_classes.get(path[depth]))
                self._menu_categories[key] = category
                if parent is None:
                    siblings.append(category)
                else:
                    parent.add_child(category)
            parent = category
        if parent is None:
            siblings.append(item)
        else:
            parent.add_child(item)

    def tree(self) -> list[Branch]:
        """The menu of the present actor. Kept per set of permissions, since it depends on nothing else."""
        actor = current_actor()
        if actor is None:
            return []
        held = self._seen.get(actor.permissions)
        if held is None:
            if len(self._seen) > 200:
                self._seen.clear()
            held = self._seen[actor.permissions] = [b for item in self.menu() if (b := _branch(item))]
        return held

    def menu_of(self, view: BaseView | None) -> Markup:
        """The menu's HTML with ``view`` marked as the present one, for the present actor."""
        actor = current_actor()
        if actor is None:
            return safe("")
        key = (actor.permissions, id(view))
        held = self._drawn.get(key)
        if held is None:
            if len(self._drawn) > 2000:
                self._drawn.clear()
            held = self._drawn[key] = menu_html(self.tree(), view)
        return held


def _branch(item: BaseMenu) -> Branch | None:
    if not item.is_accessible() or not item.is_visible():
        return None
    if item.is_category():
        lines = [b for child in item.get_children() if (b := _branch(child))]
        return Branch(item.name, icon=item.get_icon_value(), lines=lines) if lines else None
    return Branch(item.name, item.get_url(), getattr(item, "_view", None), item.get_icon_value())


def _holds(branch: Branch, view: BaseView | None) -> bool:
    return (view is not None and branch.view is view) or any(_holds(line, view) for line in branch.lines)


def menu_html(tree: list[Branch], current: BaseView | None) -> Markup:
    """The tree as nested lists. Built in Python: it is on every page and a recursive macro is ten times as dear."""
    parts: list[str] = []
    _lines(tree, current, parts, 0)
    return safe("".join(parts))


def _lines(tree: list[Branch], current: BaseView | None, parts: list[str], depth: int) -> None:
    parts.append(f'<ul class="menu menu-{depth}">')
    for branch in tree:
        mark = icon(branch.icon or "dot") if depth == 0 else ""
        if branch.lines:
            # On the first level every branch that holds the present page is open; the browser remembers the rest.
            is_open = " open" if _holds(branch, current) or depth else ""
            parts.append(
                f'<li><details data-branch="{escape(branch.label)}"{is_open}><summary>{mark}'
                f"<span>{escape(branch.label)}</span></summary>"
            )
            _lines(branch.lines, current, parts, depth + 1)
            parts.append("</details></li>")
        else:
            here = ' aria-current="page"' if branch.view is current and current is not None else ""
            parts.append(
                f'<li><a href="{escape(branch.url or "")}"{here}>{mark}<span>{escape(branch.label)}</span></a></li>'
            )
    parts.append("</ul>")


def icon(name: str, size: int = 16) -> Markup:
    """One of our own icons, drawn by reference; decorative, so hidden from screen readers."""
    return _icon(name, size, assets.asset("icons/icons.svg"))


@lru_cache(maxsize=512)
def _icon(name: str, size: int, sheet: str) -> Markup:
    return safe(
        f'<svg class="icon" width="{size}" height="{size}" aria-hidden="true" focusable="false">'
        f'<use href="{sheet}#{escape(name)}"></use></svg>'
    )


@lru_cache(maxsize=4)
def _look(app: Flask, _version: str) -> Markup:
    return safe(app.jinja_env.get_template("shared/look.html").render())


@lru_cache(maxsize=4)
def _overlays(app: Flask, _version: str) -> Markup:
    # Drawer, dialogs and palette are the same on every page for everybody.
    return safe(app.jinja_env.get_template("shared/overlays.html").render(reasons=reveals.REASONS, other=reveals.OTHER))


_PLACE = "the-token-of-this-form"  # stands in a kept header until a page puts its own there
MOST_KEPT = 2_000


def _top() -> Markup:
    """The header of every page: one person in one role sees the same one everywhere, but for the token of its forms."""
    frame = shell.Frame(shell.current_shell(), current_actor())
    actor = frame.actor
    who = actor and (actor.account_id, actor.name, actor.role, actor.court_id, actor.permissions)
    key = (assets.version(), who, frame.court, frame.role)
    kept = current_app.extensions["headers kept"]
    held = kept.get(key)
    if held is None:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        template = current_app.jinja_env.get_template("shared/top.html")
        held = kept[key] = template.render(frame=frame, csrf_token=lambda: _PLACE).split(_PLACE)
    return safe(current_app.jinja_env.globals["csrf_token"]().join(held))


def install(app: Flask, site: Site, settings: shell.Shell | None = None) -> None:
    """Join site, frame, error pages and static files to the app. Called once by create_app."""
    app.extensions["shell"] = settings or shell.Shell()
    app.config.setdefault("FLASK_ADMIN_RAISE_ON_VIEW_EXCEPTION", True)
    site.init_app(app)
    app.extensions["site"] = site
    app.extensions["headers kept"] = {}
    app.add_url_rule("/shell/counts", "shell.counts", shell.counts)
    app.add_url_rule("/assets/<stamp>/<path:name>", "assets", assets.serve)
    app.context_processor(shell.template_globals)
    app.jinja_env.globals.update(
        asset=assets.asset,
        icon=icon,
        notices=messages.notices,
        menu=lambda page: site.menu_of(page.place if page else None),
        top=_top,
        look=lambda: _look(app, assets.version()),
        overlays=lambda: _overlays(app, assets.version()),
        here=lambda: request.full_path.rstrip("?"),
        blocks=pieces.blocks_html,
        steps_html=pieces.steps_html,
    )
    app.jinja_env.filters.update(pieces.FILTERS)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    error_pages.install(app)


def site_of(app: Any) -> Site:
    """The site of an app, for tests that walk every screen."""
    return app.extensions["site"]
