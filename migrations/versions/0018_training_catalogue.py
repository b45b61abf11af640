"""The catalogue of trainings and who funds them; events may be confidential, and ask for a training before."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OF_AN_EVENT = ("mailbox_message", "invitation", "mailing", "registration", "event_figures", "event_date")


def upgrade():
    op.create_table(
        "funder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_type", sa.String(length=20), nullable=False),
        sa.Column("logo_digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funder")),
        sa.UniqueConstraint("name", name=op.f("uq_funder_name")),
    )

    op.create_table(
        "training_format",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "training", "supervision", "coaching", name="type", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("contents", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("trainer", sa.String(length=160), nullable=False),
        sa.Column("target_group", sa.String(length=200), nullable=False),
        sa.Column("required_format_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("cost", sa.String(length=160), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name=op.f("ck_training_format_capacity_positive")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_training_format_minutes_positive")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["place.id"], name=op.f("fk_training_format_place_id_place"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["required_format_id"],
            ["training_format.id"],
            name=op.f("fk_training_format_required_format_id_training_format"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_format")),
    )

    with op.batch_alter_table("training_format", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_format_place_id"), ["place_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_format_required_format_id"), ["required_format_id"], unique=False)

    op.create_table(
        "format_funder",
        sa.Column("format_id", sa.Integer(), nullable=False),
        sa.Column("funder_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["format_id"],
            ["training_format.id"],
            name=op.f("fk_format_funder_format_id_training_format"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["funder_id"], ["funder.id"], name=op.f("fk_format_funder_funder_id_funder"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("format_id", "funder_id", name=op.f("pk_format_funder")),
    )

    with op.batch_alter_table("format_funder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_format_funder_funder_id"), ["funder_id"], unique=False)

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_confidential", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("required_format_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_event_required_format_id"), ["required_format_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_event_required_format_id_training_format"),
            "training_format",
            ["required_format_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.drop_constraint(batch_op.f("ck_event_kind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_event_kind"), "kind IN ('round_table', 'training')")
        batch_op.create_check_constraint(
            batch_op.f("ck_event_confidential_is_for_a_group"), "group_only OR NOT is_confidential"
        )

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.alter_column("is_confidential", server_default=None)

    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_edition_kind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_edition_kind"), "kind IN ('round_table', 'training')")


def downgrade():
    for table in OF_AN_EVENT:  # by hand: nothing cascades while SQLite rebuilds tables
        op.execute(f"DELETE FROM {table} WHERE event_id IN (SELECT id FROM event WHERE kind = 'training')")  # noqa: S608 - names from above

    op.execute("DELETE FROM event WHERE kind = 'training'")

    op.execute("DELETE FROM edition WHERE kind = 'training'")

    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_edition_kind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_edition_kind"), "kind IN ('round_table')")

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_event_required_format_id_training_format"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_event_required_format_id"))
        batch_op.drop_column("required_format_id")
        batch_op.drop_constraint(batch_op.f("ck_event_confidential_is_for_a_group"), type_="check")
        batch_op.drop_column("is_confidential")
        batch_op.drop_constraint(batch_op.f("ck_event_kind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_event_kind"), "kind IN ('round_table')")

    with op.batch_alter_table("format_funder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_format_funder_funder_id"))

    op.drop_table("format_funder")

    with op.batch_alter_table("training_format", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_format_required_format_id"))
        batch_op.drop_index(batch_op.f("ix_training_format_place_id"))

    op.drop_table("training_format")

    op.drop_table("funder")
