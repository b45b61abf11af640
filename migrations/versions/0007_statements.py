"""Barriers that readers reported."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "barrier_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("page", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barrier_report")),
    )
    with op.batch_alter_table("barrier_report", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_barrier_report_answered_at_due_on"), ["answered_at", "due_on"], unique=False
        )


def downgrade():
    with op.batch_alter_table("barrier_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_barrier_report_answered_at_due_on"))

    op.drop_table("barrier_report")
