"""Groups of trainings: what was asked for, who answered what, who waits for the next, hours, the history of people."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "training_interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("format_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("organisation_name", sa.String(length=160), nullable=False),
        sa.Column("field_of_work", sa.String(length=160), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["format_id"],
            ["training_format.id"],
            name=op.f("fk_training_interest_format_id_training_format"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_training_interest_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_interest")),
        sa.UniqueConstraint("format_id", "person_id", name=op.f("uq_training_interest_format_id_person_id")),
        sa.UniqueConstraint("token", name=op.f("uq_training_interest_token")),
    )

    with op.batch_alter_table("training_interest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_interest_format_id"), ["format_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_interest_person_id"), ["person_id"], unique=False)

    op.create_table(
        "training_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("format_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("organisation_name", sa.String(length=160), nullable=False),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("group_size", sa.Integer(), nullable=False),
        sa.Column("wanted_when", sa.String(length=300), nullable=False),
        sa.Column("wanted_where", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "in_talks",
                "handed_on",
                "agreed",
                "declined",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("handed_to", sa.String(length=160), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("group_size > 0", name=op.f("ck_training_request_group_size_positive")),
        sa.ForeignKeyConstraint(
            ["format_id"],
            ["training_format.id"],
            name=op.f("fk_training_request_format_id_training_format"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_training_request_organisation_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["account.id"], name=op.f("fk_training_request_user_id_account"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_request")),
        sa.UniqueConstraint("token", name=op.f("uq_training_request_token")),
    )

    with op.batch_alter_table("training_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_request_format_id"), ["format_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_request_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_request_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_request_user_id"), ["user_id"], unique=False)

    op.create_table(
        "training",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("format_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("trainer", sa.String(length=160), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("group_token", sa.String(length=64), nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_training_minutes_positive")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_training_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["format_id"], ["training_format.id"], name=op.f("fk_training_format_id_training_format")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["training_request.id"],
            name=op.f("fk_training_request_id_training_request"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_training")),
        sa.UniqueConstraint("group_token", name=op.f("uq_training_group_token")),
    )

    with op.batch_alter_table("training", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_format_id"), ["format_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_request_id"), ["request_id"], unique=False)

    op.create_table(
        "training_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("format_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=160), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_training_record_minutes_not_negative")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_training_record_event_id_event"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["format_id"],
            ["training_format.id"],
            name=op.f("fk_training_record_format_id_training_format"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_training_record_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["account.id"],
            name=op.f("fk_training_record_recorded_by_id_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_record")),
        sa.UniqueConstraint("person_id", "event_id", name=op.f("uq_training_record_person_id_event_id")),
    )

    with op.batch_alter_table("training_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_record_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_record_format_id"), ["format_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_training_record_person_id"), ["person_id"], unique=False)

    op.create_table(
        "training_answers",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("organisation_name", sa.String(length=160), nullable=False),
        sa.Column("field_of_work", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_training_answers_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_training_answers")),
    )

    op.create_table(
        "training_attendance",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("event_date_id", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=True),
        sa.CheckConstraint("missed >= 0", name=op.f("ck_training_attendance_missed_not_negative")),
        sa.ForeignKeyConstraint(
            ["event_date_id"],
            ["event_date.id"],
            name=op.f("fk_training_attendance_event_date_id_event_date"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_training_attendance_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", "event_date_id", name=op.f("pk_training_attendance")),
    )

    with op.batch_alter_table("training_attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_training_attendance_event_date_id"), ["event_date_id"], unique=False)


def downgrade():
    with op.batch_alter_table("training_attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_attendance_event_date_id"))

    op.drop_table("training_attendance")

    op.drop_table("training_answers")

    with op.batch_alter_table("training_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_record_person_id"))
        batch_op.drop_index(batch_op.f("ix_training_record_format_id"))
        batch_op.drop_index(batch_op.f("ix_training_record_event_id"))

    op.drop_table("training_record")

    with op.batch_alter_table("training", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_request_id"))
        batch_op.drop_index(batch_op.f("ix_training_format_id"))

    op.drop_table("training")

    with op.batch_alter_table("training_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_request_user_id"))
        batch_op.drop_index(batch_op.f("ix_training_request_status"))
        batch_op.drop_index(batch_op.f("ix_training_request_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_training_request_format_id"))

    op.drop_table("training_request")

    with op.batch_alter_table("training_interest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_interest_person_id"))
        batch_op.drop_index(batch_op.f("ix_training_interest_format_id"))

    op.drop_table("training_interest")
