"""A new colleague without the mouse, and two people for an administrator, in a real browser."""

from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from mediation_admin.accounts import gate, queries
from mediation_admin.permissions import Role
from tests import people
from tests.factories.accounts import a_session, an_account
from tests.factories.courts import court_a


def token_of(session: Session, person: people.Person) -> str:
    account, grant = people.account_of(session, person)
    account.password_hash = "argon2id of nothing"
    _, token = a_session(session, account, grant)
    session.commit()
    return token


def enter(page: Page, live_server: str, token: str) -> None:
    page.context.add_cookies([{"name": gate.COOKIE, "value": token, "url": live_server}])


def test_a_colleague_is_added_by_keyboard_alone(page: Page, live_server: str, db_session: Session) -> None:
    enter(page, live_server, token_of(db_session(), people.admin_a))
    page.goto("/court-users/")
    page.keyboard.press("n")
    page.wait_for_url("**/court-users/new")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("王小某")
    page.keyboard.press("Tab")
    page.keyboard.type("13900009999")
    page.keyboard.press("Tab")
    page.keyboard.type("立案庭")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("邀请短信发往 139****9999")).to_be_visible()
    made = queries.account_of_phone(db_session(), "13900009999")
    assert [one.role for one in queries.roles_held(db_session(), made.id)] == [Role.CLERK]


def test_s31_an_administrator_is_appointed_by_two_browsers(
    page: Page, browser: Browser, live_server: str, db_session: Session
) -> None:
    session = db_session()
    first = token_of(session, people.admin_a)
    court_id = court_a(session).id
    other = an_account(session, "甲副管", roles=[(Role.COURT_ADMIN, court_id)], password_hash="argon2id of nothing")
    new = an_account(session, "新管理", roles=[(Role.CLERK, court_id)]).id
    _, second = a_session(session, other, other.grants[0])
    session.commit()
    enter(page, live_server, first)
    page.goto(f"/court-users/{new}/roles/new")
    page.get_by_label("角色", exact=False).first.select_option("court_admin")
    page.get_by_label("申请理由").fill("分担名册维护")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("等待审批：")).to_be_visible()
    context = browser.new_context(base_url=live_server, locale="zh-CN")
    there = context.new_page()
    enter(there, live_server, second)
    there.goto("/approvals/?whose=to_decide")
    there.goto(there.get_by_role("link", name="授予新管理").first.get_attribute("href"))
    there.get_by_role("button", name="批准").click()
    there.locator("#confirm [data-confirm-yes]").click()
    expect(there.get_by_text("已批准并执行")).to_be_visible()
    context.close()
    assert Role.COURT_ADMIN in [one.role for one in queries.roles_held(session, new)]
