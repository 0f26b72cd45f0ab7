"""The table of background work: one row, one request, and where it stands."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, or_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.core.scope import fence


class JobStatus(LabelledEnum):
    """Where a piece of background work stands."""

    WAITING = "waiting", "排队中", "mute"
    RUNNING = "running", "进行中", "info"
    READY = "ready", "已完成", "good"
    FAILED = "failed", "失败", "bad"
    CANCELLED = "cancelled", "已取消", "mute"
    EXPIRED = "expired", "已失效", "mute"


UNFINISHED = (JobStatus.WAITING, JobStatus.RUNNING)


class Job(Recorded, Base):
    """One request for background work and what became of it."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_unfinished", "status", "lease_until", postgresql_where="status in ('waiting','running')"),
        Index("uq_job_once_key", "once_key", unique=True),
        Index("ix_job_requester", "requester_id", "id"),
    )

    id: Mapped[pk]
    kind: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    status: Mapped[JobStatus] = enum_column(JobStatus, default=JobStatus.WAITING)
    done: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    total: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[str] = mapped_column(Text, default="", server_default="")
    result: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    requester_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(Text, default="")
    court_id: Mapped[int | None] = mapped_column(ForeignKey("court.id"), index=True)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    # The same key twice is the same request: a button pressed twice starts one job.
    once_key: Mapped[str | None] = mapped_column(Text)
    cancel_requested: Mapped[bool] = mapped_column(default=False, server_default="false")
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.status not in UNFINISHED

    @property
    def percent(self) -> int | None:
        """Progress 0–100, None while the whole is unknown."""
        if self.status is JobStatus.READY:
            return 100
        return None if not self.total else min(100, int(self.done * 100 / self.total))


fence(Job, lambda court_ids: or_(Job.court_id.in_(court_ids), Job.court_id.is_(None)))
