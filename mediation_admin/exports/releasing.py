"""Files with whole phone and identity numbers: asked by one, released by another, marked with both names (S31)."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import update

from mediation_admin.accounts import queries as people
from mediation_admin.accounts.operations import telling
from mediation_admin.approvals import kinds
from mediation_admin.approvals import operations as approvals
from mediation_admin.approvals.enums import ApprovalState
from mediation_admin.approvals.models import Approval
from mediation_admin.core import jobs
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.scope import Actor, unfenced
from mediation_admin.exports.enums import ExportFormat
from mediation_admin.exports.models import ExportRequest
from mediation_admin.exports.source import Field
from mediation_admin.permissions import Permission, Role

JOB = "exports.run"
KIND = "export.unmasked"


def check(actor: Actor, fields: Sequence[Field], file_format: ExportFormat) -> None:
    """Whether this person may ask for whole numbers of these columns. Refused: a role that may not (NotFound); columns
    without any; CSV, which has no room for the two names; a request nobody could approve."""
    if not actor.may(Permission.EXPORT_UNMASKED):
        raise NotFound("export of whole numbers")
    if not any(field.clear for field in fields):
        raise RuleBroken("所选的列中没有手机号、证件号，不需要申请完整号码。", field="unmasked")
    if file_format is not ExportFormat.XLSX:
        raise RuleBroken("含完整号码的文件只能是 Excel 工作簿：首行要写明导出人和审批人。", field="format")
    session, own = db.session(), {actor.account_id}
    admins = people.count_active(session, Role.COURT_ADMIN, actor.court_id, but=own)
    if not admins and not people.count_active(session, Role.SECURITY_ADMIN, None, but=own):
        raise RuleBroken(
            "导出完整号码须经另一人审批，而本院没有另一位法院管理员，平台也没有安全管理员。"
            "请先增加一位法院管理员，或联系平台。",
            field="unmasked",
        )


def ask(actor: Actor, request: ExportRequest, fields: Sequence[Field], reason: str) -> Approval:
    """Ask somebody else to release the whole numbers of a request."""
    columns = "、".join(field.column.title for field in fields if field.clear)
    asked = approvals.ask(
        actor=actor,
        kind=KIND,
        key=f"export:{request.id}",
        title=f"导出“{request.title}”，含完整的{columns}（条件：{request.conditions or '全部'}）",
        reason=reason,
        payload={"request_id": request.id},
        court_id=actor.court_id,
    )
    request.unmasked, request.approval_id = True, asked.id
    db.session().flush()
    return asked


def whole(field: Field) -> Field:
    """The field with its whole values."""
    return replace(field, column=replace(field.column, transform=field.clear)) if field.clear else field


def approver_of(actor: Actor, request: ExportRequest) -> str:
    """Who released the request. Refused: one that nobody released, and an asker who may no longer have it."""
    approval = db.session.get(Approval, request.approval_id)
    if approval is None or approval.state is not ApprovalState.APPROVED:
        raise RuleBroken("这份含完整号码的导出没有获得批准。")
    if not actor.may(Permission.EXPORT_UNMASKED):
        raise RuleBroken("您的权限已变化，不能再导出完整号码。")
    return approval.decided_by_name


def _start(_actor: Actor, approval: Approval) -> None:
    session, request_id = db.session(), approval.payload["request_id"]
    asker = Actor(approval.asked_by, approval.asked_by_name, approval.asked_role, approval.asked_court_id)
    job = jobs.ask(session, kind=JOB, params={"request_id": request_id}, actor=asker)
    statement = update(ExportRequest).where(ExportRequest.id == request_id).values(job_id=job.id)
    session.execute(unfenced(statement, "whoever decides lets the asker's file be made, and does not get it"))


kinds.register(
    kinds.Kind(
        code=KIND,
        label="导出完整号码",
        permission=Permission.EXPORT_APPROVE,
        deciders="本院的另一位法院管理员或平台的安全管理员",
        effect=lambda approval: (
            f"立即为{approval.asked_by_name}生成文件，其中的手机号、证件号不脱敏；文件首行写明两人姓名，"
            "保留 7 天，每次下载都有记录。"
        ),
        apply=_start,
        asked=telling.approval_wanted,
        decided=telling.approval_decided,
    )
)
