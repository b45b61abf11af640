"""Whether who came is settled is a fact of every kind of event: it moves from the round table to the event.

On the way back only round tables that have a row of their own, with minutes, stay closed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MOVE = """
    UPDATE {to} SET attendance_closed_at = (SELECT {source}.attendance_closed_at FROM {source} WHERE {match})
    WHERE EXISTS (SELECT 1 FROM {source} WHERE {match} AND {source}.attendance_closed_at IS NOT NULL)
"""
MATCH = "round_table.event_id = event.id"


def upgrade():
    op.add_column("event", sa.Column("attendance_closed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(MOVE.format(to="event", source="round_table", match=MATCH))
    with op.batch_alter_table("round_table") as batch_op:
        batch_op.drop_column("attendance_closed_at")


def downgrade():
    op.add_column("round_table", sa.Column("attendance_closed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(MOVE.format(to="round_table", source="event", match=MATCH))
    with op.batch_alter_table("event", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("attendance_closed_at")
