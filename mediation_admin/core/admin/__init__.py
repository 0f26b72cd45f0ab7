"""The back office's frame: screens, lists, detail pages, forms, messages. Knows nothing of mediation.

Subjects import from here; how to use it is told with examples in docs/screens.md.
"""

from mediation_admin.core.admin.access import Access, allowed, current_actor
from mediation_admin.core.admin.charts import bar_chart, line_chart
from mediation_admin.core.admin.columns import Column
from mediation_admin.core.admin.detail import Detail, Tab, panels, register_button, register_panel, render_detail
from mediation_admin.core.admin.filters import (
    ChoiceFilter,
    DateRange,
    DateRangeFilter,
    Filter,
    FlagFilter,
    LookupFilter,
    NumberRangeFilter,
    SecretFilter,
    TextFilter,
)
from mediation_admin.core.admin.formats import copy_button, days_left, tag, tag_of
from mediation_admin.core.admin.formpage import FormPage, render_form, row_change, wants_another
from mediation_admin.core.admin.listing import ListScreen, Match, Preset, list_screen
from mediation_admin.core.admin.messages import banner, toast
from mediation_admin.core.admin.orders import Key, Order
from mediation_admin.core.admin.pieces import (
    Action,
    Card,
    Empty,
    Event,
    Fact,
    Facts,
    Notice,
    Progress,
    Prose,
    Stat,
    Stats,
    Table,
    Timeline,
    blocks_html,
    steps_html,
)
from mediation_admin.core.admin.reveals import reveal_action
from mediation_admin.core.admin.screen import Screen, screen_route
from mediation_admin.core.admin.selection import BulkAction, Outcome, Refused, Rehearsal, Selection
from mediation_admin.core.admin.shell import Shell, is_fetch, safe_back, safe_path
from mediation_admin.core.admin.site import Site, install

__all__ = [
    "Access",
    "Action",
    "BulkAction",
    "Card",
    "ChoiceFilter",
    "Column",
    "DateRange",
    "DateRangeFilter",
    "Detail",
    "Empty",
    "Event",
    "Fact",
    "Facts",
    "Filter",
    "FlagFilter",
    "FormPage",
    "Key",
    "ListScreen",
    "LookupFilter",
    "Match",
    "Notice",
    "NumberRangeFilter",
    "Order",
    "Outcome",
    "Preset",
    "Progress",
    "Prose",
    "Refused",
    "Rehearsal",
    "Screen",
    "SecretFilter",
    "Selection",
    "Shell",
    "Site",
    "Stat",
    "Stats",
    "Tab",
    "Table",
    "TextFilter",
    "Timeline",
    "allowed",
    "banner",
    "bar_chart",
    "blocks_html",
    "copy_button",
    "current_actor",
    "days_left",
    "install",
    "is_fetch",
    "line_chart",
    "list_screen",
    "panels",
    "register_button",
    "register_panel",
    "render_detail",
    "render_form",
    "reveal_action",
    "row_change",
    "safe_back",
    "safe_path",
    "screen_route",
    "steps_html",
    "tag",
    "tag_of",
    "toast",
    "wants_another",
]
