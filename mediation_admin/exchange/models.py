"""The ledger and what happened to each of its rows. No personal data: a reference, never a payload."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.core.scope import fence
from mediation_admin.courts.models import Court
from mediation_admin.exchange.enums import Direction, HandOffKind, HandOffState, HandOffStep, TargetSystem


class HandOff(Recorded, Base):
    """One thing handed to another system, or come from one.

    Its court sees it; so does whoever works for the platform, who learns nothing of the case but its number.
    """

    __tablename__ = "hand_off"
    __table_args__ = (
        Index("uq_hand_off_idempotency_key", "idempotency_key", unique=True),
        Index("ix_hand_off_court_id_id", "court_id", "id"),
        Index("ix_hand_off_case_id", "case_id", postgresql_where="case_id is not null"),
        # The sweep looks for what is due, the screens for what needs help: few of many.
        Index("ix_hand_off_due", "next_try_at", postgresql_where="state in ('waiting','failed')"),
        Index("ix_hand_off_open", "state", "id", postgresql_where="state in ('waiting','sending','failed','stuck')"),
        CheckConstraint("reference <> ''", name="reference_given"),
        CheckConstraint("tries >= 0 and failures >= 0 and failures <= tries", name="failures_are_tries"),
        CheckConstraint("(state = 'sending') = (lease_until is not null)", name="sending_has_a_lease"),
        CheckConstraint("(state in ('waiting', 'failed')) = (next_try_at is not null)", name="open_has_next_try"),
    )

    id: Mapped[pk]
    court_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("court.id"), comment="法院")
    kind: Mapped[HandOffKind] = enum_column(HandOffKind, comment="移送事项")
    direction: Mapped[Direction] = enum_column(Direction, comment="方向")
    target: Mapped[TargetSystem] = enum_column(TargetSystem, comment="对方系统")
    target_name: Mapped[str] = mapped_column(Text, default="", server_default="", comment="对方名称")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("mediation_case.id", ondelete="SET NULL"), comment="案件")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), comment="调解组织")
    reference: Mapped[str] = mapped_column(Text, comment="案号或组织名称")
    payload_ref: Mapped[str] = mapped_column(
        Text, default="", server_default="", comment="where the sender finds what to send, e.g. filing:12"
    )
    idempotency_key: Mapped[str] = mapped_column(Text, comment="the other end takes the same key once")
    state: Mapped[HandOffState] = enum_column(HandOffState, default=HandOffState.WAITING, comment="状态")
    tries: Mapped[int] = mapped_column(default=0, server_default="0", comment="发送次数")
    failures: Mapped[int] = mapped_column(default=0, server_default="0", comment="连续失败次数")
    last_tried_at: Mapped[datetime | None] = mapped_column(comment="最近发送")
    next_try_at: Mapped[datetime | None] = mapped_column(comment="下次发送")
    lease_until: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None] = mapped_column(comment="对方接收时间")
    answered_at: Mapped[datetime | None] = mapped_column(comment="回复时间")
    external_no: Mapped[str] = mapped_column(Text, default="", server_default="", comment="对方编号")
    reply: Mapped[str] = mapped_column(Text, default="", server_default="", comment="对方回复")
    error: Mapped[str] = mapped_column(Text, default="", server_default="", comment="失败原因")
    opened_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"), comment="登记人")
    opened_by_name: Mapped[str] = mapped_column(Text, default="", server_default="", comment="登记人姓名")

    court: Mapped[Court] = relationship()
    events: Mapped[list["HandOffEvent"]] = relationship(order_by="HandOffEvent.id.desc()")


class HandOffEvent(Base):
    """One try, reply or step of a person. Only added, never changed."""

    __tablename__ = "hand_off_event"
    __table_args__ = (Index("ix_hand_off_event_hand_off_id_id", "hand_off_id", "id"),)

    id: Mapped[pk]
    hand_off_id: Mapped[int] = mapped_column(ForeignKey("hand_off.id", ondelete="CASCADE"))
    court_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("court.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    step: Mapped[HandOffStep] = enum_column(HandOffStep)
    number: Mapped[int] = mapped_column(default=0, server_default="0", comment="which try; 0 for steps of people")
    actor_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text, default="", server_default="")


# Support helps every court's hand-offs along, so a platform scope sees the ledger whole.
fence(HandOff, lambda court_ids: HandOff.court_id.in_(court_ids), platform=True)
fence(HandOffEvent, lambda court_ids: HandOffEvent.court_id.in_(court_ids), platform=True)
