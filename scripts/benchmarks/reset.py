"""Do the door and 忘记密码 take equally long for known and unknown numbers? (S16: within ten per cent)"""

import argparse
import logging
import statistics
import tempfile
import time
from typing import Any

from benchmarks.harness.database import private_postgres
from benchmarks.harness.measuring import measure
from benchmarks.harness.page import Section, Table
from benchmarks.harness.platform import platform, prepare
from mediation_admin.accounts.models import Account
from mediation_admin.accounts.passwords import hash_password
from mediation_admin.accounts.queries import phone_index
from mediation_admin.core.db import db

HEADING = "找回密码 Forgotten password"
KINDS = {
    "forgot": "忘记密码: ask for a code",
    "reset": "忘记密码: a wrong code",
    "sign_in": "sign-in: a wrong password",
}
PASSWORD = "Lq7-Wumdk-zB"  # noqa: S105 - of invented people


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many requests of each kind."""
    parser.add_argument("--requests", type=int, default=200, help="of each kind, half of them to unknown numbers")


def run(options: argparse.Namespace) -> Section:
    """Known and unknown numbers in turn, each number once."""
    with private_postgres() as server, tempfile.TemporaryDirectory() as folder:
        given = {"url": prepare(server), "folder": folder, "requests": options.requests}
        found = measure(__name__, "answers", given).answer
    lines = []
    for kind, label in KINDS.items():
        known, unknown = found[kind]["known"], found[kind]["unknown"]
        ratio = unknown / known
        lines.append(
            (label, f"{known:.2f} ms", f"{unknown:.2f} ms", f"{ratio:.3f}", "yes" if 0.9 <= ratio <= 1.1 else "NO")
        )
    return Section(
        [Table(("median of one answer", "known number", "unknown number", "unknown ÷ known", "within 10 %"), lines)],
        [
            f"{options.requests} requests of each kind, known and unknown in turn, every number and address once.",
            "In one process, database beside it; sending the message is a background job for both, so its time is not in the answer.",
        ],
    )


def answers(url: str, folder: str, requests: int) -> dict[str, dict[str, float]]:
    """Milliseconds of the median answer, by kind and by whether the number has an account."""
    logging.disable(logging.WARNING)  # that there is no queue here is known
    with platform(url, folder, RATELIMIT_ENABLED=False) as app:
        hashed = hash_password(PASSWORD)
        for number in range(requests):
            phone = f"1390001{number:04d}"
            db.session.add(Account(name="测量", phone=phone, phone_index=phone_index(phone), password_hash=hashed))
        db.session.commit()
        db.session.remove()
    found = {}
    for kind in KINDS:
        times: dict[str, list[float]] = {"known": [], "unknown": []}
        for number in range(-4, requests // 2):  # the first ones warm up
            pair = [("known", "1390001"), ("unknown", "1390002")]
            for who, block in pair if number % 2 else reversed(pair):
                phone = f"{block}{max(number, 0) if kind == 'sign_in' else number % requests:04d}"
                took = _one(app, kind, phone, number)
                if number >= 0:
                    times[who].append(took)
        found[kind] = {who: statistics.median(values) * 1000 for who, values in times.items()}
        with app.app_context():
            db.session.execute(db.text("delete from reset_request"))
            db.session.commit()
    return found


def _one(app: Any, kind: str, phone: str, number: int) -> float:
    client = app.test_client()
    data = {"phone": phone, "password": "wrong-Password-1"}
    address = {"sign_in": "/sign-in/", "forgot": "/sign-in/forgot", "reset": "/sign-in/reset"}[kind]
    if kind == "reset":
        client.post("/sign-in/forgot", data={"phone": phone})
        data = {"code": "000000", "new_password": PASSWORD, "repeat": PASSWORD}
    began = time.perf_counter()
    answer = client.post(address, data=data)
    took = time.perf_counter() - began
    wanted = 303 if kind == "forgot" else 422
    assert answer.status_code == wanted or number < 0, (kind, answer.status_code)
    return took
