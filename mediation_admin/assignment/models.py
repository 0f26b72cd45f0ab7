"""The assignment: granted, ended, never edited; one active row per case."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mediation_admin.assignment.enums import AssignmentEnd
from mediation_admin.audit.recording import Audited
from mediation_admin.cases.models import Case
from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.core.scope import CourtScoped
from mediation_admin.rosters.models import Mediator, Organisation


class Assignment(CourtScoped, Recorded, Audited, Base):
    """One case entrusted to one mediator or organisation, with the reason and the ranking it was chosen from."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index("uq_assignment_active", "case_id", unique=True, postgresql_where="ended_at is null"),
        Index("ix_assignment_mediator", "mediator_id", "assigned_on"),
        Index("ix_assignment_organisation", "organisation_id", "assigned_on"),
        Index("ix_assignment_case", "case_id", "id"),
        Index("ix_assignment_bulk", "bulk_job_id", postgresql_where="bulk_job_id is not null"),
        CheckConstraint("mediator_id is not null or organisation_id is not null", name="names_someone"),
        CheckConstraint("(ended_at is null) = (end_kind is null)", name="end_is_whole"),
    )
    audit_name = "指派"
    # Long, and kept with the row itself, which is never edited.
    audit_secret = frozenset({"ranking"})

    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("mediation_case.id", ondelete="CASCADE"))
    mediator_id: Mapped[int | None] = mapped_column(ForeignKey("mediator.id"), comment="调解员")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), comment="调解组织")
    organisation_stays: Mapped[bool] = mapped_column(
        default=False, server_default="false", comment="委派组织先于本次指派，指派结束后仍留在案件上"
    )
    assigned_at: Mapped[datetime] = mapped_column(server_default=func.now(), comment="指派时间")
    assigned_on: Mapped[date] = mapped_column(comment="指派日期")
    assigned_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(Text, comment="指派理由")
    # The ranking the choice was made from: points per factor, the excluded with their rules (product.md 1).
    ranking: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    response_due_on: Mapped[date | None] = mapped_column(comment="受理期限")
    accepted_on: Mapped[date | None] = mapped_column(comment="受理日期")
    ended_at: Mapped[datetime | None] = mapped_column(comment="结束时间")
    end_kind: Mapped[AssignmentEnd | None] = enum_column(AssignmentEnd, comment="结束方式")
    end_reason: Mapped[str] = mapped_column(Text, default="", server_default="", comment="结束理由")
    bulk_job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), comment="批量指派任务")

    case: Mapped[Case] = relationship()
    mediator: Mapped[Mediator | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
