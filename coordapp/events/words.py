"""What the core says in words: states, needs, refusals and free places, in the reader's language."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from coordapp.events.models import Event, EventDate, Need, Registration, RegistrationStatus
from coordapp.events.rules import Refusal, refusal
from coordapp.shared import clock, languages

STATUS = {
    RegistrationStatus.UNCONFIRMED: _l("noch nicht bestätigt"),
    RegistrationStatus.CONFIRMED: _l("angemeldet"),
    RegistrationStatus.WAITING: _l("auf der Warteliste"),
    RegistrationStatus.OFFERED: _l("Platz angeboten"),
    RegistrationStatus.CANCELLED: _l("abgemeldet"),
    RegistrationStatus.ATTENDED: _l("war da"),
    RegistrationStatus.ABSENT: _l("war nicht da"),
}
NEEDS = {
    Need.INTERPRETER: _l("Ich brauche eine Übersetzung"),
    Need.SIGN_LANGUAGE: _l("Ich brauche Gebärdensprache"),
    Need.CHILD_CARE: _l("Ich brauche Kinderbetreuung"),
    Need.STEP_FREE: _l("Ich brauche einen Weg ohne Stufen"),
    Need.FOOD: _l("Ich esse nicht alles (bitte unten aufschreiben)"),
    Need.LIFT_OFFERED: _l("Ich kann jemanden im Auto mitnehmen"),
    Need.LIFT_WANTED: _l("Ich suche eine Mitfahrgelegenheit"),
}
NEEDS_IN_OFFICE = {  # one word each, for lists
    Need.INTERPRETER: "Dolmetschen",
    Need.SIGN_LANGUAGE: "Gebärdensprache",
    Need.CHILD_CARE: "Kinderbetreuung",
    Need.STEP_FREE: "stufenlos",
    Need.FOOD: "Essen",
    Need.LIFT_OFFERED: "bietet Mitfahrt",
    Need.LIFT_WANTED: "sucht Mitfahrt",
}


def outside_title(event: Event) -> str:
    """Return the title where others may read along (subjects, calendars, tabs); of what is confidential none."""
    return _("Ihr Termin") if event.is_confidential else event.title


def when(event: Event) -> str:
    """Say when an event takes place; of several dates the next one and which that is, when all are over the first."""
    now = clock.now()
    date = next((one for one in event.dates if one.ends_at > now), event.dates[0])
    which, span = which_date(date), languages.span(date.starts_at, date.ends_at)
    return f"{span} ({which})" if which else span


def which_date(date: EventDate) -> str:
    """Say which of several dates one is: "3. von 4 Terminen"; nothing of the only one."""
    dates = date.event.dates
    if len(dates) == 1:
        return ""
    return _("%(number)s. von %(total)s Terminen", number=dates.index(date) + 1, total=len(dates))


def free_places(event: Event, *, taken: int, waiting: int, at: datetime) -> str:
    """Say in words whether one can still come: "noch 8 Plätze frei", "ausgebucht, Warteliste" …"""
    reason = refusal(event, at=at)
    if reason is not None:
        return refused(event, reason)
    if event.capacity is None:
        return _("Plätze frei")
    free = max(0, event.capacity - taken)
    if free and not waiting:
        return ngettext("noch %(num)s Platz frei", "noch %(num)s Plätze frei", free)
    return _("ausgebucht, Warteliste möglich") if event.rules.has_waiting_list else _("ausgebucht")


def refused(event: Event, reason: Refusal) -> str:
    """Say in a few words why nobody can register."""
    words = {
        Refusal.NOT_PUBLISHED: _("noch nicht veröffentlicht"),
        Refusal.CANCELLED: _("abgesagt"),
        Refusal.OVER: _("schon vorbei"),
        Refusal.CLOSED: _("Anmeldung beendet"),
        Refusal.FULL: _("ausgebucht"),
        Refusal.PARTY_TOO_LARGE: _("So viele Plätze gibt es hier nicht."),
        Refusal.PRECONDITION: _("Es fehlt eine Schulung, die man vorher besucht haben muss."),
    }
    if reason is Refusal.NOT_YET and event.registration_opens_at is not None:
        return _("Anmeldung ab %(moment)s", moment=languages.moment(event.registration_opens_at))
    return words.get(reason, "")


def refused_long(reason: Refusal) -> str:
    """Say in a sentence why nobody can register, above what to do instead."""
    return {
        Refusal.NOT_PUBLISHED: _("Diese Veranstaltung ist noch nicht veröffentlicht."),
        Refusal.CANCELLED: _("Diese Veranstaltung ist abgesagt. Sie findet nicht statt."),
        Refusal.OVER: _("Diese Veranstaltung ist schon vorbei."),
        Refusal.NOT_YET: _("Die Anmeldung ist noch nicht offen."),
        Refusal.CLOSED: _("Die Zeit für die Anmeldung ist vorbei. Rufen Sie uns an: Vielleicht geht es noch."),
        Refusal.FULL: _("Alle Plätze sind vergeben."),
        Refusal.PARTY_TOO_LARGE: _("So viele Plätze gibt es hier nicht. Bitte melden Sie weniger Personen an."),
        Refusal.PRECONDITION: _(
            "Für diese Schulung müssen Sie vorher eine andere besucht haben. Bei uns steht das noch nicht. "
            "Haben Sie sie woanders besucht? Dann rufen Sie uns bitte an."
        ),
    }[reason]


def needs(values: Iterable[str]) -> list[str]:
    """List what somebody needs or brings, for themselves to read."""
    return [str(NEEDS[Need(value)]) for value in values]


def needs_for_office(registration: Registration) -> str:
    """Write what somebody needs or brings in a few words: "Dolmetschen (Arabisch), stufenlos"."""
    words = []
    for value in registration.needs:
        word = NEEDS_IN_OFFICE[Need(value)]
        if value == Need.INTERPRETER and registration.interpreter_language:
            word += f" ({registration.interpreter_language})"
        words.append(word)
    return ", ".join(words)
