"""The import of lists: drafts with their rows, how columns were read, what was decided about rows."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FIELDS = ("participation", "education", "work", "housing", "health", "leisure")
VERDICTS = ("new", "changed", "same", "double", "error", "left_out", "skipped")
DECISIONS = ("same_person", "somebody_else", "leave_out", "is_a_person")


def upgrade():
    op.create_table(
        "import_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sheets", sa.JSON(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("header_row", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("default_field", _choice(*FIELDS, name="default_field"), nullable=False),
        sa.Column("consents", sa.JSON(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_import_list_created_by_id_account"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_list")),
    )

    op.create_table(
        "import_mapping",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("default_field", _choice(*FIELDS, name="default_field"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_import_mapping")),
    )

    op.create_table(
        "import_memory",
        sa.Column("row_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_import_memory_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("row_hash", name=op.f("pk_import_memory")),
    )

    with op.batch_alter_table("import_memory", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_memory_person_id"), ["person_id"], unique=False)

    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_list_id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("repairs", sa.JSON(), nullable=False),
        sa.Column("verdict", _choice(*VERDICTS, name="verdict"), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("guesses", sa.JSON(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("twin_number", sa.Integer(), nullable=True),
        sa.Column("decision", _choice(*DECISIONS, name="decision"), nullable=True),
        sa.Column("done", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_list_id"],
            ["import_list.id"],
            name=op.f("fk_import_row_import_list_id_import_list"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_import_row_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint(
            "import_list_id", "sheet", "number", name=op.f("uq_import_row_import_list_id_sheet_number")
        ),
    )

    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_row_import_list_id_verdict"), ["import_list_id", "verdict"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_import_row_person_id"), ["person_id"], unique=False)


def _choice(*values, name):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade():
    op.drop_table("import_row")
    op.drop_table("import_memory")
    op.drop_table("import_mapping")
    op.drop_table("import_list")
