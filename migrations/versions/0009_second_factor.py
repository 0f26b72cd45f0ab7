"""Second factors with recovery codes, what a session has proven and when, requests for a new password by SMS code."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables; two columns of the session. Open sessions count as proven at this moment."""
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("pending_secret", sa.LargeBinary(), nullable=True, comment="shown, not yet confirmed by a code"),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True, comment="the half minute of the last code used"),
        sa.CheckConstraint(
            "(secret IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_second_factor_confirmed_with_secret")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_second_factor_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(code_hash) = 32", name=op.f("ck_recovery_code_code_hash_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("account_id", "code_hash", name=op.f("uq_recovery_code_account_id_code_hash")),
    )
    op.create_table(
        "reset_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="held by the browser that asked"),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True, comment="NULL until a code is sent, if ever"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(phone_index) = 16", name=op.f("ck_reset_request_phone_index_length")),
        sa.CheckConstraint("length(token_hash) = 32", name=op.f("ck_reset_request_token_hash_length")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_reset_request_expires_after_creation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_request")),
    )
    op.create_index("uq_reset_request_token_hash", "reset_request", ["token_hash"], unique=True)
    op.create_index("ix_reset_request_phone_index", "reset_request", ["phone_index", "created_at"], unique=False)
    op.add_column(
        "login_session",
        sa.Column("factor_at", sa.DateTime(timezone=True), nullable=True, comment="when the second factor was passed"),
    )
    op.add_column(
        "login_session",
        sa.Column(
            "proven_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="when the person last proved to be there",
        ),
    )


def downgrade() -> None:
    """Passwords alone again."""
    op.drop_column("login_session", "proven_at")
    op.drop_column("login_session", "factor_at")
    op.drop_index("ix_reset_request_phone_index", table_name="reset_request")
    op.drop_index("uq_reset_request_token_hash", table_name="reset_request")
    op.drop_table("reset_request")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
