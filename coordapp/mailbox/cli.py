"""`flask mailbox`: read mails from files, and the mailbox at once."""

import mailbox
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from coordapp.extensions import db
from coordapp.mailbox import reader, service
from coordapp.mailbox.words import KINDS

group = AppGroup("mailbox", help="Mails that come back: read them from files or from the mailbox.")


@group.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def read(files: tuple[Path, ...]) -> None:
    """Read mails from .eml files, or from mbox files with many mails."""
    seen: Counter[str] = Counter()
    for file in files:
        for raw in _messages(file):
            kind = service.take_in(raw)
            db.session.commit()
            seen[KINDS[kind] if kind else "schon gelesen"] += 1
    for words, number in seen.items():
        click.echo(f"{number:7}  {words}")


@group.command("fetch")
def fetch() -> None:
    """Read what is new in the mailbox of the settings."""
    if not reader.is_configured():
        raise click.ClickException("No mailbox is configured: set IMAP_HOST.")
    reader.read_new()
    state = reader.find_state()
    if state is not None and state.trouble:
        raise click.ClickException(f"The mailbox could not be read: {state.trouble}.")


def _messages(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        is_mbox = opened.read(5) == b"From "
    if not is_mbox:
        yield file.read_bytes()
        return
    box = mailbox.mbox(file, create=False)
    try:
        for key in box.iterkeys():
            yield box.get_bytes(key)
    finally:
        box.close()
