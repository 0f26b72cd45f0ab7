"""The browser: one Chromium for the run, one clean context for each test, and an eye on what pages must not do."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from launcher.test import CHROMIUM
from tests.servers.page_faults import watch

ROOT = Path(__file__).resolve().parent.parent.parent
FLAGS = [
    "--no-sandbox",  # the tests may run as root, where Chromium's sandbox cannot
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
    # No name leads anywhere but to this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
LAPTOP = {"width": 1366, "height": 768}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; scripts/test sees to it that it is there."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert program, (
        "Chromium is missing: run scripts/test, which installs it, or apt-get install chromium fonts-noto-cjk"
    )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser, live_server: str) -> Iterator[BrowserContext]:
    """A browser nobody is signed in with, as a court's laptop shows it."""
    opened = browser.new_context(
        base_url=live_server, viewport=LAPTOP, locale="zh-CN", timezone_id="Asia/Shanghai", accept_downloads=True
    )
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, live_server: str) -> Iterator[Page]:
    """A page; script errors, blocked inline code and addresses of other hosts fail the test."""
    opened = context.new_page()
    faults = watch(opened, live_server)
    yield opened
    opened.close()
    assert not faults, "\n".join(dict.fromkeys(faults))


@pytest.fixture
def screenshots() -> Path:
    """Where a test may leave pictures for people to look at; not under version control."""
    folder = ROOT / "tests" / "browser" / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder
