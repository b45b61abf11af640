"""`flask outbox`: send mails by hand, and say what waits."""

import click
from flask.cli import AppGroup

from coordapp.outbox import service, trays
from coordapp.outbox.rules import reason
from coordapp.outbox.sender import Sender

group = AppGroup("outbox", help="Mails: send what is due, say what waits.")


@group.command("send")
def send() -> None:
    """Send what is due and end."""
    if not service.is_sending_configured():
        raise click.ClickException("No mail server is configured: set SMTP_HOST. The mails stay in the outbox.")
    sender, number = Sender(), 0
    try:
        while sender.send_next():
            number += 1
    finally:
        sender.close()
    click.echo(f"{number} tried, {trays.count_by_tray()[trays.Tray.WAITING]} waiting.")


@group.command("status")
def status() -> None:
    """Say how many mails wait, were sent or failed, and whether the mail server works."""
    for tray, number in trays.count_by_tray().items():
        click.echo(f"{number:7}  {trays.LABELS[tray]}")
    trouble = service.find_trouble()
    if not service.is_sending_configured():
        click.echo("Kein Mailserver eingestellt (SMTP_HOST): es wird nichts versendet.")
    elif trouble:
        click.echo(f"Der Versand klappt nicht: {reason(trouble.last_error)} ({trouble.last_error})")
