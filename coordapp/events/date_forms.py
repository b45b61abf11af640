"""The dates of an event in a form: one, or several that belong together. German wall-clock time."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Protocol, cast

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, TimeField
from wtforms.validators import Optional, ValidationError

from coordapp.events.dates import Span
from coordapp.shared import clock, languages
from coordapp.shared.forms import add_error, moment_in

FIRST_YEAR, LAST_YEAR = 2000, 2100
NO_DAY = "Bitte wählen Sie einen Tag."
NO_BEGIN, NO_END = "Bitte eine Uhrzeit, zum Beispiel 15:00.", "Bitte eine Uhrzeit, zum Beispiel 18:00."
NO_SUCH_TIME = "Diese Uhrzeit gibt es an diesem Tag nicht: Die Uhr wird vorgestellt."
APART = timedelta(days=7)  # what is offered for the next date


def of_our_time(form: FlaskForm, field: DateField) -> None:  # noqa: ARG001 - the signature is WTForms's
    """Raise ValidationError for years that nobody means: clocks and calendars overflow at their ends."""
    if field.data is not None and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(f"Bitte ein Jahr von {FIRST_YEAR} bis {LAST_YEAR}.")


class Row(Protocol):
    """The fields of one date."""

    day: DateField
    begins: TimeField
    ends: TimeField
    is_dropped: BooleanField


class DateForm(FlaskForm):
    """A further date of an event; an empty row is left out."""

    class Meta(FlaskForm.Meta):
        """The whole form carries the token."""

        csrf = False

    day = DateField("Tag", validators=[Optional(), of_our_time])
    begins = TimeField("Beginn", validators=[Optional()])
    ends = TimeField("Ende", validators=[Optional()])
    is_dropped = BooleanField("Dieser Termin entfällt")

    def validate(self, extra_validators=None) -> bool:
        """Ask for all three where anything is typed; not of a date that is dropped."""
        if self.is_dropped.data:
            return True
        is_valid = super().validate(extra_validators)
        for field, message in ((self.day, NO_DAY), (self.begins, NO_BEGIN), (self.ends, NO_END)):
            if is_meant(self) and field.data is None and not field.errors:
                add_error(field, message)
                is_valid = False
        return is_valid


def is_meant(row: Row) -> bool:
    """Tell whether a row says anything and is not dropped."""
    typed = (row.day, row.begins, row.ends)
    return not row.is_dropped.data and any(field.data is not None or any(field.raw_data or ()) for field in typed)


def next_row(rows: Sequence[Row]) -> dict:
    """Return what the row for one more date begins with: a week after the last, at the same hours."""
    last = rows[-1]
    day = last.day.data if last.day.data is not None and FIRST_YEAR <= last.day.data.year <= LAST_YEAR else None
    return {"day": day and day + APART, "begins": last.begins.data, "ends": last.ends.data}


def begins_first(rows: Iterable[Row]) -> datetime | None:
    """Return the German wall-clock time at which the first date begins, as far as it is typed."""
    begins = [datetime.combine(day, at) for day, at, _end in _typed(rows) if FIRST_YEAR <= day.year <= LAST_YEAR]
    return min(begins, default=None)


def in_words(rows: Iterable[Row]) -> str:
    """Write what is typed as somebody reads it: "16.03.2027, 18:00 bis 19:30; 23.03.2027 …"."""
    spans = (f"{languages.short_day(day)}, {begin:%H:%M} bis {end:%H:%M}" for day, begin, end in sorted(_typed(rows)))
    return "; ".join(spans)


def _typed(rows: Iterable[Row]) -> list[tuple[date, time, time]]:
    """Return day, begin and end of the rows that have all three."""
    typed = [(row.day.data, row.begins.data, row.ends.data) for row in rows if is_meant(row)]
    return [cast("tuple[date, time, time]", one) for one in typed if None not in one]


def read_dates(rows: Iterable[Row]) -> list[Span] | None:
    """Return begin and end of each date (UTC) in valid rows, in their order; or None, when errors say what is wrong."""
    read = [(_moment(row, row.begins), _moment(row, row.ends), row) for row in rows if is_meant(row)]
    dates = sorted(((begin, end, row) for begin, end, row in read if begin and end), key=lambda one: one[:2])
    is_wrong, latest = len(dates) < len(read), None
    for begin, end, row in dates:
        if end <= begin:
            add_error(row.ends, "Das Ende liegt vor dem Beginn.")
        elif latest is not None and begin < latest[1]:
            add_error(row.day, _overlap((begin, end), latest))
        is_wrong = is_wrong or bool(row.ends.errors or row.day.errors)
        latest = max((begin, end), latest or (begin, end), key=lambda span: span[1])
    return None if is_wrong else [(begin, end) for begin, end, _row in dates]


def _moment(row: Row, at: TimeField) -> datetime | None:
    try:
        return moment_in(row.day, at)
    except clock.NoSuchTime:
        add_error(at, NO_SUCH_TIME)
        return None


def _overlap(span: Span, other: Span) -> str:
    if span == other:
        return "Dieser Termin steht zweimal da."
    return f"Dieser Termin überschneidet sich mit: {languages.span(*other)}."
