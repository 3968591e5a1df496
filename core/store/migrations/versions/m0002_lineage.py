"""Lineage of runs, pausing, finishing now, and what was estimated before the start."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Columns are only added, never by copying the table: on SQLite that would drop the old one, and with it, by cascade,
# every curve. Each has a default of the database's own, because runs of the version before may still be writing.
_TEXTS = ("parent_id", "parent_kind", "cause")


def upgrade() -> None:
    """Change the schema."""
    for name in _TEXTS:
        op.add_column("runs", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("runs", sa.Column("finish_requested_at", sa.DateTime(), nullable=True))
    op.add_column("runs", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("runs", sa.Column("estimate", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    op.create_index("ix_runs_parent_id", "runs", ["parent_id"])


def downgrade() -> None:
    """Change it back."""
    op.drop_index("ix_runs_parent_id", "runs")
    for name in (*_TEXTS, "finish_requested_at", "paused", "estimate"):
        op.drop_column("runs", name)
