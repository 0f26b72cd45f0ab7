"""The outbox and the check page in a browser: a content asked for by keyboard, a message verified by a stranger."""

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from mediation_admin.accounts import gate
from mediation_admin.notices import operations
from mediation_admin.notices.templates import Template
from tests import people
from tests.browser.test_sign_in import look

PHONE = "13900000001"


@pytest.fixture
def sent(app: Flask, working_as, run_jobs) -> tuple[int, str]:
    """Four messages delivered by the simulator; (id, check code) of the code."""
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        for template, facts in (
            (Template.ROLE_GRANTED, {"name": "张某某", "role": "法官"}),
            (Template.INVITATION, {"name": "张某某", "link": "http://127.0.0.1:8000/sign-in/link/an_invented_token"}),
            (Template.ACCOUNT_DISABLED, {"name": "张某某", "when": "3月2日 17:00"}),
        ):
            operations.send(actor=actor, template=template, phone=PHONE, facts=facts, court_id=actor.court_id)
        code = operations.send(
            actor=actor, template=Template.RESET_CODE, phone=PHONE, facts={"code": "481273"}, court_id=actor.court_id
        )
        found = code.id, code.check_code
        session.commit()
    run_jobs()
    return found


def test_support_reads_a_content_for_a_reason_without_a_mouse(
    app: Flask, context: BrowserContext, page: Page, live_server: str, sent: tuple[int, str], screenshots
) -> None:
    client = app.test_client()
    people.sign_in(client, people.support)
    token = client.get_cookie(gate.COOKIE).value
    context.add_cookies([{"name": gate.COOKIE, "value": token, "url": live_server}])
    page.goto("/notices/")
    expect(page.get_by_text("正在使用模拟发送")).to_be_visible()
    look(page, screenshots, "notices-list")
    page.goto(f"/notices/{sent[0]}/")
    expect(page.get_by_text("验证码 ******")).to_be_visible()
    look(page, screenshots, "notices-detail")
    page.get_by_role("button", name="查看内容").focus()
    page.keyboard.press("Enter")
    reason = page.get_by_label("理由")
    expect(reason).to_be_visible()
    look(page, screenshots, "notices-reason")
    reason.fill("本人来电称收不到验证码")
    page.keyboard.press("Enter")
    expect(page.get_by_text("验证码 481273")).to_be_visible()
    look(page, screenshots, "notices-content")


def test_a_stranger_verifies_a_message_by_keyboard(page: Page, sent: tuple[int, str], screenshots) -> None:
    page.goto("/sign-in/")
    page.get_by_role("link", name="核验短信真伪").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("短信核验")
    look(page, screenshots, "verify")
    page.keyboard.type("WRONG234")
    page.keyboard.press("Tab")
    page.keyboard.type("0001")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有查到这条短信")).to_be_visible()
    look(page, screenshots, "verify-wrong")
    page.get_by_label("核验码").fill(sent[1])
    page.keyboard.press("Enter")
    expect(page.get_by_text("这条短信是本平台发出的")).to_be_visible()
    look(page, screenshots, "verify-genuine")
