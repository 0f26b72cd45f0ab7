"""The state of a list as its address holds it: conditions, order, page. Read forgivingly, written canonically."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from mediation_admin.core.admin import tokens
from mediation_admin.core.admin.filters import SEALED, Chip, Params, Unreadable
from mediation_admin.core.admin.orders import Order, read_cursor
from mediation_admin.core.crypto import mask_numbers

if TYPE_CHECKING:
    from mediation_admin.core.admin.listing import ListScreen

RESERVED = frozenset({"q", "order", "size", "after", "before", "at", "end", "drawer", "back", "view", "csrf_token"})
MAX_QUERY = 200


@dataclass
class ListState:
    """What is asked of a list. ``at`` is the number of the first row of the page, for 序号 only."""

    values: dict[str, Any] = field(default_factory=dict)
    q: str = ""
    order: Order | None = None
    size: int = 20
    after: list[Any] | None = None
    before: list[Any] | None = None
    at_end: bool = False
    at: int = 1
    problems: list[str] = field(default_factory=list)
    chosen_order: bool = False
    chosen_size: bool = False

    @property
    def has_conditions(self) -> bool:
        return bool(self.values) or bool(self.q)


def read_state(screen: "ListScreen", args: MultiDict[str, str], default_size: int) -> ListState:
    """The state in an address or a posted query form. What cannot be read is left out and named in ``problems``."""
    state = ListState(size=default_size)
    for one in screen.filters:
        try:
            value = one.read(args)
        except Unreadable as strange:
            state.problems.append(str(strange))
        else:
            if value is not None:
                state.values[one.key] = value
    state.q = _read_q(screen, args, state.problems)
    orders = {order.code: order for order in screen.orders}
    asked = args.get("order", "")
    state.order = orders.get(asked) or screen.orders[0]
    state.chosen_order = asked in orders and state.order is not screen.orders[0]
    size = args.get("size", "")
    if size.isdigit() and int(size) in screen.page_sizes:
        state.size, state.chosen_size = int(size), int(size) != default_size
    _read_page(screen, args, state)
    return state


def _read_q(screen: "ListScreen", args: MultiDict[str, str], problems: list[str]) -> str:
    text = (args.get("q") or "").strip()
    if not screen.search_label or not text:
        return ""
    if text.startswith(SEALED):
        try:
            text = tokens.unseal("q", text[1:])
        except tokens.BadToken:
            problems.append("查找的内容已失效，请重新输入。")
            return ""
    return text[:MAX_QUERY]


def _read_page(screen: "ListScreen", args: MultiDict[str, str], state: ListState) -> None:
    try:
        if args.get("after"):
            state.after = read_cursor(args["after"], state.order, screen.code)
        elif args.get("before"):
            state.before = read_cursor(args["before"], state.order, screen.code)
        elif args.get("end"):
            state.at_end = True
    except tokens.BadToken:
        state.problems.append("这一页的位置已失效，已回到第一页。")
        return
    at = args.get("at", "")
    if (state.after or state.before) and at.isdigit():
        state.at = min(int(at), 10**9)


def conditions_params(screen: "ListScreen", state: ListState) -> Params:
    """The parameters of the conditions alone: what an export, a saved view and a selection of everything keep."""
    made: Params = []
    if state.q:
        made.append(("q", SEALED + tokens.seal("q", state.q)))
    for one in screen.filters:
        if one.key in state.values:
            made += one.write(state.values[one.key])
    return made


def address_params(screen: "ListScreen", state: ListState) -> Params:
    """Conditions, order and size: the address of the first page."""
    made = conditions_params(screen, state)
    if state.chosen_order:
        made.append(("order", state.order.code))
    if state.chosen_size:
        made.append(("size", str(state.size)))
    return made


def query(params: Iterable[tuple[str, str]]) -> str:
    """?a=1&b=2, or nothing."""
    text = urlencode(list(params), safe="~（）")
    return f"?{text}" if text else ""


def chips(screen: "ListScreen", state: ListState) -> list[tuple[Chip, str]]:
    """The applied conditions, each with the address of the list without it."""
    everything = address_params(screen, state)
    made: list[tuple[Chip, str]] = []
    if state.q:
        made.append((Chip(f"查找：{mask_numbers(state.q)}", []), query(p for p in everything if p[0] != "q")))
    for one in screen.filters:
        if one.key in state.values:
            for chip in one.chips(state.values[one.key]):
                made.append((chip, query(p for p in everything if p not in chip.without)))
    return made
