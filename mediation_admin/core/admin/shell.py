"""The frame around every page: which slots it has, what a page tells it, and how it is joined to the app."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Response, current_app, jsonify, redirect, request, url_for
from werkzeug.routing import BuildError

from mediation_admin.core.admin.access import current_actor
from mediation_admin.core.headers import nonce
from mediation_admin.core.scope import Actor

if TYPE_CHECKING:
    from mediation_admin.core.admin.screen import Screen


@dataclass
class Shell:
    """What the frame needs from the subjects above core. Endpoints that are not registered are simply not shown.

    ``court_name(actor)`` and ``role_name(actor)`` are called once per page and must be cheap (cache them);
    ``counts(actor)`` answers {"todo": 3, "downloads": 1, "messages": 0} and is asked by the browser once a minute,
    never while a page is made. ``prove()`` is
    asked before routes that are ``fresh``: None, or the page that asks the person for a proof. ``idle_seconds(actor)`` is how long a session lasts without a sign of life. ``preferences(actor)`` answers {"theme": "light|dark|auto", "text": "normal|large",
    "single_keys": True}.
    """

    product: str = "人民法院调解平台"
    home: str = "home.index"
    sign_in: str = "sign_in.index"
    sign_out: str = "sign_in.leave"
    account: str = "my_account.index"
    switch_role: str = "my_account.role"
    search: str = "search.index"
    todo: str = "todo.index"
    downloads: str = "exports.index"
    messages: str = "messages.index"
    help: str = "help.index"
    new_export: str = "exports.new"
    court_name: Callable[[Actor], str] = lambda actor: ""
    role_name: Callable[[Actor], str] = lambda actor: actor.role
    counts: Callable[[Actor], Mapping[str, int]] = lambda actor: {}
    preferences: Callable[[Actor], Mapping[str, Any]] = lambda actor: {}
    prove: Callable[[], Response | None] = lambda: None
    idle_seconds: Callable[[Actor], int] = lambda actor: 30 * 60
    idle_warning_seconds: int = 120
    support_line: str = "平台客服"
    _addresses: dict[str, str | None] = field(default_factory=dict, repr=False)

    def url(self, slot: str, **values: Any) -> str | None:
        """The address of a slot, None when nobody has registered its endpoint."""
        if not values and slot in self._addresses:
            return self._addresses[slot]
        try:
            address = url_for(getattr(self, slot), **values)
        except BuildError:
            address = None
        if not values:
            self._addresses[slot] = address
        return address


@dataclass
class Page:
    """What one page tells the frame."""

    title: str
    screen: "Screen | None" = None
    crumbs: Sequence[tuple[str, str | None]] = ()
    wide: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> "Screen | None":
        """The screen whose menu entry this page stands under."""
        screen = self.screen
        if screen is None or screen.belongs_to is None:
            return screen
        views = current_app.extensions["site"]._views
        return next((view for view in views if getattr(view, "code", None) == screen.belongs_to), screen)

    @property
    def trail(self) -> list[tuple[str, str | None]]:
        """The breadcrumb: menu branches, the screen, then the page's own steps; the last one is where we are."""
        steps: list[tuple[str, str | None]] = []
        place = self.place
        if place is not None and (place.menu_path is not None or not self.crumbs):
            steps += [(name, None) for name in place.menu_path or ()]
            steps.append((str(place.name), place.home_url()))
        steps += list(self.crumbs)
        told = place is not None and self.title == place.title
        if not told and not (self.crumbs and self.crumbs[-1][1] is None) and self.title not in (s[0] for s in steps):
            steps.append((self.title, None))
        if steps:
            steps[-1] = (steps[-1][0], None)
        return steps


def current_shell() -> Shell:
    """The shell of the running app."""
    return current_app.extensions["shell"]


def is_fetch() -> bool:
    """Whether a script of ours asked, not a person who navigates."""
    return request.headers.get("X-Requested-With") == "fetch"


def safe_path(target: str | None) -> str | None:
    """An address inside this site, or None: a link from outside may not send people elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(c) < 32 or c == "\\" for c in target):
        return None
    return target


def safe_back(fallback: str) -> str:
    """Where the person came from, as the form or the address says, if it is inside this site."""
    return safe_path(request.form.get("back") or request.args.get("back")) or fallback


def send_to_sign_in() -> Response:
    """Ask a stranger to sign in and bring him back afterwards; a script gets 401 and says so itself."""
    if is_fetch():
        answer = jsonify(message="登录已过期，请重新登录。", sign_in=current_shell().url("sign_in"))
        answer.status_code = 401
        return answer
    # A form that was sent to its own page leads back to that page, where what was typed is waiting.
    comes_back = request.method == "GET" or "GET" in (request.url_rule.methods if request.url_rule else ())
    back = request.full_path.rstrip("?") if comes_back else safe_path(request.form.get("back"))
    target = current_shell().url("sign_in", **({"next": back} if back and back != "/" else {}))
    return redirect(target or "/", 303)


class Frame:
    """What the shell template reads; everything is looked up when the template asks for it, not before."""

    def __init__(self, shell: Shell, actor: Actor | None) -> None:
        self.settings = shell
        self.actor = actor

    @property
    def court(self) -> str:
        return self.settings.court_name(self.actor) if self.actor else ""

    @property
    def role(self) -> str:
        return self.settings.role_name(self.actor) if self.actor else ""

    @property
    def idle_seconds(self) -> int:
        return self.settings.idle_seconds(self.actor) if self.actor else 0

    @property
    def preferences(self) -> Mapping[str, Any]:
        return self.settings.preferences(self.actor) if self.actor else {}

    def url(self, slot: str, **values: Any) -> str | None:
        """The address of a slot, None where this person would only meet a 404."""
        return self.settings.url(slot, **values) if self._opens(getattr(self.settings, slot)) else None

    def _opens(self, endpoint: str) -> bool:
        code = endpoint.partition(".")[0]
        for view in current_app.extensions["site"]._views:
            if view.endpoint == code:
                return view.is_accessible()
        return True


def counts() -> Response:
    """GET /shell/counts: the figures beside 待办, 下载中心 and 消息, asked by the browser."""
    actor = current_actor()
    if actor is None:
        return send_to_sign_in()
    return jsonify(dict(current_shell().counts(actor)))


def template_globals() -> dict[str, Any]:
    """What every template may use beside its own context."""
    return {"frame": Frame(current_shell(), current_actor()), "csp_nonce": nonce}
