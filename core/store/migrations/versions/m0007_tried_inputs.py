"""What people tried on trained models, and what they said of the answers."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "tried_inputs",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("thumb", sa.Integer(), nullable=False),
        sa.Column("right_label", sa.String(), nullable=False),
        sa.Column("vote", sa.String(), nullable=False),
        sa.Column("added_to", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_tried_inputs"),
        sa.UniqueConstraint("id", name="uq_tried_inputs_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tried_inputs_run_id", "tried_inputs", ["run_id"])


def downgrade() -> None:
    """Change it back."""
    op.drop_table("tried_inputs")
