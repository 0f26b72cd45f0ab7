"""The progress of a background job: a page that can be left, a JSON answer that pages poll, and 取消."""

from typing import Any

from flask import Response, jsonify
from markupsafe import Markup
from sqlalchemy import select

from mediation_admin.core import jobs
from mediation_admin.core.admin.access import Access, current_actor
from mediation_admin.core.admin.messages import banner, toast
from mediation_admin.core.admin.pieces import Action, Notice, Progress, Table
from mediation_admin.core.admin.screen import Screen, screen_route
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.jobs import Job, JobStatus

# job kind → what its pages are called and where its result is shown; filled by the subjects.
_places: dict[str, tuple[str, Any]] = {}


def show_result_at(kind: str, label: str, place: Any) -> None:
    """Tell where the result of a kind of job is shown: ``place(job) -> url``."""
    _places[kind] = (label, place)


def own_job(job_id: int) -> Job:
    """One's own job; somebody else's does not exist."""
    job = db.session.get(Job, job_id, populate_existing=True)
    actor = current_actor()
    if job is None or actor is None or job.requester_id != actor.account_id:
        raise NotFound(f"job {job_id}")
    return job


def as_json(job: Job) -> dict[str, Any]:
    """The answer pages poll: status, numbers, words, whether it is over and went well."""
    label, place = _places.get(job.kind, ("后台任务", None))
    return {
        "status": job.status.value,
        "label": f"{label}：{job.status.label}",
        "done": job.done,
        "total": job.total,
        "percent": job.percent,
        "message": "正在停止…" if job.cancel_requested and not job.is_finished else job.message,
        "finished": job.is_finished,
        "ok": job.status is JobStatus.READY,
        "url": place(job) if place and job.status is JobStatus.READY else None,
    }


class JobsView(Screen):
    """Every background job of the person signed in."""

    code = "jobs"
    title = "任务进度"
    permission = Access.SIGNED_IN
    menu_path = None

    @screen_route("/")
    def index(self) -> Any:
        """One's last fifty jobs."""
        actor = current_actor()
        mine = db.session.scalars(
            select(Job).where(Job.requester_id == actor.account_id).order_by(Job.id.desc()).limit(50)
        ).all()
        rows = [
            (
                Markup('<a href="{}">{}</a>').format(
                    self.url_for("show", job_id=job.id), _places.get(job.kind, ("后台任务", None))[0]
                ),
                job.status,
                job.created_at,
                job.message,
            )
            for job in mine
        ]
        pieces = (
            [Table(["任务", "状态", "开始时间", "说明"], rows)] if rows else [Notice("还没有后台任务。", tone="info")]
        )
        return self.render("shared/page.html", pieces=pieces)

    @screen_route("/<int:job_id>.json")
    def status(self, job_id: int) -> Response:
        return jsonify(as_json(own_job(job_id)))

    @screen_route("/<int:job_id>/")
    def show(self, job_id: int) -> Any:
        job = own_job(job_id)
        told = as_json(job)
        if job.is_finished:
            tone = "good" if told["ok"] else "bad"
            pieces = [Notice(job.message or told["label"], tone=tone)]
            if told["url"]:
                pieces = [Notice(told["label"], tone=tone, link=("查看结果", told["url"]))]
        else:
            cancel = Action("取消", self.url_for("cancel", job_id=job.id), method="post")
            pieces = [
                Progress(
                    self.url_for("status", job_id=job.id),
                    label=told["label"],
                    percent=job.percent,
                    message=job.message,
                    then=self.url_for("show", job_id=job.id),
                    cancel=cancel,
                ),
                Notice("可以离开本页，任务会继续进行。", tone="info"),
            ]
        return self.render("shared/page.html", title=_places.get(job.kind, ("后台任务", None))[0], pieces=pieces)

    @screen_route("/<int:job_id>/cancel", methods=("POST",), permission=Access.SIGNED_IN)
    def cancel(self, job_id: int) -> Response:
        job = own_job(job_id)
        try:
            jobs.cancel(db.session(), job)
        except RuleBroken as broken:
            db.session.rollback()
            banner(broken.message, tone="warn")
        else:
            db.session.commit()
            toast("已取消任务" if job.is_finished else "正在停止任务，已写入的内容会撤回")
        return self.back_to_list(self.url_for("show", job_id=job_id))
