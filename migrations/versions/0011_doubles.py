"""Doubles: mergers, people who are not the same, and whom the office has erased."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    """Change nothing yet."""


def downgrade():
    """Change nothing yet."""
