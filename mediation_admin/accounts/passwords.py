"""Passwords as argon2id hashes, few at a time: each takes tens of megabytes and all of a core."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

# OWASP's first choice for argon2id: 46 MiB, one pass, one lane.
MEMORY_KIB = 47_104
AT_ONCE = 2
PATIENCE = 20.0  # seconds a sign-in waits for its turn

_hasher = PasswordHasher(time_cost=1, memory_cost=MEMORY_KIB, parallelism=1, type=Type.ID)
_turns = threading.BoundedSemaphore(AT_ONCE)


class TooBusy(Exception):
    """More people sign in at once than this process can check in reasonable time."""


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise TooBusy
    try:
        yield
    finally:
        _turns.release()


def hash_password(password: str) -> str:
    """The hash to store, with its own salt and parameters in it."""
    with _turn():
        return _hasher.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. None (no such account, or no password yet) costs the same and is never right."""
    known = password_hash or _nobodys_hash()
    with _turn():
        try:
            return _hasher.verify(known, password) and password_hash is not None
        except (Argon2Error, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's and should be made anew."""
    return _hasher.check_needs_rehash(password_hash)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash("nobody's password")
