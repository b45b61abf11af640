"""The form for a training that somebody completed elsewhere."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired, ValidationError

from coordapp.accounts.models import User
from coordapp.directory import training_records
from coordapp.directory.models import Person
from coordapp.shared import clock
from coordapp.shared.forms import add_error, day_in, id_in, line_field
from coordapp.trainings.fields import hours_field
from coordapp.trainings.models import TrainingFormat

OTHER = 0


class ElsewhereForm(FlaskForm):
    """What somebody completed: one of our formats, which then counts for what asks for it, or any other title."""

    format_id = SelectField("Entspricht unserem Angebot", coerce=int, default=OTHER)
    title = line_field("Titel", most=200)
    completed_on = DateField("Letzter Tag", validators=[InputRequired(message="Wann war der letzte Tag?")])
    hours = hours_field("Stunden")
    provider = line_field("Besucht bei", most=160, needed="Wo hat die Person die Schulung besucht?")

    def let_choose(self, formats: Sequence[TrainingFormat]) -> "ElsewhereForm":
        """Name the formats to choose from."""
        self._titles = {one.id: one.title for one in formats}
        self.format_id.choices = [
            (str(OTHER), "keinem, nur der Titel zählt"),
            *((str(one.id), one.title) for one in formats),
        ]
        return self

    def validate_completed_on(self, field: DateField) -> None:
        """Refuse days to come."""
        if field.data is not None and field.data > clock.today():
            raise ValidationError("Dieser Tag liegt in der Zukunft.")

    def validate(self, extra_validators=None) -> bool:
        """Ask for a title where no format is chosen."""
        valid = super().validate(extra_validators)
        if not self.title.data and not self.format_id.data:
            add_error(self.title, "Wie heißt die Schulung? Oder wählen Sie oben ein Angebot.")
            return False
        return valid

    def write_to(self, person: Person, *, by: User) -> None:
        """Add to somebody's history what was typed."""
        chosen = id_in(self.format_id)
        training_records.remember(
            person, title=self.title.data or self._titles[chosen], completed_on=day_in(self.completed_on),
            minutes=self.hours.minutes or 0, format_id=chosen or None, provider=self.provider.data or "", by=by,
        )  # fmt: skip
