"""What the office must do about the people of the directory."""

from datetime import datetime

from flask import url_for

from coordapp.directory import people
from coordapp.shared.attention import Line, Urgency, counted


def list_lines(now: datetime) -> list[Line]:
    """Name those who must know within ten days that the office has their data, as one line."""
    waiting = people.find_to_inform(now)
    if waiting is None:
        return []
    deed = f"{counted(waiting.number, 'Person', 'Personen')} informieren"
    urgency = Urgency.BROKEN if waiting.first_until < now else Urgency.WAITED_FOR
    about = "Sie sollen wissen, dass ihre Angaben im Verzeichnis stehen."
    return [Line(deed, url_for("informing_office.index"), urgency, about=about, until=waiting.first_until)]
