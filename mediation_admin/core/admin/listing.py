"""ListScreen: a list of rows as every subject shows it. The subject says what; how it behaves is here."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, current_app, jsonify, redirect, request
from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict

from mediation_admin.core import clock
from mediation_admin.core.admin import list_html, looks, preferences, replay, shell, state
from mediation_admin.core.admin.access import Access, allowed, current_actor
from mediation_admin.core.admin.bulk import BulkSteps
from mediation_admin.core.admin.columns import Column
from mediation_admin.core.admin.filters import SEALED, Filter, SecretFilter, check_filters
from mediation_admin.core.admin.messages import toast
from mediation_admin.core.admin.orders import Order, Slice, cursor_of, with_keys
from mediation_admin.core.admin.pieces import Action, Empty
from mediation_admin.core.admin.screen import Screen, screen_route
from mediation_admin.core.admin.selection import BulkAction
from mediation_admin.core.admin.state import ListState
from mediation_admin.core.crypto import normalise_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound
from mediation_admin.core.scope import scope_of

COUNT_CAP = 10_000
# Seven digits on end are a phone or an identity number; the numbers of cases are shorter.
_PERSONAL = re.compile(r"[0-9]{7}")
EXACT_COUNT_MS = 5_000


@dataclass(frozen=True)
class Match:
    """What a search in the one box found its way to: the condition, and what to say ("按案号查找")."""

    condition: ColumnElement[bool]
    words: str


@dataclass(frozen=True)
class Preset:
    """A ready-made view above the list: a name and the conditions it stands for ({"state": "open"})."""

    label: str
    params: tuple[tuple[str, str], ...] = ()


class ListScreen(BulkSteps, Screen):
    """A list with its query form, columns, pages, selection and bulk actions.

    A subject gives: ``columns``, ``orders`` (the first is the default; each ends in a unique key), ``select()`` — a
    select of *columns*, labelled with the keys of ``columns``, one of them ``id`` — and, as needed, ``filters``,
    ``search_label`` + ``search(text)``, ``conditions(values)``, ``detail_url(row)``, ``row_actions(row)``,
    ``actions()``, ``bulk_actions``, ``presets``, ``empty``, ``exportable``.
    Missing or contradictory attributes raise TypeError at import.
    """

    abstract = True
    columns: Sequence[Column] = ()
    filters: Sequence[Filter] = ()
    orders: Sequence[Order] = ()
    bulk_actions: Sequence[BulkAction] = ()
    presets: Sequence[Preset] = ()
    page_sizes: Sequence[int] = (20, 50, 100)
    search_label: str = ""
    empty: Empty = Empty("还没有记录。")
    exportable: bool = False
    export_permission: object = "export:request"
    numbered: bool = True
    # select() depends on the screen alone, not on who asks: then it is built once instead of on every request.
    fixed_select: bool = False
    # The whole statement depends on its conditions, the day and the scope alone: then its first page is sent again as
    # it was (replay.py). Leave it off where a condition asks who is signed in or looks something up.
    replays: bool = False
    list_template: str = "shared/list.html"
    _base: Select[Any] | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__dict__.get("abstract"):
            return
        if not cls.columns or not cls.orders:
            raise TypeError(f"{cls.__qualname__} needs explicit columns and at least one order")
        keys = [column.key for column in cls.columns]
        if len(set(keys)) != len(keys):
            raise TypeError(f"{cls.__qualname__} has two columns of one key")
        known = {order.code for order in cls.orders}
        for column in cls.columns:
            if column.sortable is not None and column.sortable not in known:
                raise TypeError(f"{cls.__qualname__}: column {column.key} sorts by the unknown order {column.sortable}")
        check_filters(cls.filters, state.RESERVED)
        for action in cls.bulk_actions:
            for step in (f"rehearse_{action.code}", f"run_{action.code}"):
                if not callable(getattr(cls, step, None)):
                    raise TypeError(f"{cls.__qualname__}: the bulk action {action.code} has no method {step}")

    # -- what a subject gives -----------------------------------------------------------------------------------

    def select(self) -> Select[Any]:
        """The columns to show, joined as needed; no order, no page. Select mapped attributes, never ``__table__``
        columns: only those pass through the fence."""
        raise NotImplementedError

    def id_column(self) -> Any:
        """The mapped id behind the rows (default: the column of the select that is called ``id``)."""
        for column in self.select().selected_columns:
            if column.key == "id":
                return column
        raise TypeError(f"{type(self).__qualname__}.select() has no column called id")

    def conditions(self, values: dict[str, Any]) -> list[ColumnElement[bool]]:
        """The conditions of the filters' values. Extend it for what one filter alone cannot say."""
        return [one.where(values[one.key]) for one in self.filters if one.key in values]

    def search(self, text: str) -> Match:
        """What the one search box means on this list."""
        raise NotImplementedError

    def detail_url(self, row: Any) -> str | None:
        """The address of a row's page: ``link`` columns lead there, the drawer peeks at it."""
        return None

    def row_actions(self, row: Any) -> Sequence[Action]:
        """What can be done to one row: the first three are links, the rest under 更多."""
        return ()

    def row_label(self, row: Any) -> str:
        """How a row is called for those who hear the page ("选择 …")."""
        return str(getattr(row, next((c.key for c in self.columns if c.kind == "link"), "id")))

    def row_class(self, row: Any) -> str:
        """An extra class of the row (``muted`` for void ones)."""
        return ""

    def actions(self) -> Sequence[Action]:
        """The buttons above the list: 新增, 导入. Those whose permission is missing are left out by the subject."""
        return ()

    def above(self) -> Any:
        """Markup between heading and query form (a banner, stat cards); "" for none."""
        return ""

    # -- reading ------------------------------------------------------------------------------------------------

    def read_state(self, args: MultiDict[str, str], default_size: int | None = None) -> ListState:
        """The state that an address or a posted query form asks for."""
        return state.read_state(self, args, default_size or self.page_sizes[0])

    def base(self) -> Select[Any]:
        """``select()``, kept where the screen says that it never changes."""
        if not self.fixed_select:
            return self.select()
        if self._base is None:
            self._base = self.select()
        return self._base

    def statement(self, asked: ListState) -> Select[Any]:
        """The select with all conditions of a state, unordered. Exports and drill-downs start here too."""
        made = self.base()
        found = self.conditions(asked.values)
        if asked.q:
            found.append(self.search(asked.q).condition)
        return made.where(*found) if found else made

    def matching(self, params: Sequence[tuple[str, str]]) -> Select[Any]:
        """The same for stored parameters (a selection of everything, a saved view, an export request)."""
        return self.statement(self.read_state(MultiDict(list(params))))

    def ordered(self, asked: ListState) -> Select[Any]:
        """All matching rows in the order asked, for exports."""
        return self.statement(asked).order_by(*asked.order.clauses())

    def fetch(self, asked: ListState, total: int | None = None, *, made: Select[Any] | None = None) -> Slice:
        """One page. ``total`` (if exactly known) gives the last page its true length and numbers."""
        order, size = asked.order, asked.size
        backwards = asked.at_end or asked.before is not None
        if asked.at_end and total:
            size = total % asked.size or asked.size
        made = with_keys(self.statement(asked) if made is None else made, order).order_by(*order.clauses(backwards))
        place = asked.before if backwards else asked.after
        if place is not None:
            made = made.where(order.beyond(place, backwards))
        found = list(db.session.execute(made.limit(size + 1)).all())
        return self._slice(asked, found, size, total)

    def _slice(self, asked: ListState, found: list[Any], size: int, total: int | None = None) -> Slice:
        """One page of what was found, which is one row more than fits where there is more."""
        order = asked.order
        backwards = asked.at_end or asked.before is not None
        more = len(found) > size
        rows = found[:size]
        first = asked.at
        if backwards:
            rows.reverse()
            first = max(1, total - len(rows) + 1 if asked.at_end and total else asked.at)
            if not more:
                first = 1
        page = Slice(rows, first)
        if rows:
            back = more if backwards else asked.after is not None
            on = not asked.at_end if backwards else more
            page.before = cursor_of(rows[0], order, self.code) if back else None
            page.after = cursor_of(rows[-1], order, self.code) if on else None
        return page

    def count(self, asked: ListState, *, made: Select[Any] | None = None) -> int:
        """How many rows match, at most one more than the cap of 10,000."""
        return db.session.scalar(_capped_count(self.statement(asked) if made is None else made)) or 0

    def fetch_with_total(self, asked: ListState) -> tuple[Slice, int]:
        """A page and its (capped) count. One statement answers both, except for the last page, whose length depends
        on the count, and for a page that has been emptied meanwhile."""
        key = self._key(asked)
        if key is not None:
            return self._first_page(asked, key)
        made = self.statement(asked)
        if asked.at_end:
            total = self.count(asked, made=made)
            return self.fetch(asked, total if total <= COUNT_CAP else None, made=made), total
        total_too = _capped_count(made).scalar_subquery().label("_total")
        page = self.fetch(asked, made=made.add_columns(total_too))
        return page, page.rows[0]._total if page.rows else self.count(asked, made=made)

    def _key(self, asked: ListState) -> Hashable | None:
        """What the statement of a first page is made of; None where it is not kept."""
        scope = scope_of(db.session())
        if not self.replays or scope is None or asked.q or asked.at_end or asked.after or asked.before:
            return None
        conditions = tuple(state.conditions_params(self, asked))
        return self.code, asked.order.code, asked.size, conditions, clock.today(), scope.court_ids, scope.platform

    def _first_page(self, asked: ListState, key: Hashable) -> tuple[Slice, int]:
        """The same as ``fetch_with_total``, by the statement of the last time where there was one."""
        over_cap = replay.is_over_cap(key)
        found = replay.again(db.session(), (key, over_cap))
        if found is None:
            made = self.statement(asked)
            if not over_cap:
                made = made.add_columns(_capped_count(made).scalar_subquery().label("_total"))
            made = with_keys(made, asked.order).order_by(*asked.order.clauses()).limit(asked.size + 1)
            result = db.session.execute(made)
            replay.keep((key, over_cap), made, result)
            found = list(result.all())
        total = COUNT_CAP + 1 if over_cap and found else found[0]._total if found else 0
        if total > COUNT_CAP and not over_cap:
            replay.note_over_cap(key)
        return self._slice(asked, found, asked.size), total

    # -- pages --------------------------------------------------------------------------------------------------

    @screen_route("/")
    def index(self) -> Any:
        actor = current_actor()
        wish = preferences.load(db.session, actor.account_id if actor else None, self.code)
        size = wish.size if wish.size in self.page_sizes else self.page_sizes[0]
        asked = self.read_state(request.args, size)
        if self._names_a_number(asked):
            return redirect(self.home_url() + state.query(state.address_params(self, asked)), 303)
        match = self.search(asked.q) if asked.q else None
        self._tell_search(asked, match)
        page, total = self.fetch_with_total(asked)
        return self.render(
            self.list_template,
            **list_html.context(self, asked, page, total, wish, match, clock.today()),
        )

    def _names_a_number(self, asked: ListState) -> bool:
        """Whether the address itself holds a phone or an identity number: it is sealed before anything is shown, so
        that it is not kept by browsers, in bookmarks and in what people send each other (S29)."""
        plain = [request.args.get("q", "")]
        plain += [request.args.get(one.key, "") for one in self.filters if isinstance(one, SecretFilter)]
        return any(_PERSONAL.search(normalise_phone(text)) for text in plain if not text.startswith(SEALED))

    def _tell_search(self, asked: ListState, match: Match | None) -> None:
        """Searches are remembered, plain lists are not; which list is in the words."""
        if match is not None:
            looks.tell(looks.Look(self.title, words=match.words, text=asked.q))
        for one in self.filters:
            if isinstance(one, SecretFilter) and one.key in asked.values:
                looks.tell(looks.Look(self.title, words=f"按{one.label}查找", text=str(asked.values[one.key])))

    @screen_route("/query", methods=("POST",), permission=Access.OF_SCREEN)
    def query(self) -> Response:
        """The query form posts here, so that nothing typed into it stands in an address; answered by a redirect."""
        asked = self.read_state(request.form)
        for problem in asked.problems:
            toast(problem)
        params = state.address_params(self, asked)
        return redirect(self.home_url() + state.query(params), 303)

    @screen_route("/count")
    def exact_count(self) -> Response:
        """The exact number of matching rows as JSON, or a sentence when it would take too long."""
        asked = self.read_state(request.args)
        inner = self.statement(asked).with_only_columns(text("1"), maintain_column_froms=True)
        try:
            db.session.execute(text(f"set local statement_timeout = {EXACT_COUNT_MS}"))
            total = db.session.scalar(select(func.count()).select_from(inner.subquery()))
        except OperationalError:
            db.session.rollback()
            return jsonify(message="数据太多，准确条数要算很久。请先缩小条件。")
        return jsonify(count=total, words=f"共 {total:,} 条")

    @screen_route("/columns", methods=("POST",), permission=Access.OF_SCREEN)
    def keep_columns(self) -> Response:
        """Keep the columns, density and page size the person chose for this list."""
        actor = current_actor()
        known = [column.key for column in self.columns]
        changes: dict[str, Any] = {}
        if "reset" in request.form:
            changes = {"columns": None, "density": "normal", "size": None}
        else:
            if "columns_shown" in request.form:
                chosen = set(request.form.getlist("columns"))
                order = [key for key in request.form.getlist("columns_order") if key in known] or known
                order += [key for key in known if key not in order]
                must = {column.key for column in self.columns if column.required}
                changes["columns"] = [key for key in order if key in chosen | must]
            if request.form.get("density") in preferences.DENSITIES:
                changes["density"] = request.form["density"]
            size = request.form.get("size", "")
            if size.isdigit() and int(size) in self.page_sizes:
                changes["size"] = int(size)
        if changes and actor.account_id is not None:
            preferences.save(db.session, actor.account_id, self.code, **changes)
            db.session.commit()
        if shell.is_fetch():
            return jsonify(message="已保存")
        return self.back_to_list()

    @screen_route("/views", methods=("POST",), permission=Access.OF_SCREEN)
    def keep_view(self) -> Response:
        """Save the present conditions under a name, or forget a saved view."""
        actor = current_actor()
        if "forget" in request.form:
            preferences.forget_view(db.session, actor.account_id, self.code, request.form["forget"])
            toast("已删除视图")
        else:
            asked = self.read_state(MultiDict(parse_qsl(request.form.get("query", "").lstrip("?"))))
            kept = state.query(state.address_params(self, asked))
            preferences.save_view(db.session, actor.account_id, self.code, request.form.get("name", ""), kept)
            toast(f"已保存视图“{request.form['name'].strip()[:20]}”")
        db.session.commit()
        return self.back_to_list()

    # -- helpers of the page ------------------------------------------------------------------------------------

    def shown_columns(self, wish: preferences.Preference) -> list[Column]:
        """The columns to show, in the person's order."""
        if wish.columns is None:
            return [column for column in self.columns if column.default or column.required]
        known = {column.key: column for column in self.columns}
        shown = [known[key] for key in wish.columns if key in known]
        return shown or [column for column in self.columns if column.default]

    def allowed_bulk_actions(self) -> list[BulkAction]:
        """The bulk actions this person's role carries, the dangerous ones last."""
        actor = current_actor()
        carried = [action for action in self.bulk_actions if allowed(actor, action.permission)]
        return sorted(carried, key=lambda action: action.danger)

    def export_url(self, asked: ListState) -> str | None:
        """Where 导出 leads: the export engine's form, filled with this list and its conditions."""
        if not self.exportable or not allowed(current_actor(), self.export_permission):
            return None
        base = shell.current_shell().url("new_export", list=self.code)
        if base is None:
            return None
        params = state.address_params(self, asked)
        return base + ("&" + state.query(params)[1:] if params else "")


def _capped_count(made: Select[Any]) -> Select[Any]:
    inner = made.with_only_columns(text("1"), maintain_column_froms=True).limit(COUNT_CAP + 1)
    return select(func.count()).select_from(inner.subquery())


def list_screen(code: str) -> ListScreen:
    """The list of this code in the running app; 404 when there is none. The export engine looks lists up here."""
    for view in current_app.extensions["site"]._views:
        if isinstance(view, ListScreen) and view.code == code:
            return view
    raise NotFound(f"list {code}")
