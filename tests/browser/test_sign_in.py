"""Signing in by keyboard alone, from the first password to the role; the pages before the house looked at."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from mediation_admin.accounts import gate, operations
from mediation_admin.accounts.actors import OPERATOR
from mediation_admin.core.scope import Scope, enter
from mediation_admin.permissions import Role
from tests import people
from tests.factories.accounts import GOOD_PASSWORD, a_phone, an_account
from tests.factories.courts import court_a, court_b

SIZES = {"laptop": (1366, 768), "desktop": (1920, 1080), "phone": (390, 844)}


def look(page: Page, screenshots, name: str) -> None:
    """Leave a picture in each size; nothing may stick out sideways."""
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=screenshots / f"{name}-{size}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than a {size}"
    page.set_viewport_size({"width": 1366, "height": 768})


def test_a_newcomer_signs_in_changes_the_password_and_chooses_a_role_without_a_mouse(
    app: Flask, page: Page, db_session: Session, screenshots
) -> None:
    roles = [(Role.CLERK, court_a(db_session).id), (Role.JUDGE, court_b(db_session).id)]
    account = an_account(db_session, "新某某", phone=a_phone(), roles=roles)
    enter(db_session(), OPERATOR, Scope.everything("a test"))
    first = operations.set_initial_password(actor=OPERATOR, account=account)
    db_session.commit()

    page.goto("/my-account/")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    look(page, screenshots, "sign-in")
    keyboard = page.keyboard
    keyboard.type(account.phone)
    keyboard.press("Tab")
    keyboard.type("wrong-Password-1")
    keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("手机号或密码不正确")
    look(page, screenshots, "sign-in-refused")
    page.get_by_label("密码", exact=False).first.focus()
    keyboard.type(first)
    keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("修改密码")
    look(page, screenshots, "first-password")
    page.locator("#current_password").focus()
    for text in (first, "Password123!", "Password123!"):
        keyboard.type(text)
        keyboard.press("Tab")
        keyboard.press("Tab")
    page.locator("#repeat").press("Enter")
    expect(page.locator("#new_password-error")).to_contain_text("太常见")
    page.locator("#current_password").focus()
    for text in (first, GOOD_PASSWORD, GOOD_PASSWORD):
        keyboard.type(text)
        keyboard.press("Tab")
        keyboard.press("Tab")
    page.locator("#repeat").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("选择工作角色")
    look(page, screenshots, "role")
    page.locator("input[type=radio]").first.focus()
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(page).to_have_url("/my-account/")
    expect(page.locator("header.top")).to_contain_text("厦门市翔安区人民法院")
    look(page, screenshots, "my-account")


def test_what_is_typed_as_a_password_can_be_shown(page: Page) -> None:
    page.goto("/sign-in/")
    secret = page.locator("#password")
    secret.fill("Geheim-7")
    expect(secret).to_have_attribute("type", "password")
    page.get_by_role("button", name="显示密码").click()
    expect(secret).to_have_attribute("type", "text")
    page.get_by_role("button", name="隐藏密码").click()
    expect(secret).to_have_attribute("type", "password")


@pytest.mark.parametrize("purpose", ["setup", "gone"])
def test_the_pages_of_one_time_links(page: Page, db_session: Session, screenshots, purpose: str) -> None:
    token = operations.create_setup_link(actor=OPERATOR) if purpose == "setup" else "nothing"
    db_session.commit()
    page.goto(f"/sign-in/link/{token}")
    expect(page.get_by_role("heading", level=1)).to_have_text("设置系统管理员" if purpose == "setup" else "链接已失效")
    look(page, screenshots, f"link-{purpose}")


def test_the_user_screens(page: Page, app: Flask, db_session: Session, screenshots) -> None:
    a = court_a(db_session).id
    for name, role in (("张某", Role.CLERK), ("李某某", Role.JUDGE), ("王某", Role.COURT_ADMIN)):
        an_account(db_session, name, roles=[(role, a)])
    db_session.commit()
    client = app.test_client()
    people.sign_in(client, people.system_admin)
    token = client.get_cookie(gate.COOKIE).value
    page.context.add_cookies([{"name": gate.COOKIE, "value": token, "domain": "127.0.0.1", "path": "/"}])
    page.goto("/users/")
    expect(page.get_by_role("row", name="李某某")).to_contain_text("法官")
    look(page, screenshots, "users")
    page.goto("/users/new")
    expect(page.get_by_role("heading", level=1)).to_have_text("新增用户")
    look(page, screenshots, "users-new")
    page.get_by_role("link", name="用户", exact=True).first.click()
    page.get_by_role("link", name="张某").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("张某")
    look(page, screenshots, "users-detail")
