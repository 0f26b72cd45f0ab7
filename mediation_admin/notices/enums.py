"""The words of messages out: how far one has come."""

from mediation_admin.core.enums import LabelledEnum


class MessageState(LabelledEnum):
    """How far a message has come."""

    WAITING = "waiting", "待发送", "info"
    SENDING = "sending", "发送中", "info"
    SENT = "sent", "已提交运营商", "plain"
    DELIVERED = "delivered", "已送达", "good"
    FAILED = "failed", "发送失败", "bad"
    GIVEN_UP = "given_up", "已放弃", "bad"
    EXPIRED = "expired", "已过期未发", "mute"


# Nothing more happens to these by itself, unless somebody presses 重新发送.
NOT_SENT = (MessageState.FAILED, MessageState.GIVEN_UP, MessageState.EXPIRED)
# What may have reached the phone, so that its check code is answered for.
MAY_HAVE_ARRIVED = (MessageState.SENDING, MessageState.SENT, MessageState.DELIVERED)
