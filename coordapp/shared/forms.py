"""What forms have in common: how typed text is tidied and what is said when it cannot be used."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import cast

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    EmailField,
    Field,
    FieldList,
    HiddenField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from coordapp.shared import clock, text


def choices(labels: Mapping) -> list[SelectChoice]:
    """Return the choices of a field from values and their labels, which may be lazily translated."""
    return [SelectChoice(value=str(value), label=label) for value, label in labels.items()]


def add_error(field: Field, message) -> None:
    """Say beside a field what is wrong with it."""
    field.errors = [*field.errors, message]  # ty: ignore[invalid-assignment] - WTForms declares an empty tuple


def add_row_error(rows: FieldList, field: Field, message) -> None:
    """Say what is wrong in a row of a list that has been checked already, so that the list knows of it too."""
    add_error(field, message)
    rows.errors = [row.errors for row in rows]  # ty: ignore[invalid-assignment] - WTForms declares an empty tuple


class PartForm(FlaskForm):
    """A part of a form that stands in it several times."""

    class Meta(FlaskForm.Meta):
        """The whole form carries the token."""

        csrf = False


class WarningForm(FlaskForm):
    """A form that warns once of bad days; wanting them all the same is the office's right."""

    seen_warnings = HiddenField()  # days whose warnings were shown

    def knows(self, warned: Iterable[date]) -> bool:
        """Tell whether the warnings about these days were shown; from now on they were."""
        seen = set((self.seen_warnings.data or "").split())
        news = {day.isoformat() for day in warned}
        self.seen_warnings.data = " ".join(sorted(seen | news))
        return news <= seen


# What a valid field holds: WTForms cannot tell that it is not None.


def day_in(field: DateField) -> date:
    """Return the day in a valid field."""
    return cast("date", field.data)


def moment_in(day: DateField, at: TimeField) -> datetime:
    """Return the UTC moment of a day and a German wall-clock time in valid fields. Raises clock.NoSuchTime."""
    return clock.from_local(day_in(day), cast("time", at.data))


def id_in(field: SelectField) -> int:
    """Return the id that was chosen in a valid field made with `coerce=int`."""
    return cast("int", field.data)


def one_line(value: str | None) -> str | None:
    """Tidy a field of one line."""
    return text.one_line(value) if value else value


def several_lines(value: str | None) -> str | None:
    """Tidy a field of several lines."""
    return text.clean(value) if value else value


def required(message) -> DataRequired:
    """Ask for a value; the message says what to do."""
    return DataRequired(message=message)


def at_most(number: int) -> Length:
    """Limit the letters of a text."""
    return Length(max=number, message=_("Bitte schreiben Sie höchstens %(max)d Zeichen."))


class Address:
    """Check an e-mail address without asking the network, and store it in lower case."""

    def __call__(self, form: FlaskForm, field: Field) -> None:  # noqa: ARG002 - the signature is WTForms's
        """Raise ValidationError for what mail servers would not take."""
        try:
            field.data = validate_email(
                (field.data or "").strip(), check_deliverability=False, allow_smtputf8=False
            ).normalized.lower()
        except EmailNotValidError:
            raise ValidationError(_("Diese E-Mail-Adresse ist nicht vollständig. Beispiel: name@beispiel.de")) from None


class Phone:
    """Check a telephone number, German if it has no country code, and store it as E.164 ("+493628738")."""

    def __call__(self, form: FlaskForm, field: Field) -> None:  # noqa: ARG002 - the signature is WTForms's
        """Raise ValidationError for what nobody could dial."""
        try:
            number = phonenumbers.parse(field.data or "", "DE")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValidationError(_("Diese Telefonnummer ist nicht vollständig. Beispiel: 03628 738100"))
        field.data = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def name_field(label, **options) -> StringField:
    """Return a required field for a person's name."""
    return StringField(
        label, filters=[one_line], validators=[required(_("Bitte schreiben Sie Ihren Namen.")), at_most(120)], **options
    )


def email_field(label, *, needed: bool = True) -> EmailField:
    """Return a field for an e-mail address."""
    first = required(_("Bitte schreiben Sie Ihre E-Mail-Adresse.")) if needed else Optional()
    return EmailField(
        label, filters=[one_line, lambda value: value or None], validators=[first, at_most(254), Address()]
    )


def phone_field(label) -> TelField:
    """Return an optional field for a telephone number."""
    return TelField(label, filters=[one_line, lambda value: value or None], validators=[Optional(), Phone()])


def line_field(label, *, most: int, needed=None) -> StringField:
    """Return a field of one line; `needed` is the message when it stays empty."""
    return StringField(
        label, filters=[one_line], validators=[required(needed) if needed else Optional(), at_most(most)]
    )


def text_field(label, *, most: int, needed=None) -> TextAreaField:
    """Return a field of several lines; `needed` is the message when it stays empty."""
    return TextAreaField(
        label, filters=[several_lines], validators=[required(needed) if needed else Optional(), at_most(most)]
    )
