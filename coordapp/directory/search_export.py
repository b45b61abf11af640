"""The hits of a search as an Excel file. Everything is text or a date: nothing typed by anybody becomes a formula."""

from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

import phonenumbers
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from coordapp.directory.models_consent import Purpose
from coordapp.directory.models_profile import Volunteer
from coordapp.directory.profile_words import CHANNELS, FIELDS, TARGET_GROUPS, times_by_day
from coordapp.directory.search_words import languages_in_words, places_in_words
from coordapp.shared import clock, text

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # how a formula begins, should somebody type the cell anew
COLUMNS = {  # heading: width
    "Name": 28, "E-Mail": 32, "Telefon": 18, "Straße": 26, "PLZ": 8, "Wohnort": 18, "Post am liebsten": 14,
    "Kontakt": 34, "Handlungsfelder": 34, "Macht": 34, "Sprachen": 40, "Hilft in": 30, "Zeiten": 36,
    "Zielgruppen": 26, "Organisation": 30, "Zuletzt bestätigt": 16,
}  # fmt: skip
SHOWN = "ja"
NOT_INFORMED = "leer: weiß noch nicht, dass wir die Daten haben"
NOT_AGREED = "leer: hat dem Eintrag ins Verzeichnis nicht zugestimmt"


@dataclass(frozen=True)
class Sheet:
    """What is written on top: what for, by whom, when, and what was looked for."""

    purpose: str
    by: str
    at: datetime
    looked_for: str


def contact_state(volunteer: Volunteer, agreed: set[Purpose]) -> str:
    """Say whether somebody's contact data may stand in a list, and if not, why."""
    if volunteer.informed_at is None:
        return NOT_INFORMED
    return SHOWN if Purpose.DIRECTORY in agreed else NOT_AGREED


def workbook(volunteers: list[Volunteer], agreed: dict[int, set[Purpose]], sheet: Sheet) -> bytes:
    """Write volunteers into a file, one line each. Those who did not agree stand there without their contact data."""
    file = BytesIO()
    with Workbook(file, OPTIONS) as book:
        styles = _Styles(book)
        _write_list(book.add_worksheet("Liste"), volunteers, agreed, styles)
        _write_notes(book.add_worksheet("Hinweise"), volunteers, agreed, sheet, styles)
    return file.getvalue()


class _Styles:
    def __init__(self, book: Workbook) -> None:
        self.heading = book.add_format({"bold": True, "num_format": "@", "bottom": 1})
        self.text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self.quoted = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True, "quote_prefix": True})
        self.date = book.add_format({"num_format": "dd.mm.yyyy", "valign": "top", "align": "left"})


def _write_list(page: Worksheet, volunteers: list[Volunteer], agreed: dict[int, set[Purpose]], styles: _Styles) -> None:
    for column, (heading, width) in enumerate(COLUMNS.items()):
        page.set_column(column, column, width)
        page.write_string(0, column, heading, styles.heading)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(len(volunteers), 1), len(COLUMNS) - 1)
    for row, volunteer in enumerate(volunteers, 1):
        for column, value in enumerate(_line(volunteer, agreed[volunteer.person_id])):
            _write(page, row, column, value, styles)


def _write(page: Worksheet, row: int, column: int, value: str | date, styles: _Styles) -> None:
    if isinstance(value, date):
        page.write_datetime(row, column, datetime(value.year, value.month, value.day), styles.date)  # noqa: DTZ001 - a day
        return
    tidy = text.one_line(value)
    page.write_string(row, column, tidy, styles.quoted if tidy.startswith(DANGEROUS) else styles.text)


def _line(volunteer: Volunteer, agreed: set[Purpose]) -> list[str | date]:
    person, state = volunteer.person, contact_state(volunteer, agreed)
    contact = [person.email or "", spoken(person.phone), person.street, person.postal_code]
    engagements = volunteer.engagements
    return [
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


def _joined(parts) -> str:
    return "; ".join(dict.fromkeys(part for part in parts if part))


def spoken(phone: str | None) -> str:
    """Write a stored number as it is dialled from Germany: "03628 738100"."""
    try:
        number = phonenumbers.parse(phone or "")
    except phonenumbers.NumberParseException:
        return phone or ""
    is_german = number.country_code == phonenumbers.country_code_for_region("DE")
    style = phonenumbers.PhoneNumberFormat.NATIONAL if is_german else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def _write_notes(
    page: Worksheet, volunteers: list[Volunteer], agreed: dict[int, set[Purpose]], sheet: Sheet, styles: _Styles
) -> None:
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 100)
    shown = sum(contact_state(one, agreed[one.person_id]) == SHOWN for one in volunteers)
    lines = {
        "Wofür": sheet.purpose,
        "Wer": sheet.by,
        "Wann": f"{clock.local(sheet.at):%d.%m.%Y, %H:%M} Uhr",
        "Gesucht": sheet.looked_for or "alle",
        "Personen": str(len(volunteers)),
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
    for row, (label, value) in enumerate(lines.items()):
        page.write_string(row, 0, label, styles.heading)
        _write(page, row, 1, value, styles)
