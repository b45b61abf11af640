"""Links with which somebody makes an account of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "sign_up_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("next_path", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_up_link_token_hash")),
    )
    with op.batch_alter_table("sign_up_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_up_link_expires_at"), ["expires_at"], unique=False)


def downgrade():
    with op.batch_alter_table("sign_up_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_up_link_expires_at"))

    op.drop_table("sign_up_link")
