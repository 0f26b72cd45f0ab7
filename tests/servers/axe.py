"""axe-core on a page a test has open: what it finds of WCAG 2.2 A and AA, written as sentences."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# The rules whose answer changes with the width of the window, and those that change with its colours.
GEOMETRY = ["target-size", "scrollable-region-focusable"]
COLOURS = ["color-contrast", "link-in-text-block"]
_ASK = """options => axe.run(document, options).then(({ violations }) => violations.map(
    v => [v.id, v.help, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary]))"""


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What the page breaks of WCAG 2.2 A and AA (or of a few rules of axe alone): one sentence for each rule."""
    only: dict[str, Any] = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    return [
        f"{rule}: {help_text} ({count} times), as {html}\n    {' '.join(why.split())}"
        for rule, help_text, count, html, why in page.evaluate(_ASK, {"runOnly": only, "resultTypes": ["violations"]})
    ]
