"""Mail that comes back: what was read from the mailbox."""

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    """Change nothing yet."""


def downgrade():
    """Change nothing yet."""
