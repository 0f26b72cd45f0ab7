"""Courts with their settings, and the counters that number their cases."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mediation_admin.audit.recording import Audited
from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.core.scope import CourtScoped
from mediation_admin.courts.enums import CourtKind, CourtLevel, SuccessRateDenominator
from mediation_admin.reference.case_numbers import PROVINCES
from mediation_admin.reference.models import Sourced

POST_FILING_SINCE = date(2025, 1, 1)


class Court(Sourced, Recorded, Audited, Base):
    """A court. Its code (代字) is stored, never computed: a merged district's court keeps the code it had."""

    __tablename__ = "court"
    __table_args__ = (
        UniqueConstraint("code"),
        Index("ix_court_parent_id", "parent_id"),
        Index("ix_court_division_code", "division_code"),
        CheckConstraint(
            f"code ~ '^(最高法|[{PROVINCES}]([0-9]{{2}}|[0-9]{{4}})?)$'",
            name="code_form",
        ),
        CheckConstraint("parent_id <> id", name="parent_is_another"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="valid_period"),
    )
    audit_name = "法院"

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(Text, comment="法院代字")
    name: Mapped[str] = mapped_column(Text, comment="全称")
    short_name: Mapped[str] = mapped_column(Text, comment="简称")
    pinyin: Mapped[str] = mapped_column(Text, default="", comment="全称拼音")
    initials: Mapped[str] = mapped_column(Text, default="", comment="全称拼音首字母")
    short_initials: Mapped[str] = mapped_column(Text, default="", comment="简称拼音首字母")
    level: Mapped[CourtLevel] = enum_column(CourtLevel, comment="审级")
    kind: Mapped[CourtKind] = enum_column(CourtKind, default=CourtKind.ORDINARY, comment="类别")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("court.id"), comment="上级法院")
    division_code: Mapped[str | None] = mapped_column(Text, comment="所在地区划代码")
    province: Mapped[str] = mapped_column(Text, default="", comment="省份")

    regime_changes_on: Mapped[date] = mapped_column(
        default=POST_FILING_SINCE, server_default="2025-01-01", comment="自该日起先立案后调解"
    )
    refuse_assignment_without_phone: Mapped[bool] = mapped_column(
        default=False, server_default="false", comment="当事人手机号为空时拒绝指派（R01）"
    )
    success_rate_denominator: Mapped[SuccessRateDenominator] = enum_column(
        SuccessRateDenominator,
        default=SuccessRateDenominator.CLOSED,
        server_default=SuccessRateDenominator.CLOSED.value,
        comment="成功率分母",
    )

    parent: Mapped["Court | None"] = relationship(remote_side="Court.id")

    def __str__(self) -> str:
        return self.name


class CaseNumberCounter(CourtScoped, Base):
    """The last number a court gave in one type and year; the row is locked while a number is taken, so none is lost."""

    __tablename__ = "case_number_counter"
    __table_args__ = (
        UniqueConstraint("court_id", "type_code", "year"),
        CheckConstraint("last_number >= 0", name="last_number_positive"),
    )

    id: Mapped[pk]
    type_code: Mapped[str] = mapped_column(Text, comment="类型代字")
    year: Mapped[int] = mapped_column(SmallInteger, comment="年度")
    last_number: Mapped[int] = mapped_column(comment="已用到的号数")
