"""A clerk's work with cases in a real browser, with the keyboard alone."""

from playwright.sync_api import BrowserContext, Page, expect

from mediation_admin.accounts import gate
from tests import people


def _sign_in(app, context: BrowserContext, address: str, person: people.Person) -> None:
    client = app.test_client()
    people.sign_in(client, person)
    context.add_cookies([{"name": gate.COOKIE, "value": client.get_cookie(gate.COOKIE).value, "url": address}])


def _tab_to(page: Page, ident: str, most: int = 60) -> None:
    """Walk with the tabulator until the field with this id (or the box that stands for it) has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => { const e = document.activeElement; return [e.id, e.closest('.field')?.dataset.field ?? ''] }"
        )
        if ident in here:
            return
    raise AssertionError(f"the tabulator never came to {ident}")


def test_a_case_is_entered_submitted_and_moved_with_the_keyboard(app, context, page, live_server):
    _sign_in(app, context, live_server, people.clerk_a)
    page.goto("/cases/pre-filing/")
    page.keyboard.press("n")
    page.wait_for_url("**/cases/new*")
    _tab_to(page, "cause_code")
    page.keyboard.type("民间借贷")
    expect(page.locator(".combo-list [role=option]").first).to_contain_text("民间借贷纠纷")
    page.keyboard.press("Enter")
    _tab_to(page, "amount")
    page.keyboard.type("1.5万")
    _tab_to(page, "applicants-0-name")
    page.keyboard.type("赵某甲")
    _tab_to(page, "applicants-0-phone")
    page.keyboard.type("13900001234")
    _tab_to(page, "respondents-0-name")
    page.keyboard.type("某某商贸有限公司")
    _tab_to(page, "facts")
    page.keyboard.type("借款到期未还。")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/cases/*/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("诉前调1号")
    expect(page.get_by_text("民间借贷纠纷").first).to_be_visible()
    expect(page.locator(".notice, .banner").filter(has_text="被申请人手机号待补").first).to_be_visible()
    # The main step of the state is the first button of the page.
    expect(page.get_by_role("link", name="指派").first).to_be_visible()
    page.keyboard.press("e")
    page.wait_for_url("**/edit")
    _tab_to(page, "plan")
    page.keyboard.type("分三期归还。")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/cases/*/")
    expect(page.get_by_text("已保存")).to_be_visible()


def test_what_is_refused_is_said_on_top_and_leads_to_its_field(app, context, page, live_server):
    _sign_in(app, context, live_server, people.clerk_a)
    page.goto("/cases/new?kind=pre_filing")
    page.fill("#applicants-0-name", "赵某甲")
    page.fill("#applicants-0-phone", "123")
    page.fill("#respondents-0-name", "钱某乙")
    page.keyboard.press("Control+Enter")
    summary = page.locator("[data-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("请输入 11 位手机号")
    summary.get_by_role("link", name="手机号").click()
    expect(page.locator("#applicants-0-phone")).to_be_focused()
    assert page.input_value("#respondents-0-name") == "钱某乙"
