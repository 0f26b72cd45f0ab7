"""Every page keeps WCAG 2.2 A and AA as axe-core judges it, with no list of known faults.

Pages come from the URL map and the registry of endpoints (tests/house/endpoints.py), so a new one is asked by itself:
each that answers GET with a whole page is opened by the first of the cast who may, with a row of his court, and looked at
in the light of day, in the dark and on a phone; a page with a form a second time after it was sent empty. Where several
screens are one class (the four lists of cases), the others are looked at by day alone. Below stand the states a page is
only brought into by hand: rows ticked, drawer, palette, dialogs, the steps of an import, faults.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.routing import Rule

from mediation_admin.accounts import gate
from mediation_admin.core.admin.site import site_of
from tests import people
from tests.addresses import address_of
from tests.factories import rosters
from tests.house import rows
from tests.house.endpoints import DOORS, Door
from tests.house.rows import World
from tests.people import CAST, Person, admin_a
from tests.servers import axe

# High enough that nothing lies under the foot of a form, which stays in view.
LAPTOP, PHONE = {"width": 1366, "height": 2400}, {"width": 390, "height": 2400}
# The page of a court's administrator shows most; whoever opens a page first in this order looks at it.
ORDER = (admin_a, *(person for person in CAST if person is not admin_a))
PARTS = 8
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"


class Eye:
    """A browser in which one person is signed in, and what he saw that is wrong."""

    def __init__(self, app: Flask, context: BrowserContext, person: Person, address: str) -> None:
        self.page: Page = context.new_page()
        self.context = context
        self.faults: list[str] = []
        client = app.test_client()
        people.sign_in(client, person)
        cookie = client.get_cookie(gate.COOKIE)
        if cookie:
            context.add_cookies([{"name": gate.COOKIE, "value": cookie.value, "url": address}])

    def open(self, address: str) -> None:
        """Go to a page, nothing of it moving."""
        self.page.goto(address)
        self.page.add_style_tag(content=STILL)

    def look(self, what: str, rules: list[str] | None = None) -> None:
        """Ask axe and note what it says."""
        self.faults += [f"{what}: {fault}" for fault in axe.violations(self.page, rules)]

    def look_all_round(self, what: str) -> None:
        """By day, in the dark, and as a phone shows it."""
        self.look(what)
        theme = self.page.evaluate("document.documentElement.dataset.theme")
        self.page.evaluate("document.documentElement.dataset.theme = 'dark'")
        self.look(f"{what}, dark", axe.COLOURS)
        self.page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        self.page.set_viewport_size(PHONE)
        self.look(f"{what}, phone", axe.GEOMETRY)
        self.page.set_viewport_size(LAPTOP)

    def is_page(self, address: str) -> bool:
        """Whether a whole HTML page is there: no file, no JSON, no piece of a page, no way elsewhere."""
        answer = self.context.request.get(address, max_redirects=0)
        return "text/html" in answer.headers.get("content-type", "") and answer.text().rstrip().endswith("</html>")

    def send_empty(self) -> bool:
        """Send the page's form, if it has one, with nothing in it; whether it came back with its faults."""
        form = self.page.locator("form[data-form][method=post]").first
        if not form.count():
            return False
        with self.page.expect_navigation():
            form.evaluate(
                """form => { form.querySelectorAll('input:not([type=hidden], [type=checkbox], [type=radio]), textarea')
                    .forEach(one => { one.value = ''; });
                    form.noValidate = true;
                    form.requestSubmit(form.querySelector('[data-submit]')); }"""
            )
        self.page.add_style_tag(content=STILL)
        return self.page.locator("[data-summary]").count() > 0

    def verdict(self) -> None:
        """Say all that was seen."""
        assert not self.faults, f"{len(self.faults)} faults:\n" + "\n".join(self.faults)


@pytest.fixture
def eye_of(app: Flask, browser: Browser, live_server: str) -> Iterator[Callable[[Person], Eye]]:
    """``eye_of(admin_a)``: a browser with that person signed in."""
    opened = []

    def make(person: Person) -> Eye:
        # Our own style sheet comes in past the content security policy; that the pages keep it has tests of its own.
        context = browser.new_context(base_url=live_server, viewport=LAPTOP, locale="zh-CN", bypass_csp=True)
        context.set_default_timeout(15_000)
        opened.append(context)
        return Eye(app, context, person, live_server)

    yield make
    for context in opened:
        context.close()


@dataclass(frozen=True)
class Asked:
    """One page to look at, by whom; ``all_round``: it is the first of its kind."""

    rule: Rule
    door: Door
    person: Person
    all_round: bool


def maker_of(app: Flask, endpoint: str) -> object:
    """What makes the page, the same for screens that differ in their name alone."""
    code, _, method = endpoint.partition(".")
    screen = next((view for view in site_of(app)._views if view.endpoint == code), None)
    return (type(screen).__module__, getattr(type(screen), method)) if screen else endpoint


def pages(app: Flask) -> list[Asked]:
    """Every address that answers GET, for the first of the cast who may; the start page for each of them."""
    found, known = [], set()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if "GET" not in rule.methods or rule.endpoint.endswith("static"):
            continue
        for door in DOORS[rule.endpoint]:
            may = [one for one in ORDER if (one.role in door.who if door.who is not None else one is people.stranger)]
            for person in may if rule.endpoint == "home.index" else may[:1]:
                maker = maker_of(app, rule.endpoint), tuple(door.values.items())
                found.append(Asked(rule, door, person, maker not in known or rule.endpoint == "home.index"))
                known.add(maker)
    return found


# Dealt out, so that no one test looks at pages for minutes where the machine is busy.
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_keeps_wcag_2_2_aa(app: Flask, eye_of: Callable[[Person], Eye], part: int) -> None:
    world, eyes = World(app), {}
    for asked in pages(app)[part::PARTS]:
        made = asked.door.row(world, asked.person) if asked.door.row else {}
        address = address_of(app, asked.rule, {**asked.door.values, **made})
        if asked.door.query:
            address += "?" + urlencode(asked.door.query)
        eye = eyes.get(asked.person) or eyes.setdefault(asked.person, eye_of(asked.person))
        if not eye.is_page(address):
            continue
        eye.open(address)
        if not asked.all_round:
            eye.look(f"GET {address}")
            continue
        eye.look_all_round(f"GET {address}")
        if "POST" in asked.rule.methods and eye.send_empty():
            eye.look_all_round(f"POST {address} with nothing filled in")
    faults = [fault for eye in eyes.values() for fault in eye.faults]
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)


# -- the states a page is only brought into by hand -----------------------------------------------------------------


@pytest.fixture
def at_work(app: Flask, eye_of: Callable[[Person], Eye]) -> Eye:
    """A court's administrator with a few cases to assign and somebody to give them to."""
    world = World(app)
    for make in (rows.case, rows.case, rows.case, rows.mediator):
        make(world, admin_a)
    return eye_of(admin_a)


def test_a_list_at_work_keeps_wcag_2_2_aa(at_work: Eye) -> None:
    page = at_work.page
    at_work.open("/cases/")
    page.locator("#bulk button").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("[data-unfold]").first.click()
    at_work.look_all_round("a bulk button with nothing ticked, every condition unfolded")
    page.locator("[data-tick-all]").check()
    page.get_by_label("列设置").click()
    at_work.look_all_round("every row ticked, the choice of columns open")
    page.keyboard.press("Escape")
    page.locator("tr[data-id] a[data-drawer]").first.click()
    expect(page.locator("#drawer h2").first).to_be_visible()
    at_work.look_all_round("the drawer")
    page.keyboard.press("Escape")
    page.locator("#bulk button").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("预演")
    page.add_style_tag(content=STILL)
    at_work.look_all_round("the rehearsal of a bulk assignment")
    for conditions in ("q=没有这个人", "order=nothing&registered_from=x", "state=to_assign&q=诉前调"):
        at_work.open(f"/cases/?{conditions}")
        at_work.look_all_round(f"a list asked for {conditions}")
    at_work.verdict()


def test_dialogs_and_settings_keep_wcag_2_2_aa(at_work: Eye) -> None:
    page = at_work.page
    at_work.open("/cases/new")
    page.keyboard.press("Control+k")
    page.keyboard.type("案件")
    expect(page.locator("#palette-list [role=option]").first).to_be_visible()
    at_work.look_all_round("the palette")
    page.keyboard.press("Escape")
    for dialog in ("keys", "idle", "confirm"):
        page.evaluate("id => document.getElementById(id).showModal()", dialog)
        at_work.look_all_round(f"the dialog {dialog}")
        page.evaluate("id => document.getElementById(id).close()", dialog)
    cause = page.locator("form[data-form] [role=combobox]").first
    cause.fill("买卖")
    expect(page.locator("[role=option]:visible").first).to_be_visible()
    at_work.look_all_round("a type-ahead with its answers")
    for address in ("/cases/", "/cases/new"):
        at_work.open(address)
        page.evaluate("document.documentElement.dataset.text = 'large'")
        at_work.look_all_round(f"{address} in larger letters")
    at_work.open("/nothing/here/")
    at_work.look_all_round("a page that is not there")
    at_work.verdict()


def test_the_steps_of_an_import_keep_wcag_2_2_aa(at_work: Eye, run_jobs: Callable[[], int], tmp_path: Path) -> None:
    page, file = at_work.page, tmp_path / "名册.xlsx"
    people_of_it = [rosters.roster_row(1), rosters.roster_row(2, 姓名="", 手机号码="1")]
    file.write_bytes(rosters.roster_workbook(people_of_it).getvalue())
    at_work.open("/roster-import/")
    with page.expect_navigation():
        page.set_input_files("input[type=file]", str(file))
    at_work.look_all_round("an import being read")
    run_jobs()
    at_work.open(page.url)
    at_work.look_all_round("the columns of an import")
    with page.expect_navigation():
        page.get_by_role("button", name="预检").click()
    run_jobs()
    at_work.open(page.url)
    at_work.look_all_round("an import checked, with faults")
    with page.expect_navigation():
        page.get_by_role("link", name="下一步：确认写入").click()
    page.add_style_tag(content=STILL)
    at_work.look_all_round("an import to confirm")
    with page.expect_navigation():
        page.get_by_role("button", name="确认写入").click()
    run_jobs()
    at_work.open(page.url)
    at_work.look_all_round("an import written")
    page.get_by_role("button", name="撤销这次导入").click()
    expect(page.locator("#confirm")).to_be_visible()
    at_work.look_all_round("asked whether to take it back")
    at_work.verdict()


def test_a_refused_sign_in_keeps_wcag_2_2_aa(eye_of: Callable[[Person], Eye]) -> None:
    eye = eye_of(people.stranger)
    eye.open("/sign-in/")
    eye.page.locator("#phone").fill("13800000000")
    eye.page.locator("#password").fill("wrong-Password-1")
    with eye.page.expect_navigation():
        eye.page.keyboard.press("Enter")
    eye.page.add_style_tag(content=STILL)
    eye.look_all_round("a refused sign-in")
    eye.verdict()


@pytest.mark.parametrize(
    ("inside", "rule"),
    [
        ('<img src="data:,">', "image-alt"),
        ('<p style="color:#999;background:#fff">看不清</p>', "color-contrast"),
        ('<button style="width:9px;height:9px"></button><button style="width:9px;height:9px"></button>', "target-size"),
        ('<input type="text">', "label"),
    ],
)
def test_axe_sees_what_it_is_there_for(eye_of: Callable[[Person], Eye], inside: str, rule: str) -> None:
    eye = eye_of(people.stranger)
    body = f'<!doctype html><html lang="zh"><title>页</title><main><h1>页</h1>{inside}</main></html>'
    eye.page.route("**/faulty", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    eye.open("/faulty")
    assert [fault for fault in axe.violations(eye.page) if fault.startswith(rule)]
