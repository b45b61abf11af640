"""SQLite never gives an id again that stands in the key of a mail: a newcomer got no mail, because it "was written".

PostgreSQL's counters only go up; there is nothing to do there.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = (
    "person", "organisation_report", "event", "registration", "invitation", "mailing", "barrier_report", "certificate"
)  # fmt: skip


def upgrade():
    _rebuild(sqlite_autoincrement=True)


def downgrade():
    _rebuild(sqlite_autoincrement=False)


def _rebuild(**options: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in TABLES:
        with op.batch_alter_table(table, recreate="always", table_kwargs=options):
            pass
