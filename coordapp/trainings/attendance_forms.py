"""The form for somebody who was not there all the time."""

from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

LONGEST = 24 * 60


class MissedForm(FlaskForm):
    """How long somebody was away, in minutes; later and earlier together."""

    minutes = IntegerField(
        "Minuten, die fehlen",
        validators=[
            InputRequired(message="Wie viele Minuten fehlen?"),
            NumberRange(0, LONGEST, "Bitte eine Zahl von 0 bis 1440."),
        ],
    )
