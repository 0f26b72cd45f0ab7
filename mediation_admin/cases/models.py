"""Tables of a case: the case, its parties and agents, and the events of its life."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Numeric, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mediation_admin.audit.recording import Audited
from mediation_admin.cases.enums import (
    AgentKind,
    Authority,
    CaseCategory,
    CaseKind,
    CaseSource,
    CaseState,
    EndReason,
    IdKind,
    PartyRole,
    PartyType,
    PhoneState,
    Result,
)
from mediation_admin.core.crypto import Encrypted, index_of
from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.core.scope import CourtScoped


class Case(CourtScoped, Recorded, Audited, Base):
    """One dispute in mediation at one court."""

    __tablename__ = "mediation_case"
    __table_args__ = (
        CheckConstraint("(state in ('closed', 'terminated')) = (ended_on is not null)", name="ended_has_date"),
        CheckConstraint("(state in ('closed', 'terminated')) = (result is not null)", name="ended_has_result"),
        CheckConstraint("state <> 'closed' or result in ('agreement', 'settled_withdrawn')", name="closed_is_success"),
        CheckConstraint("state <> 'terminated' or result in ('failed', 'procedural')", name="terminated_is_failure"),
        CheckConstraint(
            "state not in ('to_accept', 'closing') or mediator_id is not null or organisation_id is not null "
            "or kind = 'internet'",
            name="assigned_has_mediator",
        ),
        CheckConstraint(
            "state not in ('draft', 'to_assign', 'returned') or mediator_id is null", name="unassigned_has_no_mediator"
        ),
        CheckConstraint("accepted_on is null or accepted_on >= registered_on", name="accepted_after_registered"),
        CheckConstraint(
            "ended_on is null or ended_on >= coalesce(accepted_on, registered_on)", name="ended_after_start"
        ),
        CheckConstraint("amount is null or amount >= 0", name="amount_positive"),
        CheckConstraint("not suspended or state = 'mediating'", name="suspended_while_mediating"),
        CheckConstraint("not chosen_by_party or kind = 'internet'", name="party_chooses_on_the_internet"),
        CheckConstraint("extended_days between 0 and 30", name="extension_cap"),
        CheckConstraint("state = 'draft' or case_no is not null", name="submitted_has_number"),
        Index("uq_mediation_case_case_no", "case_no", unique=True),
        # The list pages: newest first, per court, per kind, per state; id breaks ties so that pages go by key.
        Index(
            "ix_mediation_case_list", "court_id", "kind", "registered_on", "id", postgresql_where="deleted_at is null"
        ),
        Index(
            "ix_mediation_case_state",
            "court_id",
            "state",
            "registered_on",
            "id",
            postgresql_where="deleted_at is null",
        ),
        Index(
            "ix_mediation_case_due",
            "court_id",
            "due_on",
            "id",
            postgresql_include=["state"],
            postgresql_where="deleted_at is null and state in ('to_accept','mediating','closing')",
        ),
        Index(
            "ix_mediation_case_mediator",
            "mediator_id",
            "court_id",
            "state",
            postgresql_where="mediator_id is not null",
        ),
        Index(
            "ix_mediation_case_organisation",
            "organisation_id",
            "court_id",
            "state",
            postgresql_where="organisation_id is not null",
        ),
        # The state goes along, so that a count reads the index alone.
        Index(
            "ix_mediation_case_newest",
            "court_id",
            "registered_on",
            "id",
            postgresql_include=["state"],
            postgresql_where="deleted_at is null",
        ),
        Index(
            "ix_mediation_case_ended",
            "court_id",
            "ended_on",
            "id",
            postgresql_include=["state"],
            postgresql_where="deleted_at is null and ended_on is not null",
        ),
        # Few of many: what still lacks something is found without reading the rest.
        Index(
            "ix_mediation_case_gaps",
            "court_id",
            "registered_on",
            "id",
            postgresql_where="deleted_at is null and cardinality(gaps) > 0",
        ),
        Index("ix_mediation_case_inner_case_no", "inner_case_no", postgresql_where="inner_case_no is not null"),
        Index("ix_mediation_case_serial", "court_id", "case_serial", "case_year"),
        Index("ix_mediation_case_search", "search_terms", postgresql_using="gin"),
        Index("ix_mediation_case_batch", "batch_id", postgresql_where="batch_id is not null"),
    )
    audit_name = "案件"

    id: Mapped[pk]
    # Without an index of its own: seven others begin with it, and the planner would combine it with the better ones.
    court_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("court.id"))
    # 诉前调解案号 is ours, 案号 is the inner network's and may be empty.
    case_no: Mapped[str | None] = mapped_column(Text, comment="诉前调解案号")
    case_year: Mapped[int | None]
    case_type: Mapped[str | None] = mapped_column(Text)
    case_serial: Mapped[int | None]
    inner_case_no: Mapped[str | None] = mapped_column(Text, comment="案号")
    kind: Mapped[CaseKind] = enum_column(CaseKind, default=CaseKind.PRE_FILING, comment="案件类型")
    category: Mapped[CaseCategory] = enum_column(CaseCategory, default=CaseCategory.CIVIL, comment="案件类别")
    source: Mapped[CaseSource] = enum_column(CaseSource, default=CaseSource.COURT, comment="来源")
    cause_code: Mapped[str | None] = mapped_column(Text, comment="案由（代码）")
    cause_text: Mapped[str] = mapped_column(Text, default="", server_default="", comment="案由")
    dispute_type_code: Mapped[str | None] = mapped_column(Text, comment="纠纷类型（代码）")

    state: Mapped[CaseState] = enum_column(CaseState, default=CaseState.DRAFT, comment="案件状态")
    chosen_by_party: Mapped[bool] = mapped_column(default=False, server_default="false", comment="当事人自行选定调解员")
    suspended: Mapped[bool] = mapped_column(default=False, server_default="false", comment="中止（疑似虚假调解）")
    result: Mapped[Result | None] = enum_column(Result, comment="调解结果")
    end_reason: Mapped[EndReason | None] = enum_column(EndReason, comment="终止原因")
    signed_all: Mapped[bool | None] = mapped_column(comment="全部签字")

    simplified: Mapped[bool] = mapped_column(
        default=False, server_default="false", comment="适用简易程序（立案后调解 7 天）"
    )
    registered_on: Mapped[date] = mapped_column(comment="登记日期")
    assigned_on: Mapped[date | None] = mapped_column(comment="指派日期")
    response_due_on: Mapped[date | None] = mapped_column(comment="受理期限（三个工作日）")
    accepted_on: Mapped[date | None] = mapped_column(comment="受理日期")
    due_on: Mapped[date | None] = mapped_column(comment="调解期限")
    due_provisional: Mapped[bool] = mapped_column(
        default=False, server_default="false", comment="期限落在未公布放假安排的年份，暂按双休计算"
    )
    extended_days: Mapped[int] = mapped_column(default=0, server_default="0", comment="延长天数")
    close_requested_on: Mapped[date | None] = mapped_column(comment="申请结案日期")
    ended_on: Mapped[date | None] = mapped_column(comment="结束日期")

    amount: Mapped[Decimal | None] = mapped_column(Numeric(16, 2), comment="标的额（元）")
    claim: Mapped[str] = mapped_column(Text, default="", server_default="", comment="请求事项")
    facts: Mapped[str] = mapped_column(Text, default="", server_default="", comment="纠纷概况")
    plan: Mapped[str] = mapped_column(Text, default="", server_default="", comment="调解方案")
    remark: Mapped[str] = mapped_column(Text, default="", server_default="", comment="备注")
    ministry_code: Mapped[str | None] = mapped_column(Text, comment="部委（代码），空为否")

    mediator_id: Mapped[int | None] = mapped_column(ForeignKey("mediator.id"), comment="调解员")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), comment="调解组织")

    # Names are repeated here so that a list page is one statement over one table.
    applicants: Mapped[str] = mapped_column(Text, default="", server_default="", comment="申请人")
    respondents: Mapped[str] = mapped_column(Text, default="", server_default="", comment="被申请人")
    search_terms: Mapped[list[str]] = mapped_column(
        ARRAY(Text),
        default=list,
        server_default="{}",
        comment="court id and two-character pieces of the parties' names",
    )
    missing_phones: Mapped[int] = mapped_column(default=0, server_default="0", comment="手机号待补人数")
    gaps: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}", comment="待补事项")

    backfilled: Mapped[bool] = mapped_column(default=False, server_default="false", comment="补录")
    batch_id: Mapped[int | None] = mapped_column(comment="补录批次")
    deleted_at: Mapped[datetime | None] = mapped_column(comment="删除时间")
    deleted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(default=1)

    parties: Mapped[list["Party"]] = relationship(
        back_populates="case", order_by="(Party.role, Party.position)", cascade="all, delete-orphan"
    )
    events: Mapped[list["CaseEvent"]] = relationship(back_populates="case", order_by="CaseEvent.id.desc()")

    __mapper_args__ = {"version_id_col": version}


class Party(CourtScoped, Recorded, Audited, Base):
    """One party of a case."""

    __tablename__ = "party"
    __table_args__ = (
        Index("uq_party_case_id_role_position", "case_id", "role", "position", unique=True),
        CheckConstraint("(phone is null) = (phone_state = 'missing')", name="phone_state_fits"),
    )
    audit_name = "当事人"
    audit_secret = frozenset({"address"})

    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("mediation_case.id", ondelete="CASCADE"))
    role: Mapped[PartyRole] = enum_column(PartyRole, comment="诉讼地位")
    position: Mapped[int] = mapped_column(default=0)
    type: Mapped[PartyType] = enum_column(PartyType, default=PartyType.NATURAL, comment="类型")
    name: Mapped[str] = mapped_column(Text, comment="姓名/名称")
    phone: Mapped[str | None] = mapped_column(Encrypted("party.phone"), comment="手机号")
    phone_state: Mapped[PhoneState] = enum_column(PhoneState, default=PhoneState.MISSING, comment="手机号状态")
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, info=index_of("phone", "phone"))
    phone_tail_index: Mapped[bytes | None] = mapped_column(
        LargeBinary, index=True, info=index_of("phone-tail", "phone", tail=4)
    )
    id_kind: Mapped[IdKind | None] = enum_column(IdKind, comment="证件类型")
    id_number: Mapped[str | None] = mapped_column(Encrypted("party.id_number"), comment="证件号码")
    id_number_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, info=index_of("id", "id_number"))
    id_number_tail_index: Mapped[bytes | None] = mapped_column(
        LargeBinary, index=True, info=index_of("id-tail", "id_number", tail=4)
    )
    sex: Mapped[str | None] = mapped_column(Text, comment="性别")
    birth_date: Mapped[date | None] = mapped_column(comment="出生日期")
    nation: Mapped[str] = mapped_column(Text, default="", server_default="", comment="民族")
    division_code: Mapped[str | None] = mapped_column(Text, comment="地区（代码）")
    address: Mapped[str | None] = mapped_column(Encrypted("party.address"), comment="详细地址")
    email: Mapped[str | None] = mapped_column(Encrypted("party.email"), comment="电子邮箱")
    service_consent: Mapped[bool] = mapped_column(default=False, server_default="false", comment="同意电子送达")
    representative: Mapped[str] = mapped_column(Text, default="", server_default="", comment="法定代表人或负责人")

    case: Mapped[Case] = relationship(back_populates="parties")
    agents: Mapped[list["Agent"]] = relationship(back_populates="party", cascade="all, delete-orphan")


class Agent(CourtScoped, Recorded, Audited, Base):
    """Someone who acts for a party."""

    __tablename__ = "agent"
    audit_name = "代理人"

    id: Mapped[pk]
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Text, comment="姓名")
    kind: Mapped[AgentKind] = enum_column(AgentKind, comment="代理人类型")
    authority: Mapped[Authority] = enum_column(Authority, default=Authority.GENERAL, comment="授权")
    phone: Mapped[str | None] = mapped_column(Encrypted("agent.phone"), comment="手机号")
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, info=index_of("phone", "phone"))
    id_number: Mapped[str | None] = mapped_column(Encrypted("agent.id_number"), comment="证件号码")
    id_number_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True, info=index_of("id", "id_number"))
    firm: Mapped[str] = mapped_column(Text, default="", server_default="", comment="律所")
    licence_no: Mapped[str] = mapped_column(Text, default="", server_default="", comment="执业证号")
    relation: Mapped[str] = mapped_column(Text, default="", server_default="", comment="与当事人关系")

    party: Mapped[Party] = relationship(back_populates="agents")


class CaseEvent(CourtScoped, Base):
    """One thing in the life of a case, as its timeline shows it. Only added, never changed."""

    __tablename__ = "case_event"
    __table_args__ = (Index("ix_case_event_case_id_id", "case_id", "id"),)

    id: Mapped[pk]
    case_id: Mapped[int] = mapped_column(ForeignKey("mediation_case.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    # A ledger knows the day of a past event, not the hour: then the timeline shows the day alone.
    happened_on: Mapped[date | None]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(Text)
    on_behalf_of: Mapped[str] = mapped_column(Text, default="", server_default="")
    move: Mapped[str] = mapped_column(Text, comment="name of the move, or of the other thing that happened")
    from_state: Mapped[str | None] = mapped_column(Text)
    to_state: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text, default="", server_default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")

    case: Mapped[Case] = relationship(back_populates="events")
