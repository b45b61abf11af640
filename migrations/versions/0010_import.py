"""The import of lists."""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    """Change nothing yet."""


def downgrade():
    """Change nothing yet."""
