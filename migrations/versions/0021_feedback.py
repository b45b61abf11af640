"""Anonymous feedback after events."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "feedback_answer",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("useful", sa.Integer(), nullable=True),
        sa.Column("clear", sa.Integer(), nullable=True),
        sa.Column("again", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "text_status",
            sa.Enum(
                "unread", "shown", "hidden", name="text_status", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.CheckConstraint("again BETWEEN 1 AND 4", name=op.f("ck_feedback_answer_again_in_range")),
        sa.CheckConstraint("clear BETWEEN 1 AND 4", name=op.f("ck_feedback_answer_clear_in_range")),
        sa.CheckConstraint("useful BETWEEN 1 AND 4", name=op.f("ck_feedback_answer_useful_in_range")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_feedback_answer_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_answer")),
        sqlite_with_rowid=False,
    )

    with op.batch_alter_table("feedback_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_answer_event_id"), ["event_id"], unique=False)

    op.create_table(
        "feedback_share",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_feedback_share_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_feedback_share")),
        sa.UniqueConstraint("token", name=op.f("uq_feedback_share_token")),
    )

    op.create_table(
        "feedback_ticket",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_feedback_ticket_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_feedback_ticket")),
    )

    with op.batch_alter_table("feedback_ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_ticket_event_id"), ["event_id"], unique=False)


def downgrade():
    with op.batch_alter_table("feedback_ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feedback_ticket_event_id"))

    op.drop_table("feedback_ticket")

    op.drop_table("feedback_share")

    with op.batch_alter_table("feedback_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feedback_answer_event_id"))

    op.drop_table("feedback_answer")
