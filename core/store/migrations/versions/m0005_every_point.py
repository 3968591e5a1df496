"""Every point of a curve, also of one step: steps that are no whole numbers, the order of arrival, the run's own step.

The points of live runs move from `metrics` to `points`. `metrics` stays, empty: a process of the version before that
still trains or logs writes there, and a trigger moves each point on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ADD_CURVES = """
INSERT INTO curves (run_number, key_id)
SELECT run_number, key_id FROM metrics UNION SELECT run_number, key_id FROM metric_blobs
"""
_MOVE_POINTS = """
INSERT INTO points (curve_id, step, arrival, value, wall_time)
SELECT curves.id, metrics.step, 0, metrics.value, metrics.wall_time FROM metrics
JOIN curves ON curves.run_number = metrics.run_number AND curves.key_id = metrics.key_id
"""
_MOVE_ONE = """
INSERT INTO curves (run_number, key_id) VALUES (NEW.run_number, NEW.key_id) ON CONFLICT DO NOTHING;
INSERT INTO points (curve_id, step, arrival, value, wall_time)
SELECT id, NEW.step, 0, NEW.value, NEW.wall_time FROM curves WHERE run_number = NEW.run_number AND key_id = NEW.key_id
ON CONFLICT (curve_id, step, arrival) DO UPDATE SET value = excluded.value, wall_time = excluded.wall_time;
DELETE FROM metrics WHERE run_number = NEW.run_number AND key_id = NEW.key_id AND step = NEW.step;
"""


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "curves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_number", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("axis", sa.String(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["key_id"], ["metric_keys.id"]),
        sa.ForeignKeyConstraint(["run_number"], ["runs.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_curves")),
        sa.UniqueConstraint("run_number", "key_id", name="uq_curves_run_number_key_id"),
    )
    op.create_table(
        "points",
        sa.Column("curve_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Double(), nullable=False),
        sa.Column("arrival", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("wall_time", sa.Double(), nullable=False),
        sa.Column("global_step", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["curve_id"], ["curves.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("curve_id", "step", "arrival", name=op.f("pk_points")),
        sqlite_with_rowid=False,
    )
    late = sa.text("arrival > 0")
    op.create_index(
        op.f("ix_points_curve_id"), "points", ["curve_id", "arrival"], sqlite_where=late, postgresql_where=late
    )
    op.add_column("runs", sa.Column("sessions", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.execute(_ADD_CURVES)
    op.execute(_MOVE_POINTS)
    op.execute("DELETE FROM metrics")
    if _is_postgresql():
        body = f"BEGIN {_MOVE_ONE} RETURN NULL; END"
        op.execute(f"CREATE FUNCTION metrics_move_on() RETURNS trigger AS $$ {body} $$ LANGUAGE plpgsql")
        op.execute(
            "CREATE TRIGGER metrics_move_on AFTER INSERT ON metrics FOR EACH ROW EXECUTE FUNCTION metrics_move_on()"
        )
    else:
        op.execute(f"CREATE TRIGGER metrics_move_on AFTER INSERT ON metrics BEGIN {_MOVE_ONE} END")


def downgrade() -> None:
    """Change it back; of several points of one step the last one stays, where the step is a whole number."""
    op.execute("DROP TRIGGER metrics_move_on" + (" ON metrics" if _is_postgresql() else ""))
    if _is_postgresql():
        op.execute("DROP FUNCTION metrics_move_on")
    op.execute(
        "INSERT INTO metrics (run_number, key_id, step, value, wall_time) "
        "SELECT c.run_number, c.key_id, CAST(p.step AS INTEGER), p.value, p.wall_time "
        "FROM points p JOIN curves c ON c.id = p.curve_id "
        "WHERE p.step = CAST(p.step AS INTEGER) AND p.arrival = "
        "(SELECT max(q.arrival) FROM points q WHERE q.curve_id = p.curve_id AND q.step = p.step)"
    )
    op.drop_table("points")
    op.drop_table("curves")
    op.drop_column("runs", "sessions")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
