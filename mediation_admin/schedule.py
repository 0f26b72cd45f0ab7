"""Every periodic job with its rhythm, on one page. The scheduler runs each line; a line that fails is logged and tried again."""

from collections.abc import Callable
from dataclasses import dataclass

from mediation_admin.accounts import operations as accounts
from mediation_admin.audit import jobs as audit_jobs
from mediation_admin.cases import jobs as case_jobs
from mediation_admin.core import jobs
from mediation_admin.core.db import db
from mediation_admin.core.scope import Actor, Scope, enter
from mediation_admin.exchange import jobs as exchange_jobs
from mediation_admin.exports import operations as exports
from mediation_admin.imports import jobs as import_jobs
from mediation_admin.notices import jobs as notice_jobs
from mediation_admin.support import jobs as support_jobs


@dataclass(frozen=True, slots=True)
class Periodic:
    """One periodic piece of work: ``every`` seconds, or once a day ``at`` an hour (Asia/Shanghai).

    ``clears`` names what it deletes for good and after how long (S34); the numbers stand in the audit.
    """

    name: str
    work: Callable[[], object]
    every: int | None = None
    at: int | None = None
    clears: str = ""


def expire_exports() -> int:
    """Clear away exported files past their date."""
    enter(
        db.session(), Actor(None, "系统", "system", None), Scope.everything("expired files of every court are cleared")
    )
    expired = exports.expire_files()
    db.session.commit()
    return expired


def clear_old_sign_ins() -> int:
    """Delete links that can no longer be used, and sessions long over."""
    enter(
        db.session(), Actor(None, "系统", "system", None), Scope.everything("old sign-ins of every court are cleared")
    )
    cleared = accounts.clear_old_sign_ins()
    db.session.commit()
    return cleared


PERIODIC: list[Periodic] = [
    Periodic("jobs:sweep", jobs.sweep, every=30),
    Periodic("notices:sweep", notice_jobs.sweep, every=15),
    Periodic("notices:erase", notice_jobs.erase_texts, every=60, clears="短信全文：验证码和链接失效时，其余 30 天后"),
    Periodic("audit:seal", audit_jobs.seal, every=60),
    Periodic("audit:overnight", audit_jobs.overnight, at=2),
    Periodic("audit:archive", audit_jobs.archive, at=3),
    Periodic("exchange:sweep", exchange_jobs.sweep, every=30),
    Periodic(
        "exports:expire", expire_exports, every=3600, clears="导出文件：生成 7 天后；没有任何申请指向的文件：1 天后"
    ),
    Periodic(
        "support:erase-photos",
        support_jobs.erase_photos,
        at=4,
        clears="实名审核的照片：审核后 30 天，撤回的立即清除；没有任何记录指向的文件：6 小时后",
    ),
    Periodic("cases:overnight", case_jobs.overnight, at=1),
    Periodic(
        "imports:clear",
        import_jobs.clear_files,
        at=3,
        clears="导入的原文件、标注工作簿和读出的内容：最后一次使用 30 天后；中断的上传：1 天后",
    ),
    Periodic(
        "accounts:clear",
        clear_old_sign_ins,
        at=3,
        clears="用过、作废或过期的一次性链接：30 天后；已结束的登录：180 天后",
    ),
]
