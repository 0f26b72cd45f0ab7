"""The audit by day: kinds and outcomes of entries, days of the chain, archives, removals, checks."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NEW = ("audit_day", "audit_archive", "audit_removal", "audit_check")
_KINDS = ("change", "look", "search", "reveal", "export", "import", "sign_in", "refused", "keeping")
# As audit/enums.py has it: an entry from before has no fingerprint over these words, so they must follow its tag.
_KIND = """case
    when split_part(tag, ':', 3) = 'viewed' then 'look'
    when split_part(tag, ':', 3) = 'searched' then 'search'
    when split_part(tag, ':', 3) = 'revealed' then 'reveal'
    when split_part(tag, ':', 2) = 'row' then 'change'
    when split_part(tag, ':', 1) = 'access' then 'refused'
    when split_part(tag, ':', 1) = 'export' then 'export'
    when split_part(tag, ':', 1) = 'import' then 'import'
    when split_part(tag, ':', 1) = 'audit' then 'keeping'
    when split_part(tag, ':', 1) = 'account' then 'sign_in'
    else 'change' end"""
_OUTCOME = "case when split_part(tag, ':', 3) in ('refused', 'failed') then 'refused' else 'done' end"
# Days never go back along the chain: an entry that was committed late stands in the day of its link.
_DAY = """update audit_seal set day = found.day from (
    select s.id, max((e.at at time zone 'Asia/Shanghai')::date) over (order by s.id) as day
    from audit_seal s join audit_entry e on e.id = s.entry_id) found where found.id = audit_seal.id"""


def upgrade() -> None:
    """Columns first; what is there gets its words while the guards look away for this transaction alone."""
    kinds = sa.Enum(*_KINDS, name="audit_kind", native_enum=False, create_constraint=True, length=40)
    outcomes = sa.Enum("done", "refused", name="audit_outcome", native_enum=False, create_constraint=True, length=40)
    op.add_column("audit_entry", sa.Column("kind", kinds, server_default="change", nullable=False, comment="种类"))
    op.add_column("audit_entry", sa.Column("outcome", outcomes, server_default="done", nullable=False, comment="结果"))
    words = "the day of the chain (Asia/Shanghai) this link stands in"
    op.add_column("audit_seal", sa.Column("day", sa.Date(), nullable=True, comment=words))
    for table in ("audit_entry", "audit_seal"):
        op.execute(f"alter table {table} disable trigger {table}_append_only")
    op.execute(f"update audit_entry set kind = {_KIND}, outcome = {_OUTCOME}")
    op.execute(_DAY)
    for table in ("audit_entry", "audit_seal"):
        op.execute(f"alter table {table} enable trigger {table}_append_only")
    op.alter_column("audit_seal", "day", nullable=False)
    op.create_index("ix_audit_seal_day_id", "audit_seal", ["day", "id"], unique=False)
    op.drop_index("ix_audit_entry_actor_id_id", table_name="audit_entry")
    op.drop_index("ix_audit_entry_court_id_id", table_name="audit_entry")
    op.drop_index("ix_audit_entry_object", table_name="audit_entry")
    op.create_index("ix_audit_entry_at", "audit_entry", ["at", "id"], unique=False)
    op.create_index("ix_audit_entry_court_id_at", "audit_entry", ["court_id", "at", "id"], unique=False)
    op.create_index("ix_audit_entry_kind_at", "audit_entry", ["kind", "at", "id"], unique=False)
    op.create_index("ix_audit_entry_object_at", "audit_entry", ["object_type", "object_id", "at", "id"], unique=False)
    op.create_index("ix_audit_entry_actor_id_at", "audit_entry", ["actor_id", "at", "id"], unique=False)
    fingerprint = "keyed fingerprint of this row"
    op.create_table(
        "audit_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False, comment="head of the day before"),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False, comment=fingerprint),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_day")),
    )
    op.create_table(
        "audit_archive",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False, comment=fingerprint),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_archive")),
    )
    op.create_table(
        "audit_removal",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False, comment=fingerprint),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_removal")),
    )
    op.create_table(
        "audit_check",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.Date(), nullable=True, comment="first day walked; empty for the whole chain"),
        sa.Column("checked", sa.BigInteger(), nullable=False),
        sa.Column("unsealed", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False, comment="empty when the chain is whole"),
        sa.Column("broken_entry_id", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
    )
    for table in _NEW:
        op.execute(
            f"create function {table}_is_append_only() returns trigger language plpgsql as "
            f"$$ begin raise exception '{table} is append-only'; end $$"
        )
        op.execute(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            f"for each statement execute function {table}_is_append_only()"
        )


def downgrade() -> None:
    """Back to entries without kinds, and a chain without days."""
    for table in reversed(_NEW):
        op.execute(f"drop trigger {table}_append_only on {table}")
        op.execute(f"drop function {table}_is_append_only()")
        op.drop_table(table)
    for column in ("actor_id", "object", "kind", "court_id"):
        op.drop_index(f"ix_audit_entry_{column}_at", table_name="audit_entry")
    op.drop_index("ix_audit_entry_at", table_name="audit_entry")
    op.create_index("ix_audit_entry_actor_id_id", "audit_entry", ["actor_id", "id"], unique=False)
    op.create_index("ix_audit_entry_court_id_id", "audit_entry", ["court_id", "id"], unique=False)
    op.create_index("ix_audit_entry_object", "audit_entry", ["object_type", "object_id", "id"], unique=False)
    op.drop_index("ix_audit_seal_day_id", table_name="audit_seal")
    op.drop_column("audit_seal", "day")
    op.drop_column("audit_entry", "outcome")
    op.drop_column("audit_entry", "kind")
