"""The list of checks: each has the number of the rule it looks after, asks the running platform, and answers."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mediation_admin.inspection.enums import Standing


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw: how it stands, and in one sentence what was seen; for a fault also what to do."""

    standing: Standing
    words: str
    repair: str = ""


def good(words: str) -> Finding:
    """As it should be."""
    return Finding(Standing.GOOD, words)


def bad(words: str, repair: str) -> Finding:
    """Against the rule; ``repair`` says what to do."""
    return Finding(Standing.BAD, words, repair)


def unsure(words: str, repair: str = "") -> Finding:
    """Nothing is broken, but somebody should look."""
    return Finding(Standing.UNSURE, words, repair)


def judged(fine: bool, seen: str, fault: str, repair: str) -> Finding:
    """Good with ``seen``, or bad with ``fault``."""
    return good(seen) if fine else bad(fault, repair)


@dataclass(frozen=True, slots=True)
class Check:
    """``numbers``: the rules (S1–S40) it looks after; ``ask`` gets a session that sees every court."""

    numbers: tuple[str, ...]
    title: str
    ask: Callable[[Session], Finding]


CHECKS: list[Check] = []


def check(*numbers: str, title: str) -> Callable[[Callable[[Session], Finding]], Callable[[Session], Finding]]:
    """Enter a function into the list; the modules of this package are read in the order of the page."""

    def enter(ask: Callable[[Session], Finding]) -> Callable[[Session], Finding]:
        CHECKS.append(Check(numbers, title, ask))
        return ask

    return enter
