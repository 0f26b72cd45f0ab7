"""The second factor as arithmetic: time-based codes (RFC 6238), recovery codes, the picture to scan. No database."""

import hmac
import secrets
import unicodedata
from datetime import datetime

import pyotp
import segno

from mediation_admin.core.crypto import fingerprint, fingerprints

STEP_SECONDS = 30
DRIFT = 1  # steps before and after the present one: phones' clocks are seldom exact
DIGITS = 6
RECOVERY_CODES = 10
ISSUER = "调解平台"  # short: the picture stays coarse enough for old cameras
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_LENGTH = 12


def new_secret() -> str:
    """160 random bits in base32, as authenticators take them."""
    return pyotp.random_base32()


def address(secret: str, account: str) -> str:
    """The otpauth address that an authenticator scans; ``account`` is what it shows beside the platform's name."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def picture(secret: str, account: str) -> str:
    """The address as a QR code: an SVG to put into a page, dark on white in every theme."""
    made = segno.make(address(secret, account), error="m", micro=False)
    return made.svg_inline(scale=4, border=4, dark="#000", light="#fff", title="二维码", omitsize=True)


def in_groups(secret: str) -> str:
    """The secret in groups of four, for typing."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def step_of(moment: datetime) -> int:
    """The number of the half minute."""
    return int(moment.timestamp()) // STEP_SECONDS


def matching_step(secret: str, code: str, moment: datetime, last_step: int | None) -> int | None:
    """The step whose code this is, from one before to one after the present; None if it is none of them, or if it was
    used already: a code is good once (S15).

    A last step from further ahead than any code can be was noted by a clock that ran ahead, and holds nobody off.
    """
    typed = plain(code)
    present = step_of(moment)
    used = last_step if last_step is not None and last_step <= present + DRIFT else None
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(pyotp.HOTP(secret).at(step).encode(), typed.encode()) and (used is None or step > used):
            found = step
    return found


def plain(code: str) -> str:
    """A code as typed: full-width to half-width, small letters, without blanks and dashes."""
    half = unicodedata.normalize("NFKC", code).casefold()
    return "".join(sign for sign in half if sign.isalnum())


def is_time_code(code: str) -> bool:
    """Whether this looks like an authenticator's code rather than a recovery code."""
    typed = plain(code)
    return len(typed) == DIGITS and typed.isdigit() and typed.isascii()


def new_recovery_codes() -> list[str]:
    """Ten codes for the day the phone is gone: abcd-efgh-jkmn."""
    made = ("".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES))
    return ["-".join(code[start : start + 4] for start in range(0, _RECOVERY_LENGTH, 4)) for code in made]


def recovery_hash(account_id: int, code: str) -> bytes:
    """What is stored of a recovery code: keyed, so that who has the database alone cannot try them all."""
    return fingerprint("recovery code", f"{account_id}:{plain(code)}")


def recovery_hashes(account_id: int, code: str) -> tuple[bytes, ...]:
    """What may be stored of a recovery code: made under a key that has since been changed, too."""
    return fingerprints("recovery code", f"{account_id}:{plain(code)}")
