"""The audit's entries by role, and those that did not succeed, are found without reading the others."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two more ways to narrow the list down, each an index that ends in the time."""
    op.create_index("ix_audit_entry_role_at", "audit_entry", ["role", "at", "id"], unique=False)
    op.create_index(
        "ix_audit_entry_refused_at", "audit_entry", ["at", "id"], unique=False, postgresql_where="outcome = 'refused'"
    )


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_audit_entry_refused_at", table_name="audit_entry")
    op.drop_index("ix_audit_entry_role_at", table_name="audit_entry")
