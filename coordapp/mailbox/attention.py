"""What the office must do about the mailbox: dead addresses, unclear answers, and a mailbox that nobody reads."""

from datetime import datetime

from flask import url_for

from coordapp.directory import addresses
from coordapp.mailbox import reader, service
from coordapp.mailbox.imap import Trouble
from coordapp.mailbox.models import MessageKind
from coordapp.mailbox.words import TROUBLES
from coordapp.shared.attention import Line, Urgency, counted


def list_lines(_now: datetime) -> list[Line]:
    """List what came back or was answered and needs somebody."""
    return [*_trouble(), *_dead_addresses(), *_unclear(), *_refused()]


def _trouble() -> list[Line]:
    state = reader.find_state() if reader.is_configured() else None
    if state is None or not state.trouble:
        return []
    url, why = url_for("mailbox.index"), TROUBLES[Trouble(state.trouble)]
    return [Line("Das Postfach wird nicht gelesen: Postfach öffnen", url, Urgency.BROKEN, about=why)]


def _dead_addresses() -> list[Line]:
    number = addresses.count_dead()
    if not number:
        return []
    deed = counted(number, "Adresse kommt zurück", "Adressen kommen zurück") + ": neue Adresse erfragen"
    return [Line(deed, url_for("mailbox.addresses"), Urgency.TO_DO, about="Bis dahin bekommen sie keine Einladungen.")]


def _unclear() -> list[Line]:
    number = service.count_open(MessageKind.UNCLEAR)
    if not number:
        return []
    deed = counted(number, "Antwort aus einem Kalender", "Antworten aus Kalendern") + " klären"
    return [Line(deed, url_for("mailbox.index"), Urgency.WAITED_FOR)]


def _refused() -> list[Line]:
    number = service.count_open(MessageKind.POLICY)
    if not number:
        return []
    deed = counted(number, "abgewiesene Mail", "abgewiesene Mails") + " ansehen"
    about = "Ein fremder Server hält unsere Mails für unerwünscht. Die Adressen stimmen."
    return [Line(deed, url_for("mailbox.index"), Urgency.TO_DO, about=about)]
