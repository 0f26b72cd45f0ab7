"""Background work of accounts: invitations to many people; the code by which a forgotten password is replaced."""

from typing import Any

from mediation_admin.accounts import operations
from mediation_admin.accounts.operations.resetting import SEND_CODE
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.jobs import JobRun, job_kind
from mediation_admin.permissions import Permission

INVITE = "accounts.invite"
NAMED = 100


@job_kind(INVITE)
def invite_many(run: JobRun) -> dict[str, Any]:
    """Params: account_ids. Sends each an invitation; whoever cannot have one is counted with the reason."""
    if not run.actor.may(Permission.STAFF_EDIT):
        raise RuleBroken("您的权限已变化，不能再发送邀请。")
    idents, sent, refused = run.params["account_ids"], 0, []
    for number, ident in enumerate(idents, 1):
        try:
            with db.session.begin_nested():
                operations.invite(actor=run.actor, account_id=ident)
            sent += 1
        except RuleBroken as broken:
            refused.append([ident, broken.message])
        except NotFound:
            refused.append([ident, "已不是本院用户"])
        run.progress(number, len(idents), f"已发送 {sent} 条邀请")
    return {"sent": sent, "refused": refused[:NAMED], "refused_count": len(refused)}


@job_kind(SEND_CODE)
def send_reset_code(run: JobRun) -> None:
    """Params: request. Sends the code, if there is somebody to send it to; the result does not say which."""
    operations.send_reset_code(request_id=run.params["request"])
