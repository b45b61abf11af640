"""Forms of the office's pages of trainings: the catalogue, funders, new groups, and what a group has of its own."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import NumberRange, Optional, Regexp, ValidationError

from coordapp.events.date_forms import of_our_time
from coordapp.events.models import Event, Place
from coordapp.shared import clock
from coordapp.shared.forms import WarningForm, add_error, choices, line_field, one_line, text_field
from coordapp.shared.languages import LANGUAGES
from coordapp.trainings import logos, words
from coordapp.trainings.group_forms import GroupForm
from coordapp.trainings.models import FormatType, Funder, Training, TrainingFormat

MOST_HOURS = 300
WEEK = timedelta(days=7)
NOTICE = 4 * WEEK  # so long before a group people should hear of it
LAST_MINUTE = time(23, 59)
NONE, YES, NO, AS_USUAL = "0", "yes", "no", "usual"
CONFIDENTIAL_TYPES = (FormatType.SUPERVISION, FormatType.COACHING)


class HoursField(StringField):
    """Hours as people write them, "6" or "4,5"; `minutes` is what they mean."""

    minutes: int | None = None

    def pre_validate(self, form: FlaskForm) -> None:  # noqa: ARG002 - the signature is WTForms's
        """Read the hours. Raises ValidationError for what are no hours of a training."""
        try:
            hours = Decimal((self.data or "").strip().replace(",", "."))
        except InvalidOperation:
            hours = Decimal(0)
        minutes = round(hours * 60) if hours.is_finite() and 0 < hours <= MOST_HOURS else 0
        if not minutes:
            raise ValidationError("Bitte schreiben Sie Stunden als Zahl, zum Beispiel: 6 oder 4,5")
        self.minutes = minutes


def _hours_field(label: str) -> HoursField:
    return HoursField(label, filters=[one_line])


def _capacity_field(label: str) -> IntegerField:
    return IntegerField(label, validators=[Optional(), NumberRange(1, 100_000, "Bitte eine Zahl ab 1.")])


class FormatForm(FlaskForm):
    """An entry of the catalogue."""

    type = RadioField("Was ist es?", choices=choices(words.TYPES), default=FormatType.TRAINING.value)
    title = line_field("Titel", most=200, needed="Bitte geben Sie dem Angebot einen Titel.")
    summary = line_field("In einem Satz: Worum geht es?", most=300)
    contents = text_field("Inhalte", most=5000)
    hours = _hours_field("Stunden, alle Termine zusammen")
    trainer = line_field("Leitung", most=160)
    target_group = line_field("Für wen?", most=200)
    required_format_id = SelectField("Was muss man vorher besucht haben?")
    language = SelectField("Sprache", choices=choices(LANGUAGES), default="de")
    cost = line_field("Kosten", most=160)
    capacity = _capacity_field("Plätze (leer: ohne Grenze)")
    place_id = SelectField("Üblicher Ort")
    confidentiality = RadioField("Vertraulich?")
    funder_ids = SelectMultipleField("Wer fördert das?")
    version = HiddenField(default="0", validators=[Regexp(r"[0-9]{1,9}\Z", message="Bitte laden Sie die Seite neu.")])
    funders: Sequence[Funder] = ()

    def offer(
        self, *, places: Sequence[Place], funders: Sequence[Funder], preconditions: Sequence[TrainingFormat],
        is_new: bool,
    ) -> None:  # fmt: skip
        """Name what there is to choose from; a new entry is as confidential as its type usually is."""
        self.funders = funders
        self.place_id.choices = [(NONE, "noch offen"), *((str(p.id), f"{p.municipality}: {p.name}") for p in places)]
        self.required_format_id.choices = [(NONE, "nichts"), *((str(one.id), one.title) for one in preconditions)]
        self.funder_ids.choices = [(str(funder.id), funder.name) for funder in funders]
        usual = [(AS_USUAL, "Wie üblich: Supervision und Coaching ja, Schulung nein")] if is_new else []
        self.confidentiality.choices = [*usual, (YES, "Ja"), (NO, "Nein")]
        if is_new and not self.is_submitted():
            self.confidentiality.data = AS_USUAL

    def fill(self, entry: TrainingFormat) -> None:
        """Show what an entry holds."""
        for name in ("title", "summary", "contents", "trainer", "target_group", "language", "cost", "capacity"):
            self[name].data = getattr(entry, name)
        self.type.data = entry.type.value
        self.hours.data = words.hours_typed(entry.minutes)
        self.required_format_id.data = str(entry.required_format_id or NONE)
        self.place_id.data = str(entry.place_id or NONE)
        self.confidentiality.data = YES if entry.is_confidential else NO
        self.funder_ids.data = [str(funder.id) for funder in entry.funders]
        self.version.data = str(entry.version)

    def values(self) -> dict:
        """Return what was typed, by columns."""
        typed = ("title", "summary", "contents", "trainer", "target_group", "language", "cost")
        return {name: self[name].data or "" for name in typed} | {
            "type": FormatType(self.type.data), "minutes": self.hours.minutes, "capacity": self.capacity.data,
            "required_format_id": _id(self.required_format_id), "place_id": _id(self.place_id),
            "is_confidential": self.is_confidential,
            "funders": [funder for funder in self.funders if str(funder.id) in (self.funder_ids.data or ())],
        }  # fmt: skip

    @property
    def is_confidential(self) -> bool:
        """Tell whether only the invited and the office shall know of it."""
        if self.confidentiality.data == AS_USUAL:
            return self.type.data in CONFIDENTIAL_TYPES
        return self.confidentiality.data == YES

    def in_words(self, name: str) -> str:
        """Return what a field holds as somebody reads it, nothing for an empty one."""
        field, value = self[name], self[name].data
        if isinstance(field, SelectMultipleField | SelectField | RadioField):
            chosen = value if isinstance(value, list) else [value]
            labels = [tuple(choice)[:2] for choice in field.choices or ()]
            return ", ".join(str(label) for key, label in labels if key in chosen)
        return str(value or "")


def _id(field: SelectField) -> int | None:
    return int(field.data) if field.data and field.data != NONE else None


class FunderForm(FlaskForm):
    """Who pays, and the logo that must be shown for it."""

    name = line_field("Name", most=160, needed="Wie heißt der Förderer?")
    logo = FileField("Logo")
    drops_logo = BooleanField("Logo entfernen")
    checked: logos.Logo | None = None

    def validate_logo(self, field: FileField) -> None:
        """Read the file, if there is one, and see what it is by its bytes."""
        if field.data is None or not getattr(field.data, "filename", ""):
            return
        try:
            self.checked = logos.check(field.data.stream.read(logos.MOST_BYTES + 1))
        except logos.LogoRefused as refused:
            raise ValidationError(str(refused)) from None


class PlanForm(GroupForm, WarningForm):
    """A new group that runs an entry of the catalogue, with all that is its own."""

    trainer = line_field("Leitung", most=160)
    hours = _hours_field("Stunden, alle Termine zusammen")
    closes_on = DateField("Anmeldung bis (Tag)", validators=[Optional(), of_our_time])

    def fill(self, entry: TrainingFormat, *, like: Event | None) -> None:
        """Show what the catalogue says, and dates like those of an earlier group, from four weeks on."""
        self.propose(like=like, place=entry.place, capacity=entry.capacity)
        self.trainer.data, self.hours.data = entry.trainer, words.hours_typed(entry.minutes)
        days = _moved(like, not_before=clock.today() + NOTICE) if like is not None else []
        for row, day in zip(self.dates, days, strict=False):
            row.form.day.data = day

    def validate(self, extra_validators=None) -> bool:
        """Check the fields one by one, then what they say together."""
        if not super().validate(extra_validators):
            return False
        dates = self.chosen_dates()
        length = sum(int((end - begin).total_seconds()) // 60 for begin, end in dates)
        if (self.hours.minutes or 0) > length:
            add_error(self.hours, f"Die Termine dauern zusammen nur {words.hours_typed(length)} Stunden.")
        if self.closes_on.data is not None and self.closes_on.data > clock.local(dates[0][0]).date():
            add_error(self.closes_on, "Die Anmeldung endet spätestens, wenn es beginnt.")
        return not self.errors

    @property
    def days(self) -> list[date]:
        """Return the days of a valid form."""
        return [clock.local(begin).date() for begin, _end in self.chosen_dates()]

    @property
    def closes_at(self) -> datetime | None:
        """Return until when one may register (UTC): the end of the day, but not longer than until it begins."""
        if self.closes_on.data is None:
            return None
        return min(clock.from_local(self.closes_on.data, LAST_MINUTE), self.chosen_dates()[0][0])

    def group(self, places: Sequence[Place]) -> dict:
        """Return what `service.plan_group` wants."""
        return super().group(places) | {
            "trainer": self.trainer.data or "", "minutes": self.hours.minutes,
            "registration_closes_at": self.closes_at,
        }  # fmt: skip


def _moved(event: Event, *, not_before: date) -> list[date]:
    """Return the days of an event, moved by whole weeks so that the first is not before a day."""
    days = [clock.local(one.starts_at).date() for one in event.dates]
    weeks = -(-(not_before - days[0]) // WEEK)
    return [day + weeks * WEEK for day in days]


class LeadForm(FlaskForm):
    """Who leads a group, and how long it takes."""

    trainer = line_field("Leitung", most=160)
    hours = _hours_field("Stunden, alle Termine zusammen")
    version = HiddenField(validators=[Regexp(r"[0-9]{1,9}\Z", message="Bitte laden Sie die Seite neu.")])

    def fill(self, training: Training) -> None:
        """Show what a group holds."""
        self.trainer.data, self.hours.data = training.trainer, words.hours_typed(training.minutes)
        self.version.data = str(training.event.version)


class AnswersForm(FlaskForm):
    """Where somebody comes from, as the office notes it."""

    organisation_name = line_field("Verein, Einrichtung oder Amt", most=160)
    field_of_work = line_field("Arbeitsfeld", most=160)


def differing(now: FormatForm, typed: FormatForm) -> dict[str, str]:
    """Return what is stored where somebody typed something else: labels and values."""
    return {
        now[name].label.text: now.in_words(name)
        for name in now.data
        if name not in ("version", "csrf_token") and now.in_words(name) != typed.in_words(name)
    }
