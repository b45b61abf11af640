"""Fields that several forms of trainings have: hours, places, days of birth."""

from datetime import date
from decimal import Decimal, InvalidOperation

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import NumberRange, Optional, ValidationError

from coordapp.shared import clock
from coordapp.shared.forms import one_line

MOST_HOURS = 300
DAY_FORMATS = ["%Y-%m-%d", "%d.%m.%Y"]  # as browsers send it, and as people write it where the browser has no calendar
OLDEST = date(1900, 1, 1)


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


def hours_field(label: str) -> HoursField:
    """Return the field for the hours of all dates together."""
    return HoursField(label, filters=[one_line])


def capacity_field(label: str) -> IntegerField:
    """Return the field for the number of places; empty for no number."""
    return IntegerField(label, validators=[Optional(), NumberRange(1, 100_000, "Bitte eine Zahl ab 1.")])


class IsBirthDate:
    """Check that somebody can have been born on a day."""

    def __call__(self, form: FlaskForm, field: DateField) -> None:  # noqa: ARG002 - the signature is WTForms's
        """Raise ValidationError for days to come and long ago."""
        if field.data is not None and not OLDEST <= field.data <= clock.today():
            raise ValidationError(_("Das kann kein Geburtsdatum sein. Bitte prüfen Sie das Jahr."))


class BirthDateField(DateField):
    """A day of birth, never needed."""

    def __init__(self, label, **options) -> None:
        super().__init__(label, format=DAY_FORMATS, validators=[Optional(), IsBirthDate()], **options)

    def process_formdata(self, valuelist) -> None:
        """Read the day, or say how to write it."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Bitte schreiben Sie den Tag so: 31.12.1990.")) from None
