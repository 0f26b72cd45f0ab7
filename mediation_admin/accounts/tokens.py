"""Secrets handed to people: session and link tokens, and passwords that last until the first sign-in."""

import hashlib
import secrets

# Without the letters and digits that look alike on paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS = "23456789"
_SIGNS = "-+=#%"
_LENGTH = 14


def new_token() -> str:
    """256 random bits, safe in an address and in a cookie."""
    return secrets.token_urlsafe(32)


def new_link_token() -> str:
    """128 random bits in 22 characters: SMS vendors take no more than some 35 in a variable of a template."""
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> bytes:
    """What is stored of a token. The token is random, so a plain hash cannot be searched for it."""
    return hashlib.sha256(token.encode()).digest()


def random_password() -> str:
    """A password with all four classes that nobody chose."""
    classes = (_LETTERS, _CAPITALS, _DIGITS, _SIGNS)
    while True:
        text = "".join(secrets.choice("".join(classes)) for _ in range(_LENGTH))
        if all(any(c in text for c in group) for group in classes) and text[0] not in _SIGNS:
            return text
