"""Tables of what the state publishes. Every row says where it comes from, since when it holds and whether it was checked."""

from datetime import date

from sqlalchemy import ARRAY, CheckConstraint, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.reference.enums import AliasKind, CaseNumberKind, DivisionLevel


class Sourced:
    """Where a row comes from, in which time it holds, and whether a person compared it with a publication."""

    source: Mapped[str] = mapped_column(Text, comment="来源")
    valid_from: Mapped[date | None] = mapped_column(comment="生效日期，空为不详")
    valid_to: Mapped[date | None] = mapped_column(comment="失效日期（含当日），空为现行")
    verified: Mapped[bool] = mapped_column(default=False, comment="已与公开文本核对")

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def _valid_period() -> CheckConstraint:
    return CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="valid_period")


class Division(Sourced, Base):
    """A province, prefecture, county or town under one name; a code that changed its name has one row per name."""

    __tablename__ = "division"
    __table_args__ = (
        UniqueConstraint("code", "name", "valid_from"),
        Index("uq_division_code_current", "code", unique=True, postgresql_where="valid_to IS NULL"),
        Index("ix_division_parent_code", "parent_code"),
        CheckConstraint("code ~ '^[0-9]{6}([0-9]{3})?$'", name="code_form"),
        _valid_period(),
    )

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(Text, comment="区划代码：六位（GB/T 2260），乡级九位")
    name: Mapped[str] = mapped_column(Text, comment="名称")
    parent_code: Mapped[str | None] = mapped_column(Text, comment="上级区划代码")
    level: Mapped[DivisionLevel] = enum_column(DivisionLevel, comment="级别")
    successor_code: Mapped[str | None] = mapped_column(Text, comment="并入或改为的区划代码")


class CauseOfAction(Sourced, Base):
    """One cause of the Supreme People's Court's regulation, of one edition."""

    __tablename__ = "cause_of_action"
    __table_args__ = (
        UniqueConstraint("edition", "code"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level_range"),
        _valid_period(),
    )

    id: Mapped[pk]
    edition: Mapped[str] = mapped_column(Text, comment="版本（年）")
    code: Mapped[str] = mapped_column(Text, comment="案由代码，如 108.3")
    name: Mapped[str] = mapped_column(Text, comment="案由")
    level: Mapped[int] = mapped_column(SmallInteger, comment="级别（1–4）")
    parent_code: Mapped[str | None] = mapped_column(Text, comment="上级案由代码")
    position: Mapped[int] = mapped_column(comment="规定中的次序")
    dispute_type_code: Mapped[str] = mapped_column(Text, comment="对应的纠纷类型")


class CauseAlias(Sourced, Base):
    """Another name of a cause: of an older edition, or as ledgers write it."""

    __tablename__ = "cause_alias"
    __table_args__ = (UniqueConstraint("alias"), _valid_period())

    id: Mapped[pk]
    alias: Mapped[str] = mapped_column(Text, comment="别名")
    cause_code: Mapped[str] = mapped_column(Text, comment="对应的案由代码")
    kind: Mapped[AliasKind] = enum_column(AliasKind, comment="别名来历")
    edition: Mapped[str | None] = mapped_column(Text, comment="别名出自哪一版案由规定")


class DisputeType(Sourced, Base):
    """The platform's coarse list of dispute types (纠纷类型), which is not the list of causes."""

    __tablename__ = "dispute_type"
    __table_args__ = (UniqueConstraint("code"), UniqueConstraint("name"), _valid_period())

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(Text, comment="代码")
    name: Mapped[str] = mapped_column(Text, comment="纠纷类型")
    other_names: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, comment="台账里的其他写法")
    position: Mapped[int] = mapped_column(comment="次序")


class CaseNumberType(Sourced, Base):
    """A type code (类型代字) of case numbers."""

    __tablename__ = "case_number_type"
    __table_args__ = (UniqueConstraint("code"), _valid_period())

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(Text, comment="类型代字")
    name: Mapped[str] = mapped_column(Text, comment="用途")
    kind: Mapped[CaseNumberKind] = enum_column(CaseNumberKind, comment="类别")
    note: Mapped[str] = mapped_column(Text, default="", comment="说明")


class Ministry(Sourced, Base):
    """A central body that takes part in 总对总 mediation."""

    __tablename__ = "ministry"
    __table_args__ = (UniqueConstraint("code"), _valid_period())

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(Text, comment="代码")
    name: Mapped[str] = mapped_column(Text, comment="全称")
    short_name: Mapped[str] = mapped_column(Text, comment="简称")
    other_names: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, comment="台账里的其他写法")
    partner: Mapped[bool] = mapped_column(default=True, comment="有调解组织接入平台")
    successor_code: Mapped[str | None] = mapped_column(Text, comment="职责由谁承接")
    position: Mapped[int] = mapped_column(comment="次序")


class CalendarDay(Base):
    """A day that is not what its weekday says: a holiday on a weekday, or a working day at a weekend."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True, comment="日期")
    is_workday: Mapped[bool] = mapped_column(comment="是否工作日")
    name: Mapped[str] = mapped_column(Text, comment="节日或调休")
    published: Mapped[bool] = mapped_column(default=True, comment="国务院办公厅已公布")
    source: Mapped[str] = mapped_column(Text, comment="来源")


class ReferenceVersion(Recorded, Base):
    """Which version of its data files a table holds, so that a second load does nothing."""

    __tablename__ = "reference_version"

    table: Mapped[str] = mapped_column(Text, primary_key=True, comment="表")
    digest: Mapped[str] = mapped_column(Text, comment="数据文件的 SHA-256")
    rows: Mapped[int] = mapped_column(comment="行数")
