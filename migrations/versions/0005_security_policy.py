"""The security policy that is set on a screen, and the passwords that were given up."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row of policy at most; hashes of former passwords."""
    op.create_table(
        "security_policy",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "profile",
            sa.Enum("dengbao", "nist", name="password_profile", native_enum=False, create_constraint=True, length=40),
            nullable=False,
            comment="密码规则",
        ),
        sa.Column("idle_minutes", sa.Integer(), nullable=False, comment="无操作退出（分钟）"),
        sa.Column("absolute_hours", sa.Integer(), nullable=False, comment="最长登录（小时）"),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_security_policy_only_one")),
        sa.CheckConstraint("idle_minutes BETWEEN 10 AND 480", name=op.f("ck_security_policy_idle_minutes_allowed")),
        sa.CheckConstraint("absolute_hours BETWEEN 1 AND 24", name=op.f("ck_security_policy_absolute_hours_allowed")),
        sa.ForeignKeyConstraint(["updated_by"], ["account.id"], name=op.f("fk_security_policy_updated_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_policy")),
    )
    op.create_table(
        "former_password",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_former_password_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_password")),
    )
    op.create_index("ix_former_password_account_id", "former_password", ["account_id", "id"], unique=False)


def downgrade() -> None:
    """Back to one fixed policy."""
    op.drop_index("ix_former_password_account_id", table_name="former_password")
    op.drop_table("former_password")
    op.drop_table("security_policy")
