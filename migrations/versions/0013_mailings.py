"""Mailings: invitations to many, with their texts and recipients."""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    """Change nothing yet."""


def downgrade():
    """Change nothing yet."""
