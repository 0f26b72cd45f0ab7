"""The arithmetic of the second factor: codes in time, once each; recovery codes."""

import base64
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from mediation_admin.accounts import factors
from mediation_admin.core import crypto

NOW = datetime(2026, 3, 2, 1, 0, 10, tzinfo=UTC)
KEY = base64.b64encode(bytes(32)).decode()
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = factors.step_of(NOW)


def code(steps: int = 0) -> str:
    return pyotp.HOTP(SECRET).at(STEP + steps)


def test_s17_a_code_is_the_one_every_authenticator_shows() -> None:
    shown = pyotp.TOTP(SECRET).at(NOW)
    assert factors.matching_step(SECRET, shown, NOW, None) == STEP
    assert len(shown) == factors.DIGITS == 6


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_s15_a_clock_may_be_half_a_minute_off_and_no_more(steps: int, fits: bool) -> None:
    assert (factors.matching_step(SECRET, code(steps), NOW, None) == STEP + steps) is fits


def test_s15_a_code_is_good_once_and_so_is_any_before_it() -> None:
    assert factors.matching_step(SECRET, code(), NOW, STEP) is None
    assert factors.matching_step(SECRET, code(-1), NOW, STEP) is None
    assert factors.matching_step(SECRET, code(1), NOW, STEP) == STEP + 1


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    noted_ahead = factors.step_of(NOW + timedelta(days=365))
    assert factors.matching_step(SECRET, code(), NOW, noted_ahead) == STEP


def test_a_code_may_be_typed_with_blanks_and_full_width_digits() -> None:
    typed = code().translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert factors.matching_step(SECRET, f"{typed[:3]} {typed[3:]}", NOW, None) == STEP
    assert factors.is_time_code(f"{typed[:3]} {typed[3:]}")
    assert not factors.is_time_code("abcd-efgh-jkmn")


def test_recovery_codes_are_ten_and_all_different_and_only_hashes_are_kept() -> None:
    crypto.configure(encryption_keys={1: KEY}, current=1, index_key=KEY)
    codes = factors.new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(factors.plain(one)) == 12 for one in codes)
    assert factors.recovery_hash(7, codes[0]) == factors.recovery_hash(7, codes[0].upper().replace("-", " "))
    assert factors.recovery_hash(7, codes[0]) != factors.recovery_hash(8, codes[0])


def test_the_picture_stands_in_a_page_under_a_strict_policy() -> None:
    drawn = factors.picture(SECRET, "甲管理 138****0002")
    assert drawn.startswith("<svg") and "style=" not in drawn
    assert factors.address(SECRET, "甲").startswith("otpauth://totp/")


def test_s33_a_recovery_code_outlives_a_change_of_the_index_key() -> None:
    crypto.configure(encryption_keys={1: KEY}, current=1, index_key=KEY)
    kept = factors.recovery_hash(7, "abcd-efgh-jkmn")
    other = base64.b64encode(bytes(range(32))).decode()
    crypto.configure(encryption_keys={1: KEY}, current=1, index_key={2: other}, retired_index_keys={1: KEY})
    assert factors.recovery_hash(7, "abcd-efgh-jkmn") != kept
    assert kept in factors.recovery_hashes(7, "abcd-efgh-jkmn")
