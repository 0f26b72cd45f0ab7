"""The main job from signing in to the file, by keyboard alone: roster, ledger, assignment, statistics, export."""

import json
from pathlib import Path

import pyotp
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.courts.models import Court
from mediation_admin.permissions import Role
from tests.factories import accounts

ROOT = Path(__file__).parents[2]
DATA = ROOT / "mediation_admin" / "demo" / "data"
TRUTH = json.loads((ROOT / "tests" / "data" / "宛城区_2022上半年_truth.json").read_text())
PHONE, FIRST_PASSWORD, OWN_PASSWORD = "13800000077", "Erst-Anmeldung-42", "Eigen-Wahl-2026-x"
# Background work may wait for a busy machine.
PATIENCE = 60_000


@pytest.fixture
def administrator(db_session: Session) -> None:
    """A court administrator of 豫1302 who was given a first password."""
    court = db_session.scalar(select(Court).where(Court.code == "豫1302"))
    accounts.an_account(
        db_session,
        "演示管理员",
        phone=PHONE,
        roles=[(Role.COURT_ADMIN, court.id)],
        password=FIRST_PASSWORD,
        must_change_password=True,
    )
    db_session.commit()


def press(page: Page, role: str, name: str) -> None:
    """Move the focus to a button or link and press Enter, as the Tab key would lead there."""
    target = page.get_by_role(role, name=name).first
    target.focus()
    page.keyboard.press("Enter")


def bring_in(page: Page, address: str, file: str) -> None:
    """Upload a workbook, accept the mapping, look at the pre-check, confirm."""
    page.goto(address)
    page.set_input_files("input[type=file]", str(DATA / file))
    page.locator("button[data-submit]", has_text="预检").wait_for(timeout=PATIENCE)
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="下一步：确认写入").wait_for(timeout=PATIENCE)
    press(page, "link", "下一步：确认写入")
    page.get_by_role("button", name="确认写入").wait_for()
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("撤销", timeout=PATIENCE)


def test_the_main_job_is_done_by_keyboard(page: Page, administrator: None, worker: None, tmp_path: Path) -> None:
    # Sign in with the password that was handed over; a new one is asked for before anything else opens.
    page.goto("/sign-in/")
    page.keyboard.type(PHONE)
    page.keyboard.press("Tab")
    page.keyboard.type(FIRST_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/password**")
    page.goto("/cases/")
    assert "/sign-in/password" in page.url
    for name, text in (
        ("current_password", FIRST_PASSWORD),
        ("new_password", OWN_PASSWORD),
        ("repeat", OWN_PASSWORD),
    ):
        page.locator(f"input[name={name}]").focus()
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    # An administrator sets up a second factor: the key by hand into the authenticator, its code back, the codes kept.
    page.wait_for_url("**/sign-in/enrol**")
    page.locator("summary", has_text="手工输入密钥").focus()
    page.keyboard.press("Enter")
    secret = page.locator(".enrol-key code").inner_text().replace(" ", "")
    page.locator("input[name=code]").focus()
    page.keyboard.type(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    expect(page.locator("#codes li")).to_have_count(10)
    press(page, "link", "已经保存，继续")
    page.wait_for_url(lambda address: "/sign-in/" not in address)

    bring_in(page, "/roster-import/", "宛城区_特邀调解员名册.xlsx")
    page.goto("/mediators/")
    expect(page.locator("[data-total]")).to_have_text("11")
    bring_in(page, "/backfill/", "宛城区_工商联_诉前委派台账_2022上半年.xlsx")
    page.goto("/cases/")
    expect(page.locator("[data-total]")).to_have_text(str(TRUTH["rows"]))

    # The nine that nobody has: ticked with j and x, rehearsed, confirmed, done by a job.
    page.goto("/cases/?state=to_assign")
    waiting = TRUTH["by_mediator"]["未指派"]["rows"]
    expect(page.locator("[data-total]")).to_have_text(str(waiting))
    for _ in range(waiting):
        page.keyboard.press("j")
        page.keyboard.press("x")
    press(page, "button", "批量指派")
    expect(page.get_by_role("heading", level=1)).to_contain_text("预演")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("已指派", timeout=PATIENCE)
    page.goto("/cases/?state=to_accept")
    expect(page.locator("[data-total]")).to_have_text(str(waiting))

    # The figures that were published, each opening its rows.
    page.goto("/reports/by-mediator/?from=2022-01-01&to=2022-06-30")
    for figure in (TRUTH["rows"], TRUTH["closed"], TRUTH["succeeded"], "80.72%"):
        expect(page.locator(".stats")).to_contain_text(str(figure))
    press(page, "link", str(TRUTH["succeeded"]))
    expect(page.locator("[data-total]")).to_have_text(str(TRUTH["succeeded"]))

    # The same as a file, made in the background.
    page.goto("/exports/new?list=report:by-mediator&from=2022-01-01&to=2022-06-30")
    press(page, "button", "开始导出")
    page.wait_for_url("**/exports/**")
    # The page follows the work by itself.
    page.locator("main").get_by_role("link", name="下载", exact=True).first.wait_for(timeout=PATIENCE)
    with page.expect_download() as fetched:
        page.locator("main").get_by_role("link", name="下载", exact=True).first.focus()
        page.keyboard.press("Enter")
    file = tmp_path / "report.xlsx"
    fetched.value.save_as(file)
    assert fetched.value.suggested_filename.startswith("案件统计报表_按调解员查询")
    sheet = load_workbook(file).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    heading = next(row for row in rows if row[0] == "调解员")
    total = dict(zip(heading, next(row for row in rows if row[0] == "合计"), strict=True))
    assert (total["新收"], total["已结"], total["成功"]) == (TRUTH["rows"], TRUTH["closed"], TRUTH["succeeded"])
    assert round(total["成功率"], 4) == TRUTH["success_rate"]
