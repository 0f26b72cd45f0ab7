"""What every HTML page must be, asked of every page that any test fetches."""

from collections import Counter
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.wrappers import Response

# What the strict parser says of markup that the standard allows since it was written.
_HARMLESS = frozenset({"unexpected-end-tag-implies-table-voodoo"})
_FRAGMENT_END = ("</html>",)


class PageWrong(AssertionError):
    """A page breaks a rule of the house; the message says which and how to mend it."""


def check_page(response: Response, where: str) -> None:
    """Valid HTML, one h1, a title that starts with it, no id twice, forms with an action, scripts with a nonce, no inline
    handlers or styles. Raises PageWrong. Only whole pages are looked at: pieces for the drawer have no frame."""
    if response.mimetype != "text/html" or response.status_code in (301, 302, 303, 304) or response.is_streamed:
        return
    text = response.get_data(as_text=True)
    if not text.rstrip().endswith(_FRAGMENT_END):
        return
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page = parser.parse(text)
    problems = [
        f"invalid HTML at line {line}: {code} {detail or ''}"
        for (line, _), code, detail in parser.errors
        if code not in _HARMLESS
    ]
    problems += _headings(page) + _ids(page) + _forms(page) + _scripts(page, response) + _handlers(text)
    if problems:
        raise PageWrong(f"{where} breaks the rules of pages:\n  " + "\n  ".join(problems[:12]))


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _headings(page: Element) -> list[str]:
    titles = [_text(one) for one in page.iter("title") if one.text][:1]
    headings = [_text(one) for one in page.iter("h1")]
    if len(headings) != 1:
        return [f"it has {len(headings)} h1, it must have exactly one: {headings}"]
    if not titles or not titles[0].startswith(headings[0]):
        return [f"the title {titles} must start with the h1 “{headings[0]}”"]
    return []


def _ids(page: Element) -> list[str]:
    found = Counter(one.get("id") for one in page.iter() if isinstance(one.tag, str) and one.get("id"))
    return [f"the id “{ident}” stands on {count} elements" for ident, count in found.items() if count > 1]


def _forms(page: Element) -> list[str]:
    problems = []
    for form in page.iter("form"):
        names = [one.get("name") for one in form.iter("input")]
        if (form.get("method") or "get").lower() == "post" and "csrf_token" not in names:
            problems.append(f"the form to {form.get('action') or 'its own address'} posts without a csrf_token")
    return problems


def _scripts(page: Element, response: Response) -> list[str]:
    policy = response.headers.get("Content-Security-Policy", "")
    problems = []
    for script in page.iter("script"):
        if script.get("type") in ("application/json", "text/plain"):
            continue
        nonce = script.get("nonce")
        if not nonce or f"'nonce-{nonce}'" not in policy:
            problems.append(f"the script {script.get('src') or '(inline)'} has no nonce of this answer")
        if script.text and script.text.strip():
            problems.append("a script stands in the page: put it into a file under static/js")
    return problems


class _Attributes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, _ in attrs:
            if name.startswith("on"):
                self.problems.append(f"<{tag}> has an inline handler {name}: the policy blocks it")
            elif name == "style":
                self.problems.append(f"<{tag}> has an inline style: the policy blocks it")


def _handlers(text: str) -> list[str]:
    found = _Attributes()
    found.feed(text)
    return found.problems
