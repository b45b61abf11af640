"""Forms of the office's pages of round tables: the year's plan, agenda, walk-ins and minutes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    TimeField,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from coordapp.events.models import Event, Place
from coordapp.round_tables.minutes import Draft, PointDraft, TaskDraft, list_points, list_tasks_of
from coordapp.round_tables.models import AgendaItem, RoundTable, Task
from coordapp.round_tables.planning import Slot
from coordapp.round_tables.rules import Proposal
from coordapp.shared import clock
from coordapp.shared.forms import (
    PartForm,
    WarningForm,
    add_error,
    id_in,
    line_field,
    moment_in,
    one_line,
    text_field,
)

BEGINS, ENDS, CAPACITY = time(15), time(18), 30  # what a round table usually has
MINUTES_LENGTH, BLANK_TASKS = 10_000, 3
MOST_DIGITS = 9  # of a number in a hidden field: none of ours is longer, and it fits into the database
NO_SUCH_TIME = "Diese Uhrzeit gibt es an diesem Tag nicht: Die Uhr wird auf Sommerzeit vorgestellt."


class SlotForm(PartForm):
    """One round table of the year's plan; without a day it is left out. Times are German wall-clock time."""

    day = DateField("Tag", validators=[Optional()])
    begins = TimeField("Beginn", validators=[Optional()], default=BEGINS)
    ends = TimeField("Ende", validators=[Optional()], default=ENDS)
    place_id = SelectField("Ort", coerce=int)
    capacity = IntegerField(
        "Plätze (leer: ohne Grenze)", validators=[Optional(), NumberRange(1, 100_000, "Bitte eine Zahl ab 1.")]
    )

    def validate(self, extra_validators=None) -> bool:
        """Check a row that has a day, first field by field, then together."""
        if not super().validate(extra_validators):
            return False
        if self.day.data is None:
            return True
        starts_at, ends_at = self._moment(self.begins), self._moment(self.ends)
        if starts_at is None or ends_at is None:
            return False
        wrong = (
            (self.day, starts_at <= clock.now(), "Dieser Termin liegt in der Vergangenheit."),
            (self.ends, ends_at <= starts_at, "Das Ende liegt vor dem Beginn."),
        )
        for field, applies, message in wrong:
            if applies:
                add_error(field, message)
        return not any(applies for _field, applies, _message in wrong)

    def _moment(self, at: TimeField) -> datetime | None:
        message = NO_SUCH_TIME
        try:
            if at.data is not None and self.day.data is not None:
                return moment_in(self.day, at)
            message = "Bitte schreiben Sie eine Uhrzeit, zum Beispiel 15:00."
        except clock.NoSuchTime:
            pass
        add_error(at, message)
        return None

    def slot(self, places: dict[int, Place]) -> Slot:
        """Return what was typed in a valid row with a day."""
        return Slot(
            starts_at=moment_in(self.day, self.begins),
            ends_at=moment_in(self.day, self.ends),
            place=places[id_in(self.place_id)],
            capacity=self.capacity.data,
        )


class YearForm(WarningForm):
    """The round tables of a year."""

    slots = FieldList(FormField(SlotForm), max_entries=10)

    def offer(self, proposals: Sequence[Proposal], *, latest: Mapping[int, Event]) -> None:
        """Fill in the proposals, with hours and places as at the latest round table at the same place."""
        for proposal in proposals:
            place_id = proposal.place.id if proposal.place else None
            like = latest.get(place_id or 0)
            self.slots.append_entry({
                "day": proposal.on, "place_id": place_id, "capacity": like.capacity if like else CAPACITY,
                "begins": clock.local(like.starts_at).time() if like else BEGINS,
                "ends": clock.local(like.ends_at).time() if like else ENDS,
            })  # fmt: skip

    def let_choose(self, places: Sequence[Place]) -> None:
        """Name the places to choose from."""
        for entry in self.slots:
            entry.form.place_id.choices = [(place.id, f"{place.municipality}: {place.name}") for place in places]

    def validate(self, extra_validators=None) -> bool:
        """Check the rows; at least one must have a day."""
        if not super().validate(extra_validators):
            return False
        if not self.days:
            self.form_errors.append("Bitte wählen Sie mindestens einen Tag.")
        return bool(self.days)

    @property
    def days(self) -> list[date]:
        """Return the days of the rows that are not left out."""
        return [entry.form.day.data for entry in self.slots if entry.form.day.data is not None]

    def chosen(self, places: Sequence[Place]) -> list[Slot]:
        """Return the rows that have a day."""
        by_id = {place.id: place for place in places}
        return [entry.form.slot(by_id) for entry in self.slots if entry.form.day.data is not None]


class ItemForm(FlaskForm):
    """A point of the agenda."""

    title = line_field("Punkt", most=300, needed="Wie heißt der Punkt?")
    minutes_planned = IntegerField(
        "Minuten", default=15,
        validators=[InputRequired(message="Wie viele Minuten?"), NumberRange(0, 600, "Bitte eine Zahl von 0 bis 600.")],
    )  # fmt: skip


class PointForm(PartForm):
    """What was said about one point."""

    item_id = HiddenField()
    title = HiddenField(filters=[one_line])
    notes = text_field("Was wurde gesagt?", most=MINUTES_LENGTH)
    decisions = text_field("Beschlüsse", most=MINUTES_LENGTH)


class TaskForm(PartForm):
    """Who does what until when."""

    task_id = HiddenField()
    text = line_field("Was ist zu tun?", most=300)
    who = line_field("Wer?", most=120)
    due_on = DateField("Bis wann?", validators=[Optional()])

    def validate(self, extra_validators=None) -> bool:
        """Ask for the words of a task that has somebody or a day."""
        valid = super().validate(extra_validators)
        if not self.text.data and not self.task_id.data and (self.who.data or self.due_on.data):
            add_error(self.text, "Was ist zu tun?")
            return False
        return valid


class MinutesForm(FlaskForm):
    """The minutes, whole on one page."""

    version = HiddenField()
    introduction = text_field("Allgemeines", most=MINUTES_LENGTH)
    points = FieldList(FormField(PointForm), max_entries=100)
    tasks = FieldList(FormField(TaskForm), max_entries=100)

    def fill(self, event: Event, round_table: RoundTable) -> "MinutesForm":
        """Show what is stored, and a few empty lines for tasks."""
        self.version.data = str(round_table.minutes_version)
        self.introduction.data = round_table.minutes_introduction
        for item in list_points(event):
            self.points.append_entry(_point(item))
        for task in list_tasks_of(event):
            self.tasks.append_entry(_task(task))
        for _blank in range(BLANK_TASKS):
            self.tasks.append_entry()
        return self

    @property
    def read_version(self) -> int:
        """Return the version that the form was filled from."""
        version = _number(self.version.data)
        return -1 if version is None else version

    def draft(self) -> Draft:
        """Return what was typed."""
        return Draft(
            introduction=self.introduction.data or "",
            points=[
                PointDraft(
                    item_id=_number(point.form.item_id.data), title=(point.form.title.data or "Punkt")[:300],
                    notes=point.form.notes.data or "", decisions=point.form.decisions.data or "",
                )
                for point in self.points
            ],
            tasks=[
                TaskDraft(
                    task_id=_number(task.form.task_id.data), text=task.form.text.data or "",
                    who=task.form.who.data or "", due_on=task.form.due_on.data,
                )
                for task in self.tasks
            ],
        )  # fmt: skip


def _number(words: str | None) -> int | None:
    return int(words) if words and words.isdecimal() and len(words) <= MOST_DIGITS else None


def _point(item: AgendaItem) -> dict:
    return {"item_id": item.id or "", "title": item.title, "notes": item.notes, "decisions": item.decisions}


def _task(task: Task) -> dict:
    return {"task_id": task.id, "text": task.text, "who": task.who, "due_on": task.due_on}
