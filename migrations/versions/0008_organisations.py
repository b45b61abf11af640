"""Organisations: what the public reads, who speaks for them, what is reported about them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "organisation_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reporter_name", sa.String(length=120), nullable=False),
        sa.Column("reporter_email", sa.String(length=254), nullable=True),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["account.id"],
            name=op.f("fk_organisation_report_decided_by_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_report_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reported_by_id"],
            ["account.id"],
            name=op.f("fk_organisation_report_reported_by_id_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_report")),
    )

    with op.batch_alter_table("organisation_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_report_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "representative",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_representative_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["account.id"], name=op.f("fk_representative_user_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("organisation_id", "user_id", name=op.f("pk_representative")),
    )

    with op.batch_alter_table("representative", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_representative_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("description", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("target_groups", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("languages", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("street", sa.String(length=160), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("postal_code", sa.String(length=5), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("is_step_free", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("has_accessible_wc", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("opening_hours", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("phone", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("website", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("is_public", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("search_text", sa.String(length=1500), nullable=False, server_default=""))

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        for column in (
            "description",
            "target_groups",
            "languages",
            "street",
            "postal_code",
            "is_step_free",
            "has_accessible_wc",
            "opening_hours",
            "website",
            "is_public",
            "search_text",
        ):
            batch_op.alter_column(column, server_default=None)


def downgrade():
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_column("search_text")
        batch_op.drop_column("confirmed_at")
        batch_op.drop_column("is_public")
        batch_op.drop_column("website")
        batch_op.drop_column("phone")
        batch_op.drop_column("email")
        batch_op.drop_column("opening_hours")
        batch_op.drop_column("has_accessible_wc")
        batch_op.drop_column("is_step_free")
        batch_op.drop_column("postal_code")
        batch_op.drop_column("street")
        batch_op.drop_column("languages")
        batch_op.drop_column("target_groups")
        batch_op.drop_column("description")

    with op.batch_alter_table("representative", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_representative_user_id"))

    op.drop_table("representative")

    with op.batch_alter_table("organisation_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_report_organisation_id"))

    op.drop_table("organisation_report")
