"""The hand-off ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The ledger and what happened to each of its rows."""
    op.create_table(
        "hand_off",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False, comment="法院"),
        sa.Column(
            "kind",
            sa.Enum(
                "case_in",
                "ministry_assignment",
                "ministry_result",
                "confirmation",
                "judgment",
                "filing",
                name="hand_off_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="移送事项",
        ),
        sa.Column(
            "direction",
            sa.Enum("out", "in", name="direction", native_enum=False, create_constraint=True, length=40),
            nullable=False,
            comment="方向",
        ),
        sa.Column(
            "target",
            sa.Enum("inner", "ministry", name="target_system", native_enum=False, create_constraint=True, length=40),
            nullable=False,
            comment="对方系统",
        ),
        sa.Column("target_name", sa.Text(), server_default="", nullable=False, comment="对方名称"),
        sa.Column("case_id", sa.BigInteger(), nullable=True, comment="案件"),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True, comment="调解组织"),
        sa.Column("reference", sa.Text(), nullable=False, comment="案号或组织名称"),
        sa.Column(
            "payload_ref",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="where the sender finds what to send, e.g. filing:12",
        ),
        sa.Column("idempotency_key", sa.Text(), nullable=False, comment="the other end takes the same key once"),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sending",
                "accepted",
                "answered",
                "failed",
                "stuck",
                "cancelled",
                name="hand_off_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="状态",
        ),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False, comment="发送次数"),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False, comment="连续失败次数"),
        sa.Column("last_tried_at", sa.DateTime(timezone=True), nullable=True, comment="最近发送"),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True, comment="下次发送"),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True, comment="对方接收时间"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="回复时间"),
        sa.Column("external_no", sa.Text(), server_default="", nullable=False, comment="对方编号"),
        sa.Column("reply", sa.Text(), server_default="", nullable=False, comment="对方回复"),
        sa.Column("error", sa.Text(), server_default="", nullable=False, comment="失败原因"),
        sa.Column("opened_by", sa.BigInteger(), nullable=True, comment="登记人"),
        sa.Column("opened_by_name", sa.Text(), server_default="", nullable=False, comment="登记人姓名"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("reference <> ''", name=op.f("ck_hand_off_reference_given")),
        sa.CheckConstraint(
            "tries >= 0 and failures >= 0 and failures <= tries", name=op.f("ck_hand_off_failures_are_tries")
        ),
        sa.CheckConstraint(
            "(state = 'sending') = (lease_until is not null)", name=op.f("ck_hand_off_sending_has_a_lease")
        ),
        sa.CheckConstraint(
            "(state in ('waiting', 'failed')) = (next_try_at is not null)", name=op.f("ck_hand_off_open_has_next_try")
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_hand_off_court_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["mediation_case.id"], name=op.f("fk_hand_off_case_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_hand_off_organisation_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_hand_off_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_off")),
    )
    op.create_index("uq_hand_off_idempotency_key", "hand_off", ["idempotency_key"], unique=True)
    op.create_index("ix_hand_off_court_id_id", "hand_off", ["court_id", "id"])
    op.create_index(
        "ix_hand_off_case_id", "hand_off", ["case_id"], postgresql_where=sa.text("case_id is not null")
    )
    op.create_index(
        "ix_hand_off_due", "hand_off", ["next_try_at"], postgresql_where=sa.text("state in ('waiting','failed')")
    )
    op.create_index(
        "ix_hand_off_open",
        "hand_off",
        ["state", "id"],
        postgresql_where=sa.text("state in ('waiting','sending','failed','stuck')"),
    )
    op.create_table(
        "hand_off_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("hand_off_id", sa.BigInteger(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "opened",
                "accepted",
                "answered",
                "failed",
                "interrupted",
                "stuck",
                "retried",
                "cancelled",
                name="hand_off_step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "number", sa.Integer(), server_default="0", nullable=False, comment="which try; 0 for steps of people"
        ),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["hand_off_id"], ["hand_off.id"], name=op.f("fk_hand_off_event_hand_off_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_hand_off_event_court_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_hand_off_event_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_off_event")),
    )
    op.create_index("ix_hand_off_event_hand_off_id_id", "hand_off_event", ["hand_off_id", "id"])


def downgrade() -> None:
    """Both tables go."""
    op.drop_table("hand_off_event")
    op.drop_table("hand_off")
