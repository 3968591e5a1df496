"""Runs from elsewhere, tags and stars, curves of ended runs in one piece, and what a house prefers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXTS, _JSONS = ("origin", "project"), {"settings": "'{}'", "tags": "'[]'"}


def upgrade() -> None:
    """Change the schema."""
    for name in _TEXTS:
        op.add_column("runs", sa.Column(name, sa.String(), nullable=False, server_default=""))
    for name, default in _JSONS.items():
        op.add_column("runs", sa.Column(name, sa.JSON(), nullable=False, server_default=sa.text(default)))
    op.add_column("runs", sa.Column("starred", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("runs", sa.Column("archived_at", sa.DateTime(), nullable=True))
    op.create_table(
        "metric_blobs",
        sa.Column("run_number", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("preview", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["metric_keys.id"]),
        sa.ForeignKeyConstraint(["run_number"], ["runs.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_number", "key_id", name=op.f("pk_metric_blobs")),
    )
    op.create_table(
        "preferences",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_preferences")),
    )


def downgrade() -> None:
    """Change it back."""
    op.drop_table("preferences")
    op.drop_table("metric_blobs")
    for name in (*_TEXTS, *_JSONS, "starred", "archived_at"):
        op.drop_column("runs", name)
