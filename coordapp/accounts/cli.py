"""Commands for accounts: the first administrator, further accounts, a new link for somebody locked out."""

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup

from coordapp.accounts import links, service
from coordapp.accounts.models import LIFETIMES, LinkPurpose, Role, User
from coordapp.extensions import db
from coordapp.shared.languages import LANGUAGES
from coordapp.shared.links import external

group = AppGroup("accounts", help="Accounts and who may do what.")


@group.command("create-administrator")
@click.option("--name", prompt="Name")
@click.option("--email", prompt="E-Mail")
def create_administrator(name: str, email: str) -> None:
    """Make an administrator and print the link to set up password and code."""
    _create(name=name, email=email, role=Role.ADMINISTRATOR, language="de")


@group.command("create")
@click.option("--name", prompt="Name")
@click.option("--email", prompt="E-Mail")
@click.option("--role", prompt="Role", type=click.Choice([role.value for role in Role]))
@click.option("--language", default="de", show_default=True, type=click.Choice(list(LANGUAGES)))
def create(name: str, email: str, role: str, language: str) -> None:
    """Make an account; for staff, print the link to set it up."""
    _create(name=name, email=email, role=Role(role), language=language)


@group.command("set-up-link")
@click.argument("email")
def set_up_link(email: str) -> None:
    """Print a new set-up link for a member of staff; password and code stay as they are until it is used."""
    user = service.find_user(email)
    if user is None or not user.is_staff or not user.is_active:
        raise click.ClickException(f"{email} is not the address of an active coordinator or administrator.")
    _print_link(user)


def _create(*, name: str, email: str, role: Role, language: str) -> None:
    try:
        address = validate_email(email.strip(), check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError as problem:
        raise click.ClickException(str(problem)) from problem
    if not name.strip():
        raise click.ClickException("Please give a name.")
    try:
        user = service.create_user(email=address, name=name, role=role, language=language)
    except service.EmailTaken as taken:
        raise click.ClickException(f"There is an account with the address {taken} already.") from taken
    click.echo(f"{user.name} <{user.email}> now has an account ({role.value}).")
    if user.is_staff:
        _print_link(user)
    else:
        click.echo(f"To sign in: {external('accounts.sign_in')}")
    db.session.commit()


def _print_link(user: User) -> None:
    """Print a link that works once; whoever may run commands here could change the account anyway."""
    token = links.new_link(user, LinkPurpose.SET_UP)
    db.session.commit()
    hours = int(LIFETIMES[LinkPurpose.SET_UP].total_seconds()) // 3600
    click.echo(f"Choose a password and tie an app that shows codes, within {hours} hours, with this link:")
    click.echo(external("accounts_staff.set_up", token=token))
