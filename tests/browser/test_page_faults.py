"""The eye on pages sees what it is there for."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.servers.page_faults import watch

POLICY = """<meta http-equiv="Content-Security-Policy" content="script-src 'none'">"""


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("<script>nobody.knows()</script>", "script error"),
        (POLICY + "<script>1</script>", "blocked by the content security policy"),
        ("<img src='http://192.0.2.1/pixel.png'>", "asked another host"),
    ],
)
def test_a_faulty_page_is_noticed(context: BrowserContext, live_server: str, content: str, fault: str):
    page = context.new_page()
    faults = watch(page, live_server)
    page.route("**/faulty", lambda route: route.fulfill(body=content, content_type="text/html"))
    page.goto("/faulty")
    page.wait_for_timeout(200)
    assert [f for f in faults if f.startswith(fault)], faults


def test_chinese_text_has_glyphs(page: Page):
    page.route("**/text", lambda route: route.fulfill(body="<canvas>", content_type="text/html"))
    page.goto("/text")
    drawn = """text => {
        const pen = document.querySelector('canvas').getContext('2d');
        pen.font = '40px sans-serif';
        pen.clearRect(0, 0, 300, 150);
        pen.fillText(text, 10, 60);
        return Array.from(pen.getImageData(0, 0, 300, 150).data).join();
    }"""
    assert page.evaluate(drawn, "法") != page.evaluate(drawn, "院"), "both are drawn as the same empty box"
