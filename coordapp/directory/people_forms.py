"""Forms of the office on people of the directory."""

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.directory.models_profile import Volunteer
from coordapp.directory.people import Double
from coordapp.directory.profile_forms import AboutForm, PartForm
from coordapp.directory.profile_view import Facts
from coordapp.directory.wordings import WORDINGS, current_version, wording
from coordapp.shared import clock
from coordapp.shared.forms import choices, line_field, text_field
from coordapp.shared.languages import LANGUAGES, short_day

FITS = {"": "keine Angabe", "ja": "ja", "nein": "nein"}
SAID = {GivenBy.PHONE: "am Telefon", GivenBy.PAPER: "auf Papier"}


class NewPersonForm(AboutForm):
    """Somebody who comes into the directory by hand."""

    knows = BooleanField("Die Person weiß, dass das Büro diese Angaben speichert")
    source = line_field("Woher haben Sie die Angaben?", most=120)
    seen_doubles = HiddenField()  # ids of the people that were shown; wanting somebody new all the same is allowed

    def validate(self, extra_validators=None) -> bool:
        """Check the fields one by one; at least one way to the person is needed."""
        is_valid = super().validate(extra_validators)
        if not self.errors and not self.ways():
            self.form_errors.append("Bitte tragen Sie E-Mail-Adresse, Telefon oder die ganze Postanschrift ein.")
            return False
        return is_valid

    def is_warned_of(self, doubles: Iterable[Double]) -> bool:
        """Tell whether all these people were shown already; from now on they were."""
        seen = set((self.seen_doubles.data or "").split())
        news = {str(double.person.id) for double in doubles}
        self.seen_doubles.data = " ".join(sorted(seen | news))
        return news <= seen


class OfficeNotesForm(PartForm):
    """What only the office writes; the person can read it."""

    clearance_seen_on = DateField("Führungszeugnis gesehen am", validators=[Optional()])
    clearance_fits = RadioField("Passt es zur Aufgabe?", choices=choices(FITS), default="")
    note = text_field("Notiz des Büros", most=2000)
    source = line_field("Woher die Angaben kommen", most=120)

    def validate_clearance_seen_on(self, field: DateField) -> None:
        """Refuse days to come."""
        if field.data is not None and field.data > clock.today():
            raise ValidationError("Dieser Tag liegt in der Zukunft.")

    def validate_clearance_fits(self, field: RadioField) -> None:
        """Ask for the day of what was judged."""
        if field.data and self.clearance_seen_on.data is None and not self.clearance_seen_on.errors:
            raise ValidationError("Wann haben Sie es gesehen? Bitte tragen Sie oben den Tag ein.")

    def stored(self, volunteer: Volunteer) -> dict:
        """Return clearance, note and source."""
        fits = {None: "", True: "ja", False: "nein"}[volunteer.clearance_fits]
        return {"clearance_fits": fits} | {
            name: getattr(volunteer, name) for name in ("clearance_seen_on", "note", "source")
        }

    def write_to(self, volunteer: Volunteer) -> None:
        """Store clearance, note and source."""
        volunteer.clearance_seen_on = self.clearance_seen_on.data
        volunteer.clearance_fits = {"ja": True, "nein": False}.get(self.clearance_fits.data)
        volunteer.note, volunteer.source = self.note.data or "", self.source.data or ""


class ConsentForm(FlaskForm):
    """What somebody agreed to on the telephone or on paper."""

    purposes = SelectMultipleField(
        "Wozu sagt die Person Ja?", choices=[], widget=ListWidget(), option_widget=CheckboxInput(),
        validators=[InputRequired("Bitte kreuzen Sie mindestens einen Satz an.")],
    )  # fmt: skip
    given_by = RadioField(
        "Wie wurde es gesagt?",
        choices=choices(SAID),
        validators=[InputRequired("Bitte wählen Sie: Telefon oder Papier.")],
    )
    said_on = DateField("Wann?", default=clock.today, validators=[InputRequired("Bitte wählen Sie den Tag.")])
    language = SelectField(
        "In welcher Sprache hat die Person den Satz gehört oder gelesen?", choices=choices(LANGUAGES)
    )
    note = line_field("Notiz", most=120)

    def let_choose(self, given: Iterable[Purpose]) -> None:
        """Offer the sentences that somebody has not agreed to yet."""
        known = set(given)
        open_ones = [purpose for purpose in WORDINGS if purpose not in known]
        self.purposes.choices = [
            SelectChoice(value=purpose.value, label=str(wording(purpose, current_version(purpose))))
            for purpose in open_ones
        ]

    def validate_said_on(self, field: DateField) -> None:
        """Refuse days to come."""
        if field.data is not None and field.data > clock.today():
            raise ValidationError("Dieser Tag liegt in der Zukunft.")

    @property
    def proof(self) -> str:
        """Return what is kept beside the consent: the day, and what the office noted."""
        day = f"gesagt am {short_day(self.said_on.data)}" if self.said_on.data else ""
        return "; ".join(part for part in (day, self.note.data) if part)


class WithdrawalForm(FlaskForm):
    """What somebody takes back on the telephone or on paper."""

    purpose = SelectField(choices=choices({purpose: purpose for purpose in Purpose}))
    withdrawn_by = RadioField(
        "Wenn jemand etwas zurückzieht: Wie wurde es gesagt?", choices=choices(SAID), default=GivenBy.PHONE.value
    )


def notes_in_words(volunteer: Volunteer) -> Facts:
    """Return what the office noted about somebody, to be read."""
    clearance = "keines gesehen"
    if volunteer.clearance_seen_on is not None:
        fits = {None: "", True: ", passt: ja", False: ", passt: nein"}[volunteer.clearance_fits]
        clearance = f"gesehen am {short_day(volunteer.clearance_seen_on)}{fits}"
    return [
        ("Führungszeugnis", clearance),
        ("Notiz des Büros", volunteer.note or "keine"),
        ("Woher die Angaben kommen", volunteer.source or "nicht vermerkt"),
    ]
