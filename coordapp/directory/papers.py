"""Letters of the directory as tagged PDFs."""

from collections.abc import Iterable
from dataclasses import asdict

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from coordapp.directory import notices
from coordapp.directory.models_profile import Volunteer
from coordapp.shared import clock, languages
from coordapp.shared.links import external
from coordapp.shared.pdf import make_pdf


def inform_letters(volunteers: Iterable[Volunteer]) -> bytes:
    """Return a PDF (PDF/UA-1) with one letter each that says what the office holds, in the reader's language."""
    settings = current_app.config
    facts = {
        "office": settings["OFFICE_NAME"],
        "address": settings["OFFICE_ADDRESS"],
        "ways": f"{settings['OFFICE_PHONE']} · {settings['OFFICE_EMAIL']}",
        "letters": [_letter(volunteer) for volunteer in volunteers],
    }
    return make_pdf("directory/informing_office/letter.typ", facts)


def _letter(volunteer: Volunteer) -> dict:
    person = volunteer.person
    with force_locale(person.language):
        return {
            "language": person.language,
            "is_rtl": person.language in languages.RIGHT_TO_LEFT,
            "recipient": [person.name, person.street, f"{person.postal_code} {person.municipality}".strip()],
            "day": languages.day(clock.today()),
            "title": _("Was wir über Sie gespeichert haben"),
            "greeting": f"{notices.greeting(volunteer)},",
            "introduction": notices.introduction(),
            "sections": [asdict(section) for section in notices.sections(volunteer)],
            "online": _("Im Internet sehen und ändern Sie Ihre Angaben hier: %(address)s",
                        address=external("accounts.sign_in")),
            "closing": _("Freundliche Grüße"),
        }  # fmt: skip
