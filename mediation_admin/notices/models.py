"""The outbox: one row for each message, before it is sent and after."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mediation_admin.core.crypto import Encrypted, index_of, mask_phone
from mediation_admin.core.db import Base, Recorded, enum_column, pk
from mediation_admin.core.scope import fence
from mediation_admin.courts.models import Court
from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.templates import Template


class OutgoingMessage(Recorded, Base):
    """A message to one number. The row is the truth; the queue only carries its id.

    ``due_at`` is when the next step is to be taken: the first or a further try while it waits, the question what
    became of it while it is being sent or sent. The claim (``tries``, ``checks``) tells one who took it up from
    another who took it up later.
    """

    __tablename__ = "outgoing_message"
    __table_args__ = (
        Index("uq_outgoing_message_check_code", "check_code", unique=True),
        Index("ix_outgoing_message_phone_index_created_at", "phone_index", "created_at"),
        Index("ix_outgoing_message_court_id_id", "court_id", "id"),
        Index("ix_outgoing_message_due_at", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index("ix_outgoing_message_erase_at", "erase_at", postgresql_where="text IS NOT NULL"),
        CheckConstraint("length(phone_index) = 16", name="phone_index_length"),
        CheckConstraint("tries >= 0 AND checks >= 0", name="tries_positive"),
        CheckConstraint("(text IS NULL) = (variables IS NULL)", name="text_and_variables_go_together"),
        CheckConstraint("state NOT IN ('waiting', 'sending') OR due_at IS NOT NULL", name="open_is_due"),
        CheckConstraint("state IN ('waiting', 'sending', 'sent') OR due_at IS NULL", name="ended_is_not_due"),
        CheckConstraint("state NOT IN ('sent', 'delivered') OR sent_at IS NOT NULL", name="sent_has_its_time"),
    )

    id: Mapped[pk]
    template: Mapped[Template] = enum_column(Template, comment="短信种类")
    court_id: Mapped[int | None] = mapped_column(ForeignKey("court.id"), comment="以哪个法院的名义")
    phone: Mapped[str] = mapped_column(Encrypted("outgoing_message.phone"), comment="手机号")
    phone_index: Mapped[bytes] = mapped_column(LargeBinary, comment="手机号盲索引", info=index_of("phone", "phone"))
    check_code: Mapped[str] = mapped_column(Text, comment="核验码")
    outline: Mapped[str] = mapped_column(
        Encrypted("outgoing_message.outline"), comment="内容（验证码和链接以星号代替）"
    )
    text: Mapped[str | None] = mapped_column(Encrypted("outgoing_message.text"), comment="完整内容，到期清除")
    variables: Mapped[str | None] = mapped_column(
        Encrypted("outgoing_message.variables"), comment="sign and values for the vendor's template, as JSON"
    )
    state: Mapped[MessageState] = enum_column(MessageState, comment="状态")
    due_at: Mapped[datetime | None] = mapped_column(comment="下一步的时间")
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0", comment="发送次数")
    checks: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0", comment="查询次数")
    last_error: Mapped[str] = mapped_column(Text, default="", server_default="", comment="最近一次失败的原因")
    vendor: Mapped[str] = mapped_column(Text, default="", server_default="", comment="短信服务商")
    vendor_id: Mapped[str] = mapped_column(Text, default="", server_default="", comment="服务商回执号")
    tried_at: Mapped[datetime | None] = mapped_column(comment="最近一次发送时间")
    sent_at: Mapped[datetime | None] = mapped_column(comment="提交时间")
    delivered_at: Mapped[datetime | None] = mapped_column(comment="送达时间")
    expires_at: Mapped[datetime] = mapped_column(comment="过期时间")
    erase_at: Mapped[datetime] = mapped_column(comment="完整内容清除时间")
    requester_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), comment="发起人")
    requester_name: Mapped[str] = mapped_column(Text, default="", comment="发起人姓名")

    court: Mapped[Court | None] = relationship()

    @property
    def phone_masked(self) -> str:
        """138****8000."""
        return mask_phone(self.phone)


# A court sees what went out in its name; the platform's own people see all.
fence(OutgoingMessage, lambda court_ids: OutgoingMessage.court_id.in_(court_ids), platform=True)
