"""What the office reads about invitations: states, reasons and progress in words."""

from coordapp.invitations.mailings import Progress
from coordapp.invitations.models_mailing import Mailing, MailingStatus
from coordapp.invitations.rules import LeftOut, State
from coordapp.invitations.service import Line
from coordapp.shared.languages import short_day

STATES = {  # label, kind of badge
    State.COMING: ("kommt", "success"),
    State.WAITING: ("wartet auf einen Platz", "info"),
    State.MAYBE: ("kommt vielleicht", "info"),
    State.DECLINED: ("kommt nicht", "neutral"),
    State.SILENT: ("noch keine Antwort", "warning"),
}
UNDELIVERED = "nicht-zugestellt"  # stands in the address where a state else does
LEFT_OUT = {
    LeftOut.MERGED: "mit einem anderen Eintrag zusammengelegt",
    LeftOut.INVITED: "schon eingeladen",
    LeftOut.REGISTERED: "schon angemeldet",
    LeftOut.DECLINED: "hat schon abgesagt",
    LeftOut.LACKS_TRAINING: "die Schulung, die man vorher braucht, fehlt noch",
    LeftOut.NO_CONSENT: "hat Einladungen nicht zugestimmt",
    LeftOut.PAUSED: "macht gerade Pause",
    LeftOut.BY_PHONE: "möchte lieber angerufen werden",
    LeftOut.BOUNCED: "E-Mails kommen zurück",
    LeftOut.NO_EMAIL: "hat keine E-Mail-Adresse",
    LeftOut.CHOSEN: "von Ihnen ausgelassen",
    LeftOut.EVENT_CLOSED: "die Anmeldung war schon beendet",
}
TO_PHONE = (LeftOut.BY_PHONE, LeftOut.BOUNCED, LeftOut.NO_EMAIL)  # somebody should call these
STATUSES = {  # label, kind of badge
    MailingStatus.DRAFT: ("Entwurf", "neutral"),
    MailingStatus.SCHEDULED: ("geplant", "info"),
    MailingStatus.SENDING: ("wird gesendet", "info"),
    MailingStatus.PAUSED: ("angehalten", "warning"),
    MailingStatus.SENT: ("gesendet", "success"),
    MailingStatus.CANCELLED: ("abgebrochen", "neutral"),
}


def status(mailing: Mailing, progress: Progress) -> tuple[str, str]:
    """Return the label of a mailing and the kind of its badge; as long as mails wait it is being sent."""
    if mailing.status is MailingStatus.SENT and progress.waiting:
        return STATUSES[MailingStatus.SENDING]
    return STATUSES[mailing.status]


def people(number: int) -> str:
    """Write a number of people: "1 Person", "3 Personen"."""
    return f"{number} {'Person' if number == 1 else 'Personen'}"


def sent(*, mails: int, letters: int) -> str:
    """Say what goes out: "3 Einladungen gehen hinaus, davon 1 als Brief."."""
    number = mails + letters
    if not number:
        return "Alle Ausgewählten sind schon eingeladen. Niemand bekommt eine zweite Einladung."
    words = "1 Einladung geht hinaus" if number == 1 else f"{number} Einladungen gehen hinaus"
    return f"{words}{f', davon {letters} als Brief' if letters else ''}."


def reasons(left_out: dict[str, int]) -> list[str]:
    """List why people lost their invitation before its turn came: "hat Einladungen nicht zugestimmt (2)"."""
    return [f"{LEFT_OUT[LeftOut(reason)]} ({number})" for reason, number in left_out.items()]


def way(line: Line) -> str:
    """Say how an invitation goes to its reader, and how far it is."""
    invitation = line.invitation
    if invitation.by_letter:
        return f"Brief gedruckt am {short_day(invitation.printed_at)}" if invitation.printed_at else "Brief zu drucken"
    if line.is_undelivered:
        return "E-Mail nicht zugestellt"
    return "E-Mail" if invitation.mailed_at else "E-Mail wird noch gesendet"
