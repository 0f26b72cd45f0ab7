"""下载中心: ask for a file, watch it being made, leave, come back, fetch it."""

from typing import Any

from flask import Response, redirect, request, send_file
from markupsafe import Markup
from sqlalchemy import Select, select
from werkzeug.datastructures import MultiDict

from mediation_admin.accounts import second_step
from mediation_admin.approvals import queries as approvals
from mediation_admin.approvals.enums import ApprovalState
from mediation_admin.approvals.models import Approval
from mediation_admin.core.admin import (
    Action,
    Column,
    Empty,
    Key,
    ListScreen,
    Order,
    Progress,
    banner,
    current_actor,
    toast,
)
from mediation_admin.core.admin.columns import NOTHING
from mediation_admin.core.admin.formats import tag_of
from mediation_admin.core.admin.job_screen import show_result_at
from mediation_admin.core.admin.screen import screen_route
from mediation_admin.core.admin.shell import safe_back
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.jobs import UNFINISHED, Job, JobStatus
from mediation_admin.exports import operations
from mediation_admin.exports.catalogue import source_for
from mediation_admin.exports.enums import ExportFormat
from mediation_admin.exports.models import ExportRequest
from mediation_admin.permissions import Permission

# Parameters of the dialog itself; everything else in the address are the list's conditions.
_OWN = {"list", "back", "columns", "format", "mask_names", "csrf_token", "size", "unmasked", "reason"}


def size_text(size: int | None) -> str:
    """1536 → 1.5 KB."""
    if size is None:
        return ""
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return ""


class DownloadsView(ListScreen):
    """One's own export requests, newest first."""

    code = "exports"
    title = "下载中心"
    permission = Permission.EXPORT_REQUEST
    menu_path = ("质效指标管理",)
    columns = [
        Column("title", "内容", required=True, cell=lambda row: row.title),
        Column("conditions", "条件", cell=lambda row: row.conditions or "全部"),
        Column(
            "status",
            "状态",
            cell=lambda row: tag_of(row.status or (ApprovalState(row.approval) if row.approval else None)),
        ),
        Column("progress", "进度", cell=lambda row: _progress(row)),
        Column("rows", "行数", kind="number"),
        Column("size", "大小", cell=lambda row: size_text(row.size)),
        Column("created_at", "申请时间", kind="datetime"),
        Column("expires_at", "有效至", kind="datetime"),
    ]
    orders = [Order("newest", "申请时间从新到旧", [Key(ExportRequest.id, descending=True)])]
    empty = Empty("还没有导出任务。在任一列表或报表点“导出”，文件生成后在这里下载，保留 7 天。")

    def select(self) -> Select[Any]:
        return (
            select(
                ExportRequest.id,
                ExportRequest.title,
                ExportRequest.conditions,
                ExportRequest.rows,
                ExportRequest.size,
                ExportRequest.created_at,
                ExportRequest.expires_at,
                Job.status,
                Job.done,
                Job.total,
                Job.message,
                Job.id.label("job_id"),
                ExportRequest.unmasked,
                Approval.id.label("approval_id"),
                approvals.state().label("approval"),
            )
            .outerjoin(Job, Job.id == ExportRequest.job_id)
            .outerjoin(Approval, Approval.id == ExportRequest.approval_id)
            .where(ExportRequest.requester_id == current_actor().account_id)
        )

    def row_label(self, row: Any) -> str:
        return row.title

    def row_actions(self, row: Any) -> list[Action]:
        if row.status is None:
            return [Action("查看审批", f"/approvals/{row.approval_id}/")]
        if row.status is JobStatus.READY:
            return [Action("下载", self.url_for("download", ident=row.id), icon="download")]
        if row.status in UNFINISHED:
            return [Action("取消", self.url_for("cancel", ident=row.id), method="post")]
        if row.unmasked:
            return []
        return [Action("重新导出", self.url_for("again", ident=row.id), method="post")]

    @screen_route("/new", methods=("GET", "POST"), permission=Permission.EXPORT_REQUEST)
    def new(self) -> Any:
        given = request.form if request.method == "POST" else request.args
        code = given.get("list", "")
        source = source_for(current_actor(), code)
        params = [(name, value) for name, value in _pairs(given) if name not in _OWN]
        problem = None
        if "unmasked" in given and request.method == "POST" and (proof := second_step.ask_again()) is not None:
            return proof
        if request.method == "POST":
            try:
                made = operations.request_export(
                    actor=current_actor(),
                    code=code,
                    params=params,
                    keys=given.getlist("columns"),
                    file_format=ExportFormat(given.get("format", "xlsx")),
                    mask_names="mask_names" in given,
                    unmasked="unmasked" in given,
                    reason=given.get("reason", ""),
                )
                db.session.commit()
            except (RuleBroken, ValueError) as broken:
                db.session.rollback()
                problem = broken.message if isinstance(broken, RuleBroken) else "请选择文件格式。"
            else:
                toast(_asked_words(made))
                return redirect(self.home_url(), 303)
        return self.render(
            "backoffice/exports/new.html",
            title=f"导出{source.title}",
            source=source,
            fields=list(source.fields()),
            conditions=source.conditions(params),
            params=params,
            formats=ExportFormat.choices(),
            chosen=given.getlist("columns"),
            problem=problem,
            back=safe_back(self.home_url()),
            personal=[field.column.title for field in source.fields() if field.personal],
            names_masked=not current_actor().may(Permission.EXPORT_NAMES),
            mask_names="mask_names" in given,
            numbers=[field.column.title for field in source.fields() if field.clear]
            if current_actor().may(Permission.EXPORT_UNMASKED)
            else [],
            unmasked="unmasked" in given,
            reason=given.get("reason", ""),
        )

    @screen_route("/<int:ident>/download")
    def download(self, ident: int) -> Any:
        try:
            path, made = operations.open_file(actor=current_actor(), request_id=ident)
        except RuleBroken as broken:
            db.session.rollback()
            banner(broken.message, tone="warn")
            return self.back_to_list()
        name = made.file_name
        db.session.commit()
        return send_file(path, as_attachment=True, download_name=name, max_age=0)

    @screen_route("/<int:ident>/cancel", methods=("POST",), permission=Permission.EXPORT_REQUEST)
    def cancel(self, ident: int) -> Response:
        try:
            operations.cancel_export(actor=current_actor(), request_id=ident)
        except RuleBroken as broken:
            db.session.rollback()
            banner(broken.message, tone="warn")
        else:
            db.session.commit()
            toast("已取消导出，没有留下文件")
        return self.back_to_list()

    @screen_route("/<int:ident>/again", methods=("POST",), permission=Permission.EXPORT_REQUEST)
    def again(self, ident: int) -> Response:
        try:
            operations.again(actor=current_actor(), request_id=ident)
        except RuleBroken as broken:
            db.session.rollback()
            banner(broken.message, tone="warn")
        else:
            db.session.commit()
            toast("已重新开始导出")
        return self.back_to_list()


def _asked_words(made: ExportRequest) -> str:
    if made.unmasked:
        return f"已提交审批：导出“{made.title}”含完整号码，批准后自动生成，在这里下载"
    return f"已开始导出“{made.title}”，完成后在这里下载"


def _pairs(given: MultiDict[str, str]) -> list[tuple[str, str]]:
    return list(given.items(multi=True))


def _progress(row: Any) -> Markup | str:
    """How far it is: a bar that moves by itself while the file is made, the sentence of the end afterwards."""
    if row.status is None:
        return "批准后自动生成" if row.approval == ApprovalState.WAITING.value else Markup(NOTHING)  # noqa: S704 - a constant
    if row.status not in UNFINISHED:
        # The last figure of a file that is made is its number of rows, which has a column of its own.
        return (row.message if row.status is not JobStatus.READY else "") or Markup(NOTHING)  # noqa: S704 - a constant
    share = min(100, int(row.done * 100 / row.total)) if row.total else None
    bar = Progress(f"/jobs/{row.job_id}.json", label=row.status.label, percent=share, message=row.message)
    return Markup(bar.html())  # noqa: S704 - the piece escapes its own words


show_result_at(operations.KIND, "导出", lambda job: "/exports/")
