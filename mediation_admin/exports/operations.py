"""Asking for a file, making it, fetching it, letting it expire."""

import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from mediation_admin.audit.recording import record
from mediation_admin.core import clock, jobs, sheets
from mediation_admin.core.crypto import mask_name
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.files import data_folder
from mediation_admin.core.jobs import Job, JobCancelled, JobRun, JobStatus, job_kind
from mediation_admin.core.scope import Actor
from mediation_admin.exports import releasing
from mediation_admin.exports.catalogue import source_for
from mediation_admin.exports.enums import ExportFormat
from mediation_admin.exports.models import ExportRequest
from mediation_admin.exports.source import Field, Params, Source
from mediation_admin.permissions import Permission

KIND = releasing.JOB
KEPT = timedelta(days=7)
MOST_WAITING = 10


def exports_folder() -> Path:
    """Where finished files lie."""
    return data_folder("exports")


def request_export(
    *,
    actor: Actor,
    code: str,
    params: Params,
    keys: Sequence[str] | None,
    file_format: ExportFormat,
    mask_names: bool = False,
    unmasked: bool = False,
    reason: str = "",
) -> ExportRequest:
    """Ask for a file of a list or report under its conditions; a background job makes it.

    ``mask_names`` masks the parties' names for whoever could have them in clear. ``unmasked`` asks for whole phone and
    identity numbers, with a ``reason``: the job starts when a second person has approved (S31). Refuses: an unknown
    column, a condition that can no longer be read, more than ten unfinished requests of one person; what
    ``releasing.check`` refuses.
    """
    session = db.session()
    source = source_for(actor, code)
    fields = chosen_fields(source, keys)
    if unmasked:
        releasing.check(actor, fields, file_format)
    waiting = session.scalar(
        select(func.count())
        .select_from(ExportRequest)
        .join(Job, Job.id == ExportRequest.job_id)
        .where(ExportRequest.requester_id == actor.account_id, Job.status.in_(jobs.UNFINISHED))
    )
    if (waiting or 0) >= MOST_WAITING:
        raise RuleBroken(f"您已有 {waiting} 个导出任务未完成，请等待完成或在下载中心取消后再导出。")
    words = source.conditions(params)
    stamp = clock.local(clock.now())
    request = ExportRequest(
        requester_id=actor.account_id,
        court_id=actor.court_id,
        source=code,
        title=source.title,
        params=[list(pair) for pair in params],
        conditions=words,
        columns=[f.column.key for f in fields],
        format=file_format,
        mask_names=mask_names,
        file_name=f"{source.title}_{stamp:%Y%m%d_%H%M%S}.{file_format.value}",
    )
    session.add(request)
    session.flush()
    if unmasked:
        releasing.ask(actor, request, fields, reason)
    else:
        job = jobs.ask(session, kind=KIND, params={"request_id": request.id}, actor=actor)
        request.job_id = job.id
    record(
        session,
        "export:request:made",
        f"申请导出“{source.title}”，条件：{words or '全部'}",
        object_type="export_request",
        object_id=request.id,
        changes={"columns": [None, request.columns], "mask_names": [None, mask_names], "unmasked": [None, unmasked]},
    )
    session.flush()
    return request


def chosen_fields(source: Source, keys: Sequence[str] | None) -> list[Field]:
    """The fields of these keys in the source's order; None means all. A report's columns are not picked."""
    known = list(source.fields())
    if keys is None or not source.pick:
        return known
    if not keys:
        raise RuleBroken("请至少选择一列。", field="columns")
    if set(keys) - {f.column.key for f in known}:
        raise RuleBroken("所选的列已不存在，请重新选择要导出的列。", field="columns")
    return [f for f in known if f.column.key in set(keys)]


@job_kind(KIND)
def run_export(run: JobRun) -> dict[str, Any]:
    """Make the file of one request as the person who asked, with the rights that person has now."""
    request = db.session.get(ExportRequest, run.params["request_id"])
    if request is None:
        raise RuleBroken("导出申请已不存在。")
    try:
        source = source_for(run.actor, request.source)
    except NotFound:
        raise RuleBroken("您的权限已变化，不能再导出这份数据。") from None
    approver = releasing.approver_of(run.actor, request) if request.unmasked else ""
    written, stored = write_file(
        actor=run.actor,
        source=source,
        params=[tuple(pair) for pair in request.params],
        keys=request.columns,
        file_format=request.format,
        folder=exports_folder(),
        name=f"{request.id}-{secrets.token_hex(8)}",
        conditions=request.conditions,
        mask_names=request.mask_names,
        approver=approver,
        run=run,
    )
    request.stored_name, request.size, request.rows = stored.name, written.size, written.rows
    request.expires_at = clock.now() + KEPT
    record(
        db.session(),
        "export:request:ready",
        f"导出完成：“{request.title}”{written.rows} 行" + (f"，含完整号码，审批人：{approver}" if approver else ""),
        object_type="export_request",
        object_id=request.id,
    )
    db.session.flush()
    return {"rows": written.rows, "size": written.size, "request_id": request.id}


def write_file(
    *,
    actor: Actor,
    source: Source,
    params: Params,
    keys: Sequence[str] | None,
    file_format: ExportFormat,
    folder: Path,
    name: str,
    conditions: str,
    mask_names: bool = False,
    approver: str = "",
    run: JobRun | None = None,
) -> tuple[sheets.Written, Path]:
    """Write the file whole under ``folder/name.xlsx|csv``, or not at all. ``approver``: who released the whole numbers;
    without one they stay masked."""
    session = db.session()
    masks = mask_names or not actor.may(Permission.EXPORT_NAMES)
    fields = [_masked(f) if masks and f.personal else f for f in chosen_fields(source, keys)]
    if approver:
        fields = [releasing.whole(f) for f in fields]
    columns = [f.column for f in fields]
    path = folder / f"{name}.{file_format.value}"
    mark = sheets.Watermark(
        title=source.title,
        who=_who(actor) + (f"，审批人：{approver}，含完整号码" if approver else ""),
        when=clock.local(clock.now()).replace(tzinfo=None),
        conditions=conditions,
    )
    total = None
    if source.select is not None:
        statement = source.select(session, fields, params)
        total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))

    def progress(done: int) -> None:
        if run is not None:
            run.progress(done, total, f"已写入 {done:,} 行")

    progress(0)
    try:
        if source.select is None:
            rows = source.rows(session, fields, params)
            if file_format is ExportFormat.CSV:
                written = sheets.write_csv(path, columns, rows, progress=progress)
            else:
                written = sheets.write_rows(path, columns, rows, watermark=mark, progress=progress)
        elif file_format is ExportFormat.CSV:
            rows = (tuple(row) for row in session.execute(statement, execution_options={"yield_per": 1000}))
            written = sheets.write_csv(path, columns, rows, progress=progress)
        else:
            written = sheets.copy_select(path, session, statement, columns, watermark=mark, progress=progress)
    except sheets.WritingCancelled:
        raise JobCancelled from None
    os.chmod(path, 0o600)
    return written, path


def record_operator_export(title: str, rows: int) -> None:
    """Leave a trace of a file that an operator's command wrote."""
    record(db.session(), "export:file:written", f"运维命令导出“{title}”{rows} 行", object_type="export_request")


def _masked(field: Field) -> Field:
    return replace(field, column=replace(field.column, transform=masked_names))


def masked_names(text: str) -> str:
    """甲、乙 with each name masked."""
    return "、".join(mask_name(name) for name in text.split("、"))


def _who(actor: Actor) -> str:
    return f"{actor.name}（账号 {actor.account_id}）" if actor.account_id else actor.name


def own_request(actor: Actor, request_id: int) -> ExportRequest:
    """One's own request; somebody else's does not exist."""
    request = db.session.scalar(
        select(ExportRequest).where(ExportRequest.id == request_id, ExportRequest.requester_id == actor.account_id)
    )
    if request is None:
        raise NotFound(str(request_id))
    return request


def open_file(*, actor: Actor, request_id: int) -> tuple[Path, ExportRequest]:
    """The finished file for downloading; every download is recorded.

    Refuses: not ready yet, failed, expired — each with what to do.
    """
    request = own_request(actor, request_id)
    if request.job is None and request.unmasked:
        raise RuleBroken("含完整号码的导出须经另一人审批，批准后开始生成。")
    if request.job is None or request.job.status in jobs.UNFINISHED:
        raise RuleBroken("文件还在生成，请稍候。")
    if request.job.status is not JobStatus.READY or not request.stored_name:
        raise RuleBroken("这份文件已失效或未生成，请重新导出。")
    path = exports_folder() / request.stored_name
    if not path.is_file():
        raise RuleBroken("这份文件已失效，请重新导出。")
    request.downloads += 1
    record(
        db.session(),
        "export:file:downloaded",
        f"下载“{request.file_name}”（{request.rows} 行{'，含完整号码' if request.unmasked else ''}）",
        object_type="export_request",
        object_id=request.id,
    )
    return path, request


def cancel_export(*, actor: Actor, request_id: int) -> ExportRequest:
    """Stop a request that is waiting or running."""
    request = own_request(actor, request_id)
    if request.job is None:
        raise RuleBroken("这份导出还在等待审批，可以在“审批”中撤回申请。")
    jobs.cancel(db.session(), request.job)
    record(
        db.session(),
        "export:request:cancelled",
        f"取消导出“{request.title}”",
        object_type="export_request",
        object_id=request.id,
    )
    return request


def again(*, actor: Actor, request_id: int) -> ExportRequest:
    """The same request once more, with today's data. Refuses what this person may no longer export."""
    old = own_request(actor, request_id)
    if old.unmasked:
        raise RuleBroken("含完整号码的导出每次都须审批，请回到列表重新申请。")
    try:
        return request_export(
            actor=actor,
            code=old.source,
            params=[tuple(pair) for pair in old.params],
            keys=old.columns,
            file_format=old.format,
            mask_names=old.mask_names,
        )
    except NotFound:
        raise RuleBroken("您的权限已变化，不能再导出这份数据。") from None


def expire_files() -> int:
    """Remove files past their date and stray temporary ones; returns how many requests expired. Runs hourly."""
    session = db.session()
    folder = exports_folder()
    due = session.scalars(
        select(ExportRequest)
        .join(Job, Job.id == ExportRequest.job_id)
        .where(ExportRequest.expires_at < clock.now(), Job.status == JobStatus.READY)
        .limit(1000)
    ).all()
    for request in due:
        request.job.status = JobStatus.EXPIRED
        if request.stored_name:
            (folder / request.stored_name).unlink(missing_ok=True)
    strays = sheets.sweep_unfinished(folder) + _sweep_unclaimed(folder)
    if due or strays:
        words = f"按保留期限删除导出文件 {len(due)} 个、无主文件 {strays} 个"
        record(session, "export:files:deleted", words, changes={"requests": [[one.id for one in due], None]})
    return len(due)


def _sweep_unclaimed(folder: Path) -> int:
    """Remove whole files that no request names: their worker died between the file and its commit. Returns how many."""
    old = time.time() - 86_400
    found = [path for path in folder.iterdir() if not path.name.startswith(".") and path.stat().st_mtime < old]
    claimed = set(
        db.session.scalars(
            select(ExportRequest.stored_name).where(ExportRequest.stored_name.in_([path.name for path in found]))
        )
    )
    unclaimed = [path for path in found if path.name not in claimed]
    for path in unclaimed:
        path.unlink(missing_ok=True)
    return len(unclaimed)
