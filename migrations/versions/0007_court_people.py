"""People of a court: their place in it, roles for a time, changes of phone, and what takes two people."""

import sqlalchemy as sa
from alembic import op
from pypinyin import lazy_pinyin
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _recorded() -> tuple[sa.Column, sa.Column]:
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )


def upgrade() -> None:
    """New tables and columns; then everybody who holds a role in a court gets a place there, and every name its
    pinyin."""
    op.add_column("account", sa.Column("disabled_court_id", sa.BigInteger(), nullable=True, comment="停用的法院"))
    op.add_column("account", sa.Column("name_pinyin", sa.Text(), server_default="", nullable=False))
    op.add_column("account", sa.Column("name_initials", sa.Text(), server_default="", nullable=False))
    op.create_foreign_key(op.f("fk_account_disabled_court_id"), "account", "court", ["disabled_court_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_account_disabled_by_has_a_time"), "account", "disabled_court_id IS NULL OR disabled_at IS NOT NULL"
    )
    op.add_column("role_grant", sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True, comment="开始时间"))
    op.add_column("role_grant", sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True, comment="结束时间"))
    op.add_column("role_grant", sa.Column("stands_in_for", sa.BigInteger(), nullable=True, comment="代理"))
    op.create_foreign_key(op.f("fk_role_grant_stands_in_for"), "role_grant", "account", ["stands_in_for"], ["id"])
    op.create_check_constraint(
        op.f("ck_role_grant_ends_after_it_begins"),
        "role_grant",
        "valid_until IS NULL OR valid_until > coalesce(valid_from, granted_at)",
    )
    op.create_check_constraint(
        op.f("ck_role_grant_stand_in_has_an_end"),
        "role_grant",
        "stands_in_for IS NULL OR (valid_until IS NOT NULL AND stands_in_for <> account_id)",
    )
    op.create_index(
        "ix_role_grant_stands_in_for",
        "role_grant",
        ["stands_in_for"],
        postgresql_where="stands_in_for IS NOT NULL",
    )
    op.create_table(
        "court_member",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False, comment="法院"),
        sa.Column("account_id", sa.BigInteger(), nullable=False, comment="用户"),
        sa.Column("department", sa.Text(), server_default="", nullable=False, comment="部门或所属法庭"),
        sa.Column(
            "post",
            _enum(
                "post",
                "president",
                "vice_president",
                "division_head",
                "deputy_head",
                "judge",
                "assistant",
                "clerk",
                "filing",
                "other",
            ),
            server_default="other",
            nullable=False,
            comment="职务",
        ),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True, comment="离开时间"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *_recorded(),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_court_member_court_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_court_member_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court_member")),
    )
    op.create_index("uq_court_member_court_id_account_id", "court_member", ["court_id", "account_id"], unique=True)
    op.create_index("ix_court_member_account_id", "court_member", ["account_id"])
    op.create_table(
        "phone_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=True),
        sa.Column("old_phone", sa.LargeBinary(), nullable=False),
        sa.Column("new_phone", sa.LargeBinary(), nullable=False),
        sa.Column(
            "proof", _enum("phone_proof", "in_person", "called_back", "letter"), nullable=False, comment="核实方式"
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="原因"),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("changed_by_name", sa.Text(), nullable=False),
        *_recorded(),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_phone_change_account_id")),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_phone_change_court_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["account.id"], name=op.f("fk_phone_change_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_change")),
    )
    op.create_index("ix_phone_change_account_id", "phone_change", ["account_id", "id"])
    op.create_index(op.f("ix_phone_change_court_id"), "phone_change", ["court_id"])
    op.create_table(
        "approval",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="事项"),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False, comment="申请内容"),
        sa.Column("reason", sa.Text(), nullable=False, comment="理由"),
        sa.Column("payload", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=True, comment="法院"),
        sa.Column("about_id", sa.BigInteger(), nullable=True, comment="涉及人员"),
        sa.Column("asked_by", sa.BigInteger(), nullable=False, comment="申请人"),
        sa.Column("asked_by_name", sa.Text(), nullable=False, comment="申请人"),
        sa.Column("asked_court_id", sa.BigInteger(), nullable=True, comment="申请人的法院"),
        sa.Column("asked_role", sa.Text(), nullable=False, comment="申请人角色"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, comment="申请时间"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="有效至"),
        sa.Column(
            "state",
            _enum("approval_state", "waiting", "approved", "refused", "withdrawn", "expired"),
            nullable=False,
            comment="状态",
        ),
        sa.Column("decided_by", sa.BigInteger(), nullable=True, comment="审批人"),
        sa.Column("decided_by_name", sa.Text(), server_default="", nullable=False, comment="审批人"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="办结时间"),
        sa.Column("note", sa.Text(), server_default="", nullable=False, comment="审批意见"),
        *_recorded(),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_approval_another_person_decides")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by IS DISTINCT FROM about_id",
            name=op.f("ck_approval_not_about_the_decider"),
        ),
        sa.CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_by IS NOT NULL)",
            name=op.f("ck_approval_decided_by_somebody"),
        ),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_approval_decided_has_a_time")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_approval_reason_given")),
        sa.CheckConstraint("expires_at > asked_at", name=op.f("ck_approval_expires_after_asking")),
        sa.ForeignKeyConstraint(["court_id"], ["court.id"], name=op.f("fk_approval_court_id")),
        sa.ForeignKeyConstraint(["about_id"], ["account.id"], name=op.f("fk_approval_about_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_approval_asked_by")),
        sa.ForeignKeyConstraint(["asked_court_id"], ["court.id"], name=op.f("fk_approval_asked_court_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_approval_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index("uq_approval_waiting", "approval", ["key"], unique=True, postgresql_where="state = 'waiting'")
    op.create_index("ix_approval_waiting", "approval", ["kind", "court_id"], postgresql_where="state = 'waiting'")
    op.create_index("ix_approval_asked_by", "approval", ["asked_by", "id"])
    op.create_index("ix_approval_court_id", "approval", ["court_id"])
    op.create_index("ix_approval_asked_court_id", "approval", ["asked_court_id"])
    op.add_column(
        "export_request",
        sa.Column("unmasked", sa.Boolean(), server_default="false", nullable=False, comment="含完整手机号、证件号"),
    )
    op.add_column("export_request", sa.Column("approval_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_export_request_approval_id"), "export_request", "approval", ["approval_id"], ["id"])
    op.create_index(op.f("ix_export_request_approval_id"), "export_request", ["approval_id"])
    op.create_check_constraint(
        op.f("ck_export_request_unmasked_is_approved"), "export_request", "NOT unmasked OR approval_id IS NOT NULL"
    )
    op.execute(
        "INSERT INTO court_member (court_id, account_id) "
        "SELECT DISTINCT court_id, account_id FROM role_grant WHERE court_id IS NOT NULL"
    )
    _fill_pinyin()


def _fill_pinyin() -> None:
    connection = op.get_bind()
    for ident, name in connection.execute(sa.text("SELECT id, name FROM account")).all():
        syllables = [one.lower() for one in lazy_pinyin(name, errors="ignore") if one]
        connection.execute(
            sa.text("UPDATE account SET name_pinyin = :full, name_initials = :initials WHERE id = :ident"),
            {"full": "".join(syllables), "initials": "".join(one[0] for one in syllables), "ident": ident},
        )


def downgrade() -> None:
    """The ground as it was."""
    op.drop_constraint(op.f("ck_export_request_unmasked_is_approved"), "export_request")
    op.drop_index(op.f("ix_export_request_approval_id"), "export_request")
    op.drop_column("export_request", "approval_id")
    op.drop_column("export_request", "unmasked")
    op.drop_table("approval")
    op.drop_table("phone_change")
    op.drop_table("court_member")
    op.drop_index("ix_role_grant_stands_in_for", "role_grant")
    op.drop_column("role_grant", "stands_in_for")
    op.drop_column("role_grant", "valid_until")
    op.drop_column("role_grant", "valid_from")
    op.drop_constraint(op.f("ck_account_disabled_by_has_a_time"), "account")
    op.drop_column("account", "name_initials")
    op.drop_column("account", "name_pinyin")
    op.drop_column("account", "disabled_court_id")
