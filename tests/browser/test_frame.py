"""The frame in a real browser: lists by keyboard, drawer, palette, type-ahead, forms; letters typed stay letters."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from mediation_admin.accounts import gate
from mediation_admin.core import clock
from tests import people
from tests.factories import cases


@pytest.fixture
def at_work(app: Flask, working_as: Callable, context: BrowserContext, page: Page, live_server: str) -> Page:
    """A court administrator signed in, with thirty cases waiting to be assigned."""
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        for number in range(30):
            party = cases.a_party(name=f"申请某{number}")
            cases.a_case(
                actor,
                today=clock.today(),
                registered_on=clock.today(),
                parties=(party, cases.a_party(cases.PartyRole.RESPONDENT)),
            )
        session.commit()
    client = app.test_client()
    people.sign_in(client, people.admin_a)
    token = client.get_cookie(gate.COOKIE).value
    context.add_cookies([{"name": gate.COOKIE, "value": token, "url": live_server}])
    return page


def rows_here(page: Page) -> list[int]:
    """Which rows are marked as the present one."""
    return page.evaluate(
        "[...document.querySelectorAll('tr[data-id]')].map((r, n) => r.classList.contains('is-here') ? n : -1).filter(n => n >= 0)"
    )


def test_a_list_is_worked_by_keyboard_alone(at_work: Page) -> None:
    at_work.goto("/cases/")
    for key in "jjx":
        at_work.keyboard.press(key)
    assert rows_here(at_work) == [1]
    expect(at_work.locator("[data-ticked]")).to_have_text("已选 1 条")
    at_work.keyboard.press("k")
    at_work.keyboard.press(" ")
    drawer = at_work.locator("#drawer")
    expect(drawer).to_be_visible()
    expect(drawer.locator("h2").first).to_contain_text("诉前调")
    at_work.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    at_work.keyboard.press("Enter")
    expect(at_work.locator("h1")).to_contain_text("诉前调")
    at_work.go_back()
    # Going back may be over before the page's own script has found the row again.
    expect(at_work.locator("tr[data-id].is-here")).to_have_count(1)
    assert rows_here(at_work) == [0]


def test_the_drawer_walks_the_rows_and_gives_the_focus_back(at_work: Page) -> None:
    at_work.goto("/cases/")
    opener = at_work.locator("tr[data-id] a[data-drawer]").first
    opener.focus()
    at_work.keyboard.press("Enter")
    heading = at_work.locator("#drawer h2").first
    first = heading.inner_text()
    at_work.get_by_role("button", name="下一条").click()
    expect(heading).not_to_have_text(first)
    at_work.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_letters_typed_into_a_field_are_letters(at_work: Page) -> None:
    at_work.goto("/cases/")
    at_work.keyboard.press("/")
    box = at_work.locator("#f-q")
    expect(box).to_be_focused()
    at_work.keyboard.type("jxn?")
    expect(box).to_have_value("jxn?")
    assert rows_here(at_work) == []


def test_keys_of_an_input_method_do_nothing_to_the_page(at_work: Page) -> None:
    at_work.goto("/cases/")
    at_work.evaluate(
        """for (const extra of [{isComposing: true}, {keyCode: 229}])
             document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true, ...extra}))"""
    )
    assert rows_here(at_work) == []


def test_single_letters_can_be_switched_off(at_work: Page) -> None:
    at_work.goto("/cases/")
    at_work.keyboard.press("?")
    at_work.get_by_label("关闭单字母快捷键").check()
    at_work.keyboard.press("Escape")
    at_work.keyboard.press("j")
    assert rows_here(at_work) == []
    at_work.reload()
    at_work.keyboard.press("j")
    assert rows_here(at_work) == []
    at_work.keyboard.press("Control+k")
    expect(at_work.locator("#palette")).to_be_visible()


def test_the_palette_goes_to_any_menu_entry(at_work: Page) -> None:
    at_work.goto("/")
    at_work.keyboard.press("Control+k")
    at_work.keyboard.type("回收")
    at_work.keyboard.press("Enter")
    expect(at_work.locator("h1")).to_have_text("回收站")


def test_a_page_ticked_can_be_widened_to_everything_that_matches(at_work: Page) -> None:
    at_work.goto("/cases/?state=to_assign")
    at_work.locator("[data-tick-all]").check()
    at_work.get_by_role("button", name="选择符合条件的全部 30 条").click()
    expect(at_work.locator("[data-everything-said]")).to_be_visible()
    at_work.locator("#bulk button").first.click()
    expect(at_work.locator(".stat-value").first).to_have_text("30")


def test_a_bulk_button_with_nothing_ticked_says_what_to_do(at_work: Page) -> None:
    at_work.goto("/cases/")
    at_work.locator("#bulk button").first.click()
    expect(at_work.get_by_role("alert")).to_contain_text("请先勾选")


def test_the_row_height_is_kept(at_work: Page) -> None:
    at_work.goto("/cases/")
    with at_work.expect_response("**/columns"):
        at_work.locator("[data-density]").click()
    at_work.reload()
    expect(at_work.locator("table.density-tight")).to_be_visible()


def test_errors_lead_to_their_fields_and_leaving_is_asked(at_work: Page) -> None:
    at_work.goto("/cases/new")
    at_work.locator("[name=registered_on]").fill("")
    at_work.keyboard.press("Control+Enter")
    summary = at_work.locator("[data-summary]")
    expect(summary).to_be_focused()
    summary.get_by_role("link").first.click()
    assert at_work.evaluate("document.activeElement.closest('.field') !== null")
    asked = []
    at_work.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    at_work.goto("/cases/")
    assert asked == ["beforeunload"]


def test_a_cause_is_found_by_typing_and_chosen_by_keyboard(at_work: Page) -> None:
    at_work.goto("/cases/new")
    field = at_work.get_by_role("combobox", name="案由")
    field.focus()
    at_work.keyboard.type("民间借贷")
    options = at_work.locator(".combo-list:visible [role=option]")
    expect(options.first).to_contain_text("民间借贷")
    at_work.keyboard.press("ArrowDown")
    at_work.keyboard.press("ArrowUp")
    at_work.keyboard.press("Enter")
    expect(field).to_have_value(options.first.inner_text().split("\n")[0] if options.count() else field.input_value())
    assert at_work.evaluate("document.querySelector('select[name=cause_code]')?.value")


def test_party_rows_are_added_and_numbered_again_when_one_goes(at_work: Page) -> None:
    at_work.goto("/cases/new")
    part = at_work.locator("[data-repeat]").first
    part.locator("[data-add-row]").click()
    part.locator("[data-add-row]").click()
    rows = part.locator("[data-repeat-row]")
    expect(rows).to_have_count(3)
    rows.nth(2).locator("input:not([type=hidden])").first.fill("第三人")
    rows.nth(0).locator("[data-remove-row]").click()
    expect(rows).to_have_count(2)
    names = part.evaluate("part => [...part.querySelectorAll('[name]')].map(field => field.name)")
    assert {name.split("-")[1] for name in names if "-" in name} == {"0", "1"}
    expect(rows.nth(1).locator("input:not([type=hidden])").first).to_have_value("第三人")
