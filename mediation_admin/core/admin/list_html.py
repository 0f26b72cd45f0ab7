"""The HTML of a list, written in Python: a Jinja loop over 20 rows × 12 columns costs four times as much."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mediation_admin.core.admin import state as states
from mediation_admin.core.admin.columns import Column, cell_writer
from mediation_admin.core.admin.filters import labelled
from mediation_admin.core.admin.formats import plain, safe
from mediation_admin.core.admin.orders import Slice
from mediation_admin.core.admin.pieces import Action, actions_html, help_mark, icon
from mediation_admin.core.admin.preferences import Preference
from mediation_admin.core.admin.state import ListState

if TYPE_CHECKING:
    from mediation_admin.core.admin.listing import ListScreen, Match

COUNT_CAP = 10_000
_ACT_HEAD = '<th class="c-act" scope="col">操作</th>'


def context(
    screen: "ListScreen",
    asked: ListState,
    page: Slice,
    total: int,
    wish: Preference,
    match: "Match | None",
    today: date,
) -> dict[str, Any]:
    """Everything ``shared/list.html`` needs."""
    columns = screen.shown_columns(wish)
    bulk = screen.allowed_bulk_actions()
    params = states.address_params(screen, asked)
    home = screen.home_url()
    shown = len(page.rows)
    return {
        "screen": screen,
        "asked": asked,
        "match": match,
        "home": home,
        "query_string": states.query(params),
        "fields": [labelled(one, asked.values.get(one.key)) for one in screen.filters],
        "folded": any(one.more and one.key not in asked.values for one in screen.filters),
        "hidden_order": asked.order.code if asked.chosen_order else "",
        "chips": states.chips(screen, asked),
        "presets": _presets(screen, asked),
        "saved_views": [
            (view["name"], home + view["query"], view["query"] == states.query(params)) for view in wish.views
        ],
        "bulk": bulk,
        "everything_token": screen.everything_token(asked) if bulk and total > shown else "",
        "columns": columns,
        "column_boxes": column_boxes(columns, screen.columns),
        "wish": wish,
        "table": table(screen, columns, asked, page, home, params, bool(bulk), today) if shown else None,
        "total": total,
        "total_words": f"{COUNT_CAP:,}+" if total > COUNT_CAP else f"{total:,}",
        "is_capped": total > COUNT_CAP,
        "shown": shown,
        "pager": pager(asked, page, total, home, params),
        "first": page.first,
        "last": page.first + shown - 1,
        "export_url": screen.export_url(asked),
    }


def column_boxes(shown: Sequence[Column], every: Sequence[Column]) -> Markup:
    """The lines of 列设置: shown columns in their order, then the others."""
    keys = {column.key for column in shown}
    up = icon("up")
    parts = []
    for column in (*shown, *(column for column in every if column.key not in keys)):
        label = plain(column.label)
        mark = " checked" if column.key in keys else ""
        fixed = " disabled" if column.required else ""
        parts.append(
            f'<li><input type="hidden" name="columns_order" value="{column.key}"><label class="check">'
            f'<input type="checkbox" name="columns" value="{column.key}"{mark}{fixed}><span>{label}</span></label>'
            f'<button type="button" class="icon-btn" data-up aria-label="{label} 上移">{up}</button></li>'
        )
    return safe("".join(parts))


def _presets(screen: "ListScreen", asked: ListState) -> list[tuple[str, str, bool]]:
    if not screen.presets:
        return []
    here = set(states.conditions_params(screen, asked))
    home = screen.home_url()
    made = [] if any(not p.params for p in screen.presets) else [("全部", home, not here)]
    made += [(p.label, home + states.query(p.params), here == set(p.params)) for p in screen.presets]
    return made


def table(
    screen: "ListScreen",
    columns: Sequence[Column],
    asked: ListState,
    page: Slice,
    home: str,
    params: list[tuple[str, str]],
    selectable: bool,
    today: date,
) -> Markup:
    """The table of one page of rows."""
    parts = ["<thead><tr>"]
    if selectable:
        parts.append(
            '<th class="c-tick" scope="col"><label class="tick"><input type="checkbox" data-tick-all '
            'aria-label="选择本页全部"></label></th>'
        )
    if screen.numbered:
        parts.append('<th class="c-seq" scope="col">序号</th>')
    parts += [_heading(screen, column, asked, home, params) for column in columns]
    # Rows that lead nowhere and offer nothing need no column for it.
    offers = [(screen.detail_url(row), screen.row_actions(row)) for row in page.rows]
    acting = any(url or any(actions) for url, actions in offers)
    parts.append(f"{_ACT_HEAD if acting else ''}</tr></thead><tbody>")
    writers = [cell_writer(column, screen.detail_url, today, heads=n == 0) for n, column in enumerate(columns)]
    number = page.first
    for row, (url, actions) in zip(page.rows, offers, strict=True):
        ident = row.id
        css = screen.row_class(row)
        parts.append(
            f'<tr data-id="{ident}"'
            + (f' data-url="{plain(url)}"' if url else "")
            + (f' class="{plain(css)}"' if css else "")
            + ">"
        )
        if selectable:
            parts.append(
                f'<td class="c-tick"><label class="tick"><input type="checkbox" name="ids" value="{ident}" '
                f'form="bulk" aria-label="选择 {plain(screen.row_label(row))}"></label></td>'
            )
        if screen.numbered:
            parts.append(f'<td class="c-seq">{number}</td>')
        parts += [write(row) for write in writers]
        parts.append((_row_actions(actions, url) if acting else "") + "</tr>")
        number += 1
    parts.append("</tbody>")
    return safe("".join(parts))


def _heading(screen: "ListScreen", column: Column, asked: ListState, home: str, params: list[tuple[str, str]]) -> str:
    term = help_mark(column.help) if column.help else ""
    if column.sortable is None:
        return f'<th scope="col" class="{column.css}">{plain(column.label)}{term}</th>'
    codes = {order.code: order for order in screen.orders}
    mirror = column.sortable[1:] if column.sortable.startswith("-") else f"-{column.sortable}"
    mirror = mirror if mirror in codes else column.sortable
    here = asked.order.code in (column.sortable, mirror)
    target = mirror if asked.order.code == column.sortable else column.sortable
    rest = [pair for pair in params if pair[0] != "order"]
    if target != screen.orders[0].code:
        rest.append(("order", target))
    direction = ("descending" if asked.order.descending else "ascending") if here else "none"
    mark = {"descending": "sort-down", "ascending": "sort-up", "none": "sort"}[direction]
    return (
        f'<th scope="col" class="{column.css}" aria-sort="{direction}"><a class="sort" '
        f'href="{plain(home + states.query(rest))}">{plain(column.label)}{icon(mark)}</a>{term}</th>'
    )


def _row_actions(actions: Sequence[Action], url: str | None) -> str:
    shown = [action for action in actions if action is not None]
    parts = ['<td class="c-act">']
    if url:
        parts.append(f'<a class="act" href="{plain(url)}" data-drawer>查看</a>')
    room = 3 - bool(url)
    first, rest = (shown, []) if len(shown) <= room else (shown[: room - 1], shown[room - 1 :])
    parts += [str(action.html("act")) for action in first]
    if rest:
        parts.append(
            '<details class="more" data-pop><summary class="act">更多</summary><div class="pop pop-menu">'
            f"{actions_html(rest, 'act')}</div></details>"
        )
    parts.append("</td>")
    return "".join(parts)


def pager(asked: ListState, page: Slice, total: int, home: str, params: list[tuple[str, str]]) -> Markup:
    """First, previous, next, last; a page that is not there is said, not hidden."""
    shown, size = len(page.rows), asked.size
    start = page.first

    def link(label: str, mark: str, extra: list[tuple[str, str]] | None, key: str) -> str:
        if extra is None:
            return f'<span class="pg is-off" aria-hidden="true" title="{label}">{icon(mark)}</span>'
        address = plain(home + states.query([*params, *extra]))
        return f'<a class="pg" href="{address}" rel="{key}" aria-label="{label}" title="{label}">{icon(mark)}</a>'

    at_first = page.before is None
    first = None if at_first else []
    back = None if at_first else [("before", page.before), ("at", str(max(1, start - size)))]
    if back is not None and start - size <= 1:
        back = []
    on = None if page.after is None else [("after", page.after), ("at", str(start + shown))]
    end = None if page.after is None else [("end", "1")]
    return safe(
        '<nav class="pager" aria-label="分页">'
        + link("第一页", "first", first, "first")
        + link("上一页", "left", back, "prev")
        + link("下一页", "right", on, "next")
        + link("最后一页", "last", end, "last")
        + "</nav>"
    )
