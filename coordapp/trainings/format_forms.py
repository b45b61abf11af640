"""The form of an entry of the catalogue."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import Regexp

from coordapp.events.models import Place
from coordapp.shared.forms import choices, line_field, text_field
from coordapp.shared.languages import LANGUAGES
from coordapp.trainings import hours, words
from coordapp.trainings.fields import capacity_field, hours_field
from coordapp.trainings.models import FormatType, Funder, TrainingFormat

NONE, YES, NO, AS_USUAL = "0", "yes", "no", "usual"
CONFIDENTIAL_TYPES = (FormatType.SUPERVISION, FormatType.COACHING)


class FormatForm(FlaskForm):
    """An entry of the catalogue."""

    type = RadioField("Was ist es?", choices=choices(words.TYPES), default=FormatType.TRAINING.value)
    title = line_field("Titel", most=200, needed="Bitte geben Sie dem Angebot einen Titel.")
    summary = line_field("In einem Satz: Worum geht es?", most=300)
    contents = text_field("Inhalte", most=5000)
    hours = hours_field("Stunden, alle Termine zusammen")
    trainer = line_field("Leitung", most=160)
    target_group = line_field("Für wen?", most=200)
    required_format_id = SelectField("Was muss man vorher besucht haben?")
    language = SelectField("Sprache", choices=choices(LANGUAGES), default="de")
    cost = line_field("Kosten", most=160)
    capacity = capacity_field("Plätze (leer: ohne Grenze)")
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
        self.hours.data = hours.typed(entry.minutes)
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


def differing(now: FormatForm, typed: FormatForm) -> dict[str, str]:
    """Return what is stored where somebody typed something else: labels and values."""
    return {
        now[name].label.text: now.in_words(name)
        for name in now.data
        if name not in ("version", "csrf_token") and now.in_words(name) != typed.in_words(name)
    }
