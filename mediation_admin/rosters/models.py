"""Mediators, organisations, who belongs to which, and the listings that make them eligible at a court.

A mediator is one row on the whole platform (the phone is unique, R02); each court that invited the mediator has a
listing of its own. Listings are granted and revoked, never edited away.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mediation_admin.audit.recording import Audited
from mediation_admin.core.crypto import Encrypted, index_of
from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.core.scope import CourtScoped, fence
from mediation_admin.rosters.enums import Certification, OrganisationKind, Roster, Sanction, Sex, Standing


class Mediator(Recorded, Audited, Base):
    """A person who mediates."""

    __tablename__ = "mediator"
    __table_args__ = (
        Index("ix_mediator_pinyin", "pinyin", postgresql_ops={"pinyin": "text_pattern_ops"}),
        Index("ix_mediator_initials", "initials", postgresql_ops={"initials": "text_pattern_ops"}),
        Index("ix_mediator_name", "name", postgresql_ops={"name": "text_pattern_ops"}),
        Index("uq_mediator_phone_index", "phone_index", unique=True),
        CheckConstraint("birth_month ~ '^[0-9]{4}(-(0[1-9]|1[0-2]))?$'", name="birth_month_form"),
    )
    audit_name = "调解员"

    id: Mapped[pk]
    name: Mapped[str] = mapped_column(Text, comment="姓名")
    pinyin: Mapped[str] = mapped_column(Text, default="", comment="拼音")
    initials: Mapped[str] = mapped_column(Text, default="", comment="拼音首字母")
    sex: Mapped[Sex | None] = enum_column(Sex, comment="性别")
    birth_month: Mapped[str | None] = mapped_column(Text, comment="出生年月")
    phone: Mapped[str | None] = mapped_column(Encrypted("mediator.phone"), comment="手机号码")
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, info=index_of("phone", "phone"))
    phone_tail_index: Mapped[bytes | None] = mapped_column(
        LargeBinary, index=True, info=index_of("phone-tail", "phone", tail=4)
    )
    id_number: Mapped[str | None] = mapped_column(Encrypted("mediator.id_number"), comment="证件号码")
    id_number_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, info=index_of("id", "id_number"))
    identities: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}", comment="调解员身份")
    nation: Mapped[str] = mapped_column(Text, default="", server_default="", comment="民族")
    political_status: Mapped[str] = mapped_column(Text, default="", server_default="", comment="政治面貌")
    # None while nobody has said; 在线调解规则 §5 makes it optional.
    full_time: Mapped[bool | None] = mapped_column(comment="专职")
    work_unit: Mapped[str] = mapped_column(Text, default="", server_default="", comment="工作单位及职务")
    education: Mapped[str] = mapped_column(Text, default="", server_default="", comment="学历")
    specialities: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list, server_default="{}", comment="擅长的纠纷类型（代码）"
    )
    speciality_text: Mapped[str] = mapped_column(Text, default="", server_default="", comment="擅长领域（原文）")
    charges_fee: Mapped[bool] = mapped_column(default=False, server_default="false", comment="是否收费")
    accepts: Mapped[str] = mapped_column(Text, default="", server_default="", comment="受理纠纷范围")
    study: Mapped[str] = mapped_column(Text, default="", server_default="", comment="学习经历")
    career: Mapped[str] = mapped_column(Text, default="", server_default="", comment="工作经历")
    expertise: Mapped[str] = mapped_column(Text, default="", server_default="", comment="专业特长")
    qualifications: Mapped[str] = mapped_column(Text, default="", server_default="", comment="资格认证")
    training: Mapped[str] = mapped_column(Text, default="", server_default="", comment="培训情况")
    remark: Mapped[str] = mapped_column(Text, default="", server_default="", comment="备注")
    home_court_id: Mapped[int] = mapped_column(ForeignKey("court.id"), comment="首次录入的法院")
    version: Mapped[int] = mapped_column(default=1)

    listings: Mapped[list["MediatorListing"]] = relationship(back_populates="mediator")
    memberships: Mapped[list["Membership"]] = relationship(back_populates="mediator")

    __mapper_args__ = {"version_id_col": version}


class Organisation(Recorded, Audited, Base):
    """A mediation organisation."""

    __tablename__ = "organisation"
    __table_args__ = (
        Index("uq_organisation_home_court_id_name", "home_court_id", "name", unique=True),
        Index("ix_organisation_pinyin", "pinyin", postgresql_ops={"pinyin": "text_pattern_ops"}),
        Index("ix_organisation_initials", "initials", postgresql_ops={"initials": "text_pattern_ops"}),
    )
    audit_name = "调解组织"

    id: Mapped[pk]
    name: Mapped[str] = mapped_column(Text, comment="名称")
    pinyin: Mapped[str] = mapped_column(Text, default="", comment="拼音")
    initials: Mapped[str] = mapped_column(Text, default="", comment="拼音首字母")
    kind: Mapped[OrganisationKind] = enum_column(OrganisationKind, default=OrganisationKind.PEOPLES, comment="组织类型")
    ministry_code: Mapped[str | None] = mapped_column(Text, comment="所属部委（代码）")
    level: Mapped[str] = mapped_column(Text, default="", server_default="", comment="级别")
    superior: Mapped[str] = mapped_column(Text, default="", server_default="", comment="上级单位")
    head_name: Mapped[str] = mapped_column(Text, default="", server_default="", comment="负责人")
    contact_name: Mapped[str] = mapped_column(Text, default="", server_default="", comment="管理员姓名")
    contact_phone: Mapped[str | None] = mapped_column(Encrypted("organisation.contact_phone"), comment="管理员手机")
    contact_phone_index: Mapped[bytes | None] = mapped_column(
        LargeBinary, index=True, info=index_of("phone", "contact_phone")
    )
    # "name phone" a line; further people of the organisation who may be called.
    contacts: Mapped[str | None] = mapped_column(Encrypted("organisation.contacts"), comment="联络人")
    division_code: Mapped[str | None] = mapped_column(Text, comment="地区（代码）")
    address: Mapped[str] = mapped_column(Text, default="", server_default="", comment="地址")
    joined_on: Mapped[date | None] = mapped_column(comment="接入时间")
    duties: Mapped[str] = mapped_column(Text, default="", server_default="", comment="主要职责")
    specialities: Mapped[list[str]] = mapped_column(
        ARRAY(Text), default=list, server_default="{}", comment="专业领域（纠纷类型代码）"
    )
    accepts: Mapped[str] = mapped_column(Text, default="", server_default="", comment="受理纠纷范围")
    charges_fee: Mapped[bool] = mapped_column(default=False, server_default="false", comment="是否收费")
    remark: Mapped[str] = mapped_column(Text, default="", server_default="", comment="备注")
    home_court_id: Mapped[int] = mapped_column(ForeignKey("court.id"), comment="首次录入的法院")
    version: Mapped[int] = mapped_column(default=1)

    listings: Mapped[list["OrganisationListing"]] = relationship(back_populates="organisation")
    memberships: Mapped[list["Membership"]] = relationship(back_populates="organisation")

    __mapper_args__ = {"version_id_col": version}


class _Listing(CourtScoped, Recorded):
    """What both kinds of listing say."""

    certification: Mapped[Certification] = enum_column(
        Certification, default=Certification.CERTIFIED, comment="认证状态"
    )
    standing: Mapped[Standing] = enum_column(Standing, default=Standing.ACTIVE, comment="名册状态")
    term_start: Mapped[date | None] = mapped_column(comment="聘任日期")
    term_end: Mapped[date | None] = mapped_column(comment="聘期至")
    certificate_no: Mapped[str] = mapped_column(Text, default="", server_default="", comment="证书编号")
    sanction: Mapped[Sanction | None] = enum_column(Sanction, comment="处理（警告/通报/除名）")
    reason: Mapped[str] = mapped_column(Text, default="", server_default="", comment="理由")
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(comment="撤销时间")
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    batch_id: Mapped[int | None] = mapped_column(index=True, comment="导入批次")


class MediatorListing(_Listing, Audited, Base):
    """A mediator's place on one court's roster; one active row per court and mediator."""

    __tablename__ = "mediator_listing"
    __table_args__ = (
        Index(
            "uq_mediator_listing_active",
            "court_id",
            "mediator_id",
            unique=True,
            postgresql_where="revoked_at is null",
        ),
        CheckConstraint("term_end is null or term_start is null or term_end >= term_start", name="term_order"),
    )
    audit_name = "调解员在册"

    id: Mapped[pk]
    mediator_id: Mapped[int] = mapped_column(ForeignKey("mediator.id"), index=True)
    roster: Mapped[Roster] = enum_column(Roster, default=Roster.INVITED, comment="名册")
    max_open: Mapped[int | None] = mapped_column(comment="在手上限（件）")

    mediator: Mapped[Mediator] = relationship(back_populates="listings")


class OrganisationListing(_Listing, Audited, Base):
    """An organisation's place on one court's roster."""

    __tablename__ = "organisation_listing"
    __table_args__ = (
        Index(
            "uq_organisation_listing_active",
            "court_id",
            "organisation_id",
            unique=True,
            postgresql_where="revoked_at is null",
        ),
        CheckConstraint("term_end is null or term_start is null or term_end >= term_start", name="term_order"),
    )
    audit_name = "调解组织在册"

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)

    organisation: Mapped[Organisation] = relationship(back_populates="listings")


class Membership(Recorded, Base):
    """A mediator belongs to an organisation; ended, not deleted."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_active", "organisation_id", "mediator_id", unique=True, postgresql_where="ended_at is null"
        ),
    )

    id: Mapped[pk]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    mediator_id: Mapped[int] = mapped_column(ForeignKey("mediator.id"), index=True)
    ended_at: Mapped[datetime | None]
    batch_id: Mapped[int | None] = mapped_column(index=True)

    mediator: Mapped[Mediator] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship(back_populates="memberships")


# People and organisations have no court of their own: a court sees those it has (or had) listed.
fence(
    Mediator,
    lambda court_ids: Mediator.id.in_(
        select(MediatorListing.mediator_id).where(MediatorListing.court_id.in_(court_ids))
    ),
)
fence(
    Organisation,
    lambda court_ids: Organisation.id.in_(
        select(OrganisationListing.organisation_id).where(OrganisationListing.court_id.in_(court_ids))
    ),
)
fence(
    Membership,
    lambda court_ids: Membership.organisation_id.in_(
        select(OrganisationListing.organisation_id).where(OrganisationListing.court_id.in_(court_ids))
    ),
)
