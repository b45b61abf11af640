"""Run the migrations on the application's own engine: SQLite by rebuilding tables (batch), PostgreSQL directly."""

from alembic import context
from flask import current_app

from coordapp.extensions import db
from coordapp.shared.columns import UtcDateTime


def render_item(kind: str, item, _autogen_context):
    """Write our moments as what they are in the database, so that a migration needs nothing of the application."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Run what is missing, all in one transaction where the database can."""
    arguments = current_app.extensions["migrate"].configure_args | {"render_item": render_item}
    with db.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=db.metadata, **arguments)
        with context.begin_transaction():
            context.run_migrations()


run()
