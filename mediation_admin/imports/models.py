"""Tables of an import: the batch (one workbook brought by one person), its rows, and the mappings a court remembers.

The workbook itself is kept encrypted outside the database and read again when the batch is written; the database holds
what was judged about each row, never the row's values.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mediation_admin.core.crypto import Encrypted
from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.core.scope import CourtScoped
from mediation_admin.imports.enums import BatchStatus, Verdict

WRITTEN_AT_STATES = "('committed', 'undoing', 'undone')"


class ImportBatch(CourtScoped, Recorded, Base):
    """One workbook on its way into the platform, and what became of it."""

    __tablename__ = "import_batch"
    __table_args__ = (
        Index("ix_import_batch_list", "court_id", "subject", "id"),
        Index("ix_import_batch_sha256", "court_id", "subject", "sha256"),
        Index("ix_import_batch_job_id", "job_id"),
        CheckConstraint(
            "new_rows >= 0 and changed_rows >= 0 and unchanged_rows >= 0 and faulty_rows >= 0", name="counts_positive"
        ),
        CheckConstraint(f"(status in {WRITTEN_AT_STATES}) = (written_at is not null)", name="written_has_time"),
        CheckConstraint("(status = 'undone') = (undone_at is not null)", name="undone_has_time"),
    )

    id: Mapped[pk]
    subject: Mapped[str] = mapped_column(Text, comment="导入内容")
    status: Mapped[BatchStatus] = enum_column(BatchStatus, default=BatchStatus.UPLOADED, comment="状态")
    note: Mapped[str] = mapped_column(Text, default="", server_default="", comment="说明")

    file_name: Mapped[str] = mapped_column(Text, comment="文件名")
    file_size: Mapped[int] = mapped_column(BigInteger, comment="文件大小（字节）")
    # The name the server gave; None once the file was cleared away.
    stored_name: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    # The same workbook with its faulty cells marked, where a job made it.
    marked_name: Mapped[str | None] = mapped_column(Text)
    mark_job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))

    # What reading found (sheets, headings, samples, proposals): holds pieces of cells, hence encrypted.
    layout: Mapped[str | None] = mapped_column(Encrypted("import_batch.layout"))
    sheet: Mapped[str] = mapped_column(Text, default="", server_default="", comment="工作表")
    heading_row: Mapped[int | None] = mapped_column(comment="表头首行")
    heading_rows: Mapped[int | None] = mapped_column(comment="表头行数")
    mapping: Mapped[dict[str, str]] = mapped_column(
        JSONB, default=dict, server_default="{}", comment="列号（从 0 起）→ 字段"
    )
    signature: Mapped[str] = mapped_column(Text, default="", server_default="", comment="表头特征")
    words: Mapped[dict[str, dict[str, str]]] = mapped_column(
        JSONB, default=dict, server_default="{}", comment="人工说明过的词：字段 → 词 → 值"
    )
    unknown_words: Mapped[dict[str, dict[str, int]]] = mapped_column(
        JSONB, default=dict, server_default="{}", comment="没见过的词：字段 → 词 → 次数"
    )

    new_rows: Mapped[int] = mapped_column(default=0, server_default="0", comment="新增")
    changed_rows: Mapped[int] = mapped_column(default=0, server_default="0", comment="更新")
    unchanged_rows: Mapped[int] = mapped_column(default=0, server_default="0", comment="无变化")
    faulty_rows: Mapped[int] = mapped_column(default=0, server_default="0", comment="错误")
    gap_rows: Mapped[int] = mapped_column(default=0, server_default="0", comment="待补")
    warned_rows: Mapped[int] = mapped_column(default=0, server_default="0", comment="有提示")
    # note text → count, for the summary: only messages without personal data come here.
    summary: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    kept_rows: Mapped[int] = mapped_column(default=0, server_default="0", comment="撤销时保留")

    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    asked_by_name: Mapped[str] = mapped_column(Text, default="", server_default="", comment="导入人")
    checked_at: Mapped[datetime | None] = mapped_column(comment="预检时间")
    written_at: Mapped[datetime | None] = mapped_column(comment="写入时间")
    written_by_name: Mapped[str] = mapped_column(Text, default="", server_default="", comment="写入人")
    undone_at: Mapped[datetime | None] = mapped_column(comment="撤销时间")
    undone_by_name: Mapped[str] = mapped_column(Text, default="", server_default="", comment="撤销人")

    rows: Mapped[list["ImportRow"]] = relationship(back_populates="batch", passive_deletes=True)

    @property
    def judged_rows(self) -> int:
        """How many rows of the workbook were judged."""
        return self.new_rows + self.changed_rows + self.unchanged_rows + self.faulty_rows

    @property
    def rows_to_write(self) -> int:
        """How many rows confirming would write (or has written)."""
        return self.new_rows + self.changed_rows


class ImportRow(CourtScoped, Base):
    """What was judged about one row of the workbook and, once written, what was done with it."""

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_verdict", "batch_id", "verdict", "row_no"),
        CheckConstraint("row_no > 0", name="row_no_positive"),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True, comment="行号（Excel 中所见）")
    verdict: Mapped[Verdict] = enum_column(Verdict, comment="判定")
    label: Mapped[str] = mapped_column(Text, default="", server_default="")
    # Kinds of remarks (fault, warning, gap) and the fields they are about (@phone), for filters without decrypting.
    marks: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    # [[field, level, message]]: messages quote cells, hence encrypted.
    notes: Mapped[str | None] = mapped_column(Encrypted("import_row.notes"))
    target_id: Mapped[int | None] = mapped_column(BigInteger, comment="写入的记录")
    trace: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    before: Mapped[str | None] = mapped_column(Encrypted("import_row.before"))
    kept_because: Mapped[str] = mapped_column(Text, default="", server_default="", comment="撤销时保留的原因")

    batch: Mapped[ImportBatch] = relationship(back_populates="rows")


class RememberedMapping(CourtScoped, Recorded, Base):
    """How a court mapped the columns of a kind of workbook the last time, by the look of its headings."""

    __tablename__ = "remembered_mapping"
    __table_args__ = (UniqueConstraint("court_id", "subject", "signature"),)

    id: Mapped[pk]
    subject: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(Text)
    # As reading.mapping.remember makes it: [heading, which one of that name, field or None] per column.
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class RememberedWord(CourtScoped, Recorded, Base):
    """What a word of a court's ledgers means (调撤 → 和解撤回), as one of its people explained it."""

    __tablename__ = "remembered_word"
    __table_args__ = (UniqueConstraint("court_id", "subject", "field", "word"),)

    id: Mapped[pk]
    subject: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    word: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
