"""Forms with which a group is planned: its dates, place and number of places."""

from collections.abc import Sequence
from datetime import timedelta

from flask_wtf import FlaskForm
from wtforms import FieldList, FormField, HiddenField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional, Regexp

from coordapp.events import date_forms
from coordapp.events import service as events
from coordapp.events.kinds import KINDS, EventKind
from coordapp.events.models import Event, Place
from coordapp.shared import clock
from coordapp.shared.forms import add_error, choices, id_in, line_field
from coordapp.trainings.models import TrainingFormat

ROWS = 4  # for dates, where no group was held before
NO_PLACE = NEW_FORMAT = 0  # chosen where nothing of the list fits
TIME_TO_ANSWER = timedelta(days=1)


class DateForm(date_forms.DateForm):
    """One date of a group; without a day it is left out, whatever hours stand there."""

    def validate(self, extra_validators=None) -> bool:
        """Check a row that has a day."""
        return not any(self.day.raw_data or ()) or super().validate(extra_validators)


class GroupForm(FlaskForm):
    """Dates, place and places of a group."""

    dates = FieldList(FormField(DateForm), max_entries=KINDS[EventKind.TRAINING].most_dates)
    place_id = SelectField("Ort", coerce=int)
    capacity = IntegerField(
        "Plätze (leer: wie im Angebot)", validators=[Optional(), NumberRange(1, 100_000, "Bitte eine Zahl ab 1.")]
    )
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
