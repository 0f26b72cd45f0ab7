"""What lets people in, as an installed platform has it: no account of its own, salted hashes, sessions that can be ended."""

import re

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation_admin.accounts import passwords
from mediation_admin.accounts.models import Account
from mediation_admin.core.scope import unfenced
from tests.people import clerk_a


def test_s1_an_installed_platform_has_no_account_at_all(db_session: Session) -> None:
    everybody = unfenced(select(Account), "a test looks")
    assert db_session.scalars(everybody).all() == []


def test_s1_no_setting_brings_a_password_or_key_of_its_own(app: Flask) -> None:
    from mediation_admin.config import DEFAULTS

    assert not [name for name in DEFAULTS if re.search("PASSWORD|SECRET|_KEY$|TOKEN", name)]


def test_s11_passwords_are_hashed_with_argon2id_46_mib_and_a_salt_each() -> None:
    first, second = passwords.hash_password("Lq7-Wumdk-zB"), passwords.hash_password("Lq7-Wumdk-zB")
    assert first != second
    assert first.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert passwords.is_right(first, "Lq7-Wumdk-zB") and not passwords.is_right(first, "Lq7-Wumdk-zb")


def test_s20_a_person_sees_his_sessions_and_ends_any_of_them(as_person) -> None:
    here, there, third = as_person(clerk_a), as_person(clerk_a), as_person(clerk_a)
    page = here.get("/my-account/").text
    assert "同时最多登录 5 处" in page
    ends = re.findall(r"/my-account/sessions/(\d+)/end", page)
    assert len(ends) == 2
    here.post(f"/my-account/sessions/{ends[0]}/end")
    assert sorted((there.get("/").status_code, third.get("/").status_code)) == [200, 303]
    here.post("/my-account/sessions/end-others")
    assert (there.get("/").status_code, third.get("/").status_code) == (303, 303)
    assert here.get("/").status_code == 200
