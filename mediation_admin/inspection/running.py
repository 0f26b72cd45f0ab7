"""Runs every check, each for itself: one that breaks is a finding too."""

import logging
import time
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, Scope, enter
from mediation_admin.inspection import machine, people, records, walls
from mediation_admin.inspection.checks import CHECKS, Check, Finding, bad

log = logging.getLogger(__name__)
PARTS = (people, walls, records, machine)  # read in this order
_SYSTEM = Actor(None, "系统自查", "system", None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check and what it found; ``seconds`` it took."""

    check: Check
    finding: Finding
    seconds: float


def inspect_platform() -> list[Outcome]:
    """Ask every check, in the order of the page, in a session of its own that sees every court and writes nothing."""
    session = db.session.session_factory()
    try:
        enter(session, _SYSTEM, Scope.everything("the platform looks at itself, counting, showing no row"))
        return [_asked(session, one) for one in CHECKS]
    finally:
        session.rollback()
        session.close()


def _asked(session: Session, one: Check) -> Outcome:
    begun = time.perf_counter()
    try:
        finding = one.ask(session)
    except Exception:
        log.exception("the check %s broke", one.title)
        session.rollback()
        finding = bad("检查本身出错，结果未知。", "详情在日志里，请联系运维人员。")
    return Outcome(one, finding, time.perf_counter() - begun)
