"""The commands for accounts."""

import re

import pytest
from sqlalchemy import select

from coordapp.accounts.models import Role, SignInLink, User
from coordapp.extensions import db


@pytest.fixture
def run(app):
    """Return a function that runs `flask accounts …` and gives what it prints."""

    def run_command(*arguments: str, answers: str = "", exit_code: int = 0) -> str:
        db.session.commit()
        done = app.test_cli_runner().invoke(args=["accounts", *arguments], input=answers)
        assert done.exit_code == exit_code, done.output
        return done.output

    return run_command


def test_the_first_administrator_is_asked_for_and_gets_a_link_that_works(run, client):
    said = run("create-administrator", answers="Adam Technik\nAdam@example.org\n")
    user = db.session.scalars(select(User)).one()
    assert (user.name, user.email, user.role) == ("Adam Technik", "adam@example.org", Role.ADMINISTRATOR)
    assert client.get_page(re.search(r"/konto/einrichten/\S+", said).group()).heading == "Zugang einrichten"


def test_an_account_of_any_role_can_be_made(run):
    said = run("create", "--name", "Vera", "--email", "vera@example.org", "--role", "volunteer", "--language", "uk")
    user = db.session.scalars(select(User)).one()
    assert (user.role, user.language) == (Role.VOLUNTEER, "uk")
    assert "einrichten" not in said
    assert "http://localhost/konto/anmelden/" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("create-administrator", "--name", "Adam", "--email", "adam"),
        ("create-administrator", "--name", " ", "--email", "adam@example.org"),
        ("create-administrator", "--name", "Adam", "--email", "taken@example.org"),
        ("set-up-link", "niemand@example.org"),
        ("set-up-link", "taken@example.org"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(run, make, arguments):
    make.user(email="taken@example.org")
    assert "Error" in run(*arguments, exit_code=1)
    assert len(db.session.scalars(select(User)).all()) == 1
    assert db.session.scalars(select(SignInLink)).all() == []


def test_somebody_locked_out_gets_a_new_link_and_keeps_what_worked(run, staff, client):
    said = run("set-up-link", staff.email)
    client.get_page(re.search(r"/konto/einrichten/\S+", said).group())
    assert staff.is_set_up
    assert staff.totp_secret not in said
