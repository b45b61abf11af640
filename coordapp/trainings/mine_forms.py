"""What the Thüringer Ehrenamtszertifikat asks for beside trainings: typed for one sheet of paper, stored nowhere.

What it asks is on https://www.thueringer-ehrenamtsstiftung.de/ehrenamtszertifikat: the person, fields of activity,
period and extent, function, skills and knowledge gained, further training.
"""

from flask_babel import force_locale
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from coordapp.directory import profile_words
from coordapp.directory.models import Person
from coordapp.directory.models_profile import Volunteer
from coordapp.shared.forms import line_field, text_field
from coordapp.trainings.fields import BirthDateField

SHORT, LONG = 200, 1_000


class SheetForm(FlaskForm):
    """The lines of the sheet; what stays empty is a line to write on."""

    born = BirthDateField(_("Geburtsdatum"))
    address = line_field(_("Anschrift"), most=SHORT)
    organisation = line_field(_("Für wen sind Sie tätig? (Verein, Gemeinde, Kirche)"), most=SHORT)
    field_of_work = line_field(_("In welchem Bereich?"), most=SHORT)
    role = line_field(_("Was ist Ihre Aufgabe?"), most=SHORT)
    since = line_field(_("Seit wann?"), most=80)
    amount = line_field(_("Wie viele Stunden im Monat oder im Jahr?"), most=80)
    skills = text_field(_("Was können Sie dadurch besser?"), most=LONG)
    knowledge = text_field(_("Was wissen Sie jetzt, das Sie vorher nicht wussten?"), most=LONG)

    def offer(self, person: Person, volunteer: Volunteer | None) -> "SheetForm":
        """Fill in what is known from the profile."""
        town = f"{person.postal_code} {person.municipality}".strip()
        self.address.data = ", ".join(part for part in (person.street, town) if part)
        engagements = volunteer.engagements if volunteer is not None else []
        self.organisation.data = _joined(one.organisation.name for one in engagements if one.organisation)
        with force_locale("de"):  # the sheet is for a German office, whatever the page speaks
            self.field_of_work.data = _joined(str(profile_words.FIELDS[one.field]) for one in engagements)
        self.role.data = _joined(one.activity for one in engagements)
        return self


def _joined(words) -> str:
    return ", ".join(dict.fromkeys(word for word in words if word))[:SHORT]
