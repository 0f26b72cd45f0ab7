"""The rules of pages have teeth: each of them refuses a page that breaks it. Every page any test fetches is asked."""

import pytest
from werkzeug.wrappers import Response

from tests.servers.pages import PageWrong, check_page

FINE = (
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>案件 · 平台</title>'
    '<script type="module" src="/x.js" nonce="n1"></script></head><body><h1>案件</h1>{}</body></html>'
)


def page(inside: str = "", whole: str = FINE, **headers: str) -> Response:
    """A page with this inside."""
    policy = {"Content-Security-Policy": "script-src 'self' 'nonce-n1'"}
    return Response(whole.replace("{}", inside), mimetype="text/html", headers={**policy, **headers})


def test_a_page_that_keeps_the_rules_passes():
    check_page(page('<form method="post" action="/a"><input name="csrf_token"></form>'), "GET /")


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<h1>另一个</h1>", "exactly one"),
        ('<p id="a"></p><p id="a"></p>', "stands on 2"),
        ("<div><p></div></p>", "invalid HTML"),
        ("<table><div></div></table>", "invalid HTML"),
        ('<form method="post" action="/a"></form>', "csrf_token"),
        ("<script nonce='n1'>alert(1)</script>", "stands in the page"),
        ('<script src="/y.js"></script>', "no nonce"),
        ('<script src="/y.js" nonce="other"></script>', "no nonce"),
        ('<button onclick="x()">删除</button>', "inline handler"),
        ('<p style="color:red">x</p>', "inline style"),
    ],
)
def test_a_page_that_breaks_a_rule_is_refused(inside, words):
    with pytest.raises(PageWrong, match=words):
        check_page(page(inside), "GET /")


def test_a_title_that_says_something_else_is_refused():
    with pytest.raises(PageWrong, match="must start with"):
        check_page(page(whole=FINE.replace("<title>案件", "<title>首页")), "GET /")
