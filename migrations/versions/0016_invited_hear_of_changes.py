"""Who was invited hears of changes: how the event was that they were last told of."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("event_sequence", sa.Integer(), nullable=False, server_default="0"))

    op.execute(
        "UPDATE invitation SET event_sequence = (SELECT sequence FROM event WHERE event.id = invitation.event_id)"
    )

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.alter_column("event_sequence", server_default=None)


def downgrade():
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_column("event_sequence")
