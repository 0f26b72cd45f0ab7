"""The ground: every table of the first release."""

from alembic import op
from flask import current_app

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# While the first release is being built the tables come from the models; it is frozen into plain statements before
# anything is deployed.


def upgrade() -> None:
    current_app.extensions["migrate"].db.metadata.create_all(op.get_bind())
    for table in ("audit_entry", "audit_seal"):
        op.execute(
            f"create function {table}_is_append_only() returns trigger language plpgsql as "
            f"$$ begin raise exception '{table} is append-only'; end $$"
        )
        op.execute(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            f"for each statement execute function {table}_is_append_only()"
        )


def downgrade() -> None:
    for table in ("audit_entry", "audit_seal"):
        op.execute(f"drop trigger {table}_append_only on {table}")
        op.execute(f"drop function {table}_is_append_only()")
    current_app.extensions["migrate"].db.metadata.drop_all(op.get_bind())
