"""Tables for an empty database."""

import flask_migrate
from flask import Flask

import config
from coordapp.extensions import db


def create_tables(app: Flask) -> None:
    """Bring an empty database to the newest schema the way the site does: by its migrations."""
    with app.app_context():
        if any((config.ROOT / "migrations" / "versions").glob("*.py")):
            flask_migrate.upgrade()
        else:
            db.create_all()
        db.session.remove()
