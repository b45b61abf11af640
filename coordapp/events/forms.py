"""Forms of the core: registering, and what the office says about an event."""

from datetime import date, datetime, time
from typing import Self

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    TimeField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, Regexp, ValidationError

from coordapp.events import date_forms
from coordapp.events.date_forms import NO_BEGIN, NO_DAY, NO_END, NO_SUCH_TIME, DateForm, Row, of_our_time
from coordapp.events.dates import Span
from coordapp.events.kinds import KINDS
from coordapp.events.models import Event, Need, Registration
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

MOST_DATES = max(rules.most_dates for rules in KINDS.values())


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

    def of(self, event: Event) -> Self:
        """Ask only for what the kind of an event takes: for no number where everybody comes for themselves."""
        self.largest_party = event.rules.largest_party
        if self.largest_party == 1:
            del self.party_size
        return self

    def refuse(self, message: str) -> None:
        """Say why it is not taken: beside the number of people, if there is one."""
        if self.party_size:
            add_error(self.party_size, message)
        else:
            self.form_errors.append(message)

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
            party_size=self.party_size.data or 1 if self.party_size else 1,
            needs=[Need(value) for value in self.needs.data or ()],
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
    day = DateField("Tag", validators=[InputRequired(message=NO_DAY), of_our_time])
    begins = TimeField("Beginn", validators=[InputRequired(message=NO_BEGIN)])
    ends = TimeField("Ende", validators=[InputRequired(message=NO_END)])
    is_dropped = BooleanField("Dieser Termin entfällt")
    more = FieldList(FormField(DateForm), max_entries=MOST_DATES - 1)  # the dates after the first
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
    most_dates = 1  # as many as the kind may have
    dates: list[Span]
    closes_at: datetime

    @property
    def rows(self) -> list[Row]:
        """Return the fields of each date, those of the first among them."""
        return [self, *(entry.form for entry in self.more)]

    @property
    def can_add(self) -> bool:
        """Tell whether there may be one more date."""
        return len(self.rows) < self.most_dates

    def add_row(self) -> None:
        """Ask for one more date."""
        if self.can_add:
            self.more.append_entry(date_forms.next_row(self.rows))

    def validate(self, extra_validators=None) -> bool:
        """Check the fields one by one, then what they say together."""
        if not super().validate(extra_validators):
            return False
        dates = date_forms.read_dates(self.rows)
        try:
            self.closes_at = moment_in(self.closes_on, self.closes_time)
        except clock.NoSuchTime:
            add_error(self.closes_time, NO_SUCH_TIME)
        else:
            self._check_together(dates)
        if any(row.errors for row in self.more):
            self.more.errors = [row.errors for row in self.more]  # ty: ignore[invalid-assignment] - as in add_row_error
        self.dates = dates or []
        return not self.errors

    def carry_deadline(self, event: Event) -> None:
        """Move the end of registration along with the beginning, unless another one was typed."""
        begin = date_forms.begins_first(self.rows)
        closes = clock.local(event.registration_closes_at).replace(tzinfo=None)
        if begin is None or (self.closes_on.data, self.closes_time.data) != (closes.date(), closes.time()):
            return
        moved = closes + (begin - clock.local(event.starts_at).replace(tzinfo=None, second=0))
        self.closes_on.data, self.closes_time.data = moved.date(), moved.time()

    def refuse_to_drop(self, starts_at: datetime) -> None:
        """Say beside a date that it has begun and so must stay."""
        begun = clock.local(starts_at)
        message = f"Der Termin am {languages.short_day(begun)} hat schon begonnen. Er bleibt stehen."
        dropped = [row for row in self.rows if row.is_dropped.data and row.day.data == begun.date()]
        if not dropped:
            self.form_errors.append(message)
        for row in dropped:
            add_error(row.is_dropped, message)
            self.more.errors = [one.errors for one in self.more]  # ty: ignore[invalid-assignment]

    def _check_together(self, dates: list[Span] | None) -> None:
        opens_on, closes_on = self.opens_on.data, day_in(self.closes_on)
        wrong = (
            (self.is_dropped, dates == [],
             "Ein Termin muss bleiben. Fällt alles aus? Dann sagen Sie die Veranstaltung bitte ab."),
            (self.closes_on, dates and self.closes_at > dates[-1][1],
             "Die Anmeldung kann nicht länger offen sein als die Veranstaltung dauert."),
            (self.opens_on, opens_on is not None and opens_on > closes_on,
             "Die Anmeldung beginnt nach ihrem Ende."),
            (self.reminder_days, self.reminders() is None, "Bitte Zahlen mit Komma, zum Beispiel: 14, 2"),
        )  # fmt: skip
        for field, applies, message in wrong:
            if applies:
                add_error(field, message)
        if dates and len(dates) > self.most_dates:
            self.form_errors.append(f"Mehr Termine als {self.most_dates} sind nicht möglich.")

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
        closes = clock.local(event.registration_closes_at)
        for number, one in enumerate(event.dates):
            starts, ends = clock.local(one.starts_at), clock.local(one.ends_at)
            if number:
                self.more.append_entry({"day": starts.date(), "begins": starts.time(), "ends": ends.time()})
            else:
                self.day.data, self.begins.data, self.ends.data = starts.date(), starts.time(), ends.time()
        self.closes_on.data, self.closes_time.data = closes.date(), closes.time()
        opens = event.registration_opens_at
        self.opens_on.data = clock.local(opens).date() if opens else None
        self.reminder_days.data = ", ".join(str(days) for days in event.reminds_days_before)
        self.version.data = str(event.version)

    def differing(self, stored: "EventForm") -> list[tuple[str, str]]:
        """List label and stored value, in words, of what another form was filled with and this one has otherwise."""
        of_dates = ("day", "begins", "ends") if self.most_dates > 1 else ()
        names = [
            name for name in self._fields if name not in (*of_dates, "more", "is_dropped", "version", "csrf_token")
        ]
        said = [(str(self[name].label.text), stored.in_words(name), self.in_words(name)) for name in names]
        if of_dates:
            said.append(("Termine", date_forms.in_words(stored.rows), date_forms.in_words(self.rows)))
        return [(label, there) for label, there, here in said if there != here]

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
            "registration_closes_at": self.closes_at, "reminder_days": self.reminders(),
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
