"""Mail that comes back: what was read from the mailbox; how bulk mail is ended."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unsubscribe_url", sa.String(length=500), nullable=True))

    op.create_table(
        "mailbox_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=True),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=40), nullable=False),
        sa.Column("trouble_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_mailbox_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_state")),
    )

    op.create_table(
        "mailbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "hard",
                "soft",
                "policy",
                "delayed",
                "stray",
                "auto_reply",
                "answer",
                "outdated",
                "unclear",
                "other",
                "unreadable",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_mailbox_message_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mail.id"], name=op.f("fk_mailbox_message_mail_id_mail"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mailbox_message_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_message")),
        sa.UniqueConstraint("digest", name=op.f("uq_mailbox_message_digest")),
    )

    with op.batch_alter_table("mailbox_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mailbox_message_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mailbox_message_mail_id"), ["mail_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mailbox_message_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mailbox_message_read_at"), ["read_at"], unique=False)


def downgrade():
    with op.batch_alter_table("mailbox_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mailbox_message_read_at"))
        batch_op.drop_index(batch_op.f("ix_mailbox_message_person_id"))
        batch_op.drop_index(batch_op.f("ix_mailbox_message_mail_id"))
        batch_op.drop_index(batch_op.f("ix_mailbox_message_event_id"))

    op.drop_table("mailbox_message")
    op.drop_table("mailbox_state")

    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_column("unsubscribe_url")
