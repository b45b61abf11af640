"""Commands about keeping and deleting."""

import click
from flask.cli import AppGroup

from coordapp.extensions import db
from coordapp.privacy import service

group = AppGroup("privacy", help="What is kept about people, and how long.")


@group.command("delete-due")
def delete_due() -> None:
    """Delete what the deletion plan says; the worker does the same every six hours."""
    touched = service.delete_due()
    db.session.commit()
    click.echo(f"{touched} rows deleted or emptied")
