"""Forms of a group: planning its dates, place and number of places, and who leads it."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from flask_wtf import FlaskForm
from wtforms import DateField, FieldList, FormField, HiddenField, SelectField
from wtforms.validators import Optional, Regexp

from coordapp.events import date_forms
from coordapp.events import service as events
from coordapp.events.date_forms import of_our_time
from coordapp.events.kinds import KINDS, EventKind
from coordapp.events.models import Event, Place
from coordapp.shared import clock
from coordapp.shared.forms import WarningForm, add_error, choices, id_in, line_field
from coordapp.trainings import hours
from coordapp.trainings.fields import HoursField, capacity_field, hours_field
from coordapp.trainings.models import Training, TrainingFormat

ROWS = 4  # for dates, where no group was held before
NO_PLACE = NEW_FORMAT = 0  # chosen where nothing of the list fits
TIME_TO_ANSWER = timedelta(days=1)
WEEK = timedelta(days=7)
NOTICE = 4 * WEEK  # so long before a group people should hear of it
LAST_MINUTE = time(23, 59)


class DateForm(date_forms.DateForm):
    """One date of a group; without a day it is left out, whatever hours stand there."""

    def validate(self, extra_validators=None) -> bool:
        """Check a row that has a day."""
        return not any(self.day.raw_data or ()) or super().validate(extra_validators)


class GroupForm(FlaskForm):
    """Dates, place and places of a group."""

    dates = FieldList(FormField(DateForm), max_entries=KINDS[EventKind.TRAINING].most_dates)
    place_id = SelectField("Ort", coerce=int)
    capacity = capacity_field("Plätze (leer: wie im Angebot)")
    notice = timedelta(0)  # from now until the first date may begin
    read: events.Dates

    def let_choose(self, places: Sequence[Place]) -> None:
        """Name the places to choose from."""
        names = {place.id: f"{place.municipality}: {place.name}" for place in places}
        self.place_id.choices = choices({NO_PLACE: "wie im Angebot, sonst noch offen"} | names)

    def propose(self, *, like: Event | None, place: Place | None, capacity: int | None) -> None:
        """Fill in an empty form, with as many dates and the hours of a group like it."""
        held = like.dates if like is not None else []
        for number in range(len(held) or ROWS):
            date = held[number] if held else None
            self.dates.append_entry({
                "begins": clock.local(date.starts_at).time() if date else None,
                "ends": clock.local(date.ends_at).time() if date else None,
            })  # fmt: skip
        self.place_id.data = place.id if place is not None else NO_PLACE
        self.capacity.data = capacity

    def add_row(self) -> None:
        """Offer one more date, up to as many as belong together: a week after the last one, at the same hours."""
        rows = [entry.form for entry in self.dates]
        if len(rows) < (self.dates.max_entries or 0):
            self.dates.append_entry(date_forms.next_row(rows) if rows else None)

    def validate(self, extra_validators=None) -> bool:
        """Check the rows one by one, then together; at least one must have a day."""
        if not super().validate(extra_validators):
            return False
        rows = [entry.form for entry in self.dates if entry.form.day.data is not None]
        if not rows:
            self.form_errors = [*self.form_errors, "Bitte wählen Sie mindestens einen Tag."]
            return False
        self.read = date_forms.read_dates(rows) or []
        if self.read and self.read[0][0] <= clock.now() + self.notice:
            first = min(rows, key=lambda row: (row.day.data, row.begins.data))
            add_error(first.day, "Dieser Tag ist vorbei, oder er kommt zu bald.")
        errors = [row.errors for row in self.dates]
        if any(errors):
            self.dates.errors = errors  # ty: ignore[invalid-assignment] - as in add_row_error
        return not any(errors)

    def chosen_dates(self) -> events.Dates:
        """Return begin and end (UTC) of each date of a valid form, in order."""
        return self.read

    def chosen_place(self, places: Sequence[Place]) -> Place | None:
        """Return the place of a valid form."""
        return next((place for place in places if place.id == id_in(self.place_id)), None)

    def group(self, places: Sequence[Place]) -> dict:
        """Return what `service.plan_group` wants."""
        return {
            "dates": self.chosen_dates(), "place": self.chosen_place(places), "capacity": self.capacity.data,
        }  # fmt: skip


class NextGroupForm(GroupForm):
    """The next group of a format, for those who wait; they need time to answer."""

    version = HiddenField(validators=[Regexp(r"[0-9]{1,9}\Z", message="Bitte laden Sie die Seite neu.")])
    notice = TIME_TO_ANSWER


class RequestedGroupForm(GroupForm):
    """A group for one organisation: of an entry of the catalogue, or of a new one."""

    format_id = SelectField("Angebot", coerce=int)
    title = line_field("Titel, wenn es dafür noch kein Angebot gibt", most=200)
    trainer = line_field("Leitung", most=160)

    def offer(self, catalogue: Sequence[TrainingFormat]) -> None:
        """Name the entries to choose from."""
        titles = {one.id: f"{one.title} (vertraulich)" if one.is_confidential else one.title for one in catalogue}
        self.format_id.choices = choices({NEW_FORMAT: "neu, aus der Anfrage"} | titles)

    def validate(self, extra_validators=None) -> bool:
        """Ask for a title where no entry of the catalogue was chosen."""
        is_valid = super().validate(extra_validators)
        if self.format_id.data == NEW_FORMAT and not self.title.data:
            add_error(self.title, "Bitte schreiben Sie, wie die Schulung heißt.")
            return False
        return is_valid

    def group(self, places: Sequence[Place]) -> dict:
        """Return what `service.plan_group` wants."""
        return super().group(places) | {"trainer": self.trainer.data or ""}


class PlanForm(GroupForm, WarningForm):
    """A new group that runs an entry of the catalogue, with all that is its own."""

    trainer = line_field("Leitung", most=160)
    hours = hours_field("Stunden, alle Termine zusammen")
    closes_on = DateField("Anmeldung bis (Tag)", validators=[Optional(), of_our_time])

    def fill(self, entry: TrainingFormat, *, like: Event | None) -> None:
        """Show what the catalogue says, and dates like those of an earlier group, from four weeks on."""
        self.propose(like=like, place=entry.place, capacity=entry.capacity)
        self.trainer.data, self.hours.data = entry.trainer, hours.typed(entry.minutes)
        days = _moved(like, not_before=clock.today() + NOTICE) if like is not None else []
        for row, day in zip(self.dates, days, strict=False):
            row.form.day.data = day

    def validate(self, extra_validators=None) -> bool:
        """Check the fields one by one, then what they say together."""
        if not super().validate(extra_validators):
            return False
        dates = self.chosen_dates()
        check_hours(self.hours, dates)
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


def check_hours(field: HoursField, dates: events.Dates) -> None:
    """Say beside the hours that the dates are not that long; begin and end of each are UTC."""
    length = sum(int((end - begin).total_seconds()) // 60 for begin, end in dates)
    if (field.minutes or 0) > length:
        add_error(field, f"Die Termine dauern zusammen nur {hours.typed(length)} Stunden.")


def _moved(event: Event, *, not_before: date) -> list[date]:
    """Return the days of an event, moved by whole weeks so that the first is not before a day."""
    days = [clock.local(one.starts_at).date() for one in event.dates]
    weeks = -(-(not_before - days[0]) // WEEK)
    return [day + weeks * WEEK for day in days]


class LeadForm(FlaskForm):
    """Who leads a group, and how long it takes."""

    trainer = line_field("Leitung", most=160)
    hours = hours_field("Stunden, alle Termine zusammen")
    version = HiddenField(validators=[Regexp(r"[0-9]{1,9}\Z", message="Bitte laden Sie die Seite neu.")])

    def fill(self, training: Training) -> None:
        """Show what a group holds."""
        self.trainer.data, self.hours.data = training.trainer, hours.typed(training.minutes)
        self.version.data = str(training.event.version)

    def fits(self, training: Training) -> bool:
        """Check the form; a group takes no longer than its dates."""
        if not self.validate_on_submit():
            return False
        check_hours(self.hours, [(date.starts_at, date.ends_at) for date in training.event.dates])
        return not self.errors
