"""Monday morning: two hundred people sign in at the same moment, at the real server."""

import http.client
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation_admin.accounts import gate, passwords
from mediation_admin.accounts.models import Account, LoginSession
from mediation_admin.accounts.queries import phone_index
from mediation_admin.core import clock
from tests.factories.accounts import GOOD_PASSWORD

PEOPLE = 200
PATIENCE = 240


def peaks() -> dict[int, int]:
    """Highest memory so far, in KiB, of every gunicorn process below this one."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
            command = (status.parent / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue  # gone meanwhile
        if b"gunicorn" in command and b"wsgi:app" in command and _is_ours(int(lines["PPid"])):
            found[int(status.parent.name)] = int(lines["VmHWM"].split()[0])
    return found


def _is_ours(parent: int) -> bool:
    while parent > 1:
        if parent == os.getpid():
            return True
        parent = int(re.search(r"PPid:\s+(\d+)", Path(f"/proc/{parent}/status").read_text())[1])
    return False


def test_two_hundred_sign_ins_at_once_are_all_answered_and_memory_stays_bounded(
    live_server: str, db_session: Session
) -> None:
    hashed = passwords.hash_password(GOOD_PASSWORD)
    phones = [f"1390055{number:04d}" for number in range(PEOPLE)]
    for phone in phones:
        row = {"phone": phone, "phone_index": phone_index(phone), "password_hash": hashed}
        db_session.add(Account(name="某人", password_changed_at=clock.now(), **row))
    db_session.commit()
    host = live_server.removeprefix("http://")
    together = threading.Barrier(PEOPLE, timeout=PATIENCE)
    waited: set[str] = set()

    def come(phone: str) -> tuple[int, bool]:
        """Sign in; whoever is told that many are at the door knocks again, as a person would."""
        for _ in range(5):
            status, entered, words = knock(phone)
            if "现在登录的人较多" not in words:
                break
        return status, entered

    def knock(phone: str) -> tuple[int, bool, str]:
        line = http.client.HTTPConnection(host, timeout=PATIENCE)
        line.request("GET", "/sign-in/")
        page = line.getresponse()
        cookie = page.getheader("Set-Cookie").partition(";")[0]
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())[1]
        line.close()
        if phone not in waited:
            waited.add(phone)
            together.wait()
        line = http.client.HTTPConnection(host, timeout=PATIENCE)
        form = f"csrf_token={token}&phone={phone}&password={GOOD_PASSWORD}"
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        line.request("POST", "/sign-in/", form, headers)
        answer = line.getresponse()
        words = answer.read().decode()
        line.close()
        entered = any(text.startswith(gate.COOKIE) for text in answer.headers.get_all("Set-Cookie") or ())
        return answer.status, entered, words

    before = peaks()
    assert before, "the server's processes are watched"
    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(come, phones))
    assert answers == [(303, True)] * PEOPLE
    begun = select(func.count()).select_from(LoginSession.__table__)
    assert db_session.scalar(begun) == PEOPLE
    grown = max(after - before[pid] for pid, after in peaks().items() if pid in before)
    allowed = passwords.AT_ONCE * passwords.MEMORY_KIB + 200 * 1024
    assert grown < allowed < PEOPLE * passwords.MEMORY_KIB / 10


def test_no_more_passwords_are_hashed_at_once_than_memory_allows(monkeypatch) -> None:
    most, running, guard = 0, 0, threading.Lock()
    real = passwords._hasher.hash

    class Watched:
        def hash(self, password: str) -> str:
            nonlocal most, running
            with guard:
                running += 1
                most = max(most, running)
            try:
                return real(password)
            finally:
                with guard:
                    running -= 1

    monkeypatch.setattr(passwords, "_hasher", Watched())
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(passwords.hash_password, ["the same"] * 16))) == 16
    assert most == passwords.AT_ONCE
