"""The import wizard's steps: 下载模板 → 上传 → 列对应 → 预检 → 确认 → 结果, for any subject; each subject gives it a screen."""

from typing import Any
from urllib.parse import quote

from flask import Response, jsonify, redirect, request

from mediation_admin.core.admin import Access, Action, banner, current_actor, screen_route, toast
from mediation_admin.core.admin.job_screen import show_result_at
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.jobs import Job
from mediation_admin.core.scope import fetch
from mediation_admin.imports import jobs, operations, queries, rules, source
from mediation_admin.imports.admin.pages import BatchPages
from mediation_admin.imports.enums import BUSY, UNWRITTEN, BatchStatus
from mediation_admin.imports.models import ImportBatch

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BATCHES_A_PAGE = 20


_screens: dict[str, "ImportScreen"] = {}


def _page_of_job(job: Job) -> str | None:
    batch = db.session.get(ImportBatch, job.params["batch_id"])
    screen = _screens.get(batch.subject) if batch is not None else None
    return screen.url_for("batch", ident=batch.id) if screen is not None else None


for _kind, _label in jobs.LABELS.items():
    show_result_at(_kind, _label, _page_of_job)


class ImportScreen(BatchPages):
    """One subject's wizard and the list of its batches. The subclass gives ``subject`` beside what every screen gives."""

    abstract = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        _screens[self.subject.code] = self

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if getattr(cls, "subject", None) is None:
            raise TypeError(f"{cls.__qualname__} is an import wizard without a subject")

    def head_actions(self) -> tuple[Action, ...]:
        """Buttons beside the heading of the first page: other ways to bring in the same thing."""
        return ()

    # -- start --------------------------------------------------------------------------------------------------

    @screen_route("/")
    def index(self) -> Any:
        """Template, upload, and what was imported before."""
        before = request.args.get("before", "")
        statement = queries.batches(self.subject.code)
        if before.isdigit():
            statement = statement.where(ImportBatch.id < int(before))
        batches = db.session.scalars(statement.limit(BATCHES_A_PAGE + 1)).all()
        return self._page(
            "start",
            step=2,
            batches=batches[:BATCHES_A_PAGE],
            older=batches[BATCHES_A_PAGE - 1].id if len(batches) > BATCHES_A_PAGE else None,
            limits=source.LIMITS,
            keep_days=rules.KEEP_DAYS,
        )

    @screen_route("/template.xlsx")
    def template(self) -> Response:
        """The workbook to fill in."""
        return _download(self.subject.template(), f"{self.subject.title}导入模板.xlsx")

    @screen_route("/upload", methods=("POST",), permission=Access.OF_SCREEN)
    def upload(self) -> Response:
        """Keep the file and have it read; an unfinished batch that it replaces is given up."""
        actor = current_actor()
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            banner("请先选择要导入的文件。", tone="bad")
            return redirect(self.home_url(), 303)
        try:
            batch = operations.start(
                actor=actor,
                court_id=actor.court_id,
                subject_code=self.subject.code,
                stream=sent.stream,
                file_name=sent.filename,
            )
            replaced = request.form.get("replaces", "")
            if replaced.isdigit():
                old = fetch(db.session(), ImportBatch, int(replaced))
                if old.status in UNWRITTEN:
                    operations.abandon(actor=actor, batch_id=old.id)
            operations.ask_inspection(actor=actor, batch_id=batch.id)
            ident = batch.id
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            banner(broken.message, tone="bad")
            return redirect(self.home_url(), 303)
        return redirect(self.url_for("batch", ident=ident), 303)

    # -- a batch ------------------------------------------------------------------------------------------------

    @screen_route("/<int:ident>/")
    def batch(self, ident: int) -> Any:
        """The step the batch is at."""
        batch = self._batch(ident)
        if batch.status in BUSY:
            return self._busy(batch)
        wants_mapping = request.args.get("step") == "mapping" and batch.status in UNWRITTEN and batch.layout
        if (
            batch.status is BatchStatus.MAPPING
            or wants_mapping
            or (batch.status is BatchStatus.FAILED and batch.layout)
        ):
            return self._mapping(batch)
        if batch.status is BatchStatus.CHECKED:
            return self._checked(batch)
        if batch.status in (BatchStatus.COMMITTED, BatchStatus.UNDONE):
            return self._result(batch)
        return self._page("stopped", step=2, batch=batch)

    @screen_route("/<int:ident>/progress.json")
    def progress(self, ident: int) -> Response:
        """How far the job is; anybody of the court who may import sees it."""
        batch = self._batch(ident)
        job = db.session.get(Job, batch.job_id) if batch.job_id else None
        finished = batch.status not in BUSY
        return jsonify(
            status=batch.status.value,
            label=batch.status.label,
            done=job.done if job else 0,
            total=job.total if job else None,
            percent=job.percent if job else None,
            message=job.message if job else "",
            finished=finished,
            # Whatever came of it, the batch's page tells.
            ok=finished or None,
            url=self.url_for("batch", ident=ident) if finished else None,
        )

    @screen_route("/<int:ident>/table", methods=("POST",), permission=Access.OF_SCREEN)
    def table(self, ident: int) -> Response:
        """Another sheet or other heading rows."""
        first, count = request.form.get("heading_row", ""), request.form.get("heading_rows", "1")

        def change() -> None:
            operations.choose_table(
                actor=current_actor(),
                batch_id=self._batch(ident).id,
                sheet=request.form.get("sheet", ""),
                heading_row=int(first) if first.isdigit() else None,
                heading_rows=int(count) if count.isdigit() else 1,
            )
            operations.ask_inspection(actor=current_actor(), batch_id=ident)

        return self._do(ident, change, step="mapping")

    @screen_route("/<int:ident>/mapping", methods=("POST",), permission=Access.OF_SCREEN)
    def mapping(self, ident: int) -> Response:
        """Take the mapping and run the pre-check."""
        chosen = {
            int(name.removeprefix("column-")): value
            for name, value in request.form.items()
            if name.startswith("column-") and name.removeprefix("column-").isdigit()
        }

        def change() -> None:
            operations.map_columns(actor=current_actor(), batch_id=self._batch(ident).id, mapping=chosen)
            operations.ask_check(actor=current_actor(), batch_id=ident)

        return self._do(ident, change, step="mapping")

    @screen_route("/<int:ident>/words", methods=("POST",), permission=Access.OF_SCREEN)
    def words(self, ident: int) -> Response:
        """What unknown words mean, then the pre-check again."""
        meant: dict[str, dict[str, str]] = {}
        batch = self._batch(ident)
        for field, unknown in batch.unknown_words.items():
            for number, word in enumerate(unknown):
                value = request.form.get(f"word-{field}-{number}", "")
                if value:
                    meant.setdefault(field, {})[word] = value

        def change() -> None:
            if not meant:
                raise RuleBroken("请至少为一个词选择它的意思。")
            operations.explain_words(actor=current_actor(), batch_id=ident, words=meant)
            operations.ask_check(actor=current_actor(), batch_id=ident)

        return self._do(ident, change)

    @screen_route("/<int:ident>/confirm", methods=("GET", "POST"), permission=Access.OF_SCREEN)
    def confirm(self, ident: int) -> Any:
        """What will happen, in numbers; then the writing."""
        batch = self._batch(ident)
        if request.method == "POST":
            return self._do(ident, lambda: operations.ask_write(actor=current_actor(), batch_id=ident))
        try:
            rules.check_may_write(batch.status, batch.rows_to_write)
        except RuleBroken as broken:
            banner(broken.message)
            return redirect(self.url_for("batch", ident=ident), 303)
        return self._page("confirm", step=5, batch=batch)

    @screen_route("/<int:ident>/undo", methods=("POST",), permission=Access.OF_SCREEN)
    def undo(self, ident: int) -> Response:
        """Take the batch back."""
        self._batch(ident)
        return self._do(ident, lambda: operations.ask_undo(actor=current_actor(), batch_id=ident))

    @screen_route("/<int:ident>/abandon", methods=("POST",), permission=Access.OF_SCREEN)
    def abandon(self, ident: int) -> Response:
        """Give the batch up; nothing was written."""
        self._batch(ident)

        def change() -> None:
            operations.abandon(actor=current_actor(), batch_id=ident)
            toast("已放弃这次导入，没有写入任何数据")

        self._do(ident, change)
        return redirect(self.home_url(), 303)

    @screen_route("/<int:ident>/marked.xlsx")
    def marked(self, ident: int) -> Response:
        """The user's own workbook with the faulty cells marked."""
        batch = self._batch(ident)
        name = f"{batch.file_name.rsplit('.', 1)[0]}（已标注）.xlsx"
        if batch.marked_name:
            return _download(operations.kept_marked_workbook(batch_id=ident), name)
        if batch.judged_rows > operations.AT_ONCE_UP_TO:
            banner("行数较多，标注好的工作簿要在后台生成，请点“生成标注工作簿”。")
            return redirect(self.url_for("batch", ident=ident), 303)
        return _download(operations.marked_workbook(batch_id=ident), name)

    @screen_route("/<int:ident>/mark", methods=("POST",), permission=Access.OF_SCREEN)
    def mark(self, ident: int) -> Response:
        """Have a large workbook marked."""
        self._batch(ident)
        return self._do(ident, lambda: operations.ask_marking(actor=current_actor(), batch_id=ident))

    # -- helpers ------------------------------------------------------------------------------------------------

    def _batch(self, ident: int) -> ImportBatch:
        """The batch, through the fence; one of another subject does not exist here."""
        batch = fetch(db.session(), ImportBatch, ident)
        if batch.subject != self.subject.code:
            raise NotFound(f"import batch {ident} of another subject")
        return batch

    def _do(self, ident: int, change: Any, *, step: str = "") -> Response:
        """Carry out a step and go to the batch's page, which shows what came of it."""
        try:
            change()
            db.session.commit()
        except RuleBroken as broken:
            db.session.rollback()
            banner(broken.message, tone="bad")
            return redirect(self.url_for("batch", ident=ident, **({"step": step} if step else {})), 303)
        return redirect(self.url_for("batch", ident=ident), 303)


def _download(content: bytes, name: str) -> Response:
    return Response(
        content,
        mimetype=XLSX,
        headers={"Content-Disposition": f"attachment; filename=\"import.xlsx\"; filename*=UTF-8''{quote(name)}"},
    )
