"""The pages of an import wizard: what each step shows of its batch."""

from typing import Any, ClassVar

from flask import request

from mediation_admin.core import clock
from mediation_admin.core.admin import Action, Progress, Screen, current_actor
from mediation_admin.core.db import db
from mediation_admin.core.jobs import Job
from mediation_admin.imports import operations, queries, source
from mediation_admin.imports.enums import BatchStatus, Level, Verdict
from mediation_admin.imports.models import ImportBatch, ImportRow
from mediation_admin.imports.operations.intake import layout_of
from mediation_admin.imports.operations.judging import notes_of
from mediation_admin.imports.reading import column_letter
from mediation_admin.imports.subjects import Subject

STEPS = ["下载模板", "上传", "列对应", "预检", "确认", "结果"]
SHOWS = {
    "all": ("全部", {}),
    "faulty": ("错误", {"verdicts": [Verdict.FAULTY]}),
    "warning": ("提示", {"levels": [Level.WARNING]}),
    "gap": ("待补", {"levels": [Level.GAP]}),
    "new": ("新增", {"verdicts": [Verdict.NEW]}),
    "changed": ("更新", {"verdicts": [Verdict.CHANGED]}),
    "unchanged": ("无变化", {"verdicts": [Verdict.UNCHANGED]}),
}


class BatchPages(Screen):
    """Draws a batch at the step it is at; the wizard derives from it."""

    abstract = True
    subject: ClassVar[Subject]

    def _busy(self, batch: ImportBatch) -> Any:
        step = {BatchStatus.UPLOADED: 2, BatchStatus.CHECKING: 4}.get(batch.status, 6)
        words = {
            BatchStatus.UPLOADED: "正在读取文件",
            BatchStatus.CHECKING: "正在预检，不会写入任何数据",
            BatchStatus.COMMITTING: "正在写入。要么全部写入，要么一行也不写",
            BatchStatus.UNDOING: "正在撤销",
        }[batch.status]
        here = self.url_for("batch", ident=batch.id)
        progress = Progress(self.url_for("progress", ident=batch.id), label=words, then=here)
        return self._page("busy", step=step, batch=batch, progress=progress)

    def _mapping(self, batch: ImportBatch) -> Any:
        catalogue = self.subject.catalogue()
        layout = layout_of(batch)
        return self._page(
            "mapping",
            step=3,
            batch=batch,
            layout=layout,
            labels=source.labels_of(catalogue),
            required=source.required_of(catalogue),
            same=queries.same_file_written(db.session, batch),
        )

    def _checked(self, batch: ImportBatch) -> Any:
        catalogue = self.subject.catalogue()
        show = request.args.get("show", "")
        if show not in SHOWS:
            show = "faulty" if batch.faulty_rows else "warning" if batch.warned_rows else "all"
        field = request.args.get("field", "")
        after = request.args.get("after", "")
        conditions = dict(SHOWS[show][1])
        statement = queries.rows(batch.id, field=field, after=int(after) if after.isdigit() else 0, **conditions)
        rows = db.session.scalars(statement.limit(queries.ROWS_A_PAGE + 1)).all()
        more = rows[queries.ROWS_A_PAGE - 1].row_no if len(rows) > queries.ROWS_A_PAGE else None
        choices = source.word_choices(catalogue)
        mark_job = db.session.get(Job, batch.mark_job_id) if batch.mark_job_id else None
        return self._page(
            "checked",
            step=4,
            batch=batch,
            lines=[self._line(batch, row) for row in rows[: queries.ROWS_A_PAGE]],
            more=more,
            show=show,
            field=field,
            shows=self._shows(batch),
            fields=self._noted_fields(batch),
            labels=source.labels_of(catalogue),
            words=[
                (field_, word, count, number, choices[field_])
                for field_, unknown in batch.unknown_words.items()
                if field_ in choices
                for number, (word, count) in enumerate(unknown.items())
            ],
            marks_at_once=batch.judged_rows <= operations.AT_ONCE_UP_TO or batch.marked_name is not None,
            mark_job=mark_job if mark_job is not None and not mark_job.is_finished else None,
            same=queries.same_file_written(db.session, batch),
            first=not after,
        )

    def _shows(self, batch: ImportBatch) -> list[tuple[str, str, int]]:
        counts = {
            "all": batch.judged_rows,
            "faulty": batch.faulty_rows,
            "warning": batch.warned_rows,
            "gap": batch.gap_rows,
            "new": batch.new_rows,
            "changed": batch.changed_rows,
            "unchanged": batch.unchanged_rows,
        }
        return [(key, words, counts[key]) for key, (words, _) in SHOWS.items()]

    def _noted_fields(self, batch: ImportBatch) -> list[tuple[str, str, int]]:
        catalogue = self.subject.catalogue()
        noted = batch.summary.get("fields", {})
        return [(name, source.label_of(catalogue, name), sum(levels.values())) for name, levels in noted.items()]

    def _line(self, batch: ImportBatch, row: ImportRow) -> dict[str, Any]:
        catalogue = self.subject.catalogue()
        notes = []
        for note in notes_of(row):
            column = source.column_of(catalogue, batch.mapping, note.field)
            cell = f"{column_letter(column)}{row.row_no}" if column is not None else ""
            notes.append((cell, source.label_of(catalogue, note.field), note.level, note.message))
        return {"row": row, "notes": notes}

    def _result(self, batch: ImportBatch) -> Any:
        after = request.args.get("after", "")
        run = operations.run_of(batch, current_actor())
        statement = queries.rows(
            batch.id, verdicts=[Verdict.NEW, Verdict.CHANGED], after=int(after) if after.isdigit() else 0
        )
        rows = db.session.scalars(statement.limit(queries.ROWS_A_PAGE + 1)).all()
        shown = rows[: queries.ROWS_A_PAGE]
        links = {} if batch.status is BatchStatus.UNDONE else self.subject.links(run, [row.target_id for row in shown])
        kept = db.session.scalars(queries.kept_rows(batch.id).limit(200)).all()
        return self._page(
            "result",
            step=6,
            batch=batch,
            rows=shown,
            links=links,
            kept=kept,
            kept_links=self.subject.links(run, [row.target_id for row in kept]),
            more=rows[queries.ROWS_A_PAGE - 1].row_no if len(rows) > queries.ROWS_A_PAGE else None,
            undo=Action(
                "撤销这次导入",
                self.url_for("undo", ident=batch.id),
                method="post",
                danger=True,
                confirm=f"将撤回这次导入的 {batch.rows_to_write} 行：新增的删除，更新的恢复原值。之后又被修改过的会保留并列出。",
            ),
        )

    def _page(self, name: str, *, step: int, batch: ImportBatch | None = None, **context: Any) -> str:
        title = self.title if batch is None else f"{self.title}：{batch.file_name}"
        return self.render(
            f"backoffice/imports/{name}.html",
            title=title,
            crumbs=[] if batch is None else [(title, None)],
            steps=STEPS,
            step=step,
            batch=batch,
            subject=self.subject,
            screen=self,
            local=clock.local,
            Status=BatchStatus,
            **context,
        )
