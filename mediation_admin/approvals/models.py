"""The one table of approvals: what is asked, why, by whom, and who decided."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, or_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mediation_admin.approvals.enums import ApprovalState
from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.core.scope import fence


class Approval(Recorded, Base):
    """One thing that takes two people. ``payload`` is what the kind needs to do it: ids, never personal data.

    ``about_id`` is the person it is about (who would get the role); neither he nor the asker can decide. ``key`` names
    the thing, so that it is asked once at a time.
    """

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="another_person_decides"),
        CheckConstraint("decided_by IS NULL OR decided_by IS DISTINCT FROM about_id", name="not_about_the_decider"),
        CheckConstraint("(state IN ('approved', 'refused')) = (decided_by IS NOT NULL)", name="decided_by_somebody"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_has_a_time"),
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("expires_at > asked_at", name="expires_after_asking"),
        Index("uq_approval_waiting", "key", unique=True, postgresql_where="state = 'waiting'"),
        Index("ix_approval_waiting", "kind", "court_id", postgresql_where="state = 'waiting'"),
        Index("ix_approval_asked_by", "asked_by", "id"),
        Index("ix_approval_court_id", "court_id"),
        Index("ix_approval_asked_court_id", "asked_court_id"),
    )

    id: Mapped[pk]
    kind: Mapped[str] = mapped_column(Text, comment="事项")
    key: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text, comment="申请内容")
    reason: Mapped[str] = mapped_column(Text, comment="理由")
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    court_id: Mapped[int | None] = mapped_column(ForeignKey("court.id"), comment="法院")
    about_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), comment="涉及人员")
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.id"), comment="申请人")
    asked_by_name: Mapped[str] = mapped_column(Text, comment="申请人")
    asked_court_id: Mapped[int | None] = mapped_column(ForeignKey("court.id"), comment="申请人的法院")
    asked_role: Mapped[str] = mapped_column(Text, comment="申请人角色")
    asked_at: Mapped[datetime] = mapped_column(comment="申请时间")
    expires_at: Mapped[datetime] = mapped_column(comment="有效至")
    state: Mapped[ApprovalState] = enum_column(ApprovalState, default=ApprovalState.WAITING, comment="状态")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), comment="审批人")
    decided_by_name: Mapped[str] = mapped_column(Text, default="", server_default="", comment="审批人")
    decided_at: Mapped[datetime | None] = mapped_column(comment="办结时间")
    note: Mapped[str] = mapped_column(Text, default="", server_default="", comment="审批意见")


# The court that decides sees it, and the court that asked (they differ when somebody is offered to another court).
fence(
    Approval,
    lambda court_ids: or_(Approval.court_id.in_(court_ids), Approval.asked_court_id.in_(court_ids)),
    platform=True,
)
