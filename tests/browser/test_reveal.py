"""查看完整信息 in a real browser: a reason by keyboard, the values in place, masked again after a minute; and the log."""

from playwright.sync_api import expect

from mediation_admin.accounts import gate
from tests import people
from tests.factories import cases


def _case(app, working_as):
    actor, scope = people.acting(app, people.clerk_a)
    with working_as(actor, scope) as session:
        made = cases.a_case(actor)
        session.commit()
        return made.id


def _enter(app, context, address):
    client = app.test_client()
    people.sign_in(client, people.clerk_a)
    context.add_cookies([{"name": gate.COOKIE, "value": client.get_cookie(gate.COOKIE).value, "url": address}])


def test_s32_whole_numbers_are_shown_in_place_for_a_minute(app, context, page, live_server, working_as):
    ident = _case(app, working_as)
    _enter(app, context, live_server)
    page.clock.install()
    page.goto(f"/cases/{ident}/")
    assert "13900001234" not in page.content()
    page.get_by_role("button", name="查看完整信息").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("每小时最多 60 次")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("请选择查看的理由。")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("13900001234")).to_have_count(1)
    expect(page.get_by_role("button", name="隐藏（60 秒）")).to_be_visible()
    page.clock.run_for(61_000)
    expect(page.get_by_text("13900001234")).to_have_count(0)
    expect(page.get_by_text("139****1234").first).to_be_visible()
    assert "13900001234" not in page.content()


def test_s29_a_number_in_an_address_is_neither_kept_by_the_browser_nor_by_the_log(
    app, context, page, live_server, working_as, servers
):
    _case(app, working_as)
    _enter(app, context, live_server)
    page.goto("/cases/?q=13900001234")
    page.wait_for_url("**/cases/?q=~*")
    assert "13900001234" not in page.url
    page.goto("/cases/")
    page.go_back()
    assert "13900001234" not in page.url
    log = (servers.folder / "web.log").read_text()
    assert "GET /cases/ HTTP" in log
    assert "13900001234" not in log
