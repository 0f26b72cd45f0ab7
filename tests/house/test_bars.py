"""Every security bar (S1–S40) has a test that carries its number, or an answer in docs/security.md."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import create_engine, text

from mediation_admin.accounts import passwords
from mediation_admin.core.db import db
from mediation_admin.factory import create_app

BARS = range(1, 41)
TESTS = Path(__file__).resolve().parents[1]


def numbers_in_tests() -> dict[int, list[str]]:
    """Bar → the tests named after it."""
    found: dict[int, list[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (name := re.match(r"test_s(\d+)_", node.name)):
                found.setdefault(int(name[1]), []).append(f"{path.relative_to(TESTS)}::{node.name}")
    return found


def test_every_security_bar_is_tested_or_answered() -> None:
    answered = {
        int(number)
        for line in Path("docs/security.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("- **S")
        for number in re.findall(r"S(\d+)", line.split("**")[1])
    }
    missing = [f"S{bar}" for bar in BARS if bar not in numbers_in_tests() and bar not in answered]
    assert not missing, (
        f"{', '.join(missing)}: name a test test_s…_ after each, or answer in docs/security.md (“- **S16, …**: why”)"
    )


def test_no_test_carries_the_number_of_a_bar_that_does_not_exist() -> None:
    assert set(numbers_in_tests()) <= set(BARS)


def test_s1_no_account_comes_with_the_platform(app: Flask, fresh_database: Callable[[], str]) -> None:
    url = fresh_database()
    other = create_app({**app.config, "SQLALCHEMY_DATABASE_URI": url})
    with other.app_context():
        flask_migrate.upgrade()
        db.session.remove()
        db.engine.dispose()
    engine = create_engine(url)
    with engine.connect() as connection:
        for table in ("account", "role_grant", "one_time_link", "login_session"):
            assert connection.scalar(text(f"select count(*) from {table}")) == 0
    engine.dispose()


def test_s11_a_password_is_kept_as_a_memory_hard_hash_with_a_salt_of_its_own() -> None:
    one, other = passwords.hash_password("Wq7-same-password"), passwords.hash_password("Wq7-same-password")
    assert one.startswith("$argon2id$v=19$m=47104,t=1,p=1$") and other.startswith("$argon2id$")
    assert one != other
    assert passwords.is_right(one, "Wq7-same-password") and not passwords.is_right(one, "Wq7-other-password")
