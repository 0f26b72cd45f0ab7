"""The second factor in a browser: set up, recovery codes, passed; asked again with what was typed kept."""

import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from mediation_admin.accounts.models import LoginSession
from mediation_admin.core import clock
from mediation_admin.permissions import Role
from tests.browser.test_sign_in import look
from tests.factories.accounts import GOOD_PASSWORD, an_account


@pytest.fixture
def officer(db_session: Session) -> str:
    """The phone of a security administrator who has a password and nothing else."""
    account = an_account(
        db_session,
        "安全某",
        roles=[(Role.SECURITY_ADMIN, None)],
        password=GOOD_PASSWORD,
        password_changed_at=clock.now(),
    )
    db_session.commit()
    return account.phone


def test_an_administrator_sets_up_the_factor_and_is_asked_again_without_losing_what_was_typed(
    page: Page, officer: str, db_session: Session, screenshots
) -> None:
    page.goto("/sign-in/")
    page.keyboard.type(officer)
    page.keyboard.press("Tab")
    page.keyboard.type(GOOD_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("设置二次验证")
    look(page, screenshots, "enrol")
    page.locator("summary", has_text="手工输入密钥").click()
    secret = page.locator(".enrol-key code").inner_text().replace(" ", "")
    page.get_by_label("验证码").fill("000000")
    page.keyboard.press("Enter")
    expect(page.locator("#code-error")).to_contain_text("验证码不正确")
    look(page, screenshots, "enrol-refused")
    page.get_by_label("验证码").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    expect(page.locator("#codes li")).to_have_count(10)
    look(page, screenshots, "recovery-codes")
    spare = page.locator("#codes li").first.inner_text()
    page.get_by_role("link", name="已经保存，继续").click()

    page.goto("/my-account/")
    look(page, screenshots, "my-account-factor")
    page.goto("/my-account/password")
    page.locator("#new_password").fill("Tz7!mkQ")
    expect(page.locator("[data-strength-word]")).to_have_text("弱")
    page.locator("#new_password").fill("Tz7!mkQw9x-Lp")
    expect(page.locator(".secret-rules li.is-met")).to_have_count(2)
    look(page, screenshots, "my-password")
    page.goto("/security-policy/")
    look(page, screenshots, "security-policy")

    # Half an hour later: the proof has grown old while the form was open.
    page.locator("#idle_minutes").fill("45")
    db_session.execute(update(LoginSession.__table__).values(proven_at=clock.now().replace(year=2020)))
    db_session.commit()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("请确认身份")
    look(page, screenshots, "confirm")
    page.locator("#secret").fill(spare)
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("已保存安全策略")
    expect(page.locator("#idle_minutes")).to_have_value("45")

    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    page.keyboard.type(officer)
    page.keyboard.press("Tab")
    page.keyboard.type(GOOD_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("二次验证")
    look(page, screenshots, "factor")


def test_a_forgotten_password_is_asked_for_and_the_new_one_is_judged_while_typed(page: Page, screenshots) -> None:
    page.goto("/sign-in/")
    page.get_by_role("link", name="忘记密码").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("忘记密码")
    look(page, screenshots, "forgot")
    page.keyboard.type("13111111111")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("重新设置密码")
    page.locator("#new_password").fill("Tz7!mkQw9x-Lp")
    expect(page.locator("[data-strength-word]")).to_have_text("强")
    look(page, screenshots, "reset")
    page.locator("#repeat").fill("Tz7!mkQw9x-Lp")
    page.get_by_label("短信验证码").fill("123 456")
    page.keyboard.press("Enter")
    expect(page.locator("#code-error")).to_contain_text("验证码不正确或已过期")
