"""Pauses of volunteers: for one or three months at a click, or until a day."""

from calendar import monthrange
from datetime import date

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import ValidationError

from coordapp.directory.profile_forms import LONGEST_PAUSE
from coordapp.shared import clock
from coordapp.shared.forms import day_in, required

MONTHS = (1, 3)  # offered at a click


class PauseForm(FlaskForm):
    """The first day on which somebody may be asked again."""

    until = DateField(_("Pause bis"), validators=[required(_("Bitte wählen Sie einen Tag."))])

    def validate_until(self, field: DateField) -> None:
        """Refuse days that are over, and days so far away that they must be a slip."""
        until = day_in(field)
        if until <= clock.today():
            raise ValidationError(_("Dieser Tag ist schon vorbei. Bitte wählen Sie einen Tag ab morgen."))
        if until > clock.today() + LONGEST_PAUSE:
            raise ValidationError(_("Bitte wählen Sie einen Tag in den nächsten drei Jahren."))


def in_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last one of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
