"""Whether the party chose the mediator itself: what the court assigned may be taken back, what a party chose may not."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The column; then, for cases that are there, what their timeline says last of who named the mediator."""
    op.add_column(
        "mediation_case",
        sa.Column("chosen_by_party", sa.Boolean(), server_default="false", nullable=False, comment="当事人自行选定调解员"),
    )
    op.execute(
        """
        update mediation_case c set chosen_by_party = true
        from (
          select distinct on (case_id) case_id, move from case_event
          where move in ('apply', 'choose_again', 'assign', 'assign_ministry', 'change_mediator', 'withdraw_assignment',
                         'return_application')
          order by case_id, id desc
        ) last
        where last.case_id = c.id and last.move in ('apply', 'choose_again') and c.kind = 'internet'
        """
    )
    op.create_check_constraint(
        op.f("ck_mediation_case_party_chooses_on_the_internet"),
        "mediation_case",
        "not chosen_by_party or kind = 'internet'",
    )


def downgrade() -> None:
    """Without the column."""
    op.drop_constraint(op.f("ck_mediation_case_party_chooses_on_the_internet"), "mediation_case")
    op.drop_column("mediation_case", "chosen_by_party")
