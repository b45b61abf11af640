"""Tables for an empty database, and making a used one empty again."""

import flask_migrate
from flask import Flask

from coordapp.extensions import db


def create_tables(app: Flask) -> None:
    """Bring an empty database to the newest schema the way the site does: by its migrations."""
    with app.app_context():
        flask_migrate.upgrade()
        db.session.remove()


def empty_tables() -> None:
    """Delete every row; one question finds the few tables of sixty that hold any."""
    tables = list(reversed(db.metadata.sorted_tables))
    filled = db.session.execute(db.select(*(db.select(table).exists().label(table.name) for table in tables))).one()
    for table, has_rows in zip(tables, filled, strict=True):
        if has_rows:
            db.session.execute(table.delete())
    db.session.commit()
