"""What the office must do about mails: those that did not arrive, and those that nobody sends."""

from datetime import datetime

from flask import url_for
from sqlalchemy import func, select

from coordapp.extensions import db
from coordapp.outbox import service, trays
from coordapp.outbox.models import Mail
from coordapp.outbox.rules import reason
from coordapp.shared.attention import Line, Urgency, counted


def list_lines(_now: datetime) -> list[Line]:
    """List what is wrong with the mails."""
    return [*_sending(), *_failed()]


def _sending() -> list[Line]:
    trouble = service.find_trouble() if service.is_sending_configured() else None
    if service.is_sending_configured() and trouble is None:
        return []
    waiting = db.session.scalar(select(func.count()).select_from(Mail).where(*trays.CONDITIONS[trays.Tray.WAITING]))
    why = "Es ist kein Mailserver eingestellt." if trouble is None else reason(trouble.last_error)
    left = counted(waiting or 0, "Mail wartet", "Mails warten")
    url = url_for("outbox.index", ablage=trays.Tray.WAITING)
    return [Line("Es wird nichts versendet: Postausgang öffnen", url, Urgency.BROKEN, about=f"{why} {left}.")]


def _failed() -> list[Line]:
    number = service.count_failed()
    if not number:
        return []
    deed = counted(number, "nicht zugestellte Mail", "nicht zugestellte Mails") + " ansehen"
    url = url_for("outbox.index", ablage=trays.Tray.FAILED)
    return [Line(deed, url, Urgency.BROKEN, about="Dort steht, warum, und Sie können sie noch einmal senden.")]
