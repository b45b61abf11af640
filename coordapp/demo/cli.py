"""Commands for the demo county."""

import click
from flask.cli import with_appcontext

from coordapp.demo import county, sign_in
from coordapp.extensions import db


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Fill the demo county into an empty database."""
    filled = county.fill_in()
    db.session.commit()
    print("The demo county is filled in." if filled else "The database is not empty; nothing was changed.")


@click.command("sign-in")
@with_appcontext
def sign_in_data() -> None:
    """Print how to sign in to the demo county right now."""
    lines = sign_in.describe()
    db.session.commit()
    print("\n".join(lines) if lines else "There is no demo county in this database.")
