"""Volunteers: their profiles, engagements and consents, and who saw their contact data."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("person", "volunteer", "consent")


def upgrade():
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "directory",
                "brokering",
                "invite_round_table",
                "invite_training",
                "invite_week",
                "invite_club_day",
                "photo",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("wording", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column(
            "given_by",
            sa.Enum("web", "paper", "phone", name="given_by", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "withdrawn_by",
            sa.Enum("web", "paper", "phone", name="withdrawn_by", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("withdrawal_recorded_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consent_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_consent_recorded_by_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["withdrawal_recorded_by_id"],
            ["account.id"],
            name=op.f("fk_consent_withdrawal_recorded_by_id_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )

    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_consent_active",
            ["person_id", "purpose"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "disclosure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "viewed", "exported", "given_out", name="kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_disclosure_by_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_disclosure_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
    )

    with op.batch_alter_table("disclosure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disclosure_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_disclosure_person_id"), ["person_id"], unique=False)

    op.create_table(
        "volunteer",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("target_groups", sa.JSON(), nullable=False),
        sa.Column("municipalities", sa.JSON(), nullable=False),
        sa.Column("serves_whole_county", sa.Boolean(), nullable=False),
        sa.Column("serves_online", sa.Boolean(), nullable=False),
        sa.Column(
            "mobility",
            sa.Enum("on_foot", "bus", "car", name="mobility", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("availability", sa.JSON(), nullable=False),
        sa.Column(
            "frequency",
            sa.Enum(
                "weekly", "monthly", "sometimes", name="frequency", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("clearance_seen_on", sa.Date(), nullable=True),
        sa.Column("clearance_fits", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("inform_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("informed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facets", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_volunteer_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_volunteer")),
    )

    op.create_table(
        "engagement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "field",
            sa.Enum(
                "participation",
                "education",
                "work",
                "housing",
                "health",
                "leisure",
                name="field",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("activity", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_engagement_organisation_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["volunteer.person_id"], name=op.f("fk_engagement_person_id_volunteer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
    )

    with op.batch_alter_table("engagement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engagement_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_engagement_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("address_as", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("email_bounced_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("email_trouble", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("email_bounces", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("street", sa.String(length=160), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("postal_code", sa.String(length=5), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column(
                "channel",
                sa.Enum(
                    "email", "phone", "letter", name="channel", native_enum=False, create_constraint=True, length=32
                ),
                nullable=False,
                server_default="email",
            )
        )
        batch_op.add_column(sa.Column("wants_plain_language", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f("ix_person_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_name_key"), ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_phone"), ["phone"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_person_merged_into_id_person"), "person", ["merged_into_id"], ["id"], ondelete="CASCADE"
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        for column in (
            "address_as",
            "email_trouble",
            "email_bounces",
            "street",
            "postal_code",
            "channel",
            "wants_plain_language",
        ):
            batch_op.alter_column(column, server_default=None)

    _move_profiles_and_consents()

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("invitations_agreed_note")
        batch_op.drop_column("languages_spoken")
        batch_op.drop_column("is_volunteer")
        batch_op.drop_column("invitations_agreed_at")


def _move_profiles_and_consents():
    """Give everybody who was a volunteer a profile, and everybody who agreed to invitations a consent."""
    connection = op.get_bind()
    person, volunteer, consent = (sa.Table(name, sa.MetaData(), autoload_with=connection) for name in TABLES)
    for row in connection.execute(sa.select(person).where(person.c.is_volunteer)).mappings():
        languages = (
            json.loads(row["languages_spoken"]) if isinstance(row["languages_spoken"], str) else row["languages_spoken"]
        )
        words = [f"language:{code}:{level}" for code in languages for level in ("understands", "speaks")]
        connection.execute(
            volunteer.insert().values(
                person_id=row["id"],
                languages={code: "speaks" for code in languages},
                target_groups=[],
                municipalities=[],
                serves_whole_county=False,
                serves_online=False,
                availability=[],
                note="",
                source="",
                informed_at=row["created_at"],
                confirmed_at=row["created_at"],
                created_at=row["created_at"],
                facets=f" {' '.join([*words, 'time:*', 'group:*'])} ",
            )
        )
    agreed = sa.select(person).where(person.c.invitations_agreed_at.is_not(None))
    for row in connection.execute(agreed).mappings():
        connection.execute(
            consent.insert().values(
                person_id=row["id"],
                purpose="invite_round_table",
                wording=1,
                language="de",
                given_by="paper",
                given_at=row["invitations_agreed_at"],
                note=row["invitations_agreed_note"],
            )
        )


def downgrade():
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("invitations_agreed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("is_volunteer", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("languages_spoken", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(
            sa.Column("invitations_agreed_note", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.drop_constraint(batch_op.f("fk_person_merged_into_id_person"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_person_phone"))
        batch_op.drop_index(batch_op.f("ix_person_name_key"))
        batch_op.drop_index(batch_op.f("ix_person_merged_into_id"))
        batch_op.drop_column("wants_plain_language")
        batch_op.drop_constraint(batch_op.f("ck_person_channel"), type_="check")
        batch_op.drop_column("channel")
        batch_op.drop_column("postal_code")
        batch_op.drop_column("street")
        batch_op.drop_column("email_bounces")
        batch_op.drop_column("email_trouble")
        batch_op.drop_column("email_bounced_at")
        batch_op.drop_column("address_as")
        batch_op.drop_column("merged_into_id")

    with op.batch_alter_table("person", schema=None) as batch_op:
        for column in ("is_volunteer", "languages_spoken", "invitations_agreed_note"):
            batch_op.alter_column(column, server_default=None)

    with op.batch_alter_table("engagement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_engagement_person_id"))
        batch_op.drop_index(batch_op.f("ix_engagement_organisation_id"))

    op.drop_table("engagement")

    op.drop_table("volunteer")

    with op.batch_alter_table("disclosure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_disclosure_person_id"))
        batch_op.drop_index(batch_op.f("ix_disclosure_at"))

    op.drop_table("disclosure")

    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_consent_active",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_consent_person_id"))

    op.drop_table("consent")
