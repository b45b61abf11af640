"""Mailings: invitations to many, with their texts and recipients."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATUSES = ("draft", "scheduled", "sending", "paused", "sent", "cancelled")


def upgrade():
    op.create_table(
        "mailing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="status", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_mailing_created_by_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_mailing_event_id_event"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
    )
    with op.batch_alter_table("mailing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mailing_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mailing_status"), ["status"], unique=False)

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mailing_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("mail_key", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("by_letter", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("code", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_invitation_mail_key"), ["mail_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_mailing_id"), ["mailing_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_invitation_code"), ["code"])
        batch_op.create_foreign_key(
            batch_op.f("fk_invitation_mailing_id_mailing"), "mailing", ["mailing_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.drop_constraint(batch_op.f("ck_invitation_answer"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_invitation_answer"), "answer IN ('yes', 'no', 'maybe')")

    op.execute("UPDATE invitation SET mailed_at = invited_at, mail_key = 'invitation:' || id")

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.alter_column("by_letter", server_default=None)


def downgrade():
    op.execute("UPDATE invitation SET answer = NULL WHERE answer = 'maybe'")

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_invitation_answer"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_invitation_answer"), "answer IN ('yes', 'no')")
        batch_op.drop_constraint(batch_op.f("fk_invitation_mailing_id_mailing"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_invitation_code"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_invitation_mailing_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_mail_key"))
        batch_op.drop_column("printed_at")
        batch_op.drop_column("code")
        batch_op.drop_column("by_letter")
        batch_op.drop_column("mail_key")
        batch_op.drop_column("mailed_at")
        batch_op.drop_column("mailing_id")

    with op.batch_alter_table("mailing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mailing_status"))
        batch_op.drop_index(batch_op.f("ix_mailing_event_id"))

    op.drop_table("mailing")
