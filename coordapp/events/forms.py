"""Forms of the core: registering, and what the office says about an event and a place."""

from datetime import date, datetime, time

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, Regexp, ValidationError

from coordapp.events.models import Event, Need, Place, Registration
from coordapp.events.registration import Wishes
from coordapp.events.words import NEEDS, NEEDS_IN_OFFICE
from coordapp.shared import clock, languages
from coordapp.shared.forms import (
    add_error,
    choices,
    day_in,
    email_field,
    line_field,
    moment_in,
    name_field,
    phone_field,
    text_field,
)
from coordapp.shared.languages import LANGUAGES
from coordapp.shared.municipalities import MUNICIPALITIES

FIRST_YEAR, LAST_YEAR = 2000, 2100


def of_our_time(form: FlaskForm, field: DateField) -> None:  # noqa: ARG001 - the signature is WTForms's
    """Raise ValidationError for years that nobody means: clocks and calendars overflow at their ends."""
    if field.data is not None and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(f"Bitte ein Jahr von {FIRST_YEAR} bis {LAST_YEAR}.")


class WishesForm(FlaskForm):
    """Party and needs: the part of a registration that can change later."""

    party_size = IntegerField(
        _("Wie viele Personen kommen, Sie selbst mitgezählt?"),
        default=1,
        validators=[InputRequired(message=_("Bitte schreiben Sie eine Zahl."))],
    )
    needs = SelectMultipleField(_("Was brauchen Sie, oder was bieten Sie an?"), choices=choices(NEEDS))
    interpreter_language = line_field(_("In welche Sprache sollen wir übersetzen?"), most=60)
    note = text_field(_("Möchten Sie uns noch etwas sagen?"), most=1000)
    largest_party = 10

    def validate_party_size(self, field: IntegerField) -> None:
        """Refuse parties that no event takes."""
        if field.data is None or not 1 <= field.data <= self.largest_party:
            raise ValidationError(
                _("Bitte schreiben Sie eine Zahl von 1 bis %(most)s.", most=self.largest_party)
            )  # fmt: skip

    def validate(self, extra_validators=None) -> bool:
        """Check the fields one by one, then ask for the language where an interpreter is wished."""
        is_valid = super().validate(extra_validators)
        if Need.INTERPRETER in (self.needs.data or ()) and not self.interpreter_language.data:
            add_error(self.interpreter_language, _("Bitte schreiben Sie die Sprache. Beispiel: Arabisch"))
            return False
        return is_valid

    def wishes(self, registration: Registration | None = None) -> Wishes:
        """Return what was chosen; what this form does not ask stays as it is in the registration."""
        return Wishes(
            party_size=self.party_size.data or 1, needs=[Need(value) for value in self.needs.data or ()],
            interpreter_language=self.interpreter_language.data or "", note=self.note.data or "",
            organisation=registration.organisation if registration is not None else None,
        )  # fmt: skip


class RegistrationForm(WishesForm):
    """Registering as a visitor: name and address are enough."""

    name = name_field(_("Ihr Name"))
    email = email_field(_("Ihre E-Mail-Adresse"))


class SignedInRegistrationForm(WishesForm):
    """Registering when signed in: name and address are known."""


class OfficeWishesForm(WishesForm):
    """Party and needs as the office asks for them."""

    party_size = IntegerField("Personen", default=1, validators=[InputRequired(message="Bitte eine Zahl.")])
    needs = SelectMultipleField("Bedarf und Angebote", choices=choices(NEEDS_IN_OFFICE))
    interpreter_language = line_field("Dolmetschen in welche Sprache?", most=60)
    note = text_field("Notiz", most=1000)


class PhoneRegistrationForm(OfficeWishesForm):
    """The office registers somebody who phones; an e-mail address is not needed."""

    name = line_field("Name", most=120, needed="Wie heißt die Person?")
    email = email_field("E-Mail-Adresse", needed=False)
    phone = phone_field("Telefon")
    language = SelectField("Sprache der E-Mails", choices=choices(LANGUAGES), default="de")


class ContactForm(FlaskForm):
    """How somebody is called and reached."""

    name = line_field("Name", most=120, needed="Wie heißt die Person?")
    email = email_field("E-Mail-Adresse", needed=False)
    phone = phone_field("Telefon")


class CancelEventForm(FlaskForm):
    """Calling an event off."""

    reason = line_field("Grund, wie ihn die Angemeldeten lesen", most=500)


class EventForm(FlaskForm):
    """What the office says about an event. Dates and times are German wall-clock time."""

    title = line_field("Titel", most=200, needed="Bitte geben Sie der Veranstaltung einen Titel.")
    summary = line_field("In einem Satz: Worum geht es?", most=300)
    description = text_field("Beschreibung", most=5000)
    day = DateField("Tag", validators=[InputRequired(message="Bitte wählen Sie einen Tag."), of_our_time])
    begins = TimeField("Beginn", validators=[InputRequired(message="Bitte eine Uhrzeit, zum Beispiel 15:00.")])
    ends = TimeField("Ende", validators=[InputRequired(message="Bitte eine Uhrzeit, zum Beispiel 18:00.")])
    place_id = SelectField("Ort", coerce=int)
    hides_address = BooleanField("Den genauen Ort erfahren nur Angemeldete")
    capacity = IntegerField(
        "Plätze (leer: ohne Grenze)", validators=[Optional(), NumberRange(1, 100000, "Bitte eine Zahl ab 1.")]
    )
    closes_on = DateField(
        "Anmeldung bis (Tag)", validators=[InputRequired(message="Bitte wählen Sie einen Tag."), of_our_time]
    )
    closes_time = TimeField("Anmeldung bis (Uhrzeit)", validators=[InputRequired(message="Bitte eine Uhrzeit.")])
    opens_on = DateField("Anmeldung erst ab (Tag)", validators=[Optional(), of_our_time])
    reminder_days = line_field("Erinnerungen: so viele Tage vorher", most=60)
    version = HiddenField(validators=[Regexp(r"[0-9]{1,9}\Z", message="Bitte laden Sie die Seite neu.")])
    moments: dict[str, datetime]

    def validate(self, extra_validators=None) -> bool:
        """Check the fields one by one, then what they say together."""
        if not super().validate(extra_validators):
            return False
        self.moments = {}
        for name, day, hour in (
            ("starts_at", self.day, self.begins), ("ends_at", self.day, self.ends),
            ("closes_at", self.closes_on, self.closes_time),
        ):  # fmt: skip
            try:
                self.moments[name] = moment_in(day, hour)
            except clock.NoSuchTime:
                add_error(hour, "Diese Uhrzeit gibt es an diesem Tag nicht: Die Uhr wird vorgestellt.")
        return not self.errors and self._check_together()

    def carry_deadline(self, event: Event) -> None:
        """Move the end of registration along with the beginning, unless another one was typed."""
        day, begins = self.day.data, self.begins.data
        closes = clock.local(event.registration_closes_at).replace(tzinfo=None)
        is_typed = (self.closes_on.data, self.closes_time.data) != (closes.date(), closes.time())
        if is_typed or day is None or begins is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            return
        begun = clock.local(event.starts_at).replace(tzinfo=None)
        begin = begun.replace(day.year, day.month, day.day, begins.hour, begins.minute)
        moved = closes + (begin - begun)
        self.closes_on.data, self.closes_time.data = moved.date(), moved.time()

    def _check_together(self) -> bool:
        opens_on, closes_on = self.opens_on.data, day_in(self.closes_on)
        wrong = (
            (self.ends, self.moments["ends_at"] <= self.moments["starts_at"], "Das Ende liegt vor dem Beginn."),
            (self.closes_on, self.moments["closes_at"] > self.moments["ends_at"],
             "Die Anmeldung kann nicht länger offen sein als die Veranstaltung dauert."),
            (self.opens_on, opens_on is not None and opens_on > closes_on,
             "Die Anmeldung beginnt nach ihrem Ende."),
            (self.reminder_days, self.reminders() is None, "Bitte Zahlen mit Komma, zum Beispiel: 14, 2"),
        )  # fmt: skip
        for field, applies, message in wrong:
            if applies:
                add_error(field, message)
        return not any(applies for _field, applies, _message in wrong)

    def reminders(self) -> list[int] | None:
        """Return the days typed ("14, 2"), or None when they are no days from 1 to 60."""
        words = (self.reminder_days.data or "").replace(";", ",").split(",")
        numbers = [word.strip() for word in words if word.strip()]
        if not all(number.isdecimal() and 1 <= int(number) <= 60 for number in numbers):
            return None
        return sorted({int(number) for number in numbers}, reverse=True)

    def fill(self, event: Event) -> None:
        """Show what an event holds."""
        for name in ("title", "summary", "description", "hides_address", "capacity", "place_id"):
            self[name].data = getattr(event, name)
        starts, ends = clock.local(event.starts_at), clock.local(event.ends_at)
        closes = clock.local(event.registration_closes_at)
        self.day.data, self.begins.data, self.ends.data = starts.date(), starts.time(), ends.time()
        self.closes_on.data, self.closes_time.data = closes.date(), closes.time()
        opens = event.registration_opens_at
        self.opens_on.data = clock.local(opens).date() if opens else None
        self.reminder_days.data = ", ".join(str(days) for days in event.reminds_days_before)
        self.version.data = str(event.version)

    def in_words(self, name: str) -> str:
        """Return what a field holds as somebody reads it, nothing for an empty one."""
        field, value = self[name], self[name].data
        if name == "place_id":
            return str((field.choices or {}).get(value, ""))
        if name == "reminder_days":
            return ", ".join(str(days) for days in self.reminders() or ())
        if isinstance(value, bool):
            return "ja" if value else "nein"
        if isinstance(value, date):
            return languages.short_day(value)
        return f"{value:%H:%M}" if isinstance(value, time) else str(value or "")

    def facts(self) -> dict:
        """Return the values of `service.change_event` besides dates and place."""
        opens_on = self.opens_on.data
        return {
            "title": self.title.data, "summary": self.summary.data or "", "description": self.description.data or "",
            "hides_address": self.hides_address.data, "capacity": self.capacity.data,
            "registration_closes_at": self.moments["closes_at"], "reminder_days": self.reminders(),
            "registration_opens_at": clock.from_local(opens_on, datetime.min.time()) if opens_on else None,
        }  # fmt: skip


class DuplicateForm(FlaskForm):
    """The same event on another day; times of day stay."""

    day = DateField("Neuer Tag", validators=[InputRequired(message="Bitte wählen Sie einen Tag."), of_our_time])

    def validate_day(self, field: DateField) -> None:
        """Refuse days that are over."""
        if field.data is not None and field.data < clock.today():
            raise ValidationError("Dieser Tag ist schon vorbei.")

    def moved(self, event: Event) -> dict:
        """Return dates and closing time moved to the new day, each at its wall-clock time."""
        by = day_in(self.day) - clock.local(event.starts_at).date()

        def move(at: datetime) -> datetime:
            return clock.certain(clock.local(at).replace(tzinfo=None) + by)

        return {
            "dates": [(move(date.starts_at), move(date.ends_at)) for date in event.dates],
            "registration_closes_at": move(event.registration_closes_at),
        }


class PlaceForm(FlaskForm):
    """A place and how people get in and home again."""

    name = line_field("Name", most=160, needed="Wie heißt der Ort?")
    street = line_field("Straße und Hausnummer", most=160)
    postal_code = line_field("Postleitzahl", most=5)
    municipality = SelectField("Gemeinde", choices=choices({name: name for name in MUNICIPALITIES}))
    is_step_free = BooleanField("Ohne Stufen erreichbar")
    has_accessible_wc = BooleanField("WC für Rollstühle")
    has_hearing_loop = BooleanField("Höranlage (Induktionsschleife)")
    stop = line_field("Haltestelle und Weg von dort", most=200)
    last_bus = line_field("Letzte Fahrten zurück", most=200)
    directions = text_field("Weg im Haus, Parken", most=1000)

    def validate_postal_code(self, field: StringField) -> None:
        """Ask for five figures where anything is typed."""
        if field.data and not (len(field.data) == 5 and field.data.isdecimal()):
            raise ValidationError("Eine Postleitzahl hat fünf Ziffern.")

    def write_to(self, place: Place) -> Place:
        """Put what was typed into a place."""
        for name, value in self.data.items():
            if name != "csrf_token":
                setattr(place, name, value if value is not None else "")
        return place
