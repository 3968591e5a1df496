"""The target of a run: how good it must be to be useful."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema; runs of before have no target of their own."""
    op.add_column("runs", sa.Column("target", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Change it back."""
    op.drop_column("runs", "target")
