"""Idle warning and what was typed: kept over signing in again, in all tabs, and erased when it is another person's turn."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from mediation_admin.accounts import gate
from mediation_admin.accounts.models import Account, LoginSession
from mediation_admin.core import clock
from mediation_admin.permissions import Role
from tests.factories import accounts
from tests.factories.accounts import GOOD_PASSWORD
from tests.factories.courts import court_a

_sessions = LoginSession.__table__
FORM = "/cases/new"
FIELD = "input[name=inner_number]"


@pytest.fixture
def clerk(context: BrowserContext, db_session: Session) -> Account:
    """A clerk who is signed in in this browser."""
    account = accounts.an_account(
        db_session,
        "张某",
        roles=[(Role.CLERK, court_a(db_session).id)],
        password=GOOD_PASSWORD,
        password_changed_at=clock.now(),
    )
    token = accounts.a_session(db_session, account, account.grants[0])[1]
    db_session.commit()
    context.add_cookies([{"name": gate.COOKIE, "value": token, "domain": "127.0.0.1", "path": "/"}])
    return account


def fall_asleep(session: Session) -> None:
    """Nobody has done anything for an hour, as the server sees it."""
    back = timedelta(hours=1)
    session.execute(
        update(_sessions).values(seen_at=_sessions.c.seen_at - back, created_at=_sessions.c.created_at - back)
    )
    session.commit()


def sign_in(page: Page, phone: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    page.locator("#phone").fill(phone)
    page.locator("#password").fill(GOOD_PASSWORD)
    page.keyboard.press("Enter")


def type_something(page: Page) -> None:
    page.goto(FORM)
    page.locator("textarea").first.fill("写了很久的纠纷概况")
    page.locator("[inputmode=tel]").first.fill("13812345678")


def test_s19_what_was_sent_after_the_end_of_the_session_comes_back_after_signing_in(
    page: Page, clerk: Account, db_session: Session
) -> None:
    type_something(page)
    fall_asleep(db_session)
    page.keyboard.press("Control+Enter")
    sign_in(page, clerk.phone)
    page.wait_for_url(f"**{FORM}")
    expect(page.locator("textarea").first).to_have_value("写了很久的纠纷概况")
    expect(page.locator("#toasts")).to_contain_text("已恢复")
    expect(page.locator("[inputmode=tel]").first).to_have_value("")
    page.goto("/")
    page.goto(FORM)
    expect(page.locator("textarea").first).to_have_value("")


def test_s19_a_warning_comes_first_and_at_the_end_the_page_leaves_with_what_was_typed(
    page: Page, clerk: Account, db_session: Session
) -> None:
    page.clock.install()
    type_something(page)
    page.clock.fast_forward(62_000)
    page.clock.run_for(2_000)  # the page tells the server that somebody is typing
    page.clock.fast_forward(28 * 60_000 + 30_000)
    page.clock.run_for(2_000)
    dialog = page.locator("#idle")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="继续使用")).to_be_focused()
    expect(dialog).to_contain_text("2 分钟")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    page.clock.fast_forward(29 * 60_000)
    page.clock.run_for(2_000)
    expect(dialog).to_be_visible()
    kept = page.evaluate("Object.values(sessionStorage).join()")
    assert "13812345678" not in kept
    fall_asleep(db_session)
    page.clock.fast_forward(61_000)
    page.clock.run_for(2_000)
    sign_in(page, clerk.phone)
    page.wait_for_url(f"**{FORM}")
    expect(page.locator("textarea").first).to_have_value("写了很久的纠纷概况")


def test_work_in_one_tab_keeps_the_other_one_quiet(page: Page, context: BrowserContext, clerk: Account) -> None:
    page.clock.install()
    page.goto("/")
    page.clock.fast_forward(29 * 60_000)
    page.clock.run_for(2_000)
    dialog = page.locator("#idle")
    expect(dialog).to_be_visible()
    # The other tab's clock is the same one: it is let run as far, then loads a page.
    other = context.new_page()
    other.goto("/")
    other.evaluate("ms => localStorage.setItem('alive', String(Date.now() + ms))", 29 * 60_000)
    page.clock.run_for(2_000)
    expect(dialog).to_be_hidden()
    other.close()


def test_the_next_person_in_the_same_browser_finds_nothing(page: Page, clerk: Account, db_session: Session) -> None:
    court = court_a(db_session).id
    other = accounts.an_account(
        db_session, "李某", roles=[(Role.CLERK, court)], password=GOOD_PASSWORD, password_changed_at=clock.now()
    )
    db_session.commit()
    type_something(page)
    fall_asleep(db_session)
    page.keyboard.press("Control+Enter")
    sign_in(page, other.phone)
    page.wait_for_url(f"**{FORM}")
    expect(page.locator("textarea").first).to_have_value("")
    assert "写了很久" not in page.evaluate("Object.values(sessionStorage).join()")


def test_signing_out_erases_what_was_kept(app: Flask, page: Page, clerk: Account) -> None:
    type_something(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.wait_for_timeout(1_000)
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    assert "写了很久" not in page.evaluate("Object.values(sessionStorage).join()")
