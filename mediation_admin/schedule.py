"""Every periodic job with its rhythm, on one page. The scheduler runs each line; a line that fails is logged and tried again."""

from collections.abc import Callable
from dataclasses import dataclass

from mediation_admin.audit import jobs as audit_jobs
from mediation_admin.cases import jobs as case_jobs
from mediation_admin.core import jobs
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, Scope, enter
from mediation_admin.exchange import jobs as exchange_jobs
from mediation_admin.exports import operations as exports
from mediation_admin.imports import jobs as import_jobs
from mediation_admin.notices import jobs as notice_jobs


@dataclass(frozen=True, slots=True)
class Periodic:
    """One periodic piece of work: ``every`` seconds, or once a day ``at`` an hour (Asia/Shanghai)."""

    name: str
    work: Callable[[], object]
    every: int | None = None
    at: int | None = None


def expire_exports() -> int:
    """Clear away exported files past their date."""
    enter(db.session(), Actor(None, "系统", "system", None), Scope.everything("expired files of every court are cleared"))
    expired = exports.expire_files()
    db.session.commit()
    return expired


PERIODIC: list[Periodic] = [
    Periodic("jobs:sweep", jobs.sweep, every=30),
    Periodic("notices:sweep", notice_jobs.sweep, every=15),
    Periodic("notices:erase", notice_jobs.erase_texts, every=60),
    Periodic("audit:seal", audit_jobs.seal, every=60),
    Periodic("audit:overnight", audit_jobs.overnight, at=2),
    Periodic("audit:archive", audit_jobs.archive, at=3),
    Periodic("exchange:sweep", exchange_jobs.sweep, every=30),
    Periodic("exports:expire", expire_exports, every=3600),
    Periodic("cases:overnight", case_jobs.overnight, at=1),
    Periodic("imports:clear", import_jobs.clear_files, at=3),
]
