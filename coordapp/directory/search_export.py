"""The hits of a search as an Excel file to take along."""

from dataclasses import dataclass
from datetime import date, datetime

from coordapp.directory.models_consent import Purpose
from coordapp.directory.models_profile import Volunteer
from coordapp.directory.profile_words import CHANNELS, FIELDS, TARGET_GROUPS, times_by_day
from coordapp.directory.search_words import languages_in_words, places_in_words
from coordapp.shared import clock, excel, text
from coordapp.shared.phones import spoken

COLUMNS = {  # heading: width
    "Name": 28, "E-Mail": 32, "Telefon": 18, "Straße": 26, "PLZ": 8, "Wohnort": 18, "Post am liebsten": 14,
    "Kontakt": 34, "Handlungsfelder": 34, "Macht": 34, "Sprachen": 40, "Hilft in": 30, "Zeiten": 36,
    "Zielgruppen": 26, "Organisation": 30, "Zuletzt bestätigt": 16,
}  # fmt: skip
SHOWN = "ja"
NOT_INFORMED = "leer: weiß noch nicht, dass wir die Daten haben"
NOT_AGREED = "leer: hat dem Eintrag ins Verzeichnis nicht zugestimmt"


@dataclass(frozen=True)
class Occasion:
    """What stands on the second sheet: what for, by whom, when, and what was looked for."""

    purpose: str
    by: str
    at: datetime
    looked_for: str


def contact_state(volunteer: Volunteer, agreed: set[Purpose]) -> str:
    """Say whether somebody's contact data may stand in a list, and if not, why."""
    if volunteer.informed_at is None:
        return NOT_INFORMED
    return SHOWN if Purpose.DIRECTORY in agreed else NOT_AGREED


def list_file(volunteers: list[Volunteer], agreed: dict[int, set[Purpose]], occasion: Occasion) -> bytes:
    """Write volunteers into a file, one line each. Those who did not agree stand there without their contact data."""
    lines = [_line(volunteer, agreed[volunteer.person_id]) for volunteer in volunteers]
    shown = sum(contact_state(one, agreed[one.person_id]) == SHOWN for one in volunteers)
    notes = _notes(occasion, number=len(volunteers), shown=shown)
    return excel.workbook(
        excel.Sheet("Liste", list(COLUMNS.values()), lines, headings=list(COLUMNS)),
        excel.Sheet("Hinweise", (24, 100), list(notes.items())),
    )


def _line(volunteer: Volunteer, agreed: set[Purpose]) -> list[str | date]:
    person, state = volunteer.person, contact_state(volunteer, agreed)
    contact = [person.email or "", spoken(person.phone), person.street, person.postal_code]
    engagements = volunteer.engagements
    line = [
        person.name,
        *(contact if state == SHOWN else [""] * len(contact)),
        person.municipality,
        str(CHANNELS[person.channel]),
        state,
        _joined(str(FIELDS[one.field]) for one in engagements),
        _joined(one.activity for one in engagements),
        _joined(languages_in_words(volunteer)),
        _joined(places_in_words(volunteer)),
        _joined(times_by_day(volunteer.availability)),
        _joined(str(TARGET_GROUPS[group]) for group in volunteer.target_groups),
        _joined(one.organisation.name for one in engagements if one.organisation),
        clock.local(volunteer.confirmed_at).date(),
    ]
    return [text.one_line(cell) if isinstance(cell, str) else cell for cell in line]


def _joined(parts) -> str:
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _notes(occasion: Occasion, *, number: int, shown: int) -> dict[str, str]:
    return {
        "Wofür": occasion.purpose,
        "Wer": occasion.by,
        "Wann": f"{clock.local(occasion.at):%d.%m.%Y, %H:%M} Uhr",
        "Gesucht": occasion.looked_for or "alle",
        "Personen": str(number),
        "Davon mit Kontakt": str(shown),
        "Kontakt": (
            "E-Mail, Telefon und Anschrift stehen nur bei Personen, die dem Eintrag ins Verzeichnis zugestimmt haben. "
            "Wer noch nicht weiß, dass wir die Daten haben, steht ohne Kontakt in der Liste."
        ),
        "Bitte beachten": (
            "Jede Person kann nachlesen, dass ihre Daten in dieser Liste stehen und wofür. Geben Sie die Liste nicht "
            "weiter, und löschen Sie sie, wenn Sie sie nicht mehr brauchen."
        ),
    }
