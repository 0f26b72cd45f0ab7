"""Screen: the base of every page of the back office. Closed by default: no permission, no class."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from flask import Response, abort, current_app, redirect, request
from flask_admin import BaseView, expose

from mediation_admin.core.admin import shell
from mediation_admin.core.admin.access import Access, allowed, current_actor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def screen_route(
    path: str = "/", methods: Iterable[str] = ("GET",), *, permission: object = None, fresh: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Expose a method of a Screen under ``path``.

    A route that accepts anything but GET must name its permission (``Access.OF_SCREEN`` where the screen's own is
    meant); leaving it out raises TypeError at import. A GET route without one needs the screen's permission.
    ``fresh``: a sensitive act; who has not proved within 30 minutes to be there is asked again, and what the form
    sent is kept (not files, and nothing whose name holds "password").
    """
    methods = tuple(methods)
    if permission is None and not SAFE_METHODS.issuperset(methods):
        raise TypeError(f"the route {path} {methods} changes something, so it must name a permission")

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        held = getattr(function, "route_permission", None)
        if held is not None and permission is not None and held is not permission:
            raise TypeError(f"{function.__qualname__} has two permissions: split the method")
        function.route_permission = permission if permission is not None else held
        function.route_fresh = fresh or getattr(function, "route_fresh", False)
        return expose(path, methods)(function)

    return mark


class Screen(BaseView):
    """One place in the menu with the pages that belong to it.

    Class attributes: ``code`` (endpoint and, unless ``url_path`` is given, the address), ``title`` (menu entry and
    h1), ``permission`` (who may open it), ``menu_path`` (the names of the menu branches above it; None = not in the
    menu), ``menu_title`` (if the entry is called otherwise than the page), ``icon`` (a symbol of icons.svg),
    ``belongs_to`` (the code of the screen whose menu entry and breadcrumb this one's pages stand under).
    Leaving out code, title or permission raises TypeError when the class is made; a base says ``abstract = True`` in
    its own body.
    """

    abstract: ClassVar[bool] = True

    code: ClassVar[str]
    title: str
    permission: object
    menu_path: Sequence[str] | None = None
    menu_title: str | None = None
    icon: str | None = None
    url_path: str | None = None
    belongs_to: str | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__dict__.get("abstract"):
            return
        for name in ("code", "title", "permission"):
            if getattr(cls, name, None) in (None, ""):
                raise TypeError(f"{cls.__qualname__} is a screen without a {name}")
        if isinstance(cls.menu_path, str):
            raise TypeError(f"{cls.__qualname__}.menu_path must be a tuple of names, not one string")

    def __init__(
        self,
        *,
        code: str | None = None,
        title: str | None = None,
        menu_path: Sequence[str] | None = None,
        url_path: str | None = None,
        icon: str | None = None,
    ) -> None:
        """A screen may stand in the menu more than once, each time under another code and title."""
        self.code = code or type(self).code
        self.title = title or type(self).title
        self.menu_path = menu_path if menu_path is not None else type(self).menu_path
        self.icon = icon or type(self).icon
        super().__init__(
            name=self.menu_title or self.title,
            endpoint=self.code,
            url=url_path or self.url_path or "/" + self.code.replace("_", "-"),
            menu_icon_value=self.icon,
        )

    # -- access -------------------------------------------------------------------------------------------------

    def is_accessible(self) -> bool:
        return allowed(current_actor(), self.permission)

    def permission_of(self, method: str) -> object:
        """The permission a route of this screen needs beyond the screen's own (the screen's own if it has none)."""
        named = getattr(getattr(type(self), method), "route_permission", None)
        return self.permission if named in (None, Access.OF_SCREEN) else named

    def _handle_view(self, name: str, **arguments: Any) -> Any:
        needed = self.permission_of(name)
        if needed is Access.ANYONE:
            return None
        actor = current_actor()
        if actor is None:
            return shell.send_to_sign_in()
        # A role that may not open a page learns no more than a stranger: it does not exist.
        if not allowed(actor, self.permission) or not allowed(actor, needed):
            abort(404)
        return shell.current_shell().prove() if getattr(getattr(type(self), name), "route_fresh", False) else None

    def _run_view(self, function: Callable[..., Any], *args: Any, **arguments: Any) -> Any:
        # Flask-Admin's own version calls the view a second time after any TypeError, hiding where it came from.
        return function(self, *args, **arguments)

    # -- pages --------------------------------------------------------------------------------------------------

    def url_for(self, method: str = "index", **values: Any) -> str:
        """The address of one of this screen's own routes."""
        return self.get_url(f"{self.endpoint}.{method}", **values)

    def home_url(self) -> str:
        """The address of the screen's first page."""
        return self.menu.get_url() if self.menu is not None else self.url_for(self._default_view)

    def render(
        self,
        template: str,
        *,
        title: str | None = None,
        crumbs: Sequence[tuple[str, str | None]] = (),
        **context: Any,
    ) -> str:
        """Render a template that extends ``shared/shell.html``.

        ``title`` becomes the h1 and the first words of <title> (default: the screen's title); ``crumbs`` are
        (label, url) pairs that follow the menu branches and the screen itself in the breadcrumb.
        """
        taken = context.keys() & current_app.jinja_env.globals.keys()
        if taken:
            raise TypeError(f"{template}: {', '.join(sorted(taken))} is what the frame of every page calls")
        page = shell.Page(screen=self, title=title or self.title, crumbs=tuple(crumbs))
        return super().render(template, page=page, **context)

    def is_fragment(self) -> bool:
        """Whether the page was asked for as a piece to be put into the drawer."""
        return request.args.get("drawer") == "1"

    def back_to_list(self, fallback: str | None = None) -> Response:
        """Redirect to the list as it was left (the form field or parameter ``back``), else to the first page."""
        return redirect(shell.safe_back(fallback or self.home_url()), 303)
