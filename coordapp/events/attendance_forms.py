"""The form at the door."""

from flask_wtf import FlaskForm
from wtforms import StringField

from coordapp.shared.forms import at_most, email_field, one_line, required


class WalkInForm(FlaskForm):
    """Somebody at the door who is not on the list."""

    name = StringField("Name", filters=[one_line], validators=[required("Wie heißt die Person?"), at_most(120)])
    email = email_field("E-Mail-Adresse", needed=False)
