"""Opaque words for addresses: what is personal or must not be changed travels sealed, never in clear.

Sealing is AES-SIV: the same text gives the same token, so an address can be kept, shared and compared; nobody without
the server's key can read or alter it.
"""

import base64
import hashlib
import json
import time
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from flask import current_app


class BadToken(ValueError):
    """The token was altered, is of another purpose, or has expired."""


@lru_cache(maxsize=4)
def _cipher(secret: str) -> AESSIV:
    return AESSIV(hashlib.blake2b(secret.encode(), person=b"page-tokens", digest_size=64).digest())


def _key() -> AESSIV:
    return _cipher(str(current_app.secret_key))


def seal(purpose: str, value: Any) -> str:
    """A JSON value as a token that only ``unseal`` with the same purpose can open."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(_key().encrypt(text.encode(), [purpose.encode()])).rstrip(b"=").decode()


def unseal(purpose: str, token: str) -> Any:
    """The value behind a token; raises BadToken."""
    try:
        blob = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return json.loads(_key().decrypt(blob, [purpose.encode()]))
    except (InvalidTag, ValueError) as error:
        raise BadToken(purpose) from error


def seal_for(purpose: str, value: Any, *, account_id: int | None, seconds: int = 1800) -> str:
    """A token that one account may use for a while (a rehearsed bulk action waiting for its confirmation)."""
    return seal(purpose, [account_id, int(time.time()) + seconds, value])


def unseal_for(purpose: str, token: str, *, account_id: int | None) -> Any:
    """The value behind ``seal_for``; raises BadToken when it is another person's or too old."""
    owner, until, value = unseal(purpose, token)
    if owner != account_id or until < time.time():
        raise BadToken(purpose)
    return value
