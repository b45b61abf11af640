"""The form for somebody who was not there all the time."""

from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from coordapp.shared.forms import add_error

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

    def fits(self, planned: int) -> bool:
        """Check the form; nobody misses more than is planned, in minutes."""
        if not self.validate_on_submit():
            return False
        if (self.minutes.data or 0) >= planned:
            message = f"An diesem Tag sind nur {planned} Minuten geplant. War die Person gar nicht da? "
            add_error(self.minutes, message + "Dann nehmen Sie in der Liste den Haken weg.")
        return not self.errors
