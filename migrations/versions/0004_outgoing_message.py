"""The outbox: one row for each message out."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEMPLATES = (
    "invitation",
    "reset_link",
    "reset_code",
    "sign_in_code",
    "second_factor_code",
    "phone_code",
    "credential_changed",
    "phone_changed",
    "role_granted",
    "role_revoked",
    "approval_wanted",
    "approval_decided",
    "account_disabled",
    "account_enabled",
    "support_acted",
    "identity_reviewed",
)
_STATES = ("waiting", "sending", "sent", "delivered", "failed", "given_up", "expired")


def upgrade() -> None:
    """The table with its indexes."""
    op.create_table(
        "outgoing_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "template",
            sa.Enum(*_TEMPLATES, name="template", native_enum=False, create_constraint=True, length=40),
            nullable=False,
            comment="短信种类",
        ),
        sa.Column("court_id", sa.BigInteger(), nullable=True, comment="以哪个法院的名义"),
        sa.Column("phone", sa.LargeBinary(), nullable=False, comment="手机号"),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False, comment="手机号盲索引"),
        sa.Column("check_code", sa.Text(), nullable=False, comment="核验码"),
        sa.Column("outline", sa.LargeBinary(), nullable=False, comment="内容（验证码和链接以星号代替）"),
        sa.Column("text", sa.LargeBinary(), nullable=True, comment="完整内容，到期清除"),
        sa.Column(
            "variables",
            sa.LargeBinary(),
            nullable=True,
            comment="sign and values for the vendor's template, as JSON",
        ),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="message_state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
            comment="状态",
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True, comment="下一步的时间"),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False, comment="发送次数"),
        sa.Column("checks", sa.SmallInteger(), server_default="0", nullable=False, comment="查询次数"),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False, comment="最近一次失败的原因"),
        sa.Column("vendor", sa.Text(), server_default="", nullable=False, comment="短信服务商"),
        sa.Column("vendor_id", sa.Text(), server_default="", nullable=False, comment="服务商回执号"),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True, comment="最近一次发送时间"),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True, comment="提交时间"),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True, comment="送达时间"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="过期时间"),
        sa.Column("erase_at", sa.DateTime(timezone=True), nullable=False, comment="完整内容清除时间"),
        sa.Column("requester_id", sa.BigInteger(), nullable=True, comment="发起人"),
        sa.Column("requester_name", sa.Text(), nullable=False, comment="发起人姓名"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(phone_index) = 16", name=op.f("ck_outgoing_message_phone_index_length")),
        sa.CheckConstraint("tries >= 0 AND checks >= 0", name=op.f("ck_outgoing_message_tries_positive")),
        sa.CheckConstraint(
            "(text IS NULL) = (variables IS NULL)", name=op.f("ck_outgoing_message_text_and_variables_go_together")
        ),
        sa.CheckConstraint(
            "state NOT IN ('waiting', 'sending') OR due_at IS NOT NULL", name=op.f("ck_outgoing_message_open_is_due")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent') OR due_at IS NULL",
            name=op.f("ck_outgoing_message_ended_is_not_due"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('sent', 'delivered') OR sent_at IS NOT NULL",
            name=op.f("ck_outgoing_message_sent_has_its_time"),
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_outgoing_message_court_id")),
        sa.ForeignKeyConstraint(["requester_id"], ["account.id"], name=op.f("fk_outgoing_message_requester_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_message")),
    )
    op.create_index("uq_outgoing_message_check_code", "outgoing_message", ["check_code"], unique=True)
    op.create_index("ix_outgoing_message_phone_index_created_at", "outgoing_message", ["phone_index", "created_at"])
    op.create_index("ix_outgoing_message_court_id_id", "outgoing_message", ["court_id", "id"])
    op.create_index(
        "ix_outgoing_message_due_at", "outgoing_message", ["due_at"], postgresql_where="due_at IS NOT NULL"
    )
    op.create_index(
        "ix_outgoing_message_erase_at", "outgoing_message", ["erase_at"], postgresql_where="text IS NOT NULL"
    )


def downgrade() -> None:
    """The messages go with their table."""
    op.drop_table("outgoing_message")
