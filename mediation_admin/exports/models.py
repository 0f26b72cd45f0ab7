"""The request row of an export: what was asked, by whom, under which conditions, and the file that came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, Text, or_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.core.jobs import Job
from mediation_admin.core.scope import fence
from mediation_admin.exports.enums import ExportFormat


class ExportRequest(Recorded, Base):
    """One file asked for. Its progress is the job's; the file is whole under ``stored_name`` or absent."""

    __tablename__ = "export_request"
    __table_args__ = (
        Index("ix_export_request_requester", "requester_id", "id"),
        CheckConstraint("NOT unmasked OR approval_id IS NOT NULL", name="unmasked_is_approved"),
    )

    id: Mapped[pk]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), unique=True)
    requester_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    court_id: Mapped[int | None] = mapped_column(ForeignKey("court.id"), index=True)
    source: Mapped[str] = mapped_column(Text, comment="list:<code> or report:<code>")
    title: Mapped[str] = mapped_column(Text)
    params: Mapped[list[Any]] = mapped_column(JSONB, default=list, comment="(name, value) pairs of the conditions")
    conditions: Mapped[str] = mapped_column(Text, default="", comment="the conditions in words, as the watermark says")
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    format: Mapped[ExportFormat] = enum_column(ExportFormat, default=ExportFormat.XLSX)
    mask_names: Mapped[bool] = mapped_column(default=False, server_default="false", comment="names of parties masked")
    unmasked: Mapped[bool] = mapped_column(default=False, server_default="false", comment="含完整手机号、证件号")
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"), index=True)
    file_name: Mapped[str] = mapped_column(Text, comment="the name the person sees")
    stored_name: Mapped[str | None] = mapped_column(Text, comment="the server's own name in the exports folder")
    size: Mapped[int | None] = mapped_column(BigInteger)
    rows: Mapped[int | None] = mapped_column(BigInteger)
    expires_at: Mapped[datetime | None]
    downloads: Mapped[int] = mapped_column(default=0, server_default="0")

    job: Mapped[Job | None] = relationship()


fence(ExportRequest, lambda court_ids: or_(ExportRequest.court_id.in_(court_ids), ExportRequest.court_id.is_(None)))
