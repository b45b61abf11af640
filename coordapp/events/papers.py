"""Paper of events: the sign-in sheet as a tagged PDF."""

from collections.abc import Iterable

from flask import current_app
from flask_babel import force_locale

from coordapp.events import attendance_rules, words
from coordapp.events.models import Event, Registration
from coordapp.shared import clock, languages
from coordapp.shared.pdf import make_pdf


def sign_in_sheet(event: Event, registrations: Iterable[Registration]) -> bytes:
    """Return the sheet as a PDF (PDF/UA-1): names and room to sign, one sheet for each date of the event."""
    with force_locale("de"):
        dates = [languages.span(date.starts_at, date.ends_at) for date in event.dates]
    facts = {
        "office": current_app.config["OFFICE_NAME"],
        "address": current_app.config["OFFICE_ADDRESS"],
        "title": words.outside_title(event),
        "dates": dates,
        "place": f"{event.place.municipality}: {event.place.name}" if event.place else "",
        "rows": attendance_rules.sheet_rows((one.person.name, one.party_size) for one in registrations),
        "blank_rows": attendance_rules.BLANK_ROWS,
    }
    return make_pdf("events/papers/sign_in_sheet.typ", facts)


def sheet_filename(event: Event) -> str:
    """Return a name that says what it is and of which day: "unterschriftenliste-2027-03-16.pdf"."""
    return f"unterschriftenliste-{clock.local(event.starts_at):%Y-%m-%d}.pdf"
